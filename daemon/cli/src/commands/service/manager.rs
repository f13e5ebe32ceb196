//! The service managers that there are, and how they are asked; what they read is made by a module each.
#![expect(
    clippy::disallowed_methods,
    reason = "the tools of a service manager are asked here, and waited for"
)]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Definition, Service, launchd, systemd};
use crate::failure::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manager {
    Systemd,
    Launchd,
}

impl Manager {
    pub(super) fn of_this_platform() -> Result<Self, Failure> {
        match std::env::consts::OS {
            "linux" => Ok(Self::Systemd),
            "macos" => Ok(Self::Launchd),
            other => Err(Failure::internal(format!("no service manager is known on {other}"))),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Launchd => "launchd",
        }
    }

    pub(super) fn files(self) -> Result<Vec<PathBuf>, Failure> {
        let files = match self {
            Self::Systemd => systemd::files(),
            Self::Launchd => launchd::file().map(|file| vec![file]),
        };
        files.map_err(Failure::internal)
    }

    pub(super) fn definitions(self, service: &Service) -> Result<Vec<Definition>, Failure> {
        let texts = match self {
            Self::Systemd => systemd::texts(service).to_vec(),
            Self::Launchd => vec![launchd::text(service)],
        };
        let files = self.files()?;
        Ok(files.into_iter().zip(texts).map(|(path, text)| Definition { path, text }).collect())
    }

    /// Whether it is there for this user, before anything is changed.
    pub(super) fn ask(self) -> Result<(), Failure> {
        let answer = match self {
            Self::Systemd => run("systemctl", &["--user", "show-environment"]),
            Self::Launchd => run("launchctl", &["print", &launchd::domain()]),
        };
        answer.map_err(|failure| {
            failure.with_hint(
                "it answers in a session of a login; without one, `nhd-cli daemon start` starts the daemon",
            )
        })
    }

    /// Reads what was written, and starts the daemon.
    pub(super) fn begin(self) -> Result<(), Failure> {
        match self {
            Self::Systemd => {
                run("systemctl", &["--user", "daemon-reload"])?;
                run("systemctl", &["--user", "enable", systemd::SOCKET])?;
                run("systemctl", &["--user", "restart", systemd::SOCKET])
            }
            Self::Launchd => {
                // One of an earlier installation.
                let _ = self.end();
                let file = launchd::file().map_err(Failure::internal)?;
                run("launchctl", &["bootstrap", &launchd::domain(), &file.display().to_string()])
            }
        }
    }

    /// Stops the daemon, and whatever would start it.
    pub(super) fn end(self) -> Result<(), Failure> {
        match self {
            Self::Systemd => {
                run("systemctl", &["--user", "disable", "--now", systemd::SOCKET])?;
                run("systemctl", &["--user", "stop", systemd::SERVICE])
            }
            Self::Launchd => {
                run("launchctl", &["bootout", &format!("{}/{}", launchd::domain(), launchd::LABEL)])
            }
        }
    }

    /// Notices that the files are gone.
    pub(super) fn forget(self) -> Result<(), Failure> {
        match self {
            Self::Systemd => run("systemctl", &["--user", "daemon-reload"]),
            Self::Launchd => Ok(()),
        }
    }
}

/// Runs a tool to its end, and says what it said where it fails.
fn run(program: &str, arguments: &[&str]) -> Result<(), Failure> {
    let asked = || format!("{program} {}", arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::internal(format!("failed to run `{}`: {error}", asked())))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::internal(format!("`{}` failed ({}): {said}", asked(), output.status)))
}
