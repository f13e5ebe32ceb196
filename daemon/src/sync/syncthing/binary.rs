//! Finds the syncthing of this machine and makes sure that it is one we can work with. It starts nothing but
//! `syncthing --version`.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::process::run::{RunError, run};
use crate::executable::{is_executable, on_path};

const NAME: &str = "syncthing";
/// The oldest that is good enough.
pub const OLDEST: Version = Version { major: 1, minor: 19, patch: 0 };
const VERSION_BOUND: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum BinaryError {
    #[error("the configured syncthing {} is not an executable file", path.display())]
    NotExecutable { path: PathBuf },
    #[error("syncthing was not found on the PATH of the client ({path_variable})")]
    NotFound { path_variable: String },
    #[error("failed to ask {} for its version", path.display())]
    Version { path: PathBuf, source: RunError },
    #[error("{} did not name its version, but said «{said}»", path.display())]
    Unreadable { path: PathBuf, said: String },
    #[error("{} is version {found}, and nhd needs {OLDEST} or later", path.display())]
    TooOld { path: PathBuf, found: Version },
}

impl BinaryError {
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::NotExecutable { .. } => {
                "check the path in the configuration, or remove it to use PATH".into()
            }
            Self::NotFound { .. } => format!("install it: {}", how_to_install()),
            Self::TooOld { .. } => format!("install a later one: {}", how_to_install()),
            Self::Version { .. } | Self::Unreadable { .. } => {
                "run it with --version to see whether it works and is syncthing".into()
            }
        };
        Some(text)
    }
}

fn how_to_install() -> &'static str {
    if cfg!(target_os = "macos") {
        "`brew install syncthing`, or see https://syncthing.net/downloads"
    } else {
        "`apt install syncthing` or your distribution's equivalent, or see https://syncthing.net/downloads"
    }
}

/// An archive of nhd has one beside the daemon.
fn beside_us() -> Option<PathBuf> {
    let own = std::env::current_exe().and_then(|path| path.canonicalize()).ok()?;
    Some(own.with_file_name(NAME)).filter(|path| is_executable(path))
}

/// A syncthing that was run once and said a version that is new enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    pub path: PathBuf,
    pub version: Version,
}

impl Binary {
    /// The configured one, else the first on `path_variable`, else that which nhd came with: what the user has is patched with
    /// the system. It is the PATH of the client, since a daemon that a graphical IDE started has a poor one.
    pub async fn find(configured: Option<&Path>, path_variable: &OsStr) -> Result<Self, BinaryError> {
        #[cfg(test)]
        if crate::modelled::sync().is_some() {
            return Ok(Self { path: NAME.into(), version: OLDEST });
        }
        let path = match configured {
            Some(path) if is_executable(path) => path.to_owned(),
            Some(path) => return Err(BinaryError::NotExecutable { path: path.to_owned() }),
            None => on_path(NAME, path_variable).or_else(beside_us).ok_or_else(|| BinaryError::NotFound {
                path_variable: path_variable.to_string_lossy().into_owned(),
            })?,
        };
        let said = run(&path, &["--version"], VERSION_BOUND)
            .await
            .map_err(|source| BinaryError::Version { path: path.clone(), source })?;
        let Some(version) = Version::parse(&said) else {
            let said = said.lines().next().unwrap_or_default().chars().take(120).collect();
            return Err(BinaryError::Unreadable { path, said });
        };
        if version < OLDEST {
            return Err(BinaryError::TooOld { path, found: version });
        }
        Ok(Self { path, version })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

impl Version {
    /// Reads `syncthing v1.19.2-ds1 "Fermium Flea" (go1.19.8 linux-amd64) …`.
    fn parse(said: &str) -> Option<Self> {
        let word = said.strip_prefix("syncthing ")?.split_whitespace().next()?.strip_prefix('v')?;
        let numbers = word.split(['-', '+']).next()?;
        let mut parts = numbers.split('.').map(|part| part.parse().ok());
        let (major, minor) = (parts.next()??, parts.next()??);
        let patch = parts.next().unwrap_or(Some(0))?;
        Some(Self { major, minor, patch })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn versions_are_read_as_syncthing_prints_them() {
        let check = |said: &str, expect: Option<(u32, u32, u32)>| {
            let found = Version::parse(said).map(|version| (version.major, version.minor, version.patch));
            assert_eq!(found, expect, "{said}");
        };
        check(
            "syncthing v1.19.2-ds1 \"Fermium Flea\" (go1.19.8 linux-amd64) debian@debian",
            Some((1, 19, 2)),
        );
        check("syncthing v1.30.0 \"Gold Grasshopper\" (go1.24.4 darwin-arm64)", Some((1, 30, 0)));
        check("syncthing v2.0.10-rc.1+3-gabc \"Hafnium Hornet\" (go1.25)", Some((2, 0, 10)));
        check("syncthing unknown-dev", None);
        check("BusyBox v1.36.1", None);
        check("", None);
    }

    fn fake(folder: &Path, script: &str) -> PathBuf {
        let path = folder.join(NAME);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[tokio::test]
    async fn the_configured_path_goes_before_the_path_variable() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fake(one.path(), "echo 'syncthing v1.29.0 \"x\"'");
        let configured = fake(two.path(), "echo 'syncthing v2.0.1 \"x\"'");
        let found = Binary::find(None, one.path().as_os_str()).await.unwrap();
        assert_eq!(found.version, Version { major: 1, minor: 29, patch: 0 });
        let found = Binary::find(Some(&configured), one.path().as_os_str()).await.unwrap();
        assert_eq!(found.path, configured);
    }

    #[tokio::test]
    async fn what_cannot_be_used_is_a_typed_error_with_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        let check = async |expect: fn(&BinaryError) -> bool, says: &str| {
            let error = Binary::find(None, folder.path().as_os_str()).await.unwrap_err();
            assert!(expect(&error), "{error:?}");
            assert!(error.hint().unwrap().contains(says), "{:?}", error.hint());
        };
        check(|error| matches!(error, BinaryError::NotFound { .. }), "https://syncthing.net/downloads").await;
        fake(folder.path(), "echo 'syncthing v1.18.6 \"x\"'");
        check(|error| matches!(error, BinaryError::TooOld { .. }), "later").await;
        fake(folder.path(), "echo hello");
        check(|error| matches!(error, BinaryError::Unreadable { .. }), "--version").await;
        fake(folder.path(), "exit 3");
        check(|error| matches!(error, BinaryError::Version { .. }), "--version").await;
    }
}
