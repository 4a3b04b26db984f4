//! Files and pictures that come from the server.

use longlink_client::pb;
use longlink_desktop_core::model::{Download, Progress, Told, Wish};

use super::support::*;

fn downloads(stage: &mut Stage) -> Vec<(String, bool)> {
    stage.take(|wish| match wish {
        Wish::Download { hash, is_avatar, .. } => Some((hash.clone(), *is_avatar)),
        _ => None,
    })
}

#[test]
fn a_picture_that_is_shown_in_each_frame_is_got_once() {
    let mut stage = Stage::online(0);
    for _ in 0..60 {
        stage.session.want_picture("aa", 100);
        stage.session.want_avatar("bb");
        stage.session.want_avatar("");
    }
    assert_eq!(downloads(&mut stage), [("aa".into(), false), ("bb".into(), true)]);
    stage.tell(Told::Downloading { hash: "aa".into(), progress: Progress { done: 10, of: 100 } });
    assert_eq!(stage.session.media.of("aa"), Some(&Download::Loading(Progress { done: 10, of: 100 })));
    stage.tell(Told::Downloaded { hash: "aa".into() });
    assert_eq!(stage.session.media.of("aa"), Some(&Download::Here));
    stage.session.want_picture("aa", 100);
    assert!(downloads(&mut stage).is_empty());
}

#[test]
fn what_failed_is_tried_again_by_wish_or_with_another_link_but_not_what_is_gone() {
    let mut stage = Stage::online(0);
    let fail = |is_gone| Told::DownloadFailed { hash: "aa".into(), why: "away".into(), is_gone };
    stage.session.want_picture("aa", 100);
    stage.tell(fail(false));
    stage.wishes();
    stage.session.want_picture("aa", 100);
    assert!(downloads(&mut stage).is_empty(), "not in each frame");
    stage.session.download("aa", 100);
    assert_eq!(downloads(&mut stage).len(), 1);
    stage.tell(fail(false));
    stage.connect(0, 0);
    stage.session.want_picture("aa", 100);
    assert_eq!(downloads(&mut stage).len(), 1);
    stage.tell(fail(true));
    stage.connect(0, 0);
    stage.session.download("aa", 100);
    assert!(downloads(&mut stage).is_empty());
}

#[test]
fn a_download_that_was_called_off_is_not_shown_as_coming() {
    let mut stage = Stage::online(0);
    stage.session.download("aa", 100);
    stage.session.cancel_download("aa");
    stage.session.cancel_download("aa");
    stage.tell(Told::Downloading { hash: "aa".into(), progress: Progress::default() });
    assert_eq!(stage.session.media.of("aa"), None);
    assert_eq!(stage.wishes().iter().filter(|wish| matches!(wish, Wish::CancelDownload { .. })).count(), 1);
}

#[test]
fn where_a_file_was_saved_is_told_once() {
    let mut stage = Stage::online(0);
    let media = pb::Media { hash: "aa".into(), name: "a.pdf".into(), size: 5, ..Default::default() };
    stage.session.save(&media, "/downloads".into());
    let expected = Wish::Save { hash: "aa".into(), size: 5, name: "a.pdf".into(), to: "/downloads".into() };
    assert!(stage.wishes().contains(&expected));
    stage.tell(Told::Saved { hash: "aa".into(), outcome: Ok("/downloads/a (2).pdf".into()) });
    let saved = stage.session.media.take_saved().unwrap();
    assert_eq!(saved.outcome, Ok("/downloads/a (2).pdf".into()));
    assert_eq!(stage.session.media.take_saved(), None);
}
