//! What is left on the disk, whatever happens.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::folder::Folder;
use super::*;
use crate::id::UserId;

const SETTINGS: Settings = Settings { at_once_max: 3, at_once_of_user_max: 2, disk_reserve_bytes: 0 };

fn user(number: i64) -> UserId {
    UserId::parse(number).unwrap()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn part(uploads: &Uploads, bytes_max: u64) -> Part {
    uploads.begin(uploads.enter(user(1)).unwrap(), bytes_max).unwrap()
}

#[test]
fn a_content_lies_under_its_hash_and_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(dir.path(), SETTINGS).unwrap();
    let mut part = part(&uploads, 3);
    part.put(b"a").unwrap();
    part.put(b"bc").unwrap();
    let whole = part.end().unwrap();
    let hash = *whole.hash();
    // From FIPS 180-2.
    assert_eq!(hash.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!((whole.size(), whole.picture()), (3, None));
    assert!(!uploads.has(Shelf::Files, &hash).unwrap());
    whole.keep(Shelf::Files).unwrap();
    assert_eq!(files(dir.path()), [uploads.place(Shelf::Files, &hash)]);
    assert_eq!(io::read_to_string(uploads.read(Shelf::Files, &hash).unwrap()).unwrap(), "abc");
    assert!(!uploads.has(Shelf::Avatars, &hash).unwrap(), "the shelves are apart");
    uploads.remove(Shelf::Files, &hash).unwrap();
    uploads.remove(Shelf::Files, &hash).unwrap();
    assert_eq!(files(dir.path()), [""; 0].map(PathBuf::from));
}

#[test]
fn what_is_dropped_on_its_way_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(dir.path(), SETTINGS).unwrap();
    let mut half = part(&uploads, 100);
    half.put(b"half").unwrap();
    assert_eq!(files(dir.path()).len(), 1);
    drop(half);
    assert_eq!(files(dir.path()).len(), 0);
    drop(part(&uploads, 100).end().unwrap());
    assert_eq!(files(dir.path()).len(), 0);
    let mut long = part(&uploads, 2);
    assert!(matches!(long.put(b"abc"), Err(UploadError::TooLong { bytes_max: 2 })));
    drop(long);
    assert_eq!(files(dir.path()).len(), 0);
}

#[test]
fn what_a_crash_leaves_is_gone_after_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(dir.path(), SETTINGS).unwrap();
    let mut half = part(&uploads, 100);
    half.put(b"half").unwrap();
    std::mem::forget(half);
    let mut kept = part(&uploads, 100);
    kept.put(b"kept").unwrap();
    let kept = kept.end().unwrap();
    let hash = *kept.hash();
    kept.keep(Shelf::Avatars).unwrap();
    let uploads = Uploads::open(dir.path(), SETTINGS).unwrap();
    assert_eq!(files(dir.path()), [uploads.place(Shelf::Avatars, &hash)]);
}

#[test]
fn a_disk_that_fills_up_midway_ends_the_upload_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let free = Arc::new(AtomicU64::new(10 << 20));
    let room = {
        let free = Arc::clone(&free);
        move || Some(free.load(Ordering::Relaxed))
    };
    let mut uploads = Uploads::open(dir.path(), SETTINGS).unwrap();
    uploads.folder = Arc::new(Folder::open_with(dir.path(), 4 << 20, Box::new(room)).unwrap());
    let mut half = part(&uploads, 100);
    half.put(b"half").unwrap();
    free.store(4 << 20, Ordering::Relaxed);
    let full = half.put(b"half").unwrap_err();
    assert_eq!(full.to_string(), "the disk has 4 MB left, less than the reserve of 4 MB");
    drop(half);
    assert_eq!(files(dir.path()).len(), 0);
    free.store(3 << 20, Ordering::Relaxed);
    assert!(uploads.begin(uploads.enter(user(1)).unwrap(), 100).is_err());
    free.store(5 << 20, Ordering::Relaxed);
    part(&uploads, 100).end().unwrap();
}

#[test]
fn places_are_bounded_in_all_and_for_each() {
    let dir = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(dir.path(), SETTINGS).unwrap();
    let mut own = vec![uploads.enter(user(1)).unwrap(), uploads.enter(user(1)).unwrap()];
    assert_eq!(uploads.enter(user(1)).unwrap_err(), Full::OfUser(2));
    let other = uploads.enter(user(2)).unwrap();
    assert_eq!(uploads.enter(user(3)).unwrap_err(), Full::All(3));
    own.pop();
    drop(other);
    let again = [uploads.enter(user(1)).unwrap(), uploads.enter(user(3)).unwrap()];
    drop((own, again));
    assert!(uploads.places.is_empty());
}

#[test]
fn pictures_are_known_by_their_first_bytes() {
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x41\0\0\0\xc8".as_slice(), &[8, 6, 0, 0, 0]].concat();
    assert_eq!(Picture::look(&png), Some(Picture { mime: "image/png", width: 321, height: 200 }));
    let gif = b"GIF89a\x40\x01\xf0\0\0\0\0";
    assert_eq!(Picture::look(gif), Some(Picture { mime: "image/gif", width: 320, height: 240 }));
    let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\0\x20\0\x10\x03";
    assert_eq!(Picture::look(jpeg), Some(Picture { mime: "image/jpeg", width: 16, height: 32 }));
    let webp = b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0";
    assert_eq!(Picture::look(webp), Some(Picture { mime: "image/webp", width: 16, height: 32 }));
    // A picture that breaks off is one without a size; what is no picture is none, whatever it is called.
    assert_eq!(Picture::look(b"\x89PNG\r\n\x1a\n\0\0\0\r"), Some(Picture { mime: "image/png", width: 0, height: 0 }));
    for other in
        [b"".as_slice(), b"GIF", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\0\0\x01\0\x01\0", b"%PDF-1.7 "]
    {
        assert_eq!(Picture::look(other), None);
    }
}

// The size of a JPEG stands behind segments that say how long they are: none of them may lead anywhere.
#[test]
fn a_jpeg_of_nothing_but_segments_is_looked_through_once() {
    for segment in
        [b"\xff\xe0\0\x02".as_slice(), b"\xff\xe0\0\0", b"\xff\xe0\0\x01", b"\xff\xd8\0\x02", b"\xff\xe0\xff\xff"]
    {
        let head = [b"\xff\xd8".as_slice(), &segment.repeat(picture::HEAD_BYTES as usize / segment.len())].concat();
        assert_eq!(Picture::look(&head), Some(Picture { mime: "image/jpeg", width: 0, height: 0 }));
    }
}
