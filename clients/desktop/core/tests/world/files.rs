//! Pictures and files.

use longlink_desktop_core::model::{Content, Delivery, Download, Item, NewMessage, Source};

use super::person::Person;
use crate::keep::support::{ANNA, BOB, World};

/// A picture of this many pixels to a side.
fn picture(side: u32) -> Vec<u8> {
    let image = image::RgbImage::from_fn(side, side, |x, y| image::Rgb([x as u8, y as u8, 99]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_file_go_from_one_to_the_other() {
    let world = World::new().await;
    let (at_annas, at_bobs, saved) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let anna = Person::log_in(at_annas.path(), world.form(ANNA)).await;
    let bob = Person::log_in(at_bobs.path(), world.form(BOB)).await;
    anna.open(world.bob).await;
    bob.open(world.anna).await;

    let bytes = picture(64);
    let pasted = Source::Bytes(bytes.clone().into());
    anna.session().send_file(world.bob, pasted, "pasted.png", true, NewMessage::text("look")).unwrap();
    assert_eq!(anna.session().thread.as_ref().unwrap().items[0].delivery, Delivery::Uploading);
    let report = saved.path().join("report.txt");
    std::fs::write(&report, "all is well").unwrap();
    anna.session().send_file(world.bob, Source::Path(report.clone()), "", false, NewMessage::default()).unwrap();
    anna.say(world.bob, "two files");

    bob.until("all three", |session| session.thread.as_ref().unwrap().items.len() == 3).await;
    let upload_of = |item: &Item| match &item.content {
        Content::Upload(upload) => Some(upload.clone()),
        _ => None,
    };
    let uploads: Vec<_> = bob.session().thread.iter().flat_map(|thread| &thread.items).filter_map(upload_of).collect();
    let shown = uploads.iter().find(|upload| upload.is_picture).unwrap().media.clone();
    assert_eq!((shown.width, shown.height, shown.size as usize, shown.caption.as_str()), (64, 64, bytes.len(), "look"));
    assert!(!shown.preview.is_empty());
    let file = uploads.iter().find(|upload| !upload.is_picture).unwrap().media.clone();
    assert_eq!((file.name.as_str(), file.size), ("report.txt", 11));

    bob.session().want_picture(&shown.hash, shown.size);
    bob.until("here", |session| session.media.of(&shown.hash) == Some(&Download::Here)).await;
    bob.session().save(&file, saved.path().to_owned());
    let mut outcome = None;
    while outcome.is_none() {
        bob.until("saved", |session| session.media.has_saved()).await;
        outcome = bob.session().media.take_saved();
    }
    let path = outcome.unwrap().outcome.unwrap();
    assert_ne!(path, report, "what was there stays");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "all is well");
}
