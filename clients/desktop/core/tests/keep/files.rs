//! Files, pictures and avatars, against the server's real doors.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use image::{ImageFormat, Rgb, RgbImage};
use longlink_client::{Code, pb};
use longlink_desktop_core::accounts::AccountKey;
use longlink_desktop_core::bridge::{Seen, Showing};
use longlink_desktop_core::files::hash_of;
use longlink_desktop_core::model::{Failure, Outgoing, Source, Ticket, Told, Wish};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::support::{ANNA, App, BOB, Road, World, form, text_to};

fn picture(side: u32) -> Vec<u8> {
    let picture =
        RgbImage::from_fn(side, side / 2, |x, y| Rgb([(x % 251) as u8, (y % 241) as u8, (x * y % 239) as u8]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn media_to(to: i64, content_type: pb::ContentType, name: &str, file: Source) -> Outgoing {
    let media = pb::Media { name: name.to_owned(), mime_type: "application/x-thing".to_owned(), ..Default::default() };
    Outgoing { content_type: content_type as u32, content: media.encode_to_vec(), file: Some(file), ..text_to(to, "") }
}

async fn media(app: &mut App, key: &AccountKey) -> (u32, pb::Media) {
    let Told::Entries(entries) = app.told(key, |told| matches!(told, Told::Entries(_))).await else { unreachable!() };
    (entries[0].content_type, pb::Media::decode(&*entries[0].content).unwrap())
}

#[tokio::test]
async fn a_picture_goes_over_with_its_size_and_a_small_one_and_is_seen_on_the_other_side() {
    let world = World::new().await;
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut app, mut other) = (App::start(here.path()), App::start(there.path()));
    let key = app.log_in(world.form(ANNA)).await;
    let other_key = other.log_in(world.form(BOB)).await;
    let bytes = picture(600);
    let path = here.path().join("cat.png");
    std::fs::write(&path, &bytes).unwrap();
    let outgoing = media_to(world.bob, pb::ContentType::Picture, "cat.png", Source::Path(path.clone()));
    app.wish(&key, Wish::Send(outgoing));
    let Told::Prepared { media: prepared, is_picture, .. } =
        app.told(&key, |told| matches!(told, Told::Prepared { .. })).await
    else {
        unreachable!()
    };
    assert!(is_picture && prepared.hash.is_empty() && !prepared.preview.is_empty());
    // It was copied: it may go.
    std::fs::remove_file(&path).unwrap();
    let Told::Uploaded { media: uploaded, .. } = app.told(&key, |told| matches!(told, Told::Uploaded { .. })).await
    else {
        unreachable!()
    };
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;

    let (content_type, received) = media(&mut other, &other_key).await;
    assert_eq!((content_type, &received), (pb::ContentType::Picture as u32, &*uploaded));
    assert_eq!((received.width, received.height, received.size as usize), (600, 300, bytes.len()));
    assert_eq!((&*received.mime_type, &received.hash), ("image/png", &hash_of([&bytes])));

    // On either side it is seen; here it is not even asked for.
    for (app, key) in [(&mut other, &other_key), (&mut app, &key)] {
        let showing =
            Showing { hash: received.hash.clone(), size: received.size as u64, is_avatar: false, side_max: 60 };
        assert!(app.bridge.show(key, showing));
        let Seen::Picture { pixels, .. } = app.next_of(|seen| matches!(seen, Seen::Picture { .. })).await else {
            unreachable!()
        };
        let pixels = pixels.unwrap();
        assert_eq!((pixels.width, pixels.height, pixels.rgba.len()), (60, 30, 60 * 30 * 4));
    }
    app.bridge.close();
    other.bridge.close();
}

#[tokio::test]
async fn what_is_pasted_and_is_no_picture_goes_as_a_file_and_is_saved_under_a_safe_name() {
    let world = World::new().await;
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut app, mut other) = (App::start(here.path()), App::start(there.path()));
    let key = app.log_in(world.form(ANNA)).await;
    let other_key = other.log_in(world.form(BOB)).await;
    // Several pieces of what the store keeps at once.
    let bytes = Bytes::from((0..900_000u32).map(|number| (number % 253) as u8).collect::<Vec<_>>());
    let outgoing = media_to(world.bob, pb::ContentType::Picture, "CON", Source::Bytes(bytes.clone()));
    app.wish(&key, Wish::Send(outgoing));
    let (content_type, received) = media(&mut other, &other_key).await;
    assert_eq!(content_type, pb::ContentType::File as u32);
    let folder = tempfile::tempdir().unwrap();
    for expected in ["_CON", "_CON (1)"] {
        let (hash, size) = (received.hash.clone(), received.size as u64);
        other.wish(&other_key, Wish::Save { hash, size, name: received.name.clone(), to: folder.path().to_owned() });
        let told = other.told(&other_key, |told| matches!(told, Told::Saved { .. })).await;
        let Told::Saved { outcome: Ok(path), .. } = told else { panic!("{told:?}") };
        assert_eq!(path, folder.path().join(expected));
        assert!(std::fs::read(path).unwrap() == bytes);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing half is left");
    app.bridge.close();
    other.bridge.close();
}

/// Texts do not wait for the file that was sent before them; and after a restart the file goes on by its copy.
#[tokio::test]
async fn a_file_that_waits_for_a_link_is_sent_after_a_restart_and_holds_up_nothing() {
    let world = World::new().await;
    let (link, web) = (Road::to(world.server.tcp()).await, Road::to(world.server.http()).await);
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(form(link.address, web.address, ANNA)).await;
    web.cut();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "my notes").unwrap();
    app.wish(&key, Wish::Send(media_to(world.bob, pb::ContentType::File, "notes.txt", Source::Path(path.clone()))));
    app.write(&key, world.bob, "did you get it?");
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    assert_eq!(world.said(), ["did you get it?"]);
    app.bridge.close();
    std::fs::remove_file(&path).unwrap();

    web.lead_to(world.server.http());
    let mut app = App::start(folder.path());
    let key = app.open();
    app.told(&key, |told| matches!(told, Told::Uploaded { .. })).await;
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    let (bob, _events) = world.client(BOB).await;
    let history = bob.history(world.anna, 0, 1).await.unwrap();
    let media = pb::Media::decode(&*history.entries[0].content).unwrap();
    assert_eq!((media.hash, media.size), (hash_of(["my notes"]), 8));
    app.bridge.close();
}

#[tokio::test]
async fn what_the_server_does_not_take_or_cannot_be_read_is_told_and_can_be_thrown_away() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    let too_large = Bytes::from(vec![7; (4 << 20) + 1]);
    app.wish(&key, Wish::Send(media_to(world.bob, pb::ContentType::File, "large", Source::Bytes(too_large))));
    let told = app.told(&key, |told| matches!(told, Told::Refused { .. })).await;
    let Told::Refused { client_msg_id, failure } = told else { unreachable!() };
    assert_eq!(failure, Failure::refused(Code::TooLarge));
    app.wish(&key, Wish::Discard { client_msg_id });

    let gone = folder.path().join("gone.txt");
    app.wish(&key, Wish::Send(media_to(world.bob, pb::ContentType::File, "gone", Source::Path(gone.clone()))));
    let told = app.told(&key, |told| matches!(told, Told::Refused { .. })).await;
    assert!(matches!(&told, Told::Refused { failure: Failure::File(why), .. } if why.contains("gone.txt")), "{told:?}");
    // It is there after all, and the person wishes it again.
    let Told::Refused { client_msg_id, .. } = told else { unreachable!() };
    std::fs::write(&gone, "here").unwrap();
    let again = Outgoing { client_msg_id, ..media_to(world.bob, pb::ContentType::File, "gone", Source::Path(gone)) };
    app.wish(&key, Wish::Send(again));
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    app.bridge.close();
}

