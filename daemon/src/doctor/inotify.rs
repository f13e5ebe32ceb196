//! How many folders the user may watch, and how many are watched: a source tree is watched folder by folder, and what is
//! beyond the limit is found by scanning, late.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy};

use super::check::{Finding, Subject, look_at_disk};

const WATCHES: Subject = Subject {
    id: "machine.inotifyWatches",
    group: DoctorGroup::Machine,
    title: "folders that can be watched",
};
const INSTANCES: Subject = Subject {
    id: "machine.inotifyInstances",
    group: DoctorGroup::Machine,
    title: "trees that can be watched",
};

/// One of the kernel's two limits.
#[derive(Debug, Clone, Copy)]
struct Limit {
    /// The file below `/proc/sys/fs/inotify`, and the end of the setting's name.
    name: &'static str,
    of_what: &'static str,
    /// With less left, what a session needs may not be had.
    little: u64,
    /// What to raise it to.
    enough: u64,
}

/// A source tree has thousands of folders.
const LIMIT_OF_WATCHES: Limit =
    Limit { name: "max_user_watches", of_what: "folders", little: 10_000, enough: 524_288 };
/// A session takes one, an editor several.
const LIMIT_OF_INSTANCES: Limit =
    Limit { name: "max_user_instances", of_what: "trees", little: 16, enough: 1_024 };

/// What all processes of a user have of both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Used {
    instances: u64,
    watches: u64,
}

pub(super) async fn checks() -> Vec<DoctorCheck> {
    let looks = [(WATCHES, LIMIT_OF_WATCHES), (INSTANCES, LIMIT_OF_INSTANCES)];
    futures::future::join_all(looks.map(|(subject, limit)| look_at_disk(subject, move || examine(limit))))
        .await
}

fn examine(limit: Limit) -> Finding {
    let Some(most) = read_limit(Path::new("/proc/sys/fs/inotify"), limit.name) else {
        return Finding::skipped("this system has no such limit: it is not Linux, or does not show it");
    };
    let used = used(Path::new("/proc"), rustix::process::getuid().as_raw());
    judge(limit, most, if limit.name == LIMIT_OF_WATCHES.name { used.watches } else { used.instances })
}

fn read_limit(folder: &Path, name: &str) -> Option<u64> {
    std::fs::read_to_string(folder.join(name)).ok()?.trim().parse().ok()
}

/// Counts in what the kernel tells of each open file of the user's processes.
fn used(proc: &Path, uid: u32) -> Used {
    let entries = |path: &Path| std::fs::read_dir(path).into_iter().flatten().flatten();
    let is_process = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    let processes = entries(proc).filter(|entry| entry.file_name().to_str().is_some_and(is_process));
    let own = processes.filter(|entry| entry.metadata().is_ok_and(|metadata| metadata.uid() == uid));
    let mut used = Used::default();
    for process in own.map(|entry| entry.path()) {
        for file in entries(&process.join("fd")) {
            let leads_to = std::fs::read_link(file.path()).unwrap_or_default();
            if leads_to.as_os_str() == "anon_inode:inotify" {
                let info = process.join("fdinfo").join(file.file_name());
                let info = std::fs::read_to_string(info).unwrap_or_default();
                used.instances += 1;
                used.watches += info.lines().filter(|line| line.starts_with("inotify ")).count() as u64;
            }
        }
    }
    used
}

fn judge(limit: Limit, most: u64, used: u64) -> Finding {
    let detail = format!("{used} of at most {most} {} are watched by this user", limit.of_what);
    let finding = match most.saturating_sub(used) {
        0 => Finding::failed(detail),
        left if left < limit.little => Finding::warning(detail),
        _ => return Finding::ok(detail),
    };
    let setting = format!("fs.inotify.{}={}", limit.name, limit.enough.max(most.saturating_mul(2)));
    let command = format!(
        "echo {setting} | sudo tee /etc/sysctl.d/60-nhd-{}.conf && sudo sysctl {setting}",
        limit.of_what
    );
    finding.with(DoctorRemedy::command("raise the limit, now and after each boot", command))
}

#[cfg(test)]
mod tests {
    use nhd_protocol::doctor::DoctorState::{Failed, Ok, Warning};

    use super::*;

    #[test]
    fn what_is_left_decides_and_the_setting_is_named() {
        for (limit, most, used, expect) in [
            (LIMIT_OF_WATCHES, 524_288, 3, Ok),
            (LIMIT_OF_WATCHES, 8_192, 3, Warning),
            (LIMIT_OF_WATCHES, 524_288, 520_000, Warning),
            (LIMIT_OF_WATCHES, 8_192, 8_192, Failed),
            (LIMIT_OF_WATCHES, 8_192, 9_000, Failed),
            (LIMIT_OF_INSTANCES, 128, 3, Ok),
            (LIMIT_OF_INSTANCES, 128, 120, Warning),
            (LIMIT_OF_INSTANCES, 128, 128, Failed),
        ] {
            let finding = judge(limit, most, used);
            assert_eq!(finding.state, expect, "{finding:?}");
            assert!(finding.detail.contains(&format!("{used} of at most {most}")), "{finding:?}");
            let command = finding.remedies.first().and_then(|remedy| remedy.command.as_deref());
            let raises = |command: &str| {
                let raised = command.rsplit('=').next().and_then(|number| number.parse::<u64>().ok());
                command.contains(limit.name) && raised.is_some_and(|raised| raised > most)
            };
            assert_eq!(command.is_some_and(raises), expect != Ok, "{command:?}");
        }
    }

    /// As the kernel shows them: a folder a process, a link a file, a line a watch.
    #[test]
    fn the_open_files_of_the_users_processes_are_counted() {
        let proc = tempfile::tempdir().expect("temporary folder");
        let process = |name: &str, files: &[(&str, &str, &str)]| {
            let folder = proc.path().join(name);
            for part in ["fd", "fdinfo"] {
                std::fs::create_dir_all(folder.join(part)).expect("folder");
            }
            for (number, leads_to, info) in files {
                std::os::unix::fs::symlink(leads_to, folder.join("fd").join(number)).expect("link");
                std::fs::write(folder.join("fdinfo").join(number), info).expect("info");
            }
        };
        let watch = "inotify wd:1 ino:2 sdev:3 mask:4\n";
        let two = format!("pos:\t0\nflags:\t02004000\n{watch}{watch}");
        process("7", &[("3", "anon_inode:inotify", &two), ("4", "/dev/null", &two)]);
        process("8", &[("5", "anon_inode:inotify", "pos:\t0\n"), ("6", "anon_inode:inotify", watch)]);
        process("self", &[("3", "anon_inode:inotify", &two)]);
        let own = rustix::process::getuid().as_raw();
        assert_eq!(used(proc.path(), own), Used { instances: 3, watches: 3 });
        assert_eq!(used(proc.path(), own + 1), Used::default());
    }
}
