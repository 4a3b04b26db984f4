//! Files and pictures that are shown: got when they are wanted.

use std::path::PathBuf;

use longlink_client::pb;

use super::{Session, Wish};

impl Session {
    /// Gets a file, also one that failed before.
    pub fn download(&mut self, hash: &str, size: i64) {
        let size = u64::try_from(size).unwrap_or_default();
        if !hash.is_empty() && self.media.want(hash, true) {
            self.wish(Wish::Download { hash: hash.to_owned(), size, is_avatar: false });
        }
    }

    /// Copies a file to where the person wants it. [`Media::take_saved`](crate::model::Media::take_saved) tells how that went.
    pub fn save(&mut self, media: &pb::Media, to: PathBuf) {
        let size = u64::try_from(media.size).unwrap_or_default();
        self.wish(Wish::Save { hash: media.hash.clone(), size, name: media.name.clone(), to });
    }

    pub fn cancel_download(&mut self, hash: &str) {
        if self.media.call_off(hash) {
            self.wish(Wish::CancelDownload { hash: hash.to_owned() });
        }
    }

    /// Gets a picture that is shown, if it does not lie here: to be called whenever it is before the person's eyes. One that
    /// failed is not tried again by itself before the next login.
    pub fn want_picture(&mut self, hash: &str, size: i64) {
        let size = u64::try_from(size).unwrap_or_default();
        if !hash.is_empty() && self.media.want(hash, false) {
            self.wish(Wish::Download { hash: hash.to_owned(), size, is_avatar: false });
        }
    }

    /// The same with the picture of a person or a group.
    pub fn want_avatar(&mut self, hash: &str) {
        if !hash.is_empty() && self.media.want(hash, false) {
            self.wish(Wish::Download { hash: hash.to_owned(), size: 0, is_avatar: true });
        }
    }
}
