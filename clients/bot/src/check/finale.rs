//! The last reading: each user's whole inbox, page by page, and what was said with some of their peers, each read on a
//! device that has never been disturbed.

use std::collections::HashMap;
use std::net::SocketAddr;

use longlink::wire::{Code, Frame};
use longlink_client::pb;

use super::accounts::Account;
use super::device::Phase;
use super::link::{Door, Gone, Link, Secured};
use super::recorder::Recorder;
use super::words::reader_of;

/// A server, and how links to it are encrypted.
#[derive(Clone)]
pub(super) struct Reached {
    pub(super) at: SocketAddr,
    pub(super) secured: Option<Secured>,
}

/// A link that only asks: to set things up, and to read at the end. It reads no pushes.
pub(super) struct Asker {
    pub(super) link: Link,
    pub(super) number: u32,
    pub(super) reader: u32,
    pub(super) hello: pb::HelloReply,
}

impl Asker {
    /// `all`: it is going to read everything, page by page.
    pub(super) async fn begin(
        server: &Reached,
        account: &Account,
        what: &str,
        all: bool,
        recorder: &Recorder,
    ) -> Result<Self, String> {
        let at = server.at;
        let failed = |gone| format!("{} cannot log in at {at}: {}", account.name, in_words(gone));
        let mut link = Link::connect(server.at, Door::Tcp, server.secured.as_ref()).await.map_err(failed)?;
        let request = pb::HelloRequest {
            credential: Some(account.credential.clone()),
            device_id: what.to_owned(),
            resume: None,
            client: "longlink check".to_owned(),
        };
        let hello = link.call(&request, ignored).await.map_err(failed)?;
        if hello.code() != Code::Ok {
            return Err(format!("{} cannot log in at {at}: {}", account.name, hello.message));
        }
        let reader = recorder.reader(account.user, format!("{} ({what})", account.name), all);
        let number = recorder.link(reader, None, &hello);
        Ok(Self { link, number, reader, hello })
    }

    /// The whole inbox behind `after`: where entries lie, and who wrote them under which name.
    async fn inbox(&mut self, mut after: i64, recorder: &Recorder) -> Result<Vec<pb::Entry>, Gone> {
        let mut entries = Vec::new();
        loop {
            let request = pb::SyncRequest { after, limit: 1_000, wait_ms: 0 };
            let page = self.link.call(&request, ignored).await?;
            if page.code() != Code::Ok {
                return Err(Gone::Unreadable(format!("a page of the inbox was refused: {}", page.message)));
            }
            recorder.page(self.number, after, &page);
            entries.extend(page.entries);
            if !page.more {
                return Ok(entries);
            }
            if page.cursor <= after {
                return Err(Gone::Unreadable(format!("a page behind {after} has more, and goes on behind {after}")));
            }
            after = page.cursor;
        }
    }

    async fn talk(&mut self, peer: i64, after: i64, recorder: &Recorder) -> Result<(), Gone> {
        let mut entries: Vec<pb::Entry> = Vec::new();
        let mut before = 0;
        loop {
            let page = self.link.call(&pb::HistoryRequest { peer, before, limit: 1_000 }, ignored).await?;
            if page.code() == Code::NotFound {
                // A group that one is not in any more.
                return Ok(());
            }
            let more = page.more;
            entries.extend(page.entries);
            match entries.last() {
                Some(last) if more && last.queue_id > after && (before == 0 || last.queue_id < before) => {
                    before = last.queue_id;
                }
                Some(_) | None => break,
            }
        }
        entries.retain(|entry| entry.queue_id > after);
        recorder.talk(self.reader, peer, after, &entries);
        Ok(())
    }
}

/// Reads everything of everybody behind `start`. Gives up to where each device has to read now, and up to where
/// everything was there to be read.
pub(super) async fn read_all(
    server: &Reached,
    accounts: &[Account],
    devices: &[(i64, u32)],
    peers: &[i64],
    start: i64,
    recorder: &Recorder,
) -> Result<(Phase, i64), String> {
    let mut targets = HashMap::new();
    let mut upto = None;
    for account in accounts {
        let mut asker = Asker::begin(server, account, "inbox", true, recorder).await?;
        let upto = *upto.get_or_insert(asker.hello.head);
        let failed = |gone| format!("{} cannot read the inbox: {}", account.name, in_words(gone));
        let entries = asker.inbox(start, recorder).await.map_err(failed)?;
        for (_, reader) in devices.iter().filter(|(user, _)| *user == account.user) {
            // What a device wrote itself it need not be shown.
            let others = entries
                .iter()
                .filter(|entry| entry.from != account.user || reader_of(&entry.client_msg_id) != Some(*reader));
            let last = others.map(|entry| entry.queue_id).filter(|at| *at <= upto).max();
            targets.insert(*reader, last.unwrap_or_default());
        }
        for peer in peers {
            let failed = |gone| format!("{} cannot read the history with {peer}: {}", account.name, in_words(gone));
            asker.talk(*peer, start, recorder).await.map_err(failed)?;
        }
    }
    Ok((Phase::Reading(targets.into()), upto.unwrap_or_default()))
}

fn ignored(_: Frame) {}

pub(super) fn in_words(gone: Gone) -> String {
    match gone {
        Gone::Broken => "the connection broke".to_owned(),
        Gone::Stopped(why) => format!("the server ended the link: {why}"),
        Gone::Unreadable(why) => why,
    }
}
