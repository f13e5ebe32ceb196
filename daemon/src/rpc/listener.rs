//! The Unix socket: bound by the home's only daemon, for this user alone, and bound again when its file vanishes.

use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::time::{MissedTickBehavior, interval};

use crate::instance::{Instance, Lock, LockError};

/// How soon a vanished socket file is noticed: a logout may sweep the runtime folder.
const CHECK_EVERY: Duration = Duration::from_secs(2);

/// An accept that fails for want of file descriptors is tried again after this long, so that it does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub struct Listener {
    path: PathBuf,
    socket: UnixListener,
    inode: u64,
    /// It belongs to a service manager, which listens on when this daemon is gone.
    is_inherited: bool,
    check: tokio::time::Interval,
    _lock: Lock,
}

#[derive(Debug, thiserror::Error)]
pub enum ListenerError {
    #[error("the socket {path:?} belongs to another daemon: {by}")]
    Taken { path: PathBuf, by: String },
    #[error("failed to lock the socket {path:?}")]
    Lock { path: PathBuf, source: io::Error },
    #[error("failed to remove the stale socket {path:?}")]
    Stale { path: PathBuf, source: io::Error },
    #[error("{0:?} is there and is not a socket")]
    NotASocket(PathBuf),
    #[error("failed to listen on {path:?}")]
    Bind { path: PathBuf, source: io::Error },
}

impl Listener {
    /// Binds the socket for the daemon of a home. The lock beside it proves that whoever left a socket file here is gone:
    /// `NHD_SOCKET` can lead the daemons of two homes to one.
    pub fn bind(
        path: &Path,
        home: &Path,
        inherited: Option<std::os::unix::net::UnixListener>,
        _only: &Instance,
    ) -> Result<Self, ListenerError> {
        let holder = format!("pid {} of the home {}", std::process::id(), home.display());
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        let lock = Lock::acquire(Path::new(&lock_path), &holder).map_err(|error| {
            let path = path.to_path_buf();
            match error {
                LockError::Held { by } => ListenerError::Taken { path, by },
                LockError::Failed(source) => ListenerError::Lock { path, source },
            }
        })?;
        let inherited = match inherited {
            Some(socket) => take_over(socket, path)?,
            None => None,
        };
        let is_inherited = inherited.is_some();
        let (socket, inode) = inherited.map_or_else(|| bind(path), Ok)?;
        let mut check = interval(CHECK_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self { path: path.to_path_buf(), socket, inode, is_inherited, check, _lock: lock })
    }

