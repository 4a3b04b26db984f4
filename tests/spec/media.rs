//! Messages that name an upload (D7): what is checked before they go into the log.

use longlink::wire::pb::{ContentType, Media};
use longlink::wire::{Code, Command, pb};
use prost::Message;

use crate::support::files::{avatar, file, media, png};
use crate::support::{Peer, World};

async fn send(peer: &mut Peer, id: &str, content_type: ContentType, content: Vec<u8>) -> pb::SendReply {
    let request = pb::SendRequest {
        to: peer.user,
        client_msg_id: id.into(),
        content_type: content_type as u32,
        content: content.into(),
        ..Default::default()
    };
    peer.call(Command::Send, &request).await
}

/// A user on a link, and their token.
async fn anna(world: &World) -> (Peer, String) {
    let (_, token) = world.user("anna").await;
    let mut peer = world.stranger().await;
    peer.hello(&token, "phone", None).await;
    (peer, token)
}

#[tokio::test]
async fn a_picture_and_a_file_that_were_uploaded_may_be_sent_by_anybody() {
    let world = World::new().await;
    let (_, token) = world.user("bob").await;
    let (mut anna, _) = anna(&world).await;
    let picture = png(64, 32);
    let hash = file(&world, &token, &picture).await;
    let full = Media {
        name: "Ünïcode 图.png".into(),
        width: 64,
        height: 32,
        preview: b"\xff\xd8\xff\xe0 a small one".to_vec().into(),
        caption: "two\nlines".into(),
        ..media(&hash, "image/png", picture.len())
    };
    let sent = send(&mut anna, "1", ContentType::Picture, full.encode_to_vec()).await;
    assert_eq!(sent.code(), Code::Ok, "{}", sent.message);
    // A file is what its sender says that it is.
    let page = file(&world, &token, b"<p>").await;
    let sent = send(&mut anna, "2", ContentType::File, media(&page, "text/html", 3).encode_to_vec()).await;
    assert_eq!(sent.code(), Code::Ok, "{}", sent.message);
    let sent = send(&mut anna, "3", ContentType::File, media(&hash, "image/png", picture.len()).encode_to_vec()).await;
    assert_eq!(sent.code(), Code::Ok, "{}", sent.message);
}

#[tokio::test]
async fn what_names_no_upload_or_says_what_it_is_not_is_refused_and_not_in_the_log() {
    let world = World::new().await;
    let (mut anna, token) = anna(&world).await;
    let picture = png(64, 32);
    let hash = file(&world, &token, &picture).await;
    let text = file(&world, &token, b"abc").await;
    let face = avatar(&world, &token, &png(1, 1)).await;
    let good = media(&hash, "image/png", picture.len());
    let with = |change: &dyn Fn(&mut Media)| {
        let mut media = good.clone();
        change(&mut media);
        media
    };
    let of_text = media(&text, "image/png", 3);
    for (number, (media, code)) in [
        (with(&|media| media.hash = "0".repeat(64)), Code::NotFound),
        (with(&|media| media.hash = String::new()), Code::BadRequest),
        (with(&|media| media.hash = media.hash.to_uppercase()), Code::BadRequest),
        (with(&|media| media.hash = format!("../{}", &media.hash[3..])), Code::BadRequest),
        // An avatar is no file.
        (media(&face, "image/png", png(1, 1).len()), Code::NotFound),
        (with(&|media| media.size += 1), Code::BadRequest),
        (with(&|media| media.size = -media.size), Code::BadRequest),
        (with(&|media| media.mime_type = "image/jpeg".into()), Code::BadRequest),
        (with(&|media| media.mime_type = String::new()), Code::BadRequest),
        (of_text, Code::BadRequest),
        (with(&|media| media.name = "x".repeat(256)), Code::BadRequest),
        (with(&|media| media.name = "../x.png".into()), Code::BadRequest),
        (with(&|media| media.name = "a\\x.png".into()), Code::BadRequest),
        (with(&|media| media.name = "a\nx.png".into()), Code::BadRequest),
        (with(&|media| media.width = 65_536), Code::BadRequest),
        (with(&|media| media.height = u32::MAX), Code::BadRequest),
        (with(&|media| media.preview = picture.clone().into()), Code::BadRequest),
        (with(&|media| media.preview = [b"\xff\xd8\xff".as_slice(), &[0; 16_382]].concat().into()), Code::BadRequest),
        (with(&|media| media.caption = "x".repeat(512 * 1024)), Code::TooLarge),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = send(&mut anna, &number.to_string(), ContentType::Picture, media.encode_to_vec()).await;
        assert_eq!(refused.code(), code, "{number}: {}", refused.message);
    }
    for (number, content) in [b"".to_vec(), b"\xff".to_vec(), "text".into()].into_iter().enumerate() {
        let refused = send(&mut anna, &format!("x{number}"), ContentType::File, content).await;
        assert_eq!(refused.code(), Code::BadRequest, "{}", refused.message);
    }
    assert_eq!(world.server.chat().head().get(), 0);
    // A type of the application's own is not looked into.
    let own = pb::SendRequest { to: anna.user, client_msg_id: "own".into(), content_type: 1000, ..Default::default() };
    assert_eq!(anna.call::<pb::SendReply>(Command::Send, &own).await.code(), Code::Ok);
}
