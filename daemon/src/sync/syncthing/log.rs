//! The log of the syncthing of a session: a file in its home, kept bounded.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const LOG_NAME: &str = "syncthing.log";
const OLD: &str = "log.old";
/// A log larger than this is put aside; one older log is kept.
const LOG_BYTES: u64 = 4 << 20;

pub(super) fn path(home: &Path) -> PathBuf {
    home.join(LOG_NAME)
}

/// Opens the log of a home to be written on. A large one is put aside.
pub(super) fn open(home: &Path) -> io::Result<File> {
    let path = path(home);
    if path.metadata().is_ok_and(|metadata| metadata.len() > LOG_BYTES) {
        std::fs::rename(&path, path.with_extension(OLD))?;
    }
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// Keeps the log of a home bounded while syncthing runs: it appends, so that the file may be cut under it.
pub(in crate::sync) fn trim(home: &Path) -> io::Result<()> {
    let log = path(home);
    if log.metadata()?.len() > LOG_BYTES {
        std::fs::copy(&log, log.with_extension(OLD))?;
        OpenOptions::new().write(true).open(&log)?.set_len(0)?;
    }
    Ok(())
}

/// The last lines of the log of a home, for an error that says why syncthing ended.
pub(in crate::sync) fn tail(home: &Path) -> String {
    const LINES: usize = 3;
    let text = std::fs::read(path(home)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let telling =
        text.lines().filter(|line| !line.contains("INFO:") && !line.contains(" INF ")).collect::<Vec<_>>();
    telling[telling.len().saturating_sub(LINES)..].join("\n")
}
