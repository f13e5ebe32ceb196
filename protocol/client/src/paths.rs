//! Where the daemon keeps its things: store, logs and lock in the home, sockets in the runtime folder.
//!
//! Daemon and clients compute the same places from the same environment, so that they find each other.

use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// The longest socket path that every platform takes: `sun_path` is 108 bytes on Linux, 104 on macOS, with the final
/// zero; what is longer moves to a short folder.
const SOCKET_PATH_LIMIT: usize = 103;

/// The name of the daemon's dev configuration, in the home or the platform's configuration folder.
const CONFIG_NAME: &str = "config.yaml";

/// The longest name of a socket beside the daemon's own: `st-<12 characters>.sock`.
const LONGEST_SOCKET_NAME: usize = 20;

/// The folders and files of one daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Store, logs, lock and session folders.
    pub home: PathBuf,
    /// Sockets; short, private to the user.
    pub runtime: PathBuf,
    /// The daemon's own socket.
    pub socket: PathBuf,
    /// The daemon's dev configuration, for every workload; it need not exist.
    pub config: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum PathsError {
    #[error("{variable} must be an absolute path, not {value:?}")]
    NotAbsolute { variable: &'static str, value: PathBuf },
    #[error("NHD_SOCKET must be shorter than {SOCKET_PATH_LIMIT} bytes: {0:?}")]
    SocketTooLong(PathBuf),
    #[error("found no home folder for this user; set HOME or NHD_HOME")]
    NoHome,
    #[error("failed to prepare folder {path:?}")]
    Folder { path: PathBuf, source: io::Error },
    #[error("folder {path:?} is not safe: {why}")]
    Unsafe { path: PathBuf, why: &'static str },
    #[error(
        "folder {path:?} is not safe: others can write to it (mode {mode:o}); put the daemon's files into a folder of \
         their own, or take that right away with `chmod go-w`"
    )]
    Shared { path: PathBuf, mode: u32 },
}

impl Paths {
    /// `NHD_HOME` moves everything together and `NHD_SOCKET` the socket alone; else the platform's state folder and
    /// `$XDG_RUNTIME_DIR/nhd`.
    pub fn from_environment() -> Result<Self, PathsError> {
        Self::resolve(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
    }

    fn resolve(environment: impl Fn(&'static str) -> Option<OsString>) -> Result<Self, PathsError> {
        let absolute = |variable: &'static str| match environment(variable).map(PathBuf::from) {
            Some(value) if !value.is_absolute() => Err(PathsError::NotAbsolute { variable, value }),
            path => Ok(path),
        };
        let project = directories::ProjectDirs::from("", "", "nhd");
        let (home, runtime, config) = match absolute("NHD_HOME")? {
            Some(home) => (home.clone(), home.join("run"), home.clone()),
            None => {
                let project = project.ok_or(PathsError::NoHome)?;
                let home = project.state_dir().unwrap_or_else(|| project.data_local_dir()).to_path_buf();
                let runtime = project.runtime_dir().map_or_else(|| home.join("run"), Path::to_path_buf);
                (home, runtime, project.config_dir().to_path_buf())
            }
        };
        let runtime = shorten(runtime);
        let socket = match absolute("NHD_SOCKET")? {
            Some(socket) if socket.as_os_str().len() > SOCKET_PATH_LIMIT => {
                return Err(PathsError::SocketTooLong(socket));
            }
            Some(socket) => socket,
            None => runtime.join("nhd.sock"),
        };
        Ok(Self { home, runtime, socket, config: config.join(CONFIG_NAME) })
    }

    /// Makes the folders, private to the user, and refuses those that are not.
    pub fn prepare(&self) -> Result<(), PathsError> {
        private_folder(&self.home)?;
        private_folder(&self.runtime)?;
        if let Some(parent) = self.socket.parent() {
            private_folder(parent)?;
        }
        Ok(())
    }

    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.home.join("store")
    }

    /// The copies of the stored sessions, a file each.
    #[must_use]
    pub fn copies(&self) -> PathBuf {
        self.home.join("sessions.d")
    }

    /// Where earlier versions kept those copies.
    #[must_use]
    pub fn earlier_copies(&self) -> PathBuf {
        self.home.join("sessions.json")
    }

    /// What was chosen last for each workload.
    #[must_use]
    pub fn choices(&self) -> PathBuf {
        self.home.join("choices.json")
    }

    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.home.join("nhd.log")
    }

    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.home.join("nhd.lock")
    }

    /// The home of a session's syncthing.
    #[must_use]
    pub fn session(&self, id: &str) -> PathBuf {
        self.home.join("sessions").join(id)
    }

    /// What a session's pod changed or deleted on this machine: the local files as they were.
    #[must_use]
    pub fn kept(&self, id: &str) -> PathBuf {
        self.home.join("kept").join(id)
    }

    /// The REST socket of a session's syncthing.
    #[must_use]
    pub fn syncthing_socket(&self, id: &str) -> PathBuf {
        self.runtime.join(format!("st-{}.sock", &id[..id.len().min(12)]))
    }
}

