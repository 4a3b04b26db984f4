//! Notifications, as the desktop shows them: one thread shows them, and a few wait for a click.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use longlink_desktop_core::model::Peer;
use notify_rust::{Notification, NotificationResponse};

use super::{APP_ID, Happened, Teller};

/// What waits to be shown; of more than this nobody reads the rest, and it is dropped.
const WAITING_MAX: usize = 16;

/// Notifications whose click is waited for. On one that is shown beyond this a click does nothing.
const CLICKS_MAX: usize = 8;

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whose conversation a click opens.
    pub peer: Peer,
    pub title: String,
    pub body: String,
    /// What a click does, in the person's language.
    pub open: String,
}

pub(super) struct Notices {
    queue: SyncSender<Notice>,
}

impl Notices {
    pub(super) fn start(teller: Teller) -> Notices {
        introduce();
        let (queue, notices) = sync_channel(WAITING_MAX);
        let started = thread::Builder::new().name("notices".into()).spawn(move || show_all(&notices, &teller));
        if let Err(err) = started {
            tracing::warn!("no notifications: a thread for them cannot be started: {err}");
        }
        Notices { queue }
    }

    pub(super) fn show(&self, notice: Notice) {
        if self.queue.try_send(notice).is_err() {
            tracing::debug!("a notification was dropped: {WAITING_MAX} wait, or nobody shows them");
        }
    }
}

/// Until the window is gone.
fn show_all(notices: &Receiver<Notice>, teller: &Teller) {
    let clicks = Arc::new(AtomicUsize::new(0));
    let mut has_failed = false;
    let mut takes_markup = None;
    for notice in notices {
        // Asked once it matters: who never gets a message needs no bus.
        let takes_markup = *takes_markup.get_or_insert_with(takes_markup_now);
        match notification(&notice, takes_markup).show() {
            Ok(shown) => await_click(shown, notice.peer, teller, &clicks),
            Err(err) if !has_failed => {
                tracing::warn!("no notifications: the desktop does not show them: {err}");
                has_failed = true;
            }
            Err(_) => {}
        }
    }
}

fn notification(notice: &Notice, takes_markup: bool) -> Notification {
    let mut made = Notification::new();
    made.appname("longlink").summary(&notice.title);
    if takes_markup {
        made.body(&escaped(&notice.body));
    } else {
        made.body(&notice.body);
    }
    for_platform(&mut made, notice);
    made
}

#[cfg(all(unix, not(target_os = "macos")))]
fn for_platform(made: &mut Notification, notice: &Notice) {
    use notify_rust::Hint;
    made.icon(APP_ID)
        .action("default", &notice.open)
        .hint(Hint::DesktopEntry(APP_ID.into()))
        .hint(Hint::Category("im.received".into()));
}

#[cfg(windows)]
fn for_platform(made: &mut Notification, _notice: &Notice) {
    made.app_id(APP_ID);
}

#[cfg(target_os = "macos")]
fn for_platform(_made: &mut Notification, _notice: &Notice) {}

/// Says to Windows what the program is called; without it a notification would be PowerShell's.
#[cfg(windows)]
fn introduce() {
    let told = windows_registry::CURRENT_USER
        .create(format!(r"Software\Classes\AppUserModelId\{APP_ID}"))
        .and_then(|key| key.set_string("DisplayName", "longlink"));
    if let Err(err) = told {
        tracing::warn!("notifications may not be shown: the registry does not take the program's name: {err}");
    }
}

#[cfg(not(windows))]
fn introduce() {}

/// Waits on a thread of its own, since that is how long a notification may stand.
#[cfg(not(target_os = "macos"))]
fn await_click(shown: notify_rust::NotificationHandle, peer: Peer, teller: &Teller, clicks: &Arc<AtomicUsize>) {
    if clicks.fetch_add(1, Ordering::Relaxed) >= CLICKS_MAX {
        clicks.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    let (teller, counted) = (teller.clone(), Arc::clone(clicks));
    let started = thread::Builder::new().name("notice-click".into()).spawn(move || {
        let _ = shown.wait_for_response(|response: &NotificationResponse| {
            if matches!(response, NotificationResponse::Default | NotificationResponse::Action(_)) {
                teller.tell(Happened::Talk(peer));
            }
        });
        counted.fetch_sub(1, Ordering::Relaxed);
    });
    if started.is_err() {
        clicks.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(target_os = "macos")]
fn await_click(_shown: notify_rust::NotificationHandle, _peer: Peer, _teller: &Teller, _clicks: &Arc<AtomicUsize>) {}

/// Some desktops read the body as markup; what a person wrote is text.
#[cfg(all(unix, not(target_os = "macos")))]
fn takes_markup_now() -> bool {
    // Without an answer it is taken for one that does: a visible `&lt;` is better than somebody else's link.
    notify_rust::get_capabilities().map_or(true, |offered| offered.iter().any(|word| word == "body-markup"))
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn takes_markup_now() -> bool {
    false
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_is_no_markup() {
        let notice =
            Notice { peer: 7, title: "Anna".into(), body: "<a href='http://x'>1 & 2</a>".into(), open: "Open".into() };
        assert_eq!(notification(&notice, true).body, "&lt;a href='http://x'&gt;1 &amp; 2&lt;/a&gt;");
        assert_eq!(notification(&notice, false).body, notice.body);
    }
}
