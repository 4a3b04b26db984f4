//! A power cut: what was not synced is gone, or there in part. What was acknowledged is there all the same.
//!
//! A kill leaves the system's memory of the files as it was, so it cannot tell a sync from none. `remember.c`, loaded into
//! the server, keeps what a disk would have at any moment; here the files are then made into what a disk may have: of
//! each that was written since its sync, any of the sectors, and of each folder that was changed since its own, any of the
//! names. That is more than file systems do to one, which write names down in order.
//!
//! `LONGLINK_POWER_ROUNDS` says how often, and `LONGLINK_CRASH_SEED` repeats the random choices of a run.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use longlink_bot::check::recorder::Recorder;
use longlink_bot::check::verdict::{Kind, Verdict};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;

use super::crash::{asked, judge, live, say_the_end, whole_log};
use super::program::Home;
use super::walk::{Person, content_of};

const ROUNDS: u64 = 6;
const SENDS: i64 = 40;
/// What a disk writes as a whole or not at all.
const SECTOR_BYTES: usize = 512;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_power_cut_loses_doubles_or_reorders_what_was_acknowledged() {
    let (rounds, seed) = asked("LONGLINK_POWER_ROUNDS", ROUNDS);
    let home = Home::new();
    let disk = Disk::below(&home);
    let home = home.behind(disk.remembering());
    let verdict = live(&home, rounds, seed, "power cut", |random| disk.cut(Survives::Some, random)).await;
    judge(&verdict, rounds);
    assert!(home.ok(&["log", "verify"]).await.ends_with("the store is whole\n"));
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_cut_of_which_nothing_unsynced_does() {
    let verdict = one_cut(false).await;
    assert!(verdict.is_clean(), "{verdict}");
    assert!(verdict.counts.acks > SENDS as u64, "{verdict}");
}

#[tokio::test]
async fn a_disk_whose_syncs_are_lies_is_found_out() {
    let verdict = one_cut(true).await;
    let lost = verdict.findings.iter().filter(|found| found.kind == Kind::Lost).count();
    assert!(lost > 0 && !verdict.is_clean(), "{verdict}");
}

/// What is found after somebody wrote, and then the power went and took all that was not synced.
async fn one_cut(is_lying: bool) -> Verdict {
    let home = Home::new();
    let disk = Disk::below(&home);
    let mut random = StdRng::seed_from_u64(1);
    let mut home = home.behind(disk.remembering());
    let program = home.serve().await;
    let anna = home.user("anna").await;
    assert_eq!(program.stop().await.code(), Some(0));
    disk.cut(Survives::Everything, &mut random);
    if is_lying {
        home = home.behind(format!("{} export POWER_LIES=1;", disk.remembering()));
    }
    let program = home.serve().await;
    let recorder = Recorder::new(1, None).unwrap();
    let person = Person::new(&anna, "anna", false, &recorder);
    let mut link = program.connect().await;
    let hello = link.hello(&anna.1, "phone", None).await;
    let number = recorder.link(person.reader, None, &hello);
    for id in 0..SENDS {
        let (id, from) = (id.to_string(), anna.0);
        recorder.ask(number, from, from, &id, &content_of(from, &id));
        let reply = link.send(from, &id, &content_of(from, &id)).await;
        recorder.answered(number, from, &id, reply.code, reply.queue_id);
    }
    program.kill().await;
    disk.cut(Survives::Nothing, &mut random);
    let program = home.serve().await;
    let last = say_the_end(&program, &anna, &recorder).await;
    assert_eq!(program.stop().await.code(), Some(0));
    recorder.log(0, &whole_log(&home).await);
    recorder.finish(last).unwrap()
}

/// How much of what was not synced is there after a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Survives {
    Everything,
    Nothing,
    /// Any part of it.
    Some,
}

/// The data folder, and what a disk would have of it.
pub(super) struct Disk {
    data: PathBuf,
    /// What `remember.c` keeps, and itself as a library.
    memory: TempDir,
}

/// A file or a folder, whatever its name.
type Key = String;

/// What a name in a folder stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    is_folder: bool,
    key: Key,
}

impl Disk {
    /// The data folder of a home, which is not there yet.
    pub(super) fn below(home: &Home) -> Self {
        let memory = tempfile::tempdir().unwrap();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/process/power/remember.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o"]);
        let made = compiler.arg(memory.path().join("remember.so")).args([source, "-ldl"]).status().unwrap();
        assert!(made.success(), "remember.c does not compile");
        Self { data: home.data(), memory }
    }

    /// What a shell says so that what it becomes is remembered.
    pub(super) fn remembering(&self) -> String {
        let folder = self.memory.path().display();
        format!("export POWER_MEMORY={folder} LD_PRELOAD={folder}/remember.so;")
    }

    /// The power goes, after everybody who wrote was killed: the data folder is what is left, and all of that stays.
    pub(super) fn cut(&self, survives: Survives, random: &mut StdRng) {
        let image = self.data.with_extension("image");
        if self.data.exists() {
            // What is true of the names is true of the whole tree in one cut of two: a journal of names that was not written.
            let names = match survives {
                Survives::Some => [Survives::Everything, Survives::Nothing, Survives::Some][random.random_range(0..3)],
                Survives::Everything | Survives::Nothing => survives,
            };
            self.cut_folder(&key(&self.data), Some(&self.data), &image, (names, survives), random);
            fs::remove_dir_all(&self.data).unwrap();
            fs::rename(&image, &self.data).unwrap();
        }
        for kept in fs::read_dir(self.memory.path()).unwrap().map(|kept| kept.unwrap().path()) {
            if kept.extension().is_none_or(|extension| extension != "so") {
                fs::remove_file(kept).unwrap();
            }
        }
        if self.data.exists() {
            self.remember(&self.data);
        }
    }