#[tokio::test]
async fn an_avatar_is_uploaded_and_seen_by_everybody() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    let path = folder.path().join("me.png");
    std::fs::write(&path, picture(64)).unwrap();
    app.wish(&key, Wish::UploadAvatar { ticket: Ticket(3), path });
    let told = app.told(&key, |told| matches!(told, Told::AvatarUploaded { .. })).await;
    let Told::AvatarUploaded { ticket: Ticket(3), outcome: Ok(hash) } = told else { panic!("{told:?}") };
    assert!(app.bridge.show(&key, Showing { hash, size: 0, is_avatar: true, side_max: 32 }));
    let Seen::Picture { pixels, .. } = app.next_of(|seen| matches!(seen, Seen::Picture { .. })).await else {
        unreachable!()
    };
    assert_eq!(pixels.unwrap().width, 32);

    let path = folder.path().join("not-me.txt");
    std::fs::write(&path, "no picture").unwrap();
    app.wish(&key, Wish::UploadAvatar { ticket: Ticket(4), path });
    let told = app.told(&key, |told| matches!(told, Told::AvatarUploaded { .. })).await;
    let refused = Failure::refused(Code::BadRequest);
    assert_eq!(told, Told::AvatarUploaded { ticket: Ticket(4), outcome: Err(refused) });
    app.bridge.close();
}

#[tokio::test]
async fn a_file_that_the_server_does_not_have_is_gone() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    for hash in ["ab".repeat(32), "../../etc/passwd".to_owned()] {
        app.wish(&key, Wish::Download { hash, size: 9, is_avatar: false });
        let told = app.told(&key, |told| matches!(told, Told::DownloadFailed { .. } | Told::Downloaded { .. })).await;
        assert!(matches!(told, Told::DownloadFailed { is_gone: true, .. }), "{told:?}");
    }
    app.bridge.close();
}

