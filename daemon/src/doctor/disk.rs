//! The disk that the daemon's home is on: whether it can be written to, and whether there is room.

use std::path::Path;

use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy};
use rustix::fs::StatVfsMountFlags;

use super::Patient;
use super::check::{Finding, Subject, look_at_disk, quoted};

const DISK: Subject = Subject { id: "machine.disk", group: DoctorGroup::Machine, title: "disk of the home" };

const MIB: u64 = 1 << 20;
/// Below this a store, a log and syncthing's database soon have no room any more.
const LITTLE: u64 = 512 * MIB;
/// Below this they have none now.
const TOO_LITTLE: u64 = 16 * MIB;
/// A session makes some dozens of files.
const FEW_FILES: u64 = 1_000;

/// What is left of a disk.
#[derive(Debug, Clone, Copy)]
struct Room {
    bytes: u64,
    /// `None` where the file system makes as many as are asked for.
    files: Option<u64>,
    read_only: bool,
}

pub(super) async fn check(patient: &Patient<'_>) -> DoctorCheck {
    let home = patient.paths.home.clone();
    look_at_disk(DISK, move || examine(&home)).await
}

fn examine(home: &Path) -> Finding {
    let shown = home.display();
    let disk = match rustix::fs::statvfs(home) {
        Ok(disk) => disk,
        Err(error) => {
            return Finding::failed(format!("the home {shown} cannot be looked at: {error}"))
                .with(DoctorRemedy::text("make the folder yours, or set NHD_HOME to one that is"));
        }
    };
    let room = Room {
        bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
        files: (disk.f_files > 0).then_some(disk.f_favail),
        read_only: disk.f_flag.contains(StatVfsMountFlags::RDONLY),
    };
    let finding = judge(home, room);
    // What is free is not always the user's to take: quotas, modes, a disk that fails.
    match tempfile::NamedTempFile::new_in(home)
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"x"))
    {
        Err(error) if finding.remedies.is_empty() => {
            Finding::failed(format!("a file cannot be written in the home {shown}: {error}"))
                .with(DoctorRemedy::command("see whose the folder is", format!("ls -ld {}", word(home))))
        }
        _ => finding,
    }
}

fn judge(home: &Path, room: Room) -> Finding {
    let shown = home.display();
    let remount =
        DoctorRemedy::text("mount the disk so that it can be written to, or set NHD_HOME elsewhere");
    if room.read_only {
        return Finding::failed(format!("the disk of {shown} is read-only")).with(remount);
    }
    let free = format!("{} MiB free on the disk of {shown}", room.bytes / MIB);
    let make_room = DoctorRemedy::command("make room on it", format!("df -h {}", word(home)));
    match (room.bytes, room.files) {
        (..TOO_LITTLE, _) => Finding::failed(free).with(make_room),
        (_, Some(0)) => {
            let full = format!("{free}, and no more files can be made on it");
            Finding::failed(full).with(DoctorRemedy::command("remove files", format!("df -i {}", word(home))))
        }
        (..LITTLE, _) => Finding::warning(free).with(make_room),
        (_, Some(files @ ..FEW_FILES)) => {
            let few = format!("{free}, and {files} more files can be made on it");
            Finding::warning(few).with(DoctorRemedy::command("remove files", format!("df -i {}", word(home))))
        }
        _ => Finding::ok(free),
    }
}

fn word(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use nhd_protocol::doctor::DoctorState::{self, Failed, Ok, Warning};

    use super::*;

    #[test]
    fn a_disk_is_judged_by_what_is_left_of_it() {
        let check = |bytes, files, read_only, expect: DoctorState, says: &str| {
            let finding = judge(Path::new("/home/ann/nhd home"), Room { bytes, files, read_only });
            assert_eq!(finding.state, expect, "{finding:?}");
            assert!(finding.detail.contains(says), "{finding:?}");
            assert_eq!(finding.remedies.is_empty(), expect == Ok);
        };
        check(10 << 30, Some(1 << 20), false, Ok, "10240 MiB free on the disk of /home/ann/nhd home");
        check(10 << 30, None, false, Ok, "10240 MiB");
        check(10 << 30, Some(12), false, Warning, "12 more files");
        check(10 << 30, Some(0), false, Failed, "no more files");
        check(100 << 20, None, false, Warning, "100 MiB");
        check(1 << 20, None, false, Failed, "1 MiB");
        check(10 << 30, None, true, Failed, "read-only");
    }

    #[test]
    fn a_home_that_is_not_there_or_cannot_be_written_to_fails() {
        let folder = tempfile::tempdir().expect("temporary folder");
        assert_eq!(examine(&folder.path().join("none")).state, Failed);
        assert_ne!(examine(folder.path()).state, Failed);
        let left = std::fs::read_dir(folder.path()).expect("folder").count();
        assert_eq!(left, 0, "the doctor leaves nothing");
    }
}
