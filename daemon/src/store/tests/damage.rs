//! Random damage to whatever files a home has: the daemon's next start must find the newest that is known.
//!
//! The cases are the same in every run. `NHD_DAMAGE_SEED=<seed>` repeats one alone, `NHD_DAMAGE_CASES=<count>` tries more.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::*;
use crate::events::EventLog;
use crate::instance::Instance;
use std::sync::Arc;

const CASES: u64 = 200;

/// A home as a daemon leaves it, and as it was a while before.
struct Homes {
    earlier: tempfile::TempDir,
    latest: tempfile::TempDir,
    /// What the sessions are in the latest.
    sessions: BTreeMap<String, StoredSession>,
}

/// In memory where there is such a place: hundreds of homes are written with all the care that a disk needs.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn warning(number: u64) -> nhd_protocol::event::EventBody {
    nhd_protocol::event::EventBody::Warning {
        session: None,
        message: format!("{number} {}", "x".repeat(200)),
    }
}

/// Session folders and a log as they lie in a home; what is in them is nothing to the store.
fn surroundings(home: &Path) {
    for id in ["s00", "s01"] {
        let folder = home.join("sessions").join(id);
        fs::create_dir_all(&folder).unwrap();
        for name in ["config.xml", "cert.pem", "key.pem", "syncthing.log"] {
            fs::write(folder.join(name), "x".repeat(2000)).unwrap();
        }
    }
    fs::write(home.join("nhd.log"), "a line\n".repeat(100)).unwrap();
}

fn homes() -> Homes {
    let (earlier, latest) = (folder(), folder());
    let mut sessions: BTreeMap<String, StoredSession> =
        (0..6).map(|number| format!("s{number:02}")).map(|id| (id.clone(), session(&id))).collect();
    let home = earlier.path();
    surroundings(home);
    let keep = |number: usize| {
        let _lock = Instance::acquire(&home.join("nhd.lock")).unwrap();
        let store = Arc::new(Store::open(&paths(home)).unwrap());
        let log = EventLog::open(Arc::clone(&store));
        for (id, session) in &mut sessions {
            session.local_port = Some(u16::try_from(number).unwrap());
            session.request.image = "i".repeat(3000 + number);
            store.put_session(session).unwrap();
            (0..40).for_each(|event| log.publish(warning(event)));
            fs::write(home.join("sessions").join("s00").join("syncthing.log"), id).unwrap();
        }
        if number == 1 {
            store.put_session(&session_to_remove()).unwrap();
        } else {
            store.remove_session("gone").unwrap();
        }
        drop(log);
        drop(store);
    };
    let mut keep = keep;
    keep(1);
    let before = folder();
    copy_folder(home, before.path());
    keep(2);
    copy_folder(home, latest.path());
    Homes { earlier: before, latest, sessions }
}

/// One that has ended since: an old store must not bring it back.
fn session_to_remove() -> StoredSession {
    StoredSession {
        request: StoredRequest { image: "r".repeat(3000), ..session("x").request },
        ..session("gone")
    }
}

/// Damages one file, and says what was done.
fn damage(random: &mut StdRng, homes: &Homes, home: &Path, store_only: bool) -> String {
    let all: Vec<PathBuf> =
        files(home).into_iter().filter(|path| !store_only || path.starts_with(home.join("store"))).collect();
    let path = &all[random.random_range(0..all.len())];
    let name = path.strip_prefix(home).unwrap();
    let mut bytes = fs::read(path).unwrap();
    let length = bytes.len();
    let at = random.random_range(0..length.max(1));
    let kind = random.random_range(0..8);
    let what = match kind {
        _ if length == 0 => "filled",
        0 => "truncated",
        1 => "a bit flipped",
        2 => "64 bytes changed",
        3 => "a page zeroed",
        4 => "a segment zeroed",
        5 => "emptied",
        6 => "deleted",
        _ => "swapped with an older one",
    };
    match what {
        "filled" => bytes = vec![random.random(); 64],
        "truncated" => bytes.truncate(at),
        "a bit flipped" => bytes[at] ^= 1 << random.random_range(0..8),
        "64 bytes changed" => {
            for _ in 0..64 {
                bytes[random.random_range(0..length)] = random.random();
            }
        }
        "a page zeroed" => bytes[at / 4096 * 4096..(at / 4096 * 4096 + 4096).min(length)].fill(0),
        "a segment zeroed" => bytes[at / 65536 * 65536..(at / 65536 * 65536 + 65536).min(length)].fill(0),
        "emptied" => bytes.clear(),
        "swapped with an older one" => {
            // The whole of sled's folder: of its files alone none is older than the others.
            if name.starts_with("store") && random.random() {
                fs::remove_dir_all(home.join("store")).unwrap();
                copy_folder(&homes.earlier.path().join("store"), &home.join("store"));
                return "store: swapped with an older one".to_owned();
            }
            match fs::read(homes.earlier.path().join(name)) {
                Ok(older) => bytes = older,
                Err(_) => bytes.clear(),
            }
        }
        _ => {}
    }
    if what == "deleted" {
        fs::remove_file(path).unwrap();
    } else {
        fs::write(path, bytes).unwrap();
    }
    format!("{}: {what} at {at} of {length}", name.display())
}

