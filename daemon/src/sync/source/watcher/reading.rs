//! Reads the events of the system's watcher: which paths are complete, which are still being written, which folders
//! came and went.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind, RenameMode};
use notify::{Event, EventKind};

use crate::sync::source::changes::Notice;
use crate::sync::source::inbox::TreeChange;

/// `tells_closes`: whether the system says when a file that was written is closed. Only then is a write not yet a
/// reason to scan. `look`: what is at a path now.
pub(super) fn read(
    event: &Event,
    root: &Path,
    tells_closes: bool,
    look: impl Fn(&Path) -> Option<Metadata>,
) -> (Vec<Notice>, Vec<TreeChange>) {
    if event.need_rescan() {
        return (vec![Notice::Unknown], vec![TreeChange::Everything]);
    }
    let relative = |path: &PathBuf| path.strip_prefix(root).ok().map(Path::to_owned);
    let all = |holds: &dyn Fn(&Metadata) -> bool| {
        event.paths.iter().all(|path| look(path).is_some_and(|metadata| holds(&metadata)))
    };
    let notice: fn(PathBuf) -> Notice = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Notice::Closed,
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) if tells_closes => {
            let mut paths = event.paths.iter().filter_map(relative);
            let pair = paths.next().zip(paths.next());
            return (pair.map(|(from, to)| Notice::Renamed { from, to }).into_iter().collect(), Vec::new());
        }
        // Reading changes nothing.
        EventKind::Access(_) => return (Vec::new(), Vec::new()),
        EventKind::Modify(ModifyKind::Data(_)) if tells_closes => Notice::Written,
        EventKind::Create(CreateKind::Folder) => Notice::Altered,
        EventKind::Remove(_) => Notice::Removed,
        EventKind::Create(_) if tells_closes && !all(&is_complete_when_made) => Notice::Made,
        _ => Notice::Altered,
    };
    let notices = event.paths.iter().filter_map(relative).map(notice).collect();
    let change: Option<fn(PathBuf) -> TreeChange> = match event.kind {
        EventKind::Create(CreateKind::Folder) | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => {
            Some(TreeChange::Appeared)
        }
        // A folder that could not be read perhaps can be now.
        EventKind::Modify(ModifyKind::Metadata(_)) if all(&Metadata::is_dir) => Some(TreeChange::Appeared),
        // Files would only fill the list.
        EventKind::Remove(RemoveKind::File) => None,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
            Some(TreeChange::Gone)
        }
        _ => None,
    };
    let tree =
        change.filter(|_| tells_closes).map(|change| event.paths.iter().cloned().map(change).collect());
    (notices, tree.unwrap_or_default())
}

/// Links are never written and closed: symbolic ones, and further names of a file.
fn is_complete_when_made(metadata: &Metadata) -> bool {
    !metadata.is_file() || metadata.nlink() > 1
}

#[cfg(test)]
mod tests {
    use notify::event::{DataChange, Flag, MetadataKind};

    use super::*;

    fn altered() -> Option<Notice> {
        Some(Notice::Altered("a".into()))
    }

    #[test]
    fn a_save_is_told_by_its_close_and_a_rename_by_its_halves() {
        let check = |kind, notice: Option<Notice>, tree: Option<TreeChange>| {
            let event = Event::new(kind).add_path("/src/a".into());
            let found = read(&event, Path::new("/src"), true, |_| None);
            assert_eq!(found, (notice.into_iter().collect(), tree.into_iter().collect()), "{kind:?}");
        };
        let path = || PathBuf::from("/src/a");
        check(EventKind::Create(CreateKind::File), Some(Notice::Made("a".into())), None);
        check(EventKind::Modify(ModifyKind::Data(DataChange::Any)), Some(Notice::Written("a".into())), None);
        check(
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            Some(Notice::Closed("a".into())),
            None,
        );
        check(EventKind::Access(AccessKind::Open(AccessMode::Any)), None, None);
        check(EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)), altered(), None);
        check(EventKind::Create(CreateKind::Folder), altered(), Some(TreeChange::Appeared(path())));
        let removed = || Some(Notice::Removed("a".into()));
        check(EventKind::Remove(RemoveKind::File), removed(), None);
        check(EventKind::Remove(RemoveKind::Folder), removed(), Some(TreeChange::Gone(path())));
        let rename = |mode| EventKind::Modify(ModifyKind::Name(mode));
        check(rename(RenameMode::From), altered(), Some(TreeChange::Gone(path())));
        check(rename(RenameMode::To), altered(), Some(TreeChange::Appeared(path())));
        check(rename(RenameMode::Both), None, None);
        let both = Event::new(rename(RenameMode::Both)).add_path("/src/a".into()).add_path("/src/b".into());
        let renamed = Notice::Renamed { from: "a".into(), to: "b".into() };
        assert_eq!(read(&both, Path::new("/src"), true, |_| None), (vec![renamed], vec![]));
    }

    #[test]
    fn a_folder_of_another_mode_may_be_readable_now_and_files_are_not_held() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("file"), "").unwrap();
        let of = |name: &str| {
            let path = place.path().join(name);
            let event = Event::new(EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)));
            read(&event.add_path("/src/a".into()), Path::new("/src"), true, |_| path.symlink_metadata().ok())
        };
        let appeared = TreeChange::Appeared("/src/a".into());
        assert_eq!(of("."), (altered().into_iter().collect(), vec![appeared]));
        assert_eq!(of("file"), (altered().into_iter().collect(), vec![]));
    }

    #[test]
    fn where_closes_are_not_told_every_write_counts() {
        let event =
            Event::new(EventKind::Modify(ModifyKind::Data(DataChange::Any))).add_path("/src/a".into());
        let found = read(&event, Path::new("/src"), false, |_| None);
        assert_eq!(found, (altered().into_iter().collect(), vec![]));
    }

    #[test]
    fn a_link_is_complete_when_it_is_made_and_lost_events_mean_everything() {
        let link = Event::new(EventKind::Create(CreateKind::File)).add_path("/src/l".into());
        let place = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("nowhere", place.path().join("l")).unwrap();
        let look = |_: &Path| place.path().join("l").symlink_metadata().ok();
        assert_eq!(read(&link, Path::new("/src"), true, look).0, vec![Notice::Altered("l".into())]);
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        let found = read(&lost, Path::new("/src"), true, |_| None);
        assert_eq!(found, (vec![Notice::Unknown], vec![TreeChange::Everything]));
    }
}
