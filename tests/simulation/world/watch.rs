//! What must hold at every moment: the bounds.

use std::sync::Arc;
use std::time::Duration;

use longlink::server::Server;
use tokio::time::sleep;

use crate::plan::{LINKS_MAX, OUTBOX_BYTES_MAX};
use crate::scene::Scene;
use crate::store::{LINE_MAX, Simulated};

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(100);
/// The header of the last frame that fitted.
const HEADER_BYTES: usize = 20;

/// Looks at the bounds again and again. It holds the server weakly, so that the server can be stopped.
pub(super) async fn bounds(scene: Scene, server: Arc<Server>, store: Arc<Simulated>) {
    let (links, chat) = (Arc::clone(server.links()), Arc::clone(server.chat()));
    drop(server);
    loop {
        for outbox in links.snapshot() {
            let waiting = outbox.waiting_bytes();
            let most = OUTBOX_BYTES_MAX as usize + HEADER_BYTES;
            scene.check(waiting <= most, || format!("{waiting} bytes wait in the outbox of link {}", outbox.link()));
        }
        let (count, strangers, held) = (links.count(), links.strangers(), scene.cables_held());
        scene.check(count <= LINKS_MAX, || format!("there are {count} links"));
        scene.check(strangers <= count, || format!("{strangers} of {count} links are strangers"));
        scene.check(count <= held, || format!("there are {count} links on {held} connections"));
        let longest = store.longest_line();
        scene.check(longest <= LINE_MAX, || format!("{longest} wait for the log"));
        let waiting = chat.presence_waiting();
        scene.check(waiting <= 100, || format!("{waiting} users wait to be looked at"));
        sleep(EVERY).await;
    }
}
