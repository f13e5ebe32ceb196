//! What earlier daemons left in the home: files that were damaged and moved aside, and folders of sessions that are no
//! more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy};

use super::Patient;
use super::check::{Finding, Subject, counted, look_at_disk, quoted};

const DAMAGED: Subject =
    Subject { id: "leftovers.damaged", group: DoctorGroup::Leftovers, title: "damaged files of the store" };
const FOLDERS: Subject =
    Subject { id: "leftovers.folders", group: DoctorGroup::Leftovers, title: "folders of sessions" };

/// More are counted and not named.
const NAMED: usize = 10;

pub(super) async fn checks(patient: &Patient<'_>, known: &BTreeSet<String>) -> Vec<DoctorCheck> {
    let (home, copies, known) = (patient.paths.home.clone(), patient.paths.copies(), known.clone());
    let sessions = home.join("sessions");
    let (damaged, folders) = futures::join!(
        look_at_disk(DAMAGED, move || judge_damaged(&home, &copies)),
        look_at_disk(FOLDERS, move || judge_folders(&sessions, &known)),
    );
    vec![damaged, folders]
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn judge_damaged(home: &Path, copies: &Path) -> Finding {
    let is_aside = |path: &PathBuf| path.to_string_lossy().contains(".unreadable-");
    let aside: Vec<PathBuf> = entries(home).into_iter().chain(entries(copies)).filter(is_aside).collect();
    if aside.is_empty() {
        return Finding::ok("none were moved aside");
    }
    let detail = format!(
        "{} moved aside, in case they are of use:{}",
        counted(aside.len(), "damaged file"),
        named(&aside)
    );
    Finding::warning(detail).with(DoctorRemedy::command(
        "where all sessions are there, remove them; they may hold keys, so send them to nobody",
        format!("rm -r {}", words(&aside)),
    ))
}

fn judge_folders(sessions: &Path, known: &BTreeSet<String>) -> Finding {
    let is_known = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| known.contains(name))
    };
    let all = entries(sessions);
    let left: Vec<PathBuf> = all.iter().filter(|path| !is_known(path)).cloned().collect();
    if left.is_empty() {
        return Finding::ok(format!("{}, each of a session", counted(all.len(), "folder")));
    }
    let detail = format!("{} of sessions that are no more:{}", counted(left.len(), "folder"), named(&left));
    Finding::warning(detail)
        .with(DoctorRemedy::command("nothing uses them; remove them", format!("rm -r {}", words(&left))))
}

fn named(paths: &[PathBuf]) -> String {
    let lines = paths.iter().take(NAMED).map(|path| format!("\n{}", path.display()));
    let more = paths.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
    lines.collect::<String>() + &more
}

fn words(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| quoted(&path.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use nhd_protocol::doctor::DoctorState::{Ok, Warning};

    use super::*;

    #[test]
    fn what_was_moved_aside_or_left_is_named_and_what_is_in_use_is_not() {
        let home = tempfile::tempdir().expect("temporary folder");
        let (copies, sessions) = (home.path().join("sessions.d"), home.path().join("sessions"));
        assert_eq!(judge_damaged(home.path(), &copies).state, Ok);
        let known = BTreeSet::from(["one".to_owned()]);
        assert_eq!(judge_folders(&sessions, &known).state, Ok);
        for folder in [&copies, &sessions, &sessions.join("one")] {
            std::fs::create_dir(folder).expect("folder");
        }
        std::fs::write(copies.join("one.json"), "").expect("file");
        assert_eq!(judge_damaged(home.path(), &copies).state, Ok);
        assert_eq!(judge_folders(&sessions, &known).state, Ok);

        std::fs::write(copies.join("one.json.unreadable-1"), "").expect("file");
        std::fs::create_dir(home.path().join("store.unreadable-2")).expect("folder");
        std::fs::create_dir(sessions.join("two")).expect("folder");
        let (damaged, folders) = (judge_damaged(home.path(), &copies), judge_folders(&sessions, &known));
        assert_eq!((damaged.state, folders.state), (Warning, Warning));
        for name in ["one.json.unreadable-1", "store.unreadable-2", "2 damaged files"] {
            assert!(damaged.detail.contains(name), "{damaged:?}");
        }
        let command = folders.remedies[0].command.as_deref().expect("a command");
        assert_eq!(command, format!("rm -r {}", sessions.join("two").display()));
    }
}
