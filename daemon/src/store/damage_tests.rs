//! Random damage to store and copy. `NHD_DAMAGE_SEED` repeats one case, `NHD_DAMAGE_CASES` sets how many there are.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::tests::{paths, session};
use super::*;

const CASES: u64 = 300;
const SESSIONS: usize = 6;

/// The last write of each session that is there.
type Known = BTreeMap<String, u16>;

/// A home at two times, and all that was ever written in it.
struct History {
    early: (tempfile::TempDir, Known),
    late: (tempfile::TempDir, Known),
    written: BTreeSet<(String, u16)>,
    removed: BTreeSet<String>,
}

fn name(number: usize) -> String {
    format!("s{number:02}")
}

fn history() -> History {
    let folder = tempfile::tempdir().expect("temporary folder");
    let template = session("template");
    let (mut known, mut written, mut mark, mut events) = (Known::new(), BTreeSet::new(), 0, 0);
    let mut round = |known: &mut Known, numbers: std::ops::Range<usize>, gone: usize| {
        let store = Store::open(&paths(folder.path())).expect("opens");
        for number in numbers {
            mark += 1;
            let mut session = StoredSession { id: name(number), local_port: Some(mark), ..template.clone() };
            session.request.image = format!("{mark}/{}", "i".repeat(6_000));
            store.put_session(&session).expect("puts");
            known.insert(session.id.clone(), mark);
            written.insert((session.id, mark));
            for _ in 0..20 {
                events += 1;
                store.append_event(events, &serde_json::json!({"pad": "p".repeat(300)})).expect("appends");
            }
        }
        store.remove_session(&name(gone)).expect("removes");
        known.remove(&name(gone));
    };
    round(&mut known, 0..SESSIONS + 1, 0);
    let early = (tempfile::tempdir().expect("temporary folder"), known.clone());
    copy(folder.path(), early.0.path());
    round(&mut known, 1..SESSIONS + 2, 1);
    let removed = [name(0), name(1)].into();
    History { early, late: (folder, known), written, removed }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("reads").flatten() {
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).expect("copies");
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("reads").flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

/// Damages a file in one of many ways, and says in which.
fn damage(random: &mut StdRng, path: &Path) -> String {
    let mut bytes = std::fs::read(path).expect("reads");
    let length = bytes.len();
    if length == 0 {
        std::fs::remove_file(path).expect("removes");
        return format!("{path:?} removed");
    }
    let at = random.random_range(0..length);
    let what = match random.random_range(0..8) {
        0 => {
            bytes[at] ^= 1 << random.random_range(0..8);
            format!("a bit at {at}")
        }
        1 => {
            (0..64).for_each(|_| bytes[random.random_range(0..length)] ^= random.random_range(1..=255));
            "64 bytes".to_owned()
        }
        2 => {
            bytes.truncate(at);
            format!("truncated to {at}")
        }
        3 | 4 => {
            let size = if random.random() { 4096 } else { 65536 };
            let start = at / size * size;
            bytes[start..(start + size).min(length)].fill(0);
            format!("{size} zeros at {start}")
        }
        5 => {
            bytes.clear();
            "emptied".to_owned()
        }
        6 => {
            random.fill(&mut bytes[at..]);
            format!("noise from {at}")
        }
        _ => {
            std::fs::remove_file(path).expect("removes");
            return format!("{path:?} removed");
        }
    };
    std::fs::write(path, bytes).expect("writes");
    format!("{path:?}: {what}")
}

fn known(store: &Store) -> Known {
    store.sessions().into_iter().map(|it| (it.id, it.local_port.expect("is marked"))).collect()
}

fn case(history: &History, random: &mut StdRng) {
    let place = tempfile::tempdir().expect("temporary folder");
    let paths = paths(place.path());
    let (store_is_old, copy_is_old) = match random.random_range(0..6) {
        0 => (true, false),
        1 => (false, true),
        2 => (true, true),
        _ => (false, false),
    };
    let side = |old: bool| if old { &history.early } else { &history.late };
    copy(&side(store_is_old).0.path().join("store"), &paths.store());
    std::fs::copy(side(copy_is_old).0.path().join("sessions.json"), paths.export()).expect("copies");
    let in_store = random.random_range(0..3) != 0;
    let what = match (in_store, random.random_range(0..12)) {
        (true, 0) => {
            std::fs::remove_dir_all(paths.store()).expect("removes");
            "no store".to_owned()
        }
        (true, _) => {
            let files = files(&paths.store());
            // Most is in the log.
            let log = paths.store().join("db");
            let other = files[random.random_range(0..files.len())].clone();
            let path = if random.random_range(0..3) == 0 { other } else { log };
            damage(random, &path)
        }
        (false, 0) => "none".to_owned(),
        (false, _) => damage(random, &paths.export()),
    };
    let what = format!("store old: {store_is_old}, copy old: {copy_is_old}, {what}");

    let store = Store::open(&paths).unwrap_or_else(|error| panic!("{what}: {error:?}"));
    let seen = known(&store);
    let whole = side(if in_store { copy_is_old } else { store_is_old });
    let damaged_is_old = if in_store { store_is_old } else { copy_is_old };
    if std::ptr::eq(whole, &history.late) || damaged_is_old {
        assert_eq!(seen, whole.1, "{what}");
    }
    for (id, mark) in &whole.1 {
        let newer = seen.get(id).map_or_else(|| history.removed.contains(id), |seen| seen >= mark);
        assert!(newer, "{id} of {mark} is lost: {what}: {seen:?}");
    }
    for (id, mark) in &seen {
        assert!(history.written.contains(&(id.clone(), *mark)), "{id} of {mark}: {what}");
    }

    let mut changed = store.sessions().remove(0);
    changed.local_port = Some(u16::MAX);
    store.put_session(&changed).expect("writes");
    store.append_event(1 << 40, &serde_json::json!({})).expect("appends");
    drop(store);
    let mut expected = seen;
    expected.insert(changed.id, u16::MAX);
    assert_eq!(known(&Store::open(&paths).expect("opens again")), expected, "{what}");
}

#[test]
fn whatever_is_damaged_the_newest_that_is_whole_counts() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let history = history();
    let seeds = match number("NHD_DAMAGE_SEED") {
        Some(seed) => seed..seed + 1,
        None => {
            let first = u64::from(rand::random::<u32>());
            first..first + number("NHD_DAMAGE_CASES").unwrap_or(CASES)
        }
    };
    let (left, failed) = (Mutex::new(seeds), Mutex::new(Vec::new()));
    let work = || {
        while let Some(seed) = { left.lock().expect("is whole").next() } {
            let run = AssertUnwindSafe(|| case(&history, &mut StdRng::seed_from_u64(seed)));
            if catch_unwind(run).is_err() {
                failed.lock().expect("is whole").push(seed);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let failed = failed.into_inner().expect("is whole");
    assert!(failed.is_empty(), "repeat with NHD_DAMAGE_SEED, one of {failed:?}");
}
