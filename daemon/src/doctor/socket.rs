//! The daemon's socket and its folder: the user's own, and nobody else's to write to.

use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy};

use super::Patient;
use super::check::{Finding, Subject, look_at_disk, quoted};

const SOCKET: Subject = Subject { id: "machine.socket", group: DoctorGroup::Machine, title: "socket" };

/// What is told of a file.
#[derive(Debug, Clone, Copy)]
struct File {
    uid: u32,
    mode: u32,
}

pub(super) async fn check(patient: &Patient<'_>) -> DoctorCheck {
    let (socket, listens) = (patient.paths.socket.clone(), patient.sessions.is_some());
    look_at_disk(SOCKET, move || examine(&socket, listens)).await
}

fn examine(socket: &Path, listens: bool) -> Finding {
    let folder = socket.parent().unwrap_or(socket);
    let own = rustix::process::getuid().as_raw();
    let file = |path: &Path| -> std::io::Result<(File, bool)> {
        let metadata = std::fs::symlink_metadata(path)?;
        Ok((File { uid: metadata.uid(), mode: metadata.mode() & 0o7777 }, metadata.file_type().is_socket()))
    };
    let unsafe_folder = match file(folder) {
        Ok((seen, _)) => unsafe_folder(folder, seen, own),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !listens => None,
        Err(error) => Some(unseen(folder, &error)),
    };
    if let Some(finding) = unsafe_folder {
        return finding;
    }
    match file(socket) {
        Ok((seen, true)) => judge(socket, seen, own),
        Ok((_, false)) => Finding::failed(format!("{} is there and is not a socket", socket.display()))
            .with(DoctorRemedy::command("remove it", format!("rm -i {}", quoted(&socket.to_string_lossy())))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !listens => {
            Finding::skipped(format!("nobody listens on {}", socket.display()))
        }
        Err(error) => unseen(socket, &error),
    }
}

fn unseen(path: &Path, error: &std::io::Error) -> Finding {
    Finding::failed(format!("{} cannot be looked at: {error}", path.display()))
        .with(DoctorRemedy::text("make the folder yours, or set NHD_HOME or NHD_SOCKET to a place that is"))
}

fn unsafe_folder(folder: &Path, seen: File, own: u32) -> Option<Finding> {
    let shown = folder.display();
    if seen.uid != own {
        let detail = format!("the folder {shown} of the socket belongs to uid {}, not to {own}", seen.uid);
        let elsewhere = "set NHD_SOCKET to a folder of your own";
        return Some(Finding::failed(detail).with(DoctorRemedy::text(elsewhere)));
    }
    (seen.mode & 0o022 != 0).then(|| {
        let detail = format!("others can write to the folder {shown} of the socket (mode {:o})", seen.mode);
        let command = format!("chmod go-w {}", quoted(&folder.to_string_lossy()));
        Finding::failed(detail).with(DoctorRemedy::command("take that right away", command))
    })
}

fn judge(socket: &Path, seen: File, own: u32) -> Finding {
    let shown = socket.display();
    if seen.uid != own {
        return Finding::failed(format!("{shown} belongs to uid {}, not to {own}", seen.uid))
            .with(DoctorRemedy::text("set NHD_SOCKET to a folder of your own"));
    }
    if seen.mode & 0o077 != 0 {
        let command = format!("chmod 600 {}", quoted(&socket.to_string_lossy()));
        return Finding::warning(format!("{shown} has mode {:o}, not 600", seen.mode))
            .with(DoctorRemedy::command("let nobody else connect", command));
    }
    Finding::ok(format!("{shown}, for uid {own} alone"))
}

#[cfg(test)]
mod tests {
    use nhd_protocol::doctor::DoctorState::{Failed, Ok, Skipped, Warning};

    use super::*;

    #[test]
    fn a_socket_that_others_reach_is_told() {
        let socket = Path::new("/run/nhd.sock");
        for (uid, mode, expect) in
            [(7, 0o600, Ok), (8, 0o600, Failed), (7, 0o660, Warning), (7, 0o606, Warning)]
        {
            assert_eq!(judge(socket, File { uid, mode }, 7).state, expect, "{uid} {mode:o}");
        }
        for (uid, mode, expect) in
            [(7, 0o700, None), (7, 0o755, None), (8, 0o700, Some(Failed)), (7, 0o1777, Some(Failed))]
        {
            let found = unsafe_folder(socket, File { uid, mode }, 7).map(|finding| finding.state);
            assert_eq!(found, expect, "{uid} {mode:o}");
        }
    }

    #[test]
    fn a_socket_on_which_nobody_listens_is_no_fault_of_itself() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let socket = folder.path().join("nhd.sock");
        assert_eq!(examine(&socket, false).state, Skipped);
        assert_eq!(examine(&socket, true).state, Failed);
        std::fs::write(&socket, "").expect("a file");
        assert_eq!(examine(&socket, false).state, Failed, "it is not a socket");
        std::fs::remove_file(&socket).expect("goes");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("binds");
        assert_ne!(examine(&socket, true).state, Failed);
    }
}