/// A server that cuts the first answer in the midst, and writes down from where on it was asked.
async fn cutting(server: std::net::SocketAddr, after: usize) -> (std::net::SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&heads);
    tokio::spawn(async move {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = TcpStream::connect(server).await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(near.read_u8().await.unwrap());
            }
            far.write_all(&head).await.unwrap();
            let is_first = noted.lock().unwrap().is_empty();
            noted.lock().unwrap().push(String::from_utf8(head).unwrap().to_lowercase());
            if is_first {
                let mut part = vec![0; after];
                far.read_exact(&mut part).await.unwrap();
                near.write_all(&part).await.unwrap();
            } else {
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            }
        }
    });
    (address, heads)
}

#[tokio::test]
async fn a_download_that_breaks_off_goes_on_where_it_was() {
    let world = World::new().await;
    let bytes: Vec<u8> = (0..2_000_000u32).map(|number| (number.wrapping_mul(number) % 251) as u8).collect();
    let hash = hash_of([&bytes]);
    let sender = tempfile::tempdir().unwrap();
    let mut bob = App::start(sender.path());
    let key = bob.log_in(world.form(BOB)).await;
    let file = Source::Bytes(bytes.clone().into());
    bob.wish(&key, Wish::Send(media_to(world.anna, pb::ContentType::File, "large.bin", file)));
    bob.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    bob.bridge.close();

    let (web, heads) = cutting(world.server.http(), 1_200_000).await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(form(world.server.tcp(), web, ANNA)).await;
    app.wish(&key, Wish::Download { hash: hash.clone(), size: bytes.len() as u64, is_avatar: false });
    let mut progress = 0;
    loop {
        let told = app.told(&key, |_| true).await;
        match told {
            Told::Downloading { progress: now, .. } => {
                assert!(now.done > progress && now.of == bytes.len() as u64, "{now:?} behind {progress}");
                progress = now.done;
            }
            Told::Downloaded { .. } => break,
            Told::DownloadFailed { why, .. } => panic!("{why}"),
            _ => {}
        }
    }
    assert_eq!(progress, bytes.len() as u64);
    let heads = heads.lock().unwrap().clone();
    assert_eq!(heads.len(), 2);
    assert!(!heads[0].contains("range:"));
    let from = heads[1].split("range: bytes=").nth(1).unwrap().split('-').next().unwrap().parse::<u64>().unwrap();
    assert!(from > 1_000_000 && from <= 1_200_000, "{from}");
    let to = folder.path().join("saved.bin");
    app.wish(&key, Wish::Save { hash, size: bytes.len() as u64, name: "x".to_owned(), to: to.clone() });
    app.told(&key, |told| matches!(told, Told::Saved { outcome: Ok(_), .. })).await;
    assert!(std::fs::read(to).unwrap() == bytes);
    app.bridge.close();
}

/// Something between us and the server gives other bytes than those that were asked for.
#[tokio::test]
async fn bytes_that_are_not_what_their_hash_says_are_not_kept() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let web = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(near.read_u8().await.unwrap());
            }
            let body =
                if String::from_utf8_lossy(&head).contains("/files/ab") { "other bytes" } else { "far too many bytes" };
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            near.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(form(world.server.tcp(), web, ANNA)).await;
    for hash in ["ab".repeat(32), "cd".repeat(32)] {
        app.wish(&key, Wish::Download { hash, size: 11, is_avatar: false });
        let told = app.told(&key, |told| matches!(told, Told::DownloadFailed { .. } | Told::Downloaded { .. })).await;
        assert!(matches!(told, Told::DownloadFailed { is_gone: false, .. }), "{told:?}");
    }
    app.bridge.close();
}

/// Everything over TLS, trusted by the server's own certificate alone.
#[tokio::test]
async fn links_and_files_go_over_tls_by_the_same_trust() {
    use longlink_desktop_core::accounts::Shield;
    let world = World::with(super::support::open_doors).await;
    let ports = world.server.ports();
    let certificate = world.folder().join("certificate.pem");
    let secure = |protection| {
        let mut form = form(ports.tcp_tls.unwrap(), ports.https.unwrap(), ANNA);
        form.protection = protection;
        form
    };
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    app.bridge.log_in(secure(Shield::Pinned("ab".repeat(32))));
    assert!(matches!(app.next_of(|_| true).await, Seen::LoginFailed(_)), "it is another certificate");
    let key = app.log_in(secure(Shield::File(certificate))).await;
    assert!(app.bridge.accounts()[0].is_protected());
    let outgoing = media_to(world.bob, pb::ContentType::Picture, "cat.png", Source::Bytes(picture(100).into()));
    app.wish(&key, Wish::Send(outgoing));
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    app.bridge.close();
}