    /// Everything in a folder lies on the disk as it is.
    fn remember(&self, folder: &Path) {
        let mut names = String::new();
        for (name, named) in list(folder) {
            let path = folder.join(&name);
            let kind = if named.is_folder { 'd' } else { 'f' };
            names += &format!("{kind} {} {name}\n", named.key);
            if named.is_folder {
                self.remember(&path);
            } else {
                write_sparsely(&self.memory.path().join(format!("f.{}", named.key)), &fs::read(path).unwrap());
            }
        }
        fs::write(self.memory.path().join(format!("d.{}", key(folder))), names).unwrap();
    }

    /// What was in a folder when it was synced. Nothing, if it never was.
    fn remembered(&self, key: &Key) -> BTreeMap<String, Named> {
        let names = fs::read_to_string(self.memory.path().join(format!("d.{key}"))).unwrap_or_default();
        let parse = |line: &str| {
            let mut words = line.splitn(3, ' ');
            let (kind, key) = (words.next().unwrap(), words.next().unwrap().to_owned());
            (words.next().unwrap().to_owned(), Named { is_folder: kind == "d", key })
        };
        names.lines().map(parse).collect()
    }

    /// Makes a folder as it may be after the cut. `now` is where it is, if it is still anywhere.
    fn cut_folder(
        &self,
        key: &Key,
        now: Option<&Path>,
        to: &Path,
        survives: (Survives, Survives),
        random: &mut StdRng,
    ) {
        let mut builder = DirBuilder::new();
        builder.mode(0o700).create(to).unwrap();
        let (before, current) = (self.remembered(key), now.map(list).unwrap_or_default());
        let mut all: Vec<&String> = before.keys().chain(current.keys()).collect();
        all.sort();
        all.dedup();
        for name in all {
            let (old, new) = (before.get(name), current.get(name));
            let takes_new = match survives.0 {
                Survives::Everything => true,
                Survives::Nothing => false,
                Survives::Some => random.random_bool(0.5),
            };
            let Some(named) = (if takes_new { new } else { old }) else { continue };
            // By another name, or gone: what it holds is what was synced.
            let place = now.filter(|_| new == Some(named)).map(|folder| folder.join(name));
            let target = to.join(name);
            if named.is_folder {
                self.cut_folder(&named.key, place.as_deref(), &target, survives, random);
            } else {
                let synced = fs::read(self.memory.path().join(format!("f.{}", named.key))).unwrap_or_default();
                let written = place.map_or_else(|| synced.clone(), |place| fs::read(place).unwrap());
                write_sparsely(&target, &torn(synced, written, survives.1, random));
            }
        }
    }
}

/// A file that held `synced` when it was synced and `written` when the power went.
fn torn(synced: Vec<u8>, written: Vec<u8>, survives: Survives, random: &mut StdRng) -> Vec<u8> {
    let part = match survives {
        Survives::Everything => 1.0,
        Survives::Nothing => 0.0,
        Survives::Some => {
            [0.0, 1.0, random.random_range(0.0..1.0), random.random_range(0.0..1.0)][random.random_range(0..4)]
        }
    };
    if part == 0.0 || written == synced {
        return synced;
    }
    if part == 1.0 {
        return written;
    }
    let mut image = synced;
    // How long it is, is written by itself. What is only reserved reads as zeros.
    if random.random_bool(0.7) {
        image.resize(written.len(), 0);
    }
    for (image, written) in image.chunks_mut(SECTOR_BYTES).zip(written.chunks(SECTOR_BYTES)) {
        let length = image.len().min(written.len());
        if image[..length] != written[..length] && random.random_bool(part) {
            image[..length].copy_from_slice(&written[..length]);
        }
    }
    image
}

/// Without the sockets, which are nothing when nobody listens.
fn list(folder: &Path) -> BTreeMap<String, Named> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: PathBuf| {
        let about = path.symlink_metadata().unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (about.is_dir() || about.is_file()).then(|| (name, Named { is_folder: about.is_dir(), key: key(&path) }))
    };
    entries.filter_map(named).collect()
}

/// As `remember.c` makes it.
fn key(path: &Path) -> Key {
    let about = path.symlink_metadata().unwrap();
    let born = about.created().expect("this file system knows when a file was made").duration_since(UNIX_EPOCH);
    format!("{}.{}", about.ino(), born.unwrap().as_nanos())
}

/// A file is made long before it is full, and zeros need no room.
fn write_sparsely(path: &Path, bytes: &[u8]) {
    let mut file = File::create(path).unwrap();
    file.set_permissions(Permissions::from_mode(0o600)).unwrap();
    for (number, piece) in bytes.chunks(1 << 16).enumerate() {
        if piece.iter().any(|byte| *byte != 0) {
            file.seek(SeekFrom::Start((number as u64) << 16)).unwrap();
            file.write_all(piece).unwrap();
        }
    }
    file.set_len(bytes.len() as u64).unwrap();
}
