//! Where everything lies, and that only one program uses it at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use directories::ProjectDirs;

use super::{AccountKey, FolderError};

/// How often, and after which pause, a folder is tried that is in use.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(50);

/// The folder of all that the app keeps. Whoever has this is the only one who uses it.
#[derive(Debug)]
pub struct Folders {
    root: PathBuf,
    /// Held until the end: two programs on the same files would undo each other's work.
    _lock: File,
}

impl Folders {
    /// Where this system wants it.
    pub fn system() -> Result<Self, FolderError> {
        let folders = ProjectDirs::from("io", "longlink", "longlink").ok_or(FolderError::NoFolder)?;
        Self::at(folders.data_local_dir())
    }

    /// In a folder of the person's choice, which is made if it is not there.
    pub fn at(root: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let root = root.into();
        let unusable = |why| FolderError::Unusable { path: root.clone(), why };
        make_private(&root).map_err(unusable)?;
        let lock =
            File::options().create(true).truncate(false).write(true).open(root.join("lock")).map_err(unusable)?;
        for _ in 0..TRIES {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { root, _lock: lock }),
                // The one before may be about to end.
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(why)) => return Err(FolderError::Unusable { path: root, why }),
            }
        }
        Err(FolderError::InUse(root))
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What is kept of one account. It may not be there yet.
    pub fn of(&self, key: &AccountKey) -> PathBuf {
        self.root.join("accounts").join(key.as_str())
    }
}

/// Makes a folder that nobody else can look into. On Windows the profile that it lies in sees to that.
pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