    /// The next connection of this user. Others are turned away, although the socket's mode keeps them out already.
    pub async fn accept(&mut self) -> UnixStream {
        loop {
            tokio::select! {
                accepted = self.socket.accept() => match accepted {
                    Ok((stream, _)) if is_own(&stream) => return stream,
                    Ok(_) => tracing::warn!("turned away a connection of another user"),
                    Err(error) => {
                        tracing::warn!(%error, "failed to accept a connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
                _ = self.check.tick() => self.bind_again_if_vanished(),
            }
        }
    }

    fn bind_again_if_vanished(&mut self) {
        if inode(&self.path).is_some_and(|inode| inode == self.inode) {
            return;
        }
        let prepared = self.path.parent().map_or(Ok(()), nhd_client::paths::private_folder);
        match prepared
            .map_err(|error| error.to_string())
            .and_then(|()| bind(&self.path).map_err(|it| it.to_string()))
        {
            Ok((socket, inode)) => {
                tracing::info!(path = ?self.path, "the socket file was gone; bound it again");
                (self.socket, self.inode, self.is_inherited) = (socket, inode, false);
            }
            Err(error) => tracing::warn!(error, "the socket file is gone and cannot be bound again yet"),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if !self.is_inherited && inode(&self.path) == Some(self.inode) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn bind(path: &Path) -> Result<(UnixListener, u64), ListenerError> {
    let failed = |source| ListenerError::Bind { path: path.to_path_buf(), source };
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if !std::os::unix::fs::FileTypeExt::is_socket(&metadata.file_type()) => {
            return Err(ListenerError::NotASocket(path.to_path_buf()));
        }
        Ok(_) => std::fs::remove_file(path)
            .map_err(|source| ListenerError::Stale { path: path.to_path_buf(), source })?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    // Nobody else can write to the folder; who meets the socket before its mode is set is turned away by its uid.
    let socket = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    let inode = inode(path).ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
    Ok((socket, inode))
}

/// The socket of a service manager, if it is that of this path.
fn take_over(
    socket: std::os::unix::net::UnixListener,
    path: &Path,
) -> Result<Option<(UnixListener, u64)>, ListenerError> {
    let failed = |source| ListenerError::Bind { path: path.to_path_buf(), source };
    let address = socket.local_addr().map_err(failed)?;
    let Some(inode) = inode(path).filter(|_| address.as_pathname() == Some(path)) else {
        tracing::warn!(inherited = ?address, ?path, "the socket of the service manager is another one, and not used");
        return Ok(None);
    };
    socket.set_nonblocking(true).map_err(failed)?;
    Ok(Some((UnixListener::from_std(socket).map_err(failed)?, inode)))
}

fn inode(path: &Path) -> Option<u64> {
    std::fs::symlink_metadata(path).ok().map(|metadata| metadata.ino())
}

fn is_own(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::getuid().as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(folder: &Path) -> Instance {
        Instance::acquire(&folder.join("nhd.lock")).expect("free")
    }

    #[tokio::test]
    async fn a_stale_socket_gives_way_and_a_file_does_not() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let only = instance(folder.path());
        let path = folder.path().join("nhd.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).expect("binds"));
        let listener = Listener::bind(&path, folder.path(), None, &only).expect("the stale one gives way");
        assert_eq!(std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
        drop(listener);
        assert!(!path.exists());
        std::fs::write(&path, "precious").expect("writes");
        assert!(matches!(
            Listener::bind(&path, folder.path(), None, &only),
            Err(ListenerError::NotASocket(_))
        ));
        assert_eq!(std::fs::read(&path).expect("is there"), b"precious");
    }

    #[tokio::test]
    async fn of_two_homes_with_one_socket_the_second_is_told_who_has_it() {
        let (first, second) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
        let path = first.path().join("nhd.sock");
        let listener = Listener::bind(&path, first.path(), None, &instance(first.path())).expect("binds");
        let inode = inode(&path);
        let other = instance(second.path());
        let error = Listener::bind(&path, second.path(), None, &other).expect_err("it is taken").to_string();
        assert!(error.contains(&*first.path().to_string_lossy()), "{error}");
        assert!(error.contains(&format!("pid {}", std::process::id())), "{error}");
        assert_eq!(super::inode(&path), inode, "it was stolen");
        drop(listener);
        Listener::bind(&path, second.path(), None, &other).expect("it is free");
    }

    #[tokio::test]
    async fn the_socket_of_a_service_manager_is_used_and_left_and_another_is_not() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let only = instance(folder.path());
        let path = folder.path().join("nhd.sock");
        let managers = std::os::unix::net::UnixListener::bind(&path).expect("binds");
        let its_inode = inode(&path);
        let inherited = || Some(managers.try_clone().expect("a second handle"));
        let mut listener = Listener::bind(&path, folder.path(), inherited(), &only).expect("takes it over");
        let (client, _) = tokio::join!(UnixStream::connect(&path), listener.accept());
        client.expect("connects");
        drop(listener);
        assert_eq!(inode(&path), its_inode, "whoever connects next finds no socket");

        let elsewhere = folder.path().join("other.sock");
        let mut listener =
            Listener::bind(&elsewhere, folder.path(), inherited(), &only).expect("binds its own");
        let (client, _) = tokio::join!(UnixStream::connect(&elsewhere), listener.accept());
        client.expect("connects");
        drop(listener);
        assert!(path.exists() && !elsewhere.exists());
    }

    #[tokio::test(start_paused = true)]
    async fn a_vanished_socket_is_bound_again() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("nhd.sock");
        let mut listener =
            Listener::bind(&path, folder.path(), None, &instance(folder.path())).expect("binds");
        std::fs::remove_file(&path).expect("vanishes");
        let _ = tokio::time::timeout(CHECK_EVERY * 2, listener.accept()).await;
        let (client, _) = tokio::join!(UnixStream::connect(&path), listener.accept());
        client.expect("connects");
    }
}
