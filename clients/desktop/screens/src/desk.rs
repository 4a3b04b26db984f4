//! A desktop that shows notifications and a tray, as far as a program on the bus can tell. It shows nothing, and writes
//! down what it was told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::OwnedValue;

use crate::{PATIENCE, until, within};

const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";

/// A notification that a program asked for.
#[derive(Clone, Debug)]
pub struct Shown {
    pub id: u32,
    pub title: String,
    pub body: String,
}

pub struct Desk<'session> {
    session: &'session Connection,
    shown: Arc<Mutex<Vec<Shown>>>,
    trays: Arc<Mutex<Vec<String>>>,
}

struct Notifications(Arc<Mutex<Vec<Shown>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "so many has the specification")]
    fn notify(
        &self,
        _app_name: &str,
        _replaces_id: u32,
        _app_icon: &str,
        summary: &str,
        body: &str,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        let mut shown = self.0.lock().unwrap();
        let id = u32::try_from(shown.len() + 1).unwrap();
        shown.push(Shown { id, title: summary.to_owned(), body: body.to_owned() });
        id
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body", "body-markup"].map(str::to_owned).into()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("desk".into(), "longlink".into(), "1".into(), "1.2".into())
    }
}

struct Watcher(Arc<Mutex<Vec<String>>>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// A name on the bus, or a path of whoever asks.
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: zbus::message::Header<'_>) {
        let sender = header.sender().unwrap().to_string();
        let name = if service.starts_with('/') { sender } else { service.to_owned() };
        self.0.lock().unwrap().push(name);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

impl<'session> Desk<'session> {
    /// Before a window is opened: it asks at its start who is there.
    pub fn start(session: &'session Connection) -> Self {
        let (shown, trays) = (Arc::default(), Arc::default());
        let objects = session.object_server();
        objects.at(NOTIFICATIONS_PATH, Notifications(Arc::clone(&shown))).unwrap();
        objects.at("/StatusNotifierWatcher", Watcher(Arc::clone(&trays))).unwrap();
        session.request_name(NOTIFICATIONS).unwrap();
        session.request_name(WATCHER).unwrap();
        Desk { session, shown, trays }
    }

    /// Waits until a notification with this title is asked for.
    pub fn shows(&self, title: &str) -> Shown {
        until(&format!("a notification of {title}"), || {
            self.shown.lock().unwrap().iter().rfind(|shown| shown.title.contains(title)).cloned()
        })
    }

    pub fn shown(&self) -> Vec<Shown> {
        self.shown.lock().unwrap().clone()
    }

    /// A click on it.
    pub fn click(&self, shown: &Shown) {
        let said = (shown.id, "default");
        self.session.emit_signal(None::<&str>, NOTIFICATIONS_PATH, NOTIFICATIONS, "ActionInvoked", &said).unwrap();
        let closed = (shown.id, 2u32);
        self.session
            .emit_signal(None::<&str>, NOTIFICATIONS_PATH, NOTIFICATIONS, "NotificationClosed", &closed)
            .unwrap();
    }

    /// Waits until the mouse is told this over an icon in the tray.
    pub fn tray_says(&self, words: &str) {
        type ToolTip = (String, Vec<(i32, i32, Vec<u8>)>, String, String);
        let mut last = Vec::new();
        let said = within(PATIENCE, || {
            let trays = self.trays.lock().unwrap().clone();
            let says = |name: String| {
                let tip: OwnedValue = self.tray(name).get_property("ToolTip").ok()?;
                ToolTip::try_from(tip).ok().map(|tip| tip.3)
            };
            last = trays.into_iter().filter_map(says).collect::<Vec<String>>();
            last.iter().any(|said| said.contains(words)).then_some(())
        });
        assert!(said.is_some(), "no icon in the tray says {words:?}, but {last:?}");
    }

    fn tray(&self, name: String) -> Proxy<'static> {
        zbus::blocking::proxy::Builder::new(self.session)
            .destination(name)
            .unwrap()
            .path("/StatusNotifierItem")
            .unwrap()
            .interface(ITEM)
            .unwrap()
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
            .unwrap()
    }
}
