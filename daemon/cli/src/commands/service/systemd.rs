//! Two units of systemd's user manager: a socket that is there from login on, and the service that the first connection
//! starts. See systemd.service(5), systemd.socket(5), systemd.exec(5) and, for quotes and specifiers, systemd.syntax(7).

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{MARK, Service};

pub(super) const SOCKET: &str = "nhd.socket";
pub(super) const SERVICE: &str = "nhd.service";

pub(super) fn files() -> Result<Vec<PathBuf>, String> {
    let folders = directories::BaseDirs::new().ok_or("found no home folder for this user; set HOME")?;
    let folder = folders.config_dir().join("systemd/user");
    Ok([SOCKET, SERVICE].map(|name| folder.join(name)).to_vec())
}

/// Of the socket and of the service.
pub(super) fn texts(service: &Service) -> [String; 2] {
    let socket = format!(
        "# {MARK}.\n\
         [Unit]\nDescription=nhd, the socket of the DevMode daemon\n\n\
         [Socket]\nListenStream={}\nSocketMode=0600\nDirectoryMode=0700\n\n\
         [Install]\nWantedBy=sockets.target\n",
        plain(service.paths.socket.as_os_str()),
    );
    let environment: String = service
        .environment
        .iter()
        .map(|(name, value)| {
            format!("Environment={}\n", quoted(&format!("{name}={}", value.to_string_lossy())))
        })
        .collect();
    // Its syncthings are for the daemon to stop, in its order; what is left of them after it is killed.
    let service = format!(
        "# {MARK}.\n\
         [Unit]\nDescription=nhd, the DevMode daemon\nRequires={SOCKET}\nAfter={SOCKET}\n\n\
         [Service]\nExecStart={}\n{environment}StandardOutput=append:{log}\nStandardError=append:{log}\n\
         KillMode=mixed\nTimeoutStopSec=30\nRestart=on-failure\nRestartSec=1\n",
        quoted(&service.binary.to_string_lossy().replace('$', "$$")),
        log = plain(service.paths.log().as_os_str()),
    );
    [socket, service]
}

/// A path as a whole value: only specifiers mean something in it.
fn plain(path: &OsStr) -> String {
    Path::new(path).display().to_string().replace('%', "%%")
}

/// One word, whatever is in it.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::super::tests::service;
    use super::*;

    #[test]
    fn whatever_a_path_has_in_it_stays_one_word() {
        for (given, expect) in [
            ("/usr/bin/nhd", r#""/usr/bin/nhd""#),
            ("/home/a b/nhd", r#""/home/a b/nhd""#),
            (r#"/x"y\z"#, r#""/x\"y\\z""#),
            ("/50%/nhd", r#""/50%%/nhd""#),
        ] {
            assert_eq!(quoted(given), expect);
        }
    }

    #[test]
    fn the_units_name_the_binary_the_socket_and_what_the_daemon_needs() {
        let [socket, unit] = texts(&service("/opt/a b/$nhd%"));
        assert!(
            socket.contains("ListenStream=/run/user/7/nhd/nhd.sock\nSocketMode=0600\nDirectoryMode=0700\n"),
            "{socket}"
        );
        for line in [
            r#"ExecStart="/opt/a b/$$nhd%%""#,
            r#"Environment="PATH=/bin:/opt/50%%""#,
            "StandardError=append:/home/ann/nhd.log",
            "Requires=nhd.socket",
        ] {
            assert!(unit.lines().any(|it| it == line), "{line:?} is not in {unit}");
        }
    }
}
