//! Syncthings of ours that run for no session. It signals nobody.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy};

use super::Patient;
use super::check::{Finding, Subject, counted, look_at_disk};

const PROCESSES: Subject =
    Subject { id: "leftovers.processes", group: DoctorGroup::Leftovers, title: "processes" };

/// A syncthing that was started on the home of a session of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Running {
    pid: u32,
    session: String,
}

pub(super) async fn check(patient: &Patient<'_>, known: &BTreeSet<String>) -> DoctorCheck {
    let (sessions, known) = (patient.paths.home.join("sessions"), known.clone());
    look_at_disk(PROCESSES, move || {
        if !cfg!(target_os = "linux") {
            return Finding::skipped("only Linux tells a process' arguments apart");
        }
        let own = rustix::process::getuid().as_raw();
        judge(&running(Path::new("/proc"), &sessions, own), &known)
    })
    .await
}

fn running(proc: &Path, sessions: &Path, uid: u32) -> Vec<Running> {
    let entries = std::fs::read_dir(proc).into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let mine = entry.metadata().is_ok_and(|metadata| metadata.uid() == uid);
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let session = session_of(&line, sessions).filter(|_| mine)?;
        Some(Running { pid, session })
    });
    processes.collect()
}

/// The session on whose home a process with these arguments is a syncthing.
fn session_of(line: &[u8], sessions: &Path) -> Option<String> {
    let arguments: Vec<&[u8]> = line.split(|&byte| byte == 0).collect();
    let serves = arguments.contains(&b"serve".as_slice());
    let home = arguments.windows(2).find(|pair| pair[0] == b"--home")?[1];
    let home = Path::new(std::ffi::OsStr::from_bytes(home));
    let session = home.strip_prefix(sessions).ok().filter(|rest| rest.components().count() == 1)?;
    serves.then(|| session.to_string_lossy().into_owned())
}

fn judge(running: &[Running], known: &BTreeSet<String>) -> Finding {
    let stray: Vec<&Running> = running.iter().filter(|it| !known.contains(&it.session)).collect();
    if stray.is_empty() {
        let count = counted(running.len(), "syncthing");
        return Finding::ok(format!("{count} of ours, each of a session"));
    }
    let pids: Vec<String> = stray.iter().map(|it| it.pid.to_string()).collect();
    let lines: String =
        stray.iter().map(|it| format!("\nprocess {} of session {}", it.pid, it.session)).collect();
    Finding::warning(format!("{} of ours without a session:{lines}", counted(stray.len(), "syncthing")))
        .with(DoctorRemedy::command("nothing uses them; end them", format!("kill {}", pids.join(" "))))
}

#[cfg(test)]
mod tests {
    use nhd_protocol::doctor::DoctorState::{Ok, Warning};

    use super::*;

    #[test]
    fn only_a_syncthing_on_the_home_of_a_session_is_ours() {
        let sessions = Path::new("/home/ann/nhd/sessions");
        for (line, expect) in [
            ("syncthing\0serve\0--home\0/home/ann/nhd/sessions/one\0", Some("one")),
            ("syncthing\0serve\0--home\0/home/ann/nhd/sessions/one/two\0", None),
            ("syncthing\0serve\0--home\0/home/ann/nhd/sessions\0", None),
            ("syncthing\0serve\0--home\0/home/bob/nhd/sessions/one\0", None),
            ("syncthing\0serve\0", None),
            ("vi\0--home\0/home/ann/nhd/sessions/one\0", None),
            ("", None),
        ] {
            assert_eq!(session_of(line.as_bytes(), sessions).as_deref(), expect, "{line:?}");
        }
    }

    #[test]
    fn those_without_a_session_are_to_be_ended_and_no_other() {
        let known = BTreeSet::from(["one".to_owned()]);
        let one = Running { pid: 7, session: "one".to_owned() };
        let two = Running { pid: 8, session: "two".to_owned() };
        assert_eq!(judge(std::slice::from_ref(&one), &known).state, Ok);
        let finding = judge(&[one, two], &known);
        assert_eq!(finding.state, Warning);
        assert_eq!(finding.remedies[0].command.as_deref(), Some("kill 8"));
    }
}