/// A runtime folder whose sockets fit the limit: itself, or a short one in `/tmp` named after its hash.
fn shorten(runtime: PathBuf) -> PathBuf {
    if runtime.as_os_str().len() + 1 + LONGEST_SOCKET_NAME <= SOCKET_PATH_LIMIT {
        return runtime;
    }
    let hash = Sha256::digest(runtime.as_os_str().as_bytes());
    let user = rustix::process::getuid().as_raw();
    PathBuf::from(format!("/tmp/nhd-{user}-{}", &HEXLOWER.encode(&hash)[..12]))
}

/// Makes a folder with mode 0700, or checks that the one that is there is a real folder of ours that nobody else can
/// write to. What was there before keeps its mode: it may be the user's home.
pub fn private_folder(path: &Path) -> Result<(), PathsError> {
    let failed = |source| PathsError::Folder { path: path.to_path_buf(), source };
    let refuse = |why| Err(PathsError::Unsafe { path: path.to_path_buf(), why });
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
    let metadata = std::fs::symlink_metadata(path).map_err(failed)?;
    if metadata.file_type().is_symlink() {
        return refuse("it is a symbolic link");
    }
    if metadata.uid() != rustix::process::getuid().as_raw() {
        return refuse("it belongs to another user");
    }
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o022 != 0 {
        return Err(PathsError::Shared { path: path.to_path_buf(), mode });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(variables: &[(&'static str, &str)]) -> Result<Paths, PathsError> {
        Paths::resolve(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn a_home_moves_everything_together() {
        let paths = resolve(&[("NHD_HOME", "/h")]).expect("resolves");
        assert_eq!(paths.socket, Path::new("/h/run/nhd.sock"));
        assert_eq!(paths.store(), Path::new("/h/store"));
    }

    #[test]
    fn the_socket_alone_can_be_moved() {
        let paths = resolve(&[("NHD_HOME", "/h"), ("NHD_SOCKET", "/s/x.sock")]).expect("resolves");
        assert_eq!(paths.socket, Path::new("/s/x.sock"));
        assert_eq!(paths.home, Path::new("/h"));
    }

    #[test]
    fn a_deep_home_gets_a_short_runtime_folder_of_its_own() {
        let deep = |tail: &str| format!("/{}/{tail}", "d".repeat(120));
        let (one, two) = (deep("one"), deep("two"));
        let first = resolve(&[("NHD_HOME", &one)]).expect("resolves");
        assert!(first.socket.as_os_str().len() <= SOCKET_PATH_LIMIT, "{first:?}");
        assert!(first.syncthing_socket("0123456789abcdef").as_os_str().len() <= SOCKET_PATH_LIMIT);
        assert_ne!(first.runtime, resolve(&[("NHD_HOME", &two)]).expect("resolves").runtime);
    }

    #[test]
    fn relative_and_overlong_paths_are_refused() {
        assert!(matches!(resolve(&[("NHD_HOME", "here")]), Err(PathsError::NotAbsolute { .. })));
        let long = format!("/{}", "s".repeat(SOCKET_PATH_LIMIT));
        let refused = resolve(&[("NHD_HOME", "/h"), ("NHD_SOCKET", &long)]);
        assert!(matches!(refused, Err(PathsError::SocketTooLong(_))));
    }

    #[test]
    fn a_link_in_place_of_the_folder_and_one_that_others_write_to_are_refused_and_none_gets_another_mode() {
        let root = tempfile::tempdir().expect("temporary folder");
        let (real, link) = (root.path().join("real"), root.path().join("link"));
        std::fs::create_dir(&real).expect("folder");
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o755)).expect("mode");
        std::os::unix::fs::symlink(&real, &link).expect("link");
        assert!(matches!(private_folder(&link), Err(PathsError::Unsafe { .. })));
        private_folder(&real).expect("is ours");
        let mode = |path: &Path| std::fs::metadata(path).expect("metadata").permissions().mode() & 0o7777;
        assert_eq!(mode(&real), 0o755);
        for open in [0o1777, 0o775, 0o757] {
            std::fs::set_permissions(&real, std::fs::Permissions::from_mode(open)).expect("mode");
            let refused = private_folder(&real).expect_err("others can write to it").to_string();
            assert!(refused.contains("real") && refused.contains(&format!("{open:o}")), "{refused}");
            assert_eq!(mode(&real), open);
        }
        let made = root.path().join("a/b");
        private_folder(&made).expect("is made");
        assert_eq!(mode(&made), 0o700);
    }

    /// `NHD_SOCKET=/tmp/nhd.sock`.
    #[test]
    fn a_socket_among_everybodys_files_is_refused_and_their_folder_left_as_it_is() {
        let root = tempfile::tempdir().expect("temporary folder");
        let shared = root.path().join("tmp");
        std::fs::create_dir(&shared).expect("folder");
        std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o1777)).expect("mode");
        let home = root.path().join("home");
        let (home, socket) = (home.display().to_string(), shared.join("nhd.sock").display().to_string());
        let paths = resolve(&[("NHD_HOME", &home), ("NHD_SOCKET", &socket)]).expect("resolves");
        assert!(matches!(paths.prepare(), Err(PathsError::Shared { path, .. }) if path == shared));
        let mode = std::fs::metadata(&shared).expect("metadata").permissions().mode();
        assert_eq!(mode & 0o7777, 0o1777);
    }
}
