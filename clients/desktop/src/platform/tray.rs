//! The tray: an icon that is marked while something is unread, and a menu that opens the window or ends the program.
//!
//! On Linux it speaks D-Bus, which may be slow or missing, so it has a thread of its own. Windows and macOS want it on the
//! thread with the window.

use tray_icon::menu::{Menu, MenuEvent, MenuItem};
use tray_icon::{Icon, MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};

use super::{APP_ID, Happened, Teller, icon};

/// What the tray shows, in the person's language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Face {
    pub unread: u64,
    pub tooltip: String,
    /// The menu's two entries.
    pub open: String,
    pub quit: String,
}

const OPEN: &str = "open";
const QUIT: &str = "quit";

/// The icon and its menu, on the thread that made them.
struct Shown {
    tray: TrayIcon,
    open: MenuItem,
    quit: MenuItem,
    is_marked: bool,
}

impl Shown {
    fn new() -> Result<Shown, String> {
        let open = MenuItem::with_id(OPEN, "longlink", true, None);
        let quit = MenuItem::with_id(QUIT, "×", true, None);
        let menu = Menu::with_items(&[&open, &quit]).map_err(|err| err.to_string())?;
        let tray = TrayIconBuilder::new()
            .with_id(APP_ID)
            .with_menu(Box::new(menu))
            .with_menu_on_left_click(false)
            .with_title("longlink")
            .with_icon(drawn(false)?)
            .build()
            .map_err(|err| err.to_string())?;
        Ok(Shown { tray, open, quit, is_marked: false })
    }

    fn show(&mut self, face: &Face) -> Result<(), String> {
        let is_marked = face.unread > 0;
        if is_marked != self.is_marked {
            self.tray.set_icon(Some(drawn(is_marked)?)).map_err(|err| err.to_string())?;
            self.is_marked = is_marked;
        }
        self.tray.set_tooltip(Some(&face.tooltip)).map_err(|err| err.to_string())?;
        self.open.set_text(&face.open);
        self.quit.set_text(&face.quit);
        Ok(())
    }
}

fn drawn(is_marked: bool) -> Result<Icon, String> {
    let (rgba, width, height) = icon::tray(is_marked);
    Icon::from_rgba(rgba, width, height).map_err(|err| err.to_string())
}

/// There is one tray in a process, so that what is clicked is told to the one window.
fn listen(teller: &Teller) {
    let of_menu = teller.clone();
    MenuEvent::set_event_handler(Some(move |event: MenuEvent| match event.id.0.as_str() {
        OPEN => of_menu.tell(Happened::Open),
        QUIT => of_menu.tell(Happened::Quit),
        _ => {}
    }));
    let of_icon = teller.clone();
    TrayIconEvent::set_event_handler(Some(move |event: TrayIconEvent| {
        if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } = event {
            of_icon.tell(Happened::Open);
        }
    }));
}

fn is_missing(why: &str) {
    tracing::info!("no tray icon: {why}");
}

pub(super) use there::Tray;

#[cfg(all(unix, not(target_os = "macos")))]
mod there {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
    use std::sync::{Arc, Mutex, PoisonError};
    use std::thread;

    use zbus::blocking::Connection;
    use zbus::blocking::fdo::DBusProxy;

    use super::{Face, Shown, Teller, is_missing, listen};

    /// Who shows trays, by the name that KDE gave it and everybody kept.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";

    /// The thread looks at the face when the bell rings: one that it was too slow for is passed over.
    pub(in crate::platform) struct Tray {
        face: Arc<Mutex<Face>>,
        bell: SyncSender<()>,
        is_there: Arc<AtomicBool>,
    }

    impl Tray {
        pub(in crate::platform) fn start(teller: &Teller) -> Tray {
            let face = Arc::new(Mutex::new(Face::default()));
            let is_there = Arc::new(AtomicBool::new(false));
            let (bell, rings) = sync_channel(1);
            let (seen, found, teller) = (Arc::clone(&face), Arc::clone(&is_there), teller.clone());
            let started = thread::Builder::new().name("tray".into()).spawn(move || run(&seen, &rings, &teller, &found));
            if let Err(err) = started {
                is_missing(&err.to_string());
            }
            Tray { face, bell, is_there }
        }

        pub(in crate::platform) fn is_there(&self) -> bool {
            self.is_there.load(Ordering::Relaxed)
        }

        pub(in crate::platform) fn show(&mut self, face: Face) {
            let mut shown = self.face.lock().unwrap_or_else(PoisonError::into_inner);
            if *shown != face {
                *shown = face;
                // It has rung already, or nobody listens.
                let _ = self.bell.try_send(());
            }
        }
    }

    /// Until the window is gone, or the tray is.
    fn run(face: &Mutex<Face>, rings: &Receiver<()>, teller: &Teller, is_there: &AtomicBool) {
        listen(teller);
        let mut shown = match Shown::new() {
            Ok(shown) => shown,
            Err(why) => return is_missing(&why),
        };
        match is_watched() {
            Ok(true) => is_there.store(true, Ordering::Relaxed),
            // One that comes later shows the icon too; nobody counts on it.
            Ok(false) => is_missing("nothing on this desktop shows one"),
            Err(err) => is_missing(&err.to_string()),
        }
        for () in rings {
            let now = face.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Err(why) = shown.show(&now) {
                is_there.store(false, Ordering::Relaxed);
                return is_missing(&why);
            }
        }
    }

    fn is_watched() -> zbus::Result<bool> {
        let bus = Connection::session()?;
        Ok(DBusProxy::new(&bus)?.name_has_owner(WATCHER.try_into()?)?)
    }
}

#[cfg(any(windows, target_os = "macos"))]
mod there {
    use super::{Face, Shown, Teller, is_missing, listen};

    pub(in crate::platform) struct Tray {
        shown: Option<Shown>,
        face: Face,
    }

    impl Tray {
        pub(in crate::platform) fn start(teller: &Teller) -> Tray {
            listen(teller);
            let shown = Shown::new().inspect_err(|why| is_missing(why)).ok();
            Tray { shown, face: Face::default() }
        }

        pub(in crate::platform) fn is_there(&self) -> bool {
            self.shown.is_some()
        }

        pub(in crate::platform) fn show(&mut self, face: Face) {
            if face == self.face {
                return;
            }
            let Some(shown) = &mut self.shown else { return };
            if let Err(why) = shown.show(&face) {
                is_missing(&why);
                self.shown = None;
            }
            self.face = face;
        }
    }
}