/// A process that another test is about to start has all that is open here for a moment, locks with it.
fn acquire(path: &Path) -> Instance {
    let tries = (0..500).find_map(|_| {
        let acquired = Instance::acquire(path).ok();
        if acquired.is_none() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        acquired
    });
    tries.expect("nobody else has the home")
}

/// What the next daemon does with its home, and the one after it.
fn start_twice(home: &Path, expect: &BTreeMap<String, StoredSession>, complete: bool) {
    for start in ["first", "second"] {
        let _lock = acquire(&home.join("nhd.lock"));
        let store = Arc::new(Store::open(&paths(home)).expect("opens"));
        let log = EventLog::open(Arc::clone(&store));
        let found: BTreeMap<String, StoredSession> = store
            .sessions()
            .into_iter()
            .map(|session| (session.id.clone(), session))
            .filter(|(id, _)| !id.starts_with("new"))
            .collect();
        if complete {
            let different: Vec<&String> = expect
                .iter()
                .filter(|(id, session)| found.get(*id) != Some(session))
                .map(|(id, _)| id)
                .collect();
            assert!(different.is_empty(), "{start}: lost or old are {different:?}");
            assert_eq!(found.len(), expect.len(), "{start}: {:?} came back", found.keys());
        }
        log.publish(warning(1));
        let new = StoredSession { id: format!("new-{start}"), ..expect["s00"].clone() };
        store.put_session(&new).expect("writes");
        store.remove_session(&format!("new-{start}")).expect("removes");
    }
}

fn run(homes: &Homes, seed: u64) -> Result<String, String> {
    let mut random = StdRng::seed_from_u64(seed);
    let place = folder();
    copy_folder(homes.latest.path(), place.path());
    // Half of the cases are about sled; in an eighth several files are damaged, and then no more than a start is owed.
    let (store_only, several) = (random.random(), random.random_range(0..8) == 0);
    let done: Vec<String> = (0..if several { 4 } else { 1 })
        .map(|_| damage(&mut random, homes, place.path(), store_only && !several))
        .collect();
    let (done, names) = (done.join("; "), place.path().to_path_buf());
    let started = catch_unwind(AssertUnwindSafe(|| start_twice(&names, &homes.sessions, !several)));
    started.map(|()| done.clone()).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?");
        format!("NHD_DAMAGE_SEED={seed}: {done}: {}", text.chars().take(300).collect::<String>())
    })
}

#[test]
fn whatever_file_of_the_home_is_damaged_the_next_daemon_starts_with_the_newest_that_is_known() {
    let number = |name| std::env::var(name).ok().and_then(|text: String| text.parse::<u64>().ok());
    let homes = homes();
    if let Some(seed) = number("NHD_DAMAGE_SEED") {
        eprintln!("{}", run(&homes, seed).unwrap());
        return;
    }
    let cases = number("NHD_DAMAGE_CASES").unwrap_or(CASES);
    let failures: Vec<String> = (0..cases).filter_map(|seed| run(&homes, seed).err()).collect();
    assert!(failures.is_empty(), "{} of {cases}:\n{}", failures.len(), failures.join("\n"));
}
