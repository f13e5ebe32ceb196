//! The store and the daemon on disks that are full, read-only or small.
//!
//! They are mounted in a namespace of the test's own, which takes root; where that is not given, the tests say so and
//! pass.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "mounts and starts the daemon")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nhd::store::{Store, StoredSession};
use nhd_client::Client;
use nhd_client::paths::Paths;
use nhd_protocol::hello::NoParams;
use nhd_protocol::methods::Shutdown;

const INSIDE: &str = "NHD_TEST_INSIDE";

/// Runs the test named so in a mount namespace of its own. True in there.
fn inside(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let unshare = |program: &Path| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "--"]).arg(program);
        command
    };
    if !unshare(Path::new("true")).status().is_ok_and(|status| status.success()) {
        eprintln!("not run: this user may not mount");
        return false;
    }
    let mut test = unshare(&std::env::current_exe().unwrap());
    let status = test.args(["--exact", name, "--nocapture"]).env(INSIDE, "1").status().unwrap();
    assert!(status.success(), "{name}");
    false
}

fn run(words: &[&str]) {
    assert!(Command::new(words[0]).args(&words[1..]).status().unwrap().success(), "{words:?}");
}

/// A disk of so many megabytes.
fn disk(megabytes: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    run(&[
        "mount",
        "-t",
        "tmpfs",
        "-o",
        &format!("mode=700,size={megabytes}m"),
        "disk",
        folder.path().to_str().unwrap(),
    ]);
    folder
}

/// Somebody else takes all the room.
fn fill(disk: &Path) {
    let mut file = File::create(disk.join("filler")).unwrap();
    for block in [1 << 16, 1 << 12, 1] {
        while file.write_all(&vec![1; block]).is_ok() {}
    }
}

fn free(disk: &Path) {
    fs::remove_file(disk.join("filler")).unwrap();
}

fn paths(home: &Path) -> Paths {
    Paths {
        home: home.to_path_buf(),
        runtime: home.join("run"),
        socket: home.join("run").join("nhd.sock"),
        config: home.join("config.yaml"),
    }
}

/// A session as version 92d0be5 wrote it, with a word of ours in it.
fn session(id: &str, word: &str) -> StoredSession {
    let text = include_str!("../fixtures/92d0be5/sessions.json");
    let sessions: Vec<StoredSession> = serde_json::from_str(text).unwrap();
    let mut session = sessions.into_iter().next().unwrap();
    (session.id, session.request.image) = (id.to_owned(), word.repeat(2000));
    session
}

#[track_caller]
fn check(store: &Store, expect: &[&StoredSession]) {
    assert!(store.sessions().iter().eq(expect.iter().copied()));
}

/// What was full for a moment works again, and nothing takes long meanwhile.
fn full_for_a_moment(megabytes: u32) {
    let disk = disk(megabytes);
    let paths = paths(disk.path());
    let store = Store::open(&paths).unwrap();
    let (one, two) = (session("one", "1"), session("two", "2"));
    store.put_session(&one).unwrap();
    let began = Instant::now();
    fill(disk.path());
    // What is refused and what is not is the disk's affair: a database that is given up makes room itself.
    for seq in 0..200 {
        let _ = store.append_event(seq, &"e".repeat(2000));
        let _ = store.put_session(&session("one", "y"));
    }
    free(disk.path());
    store.put_session(&one).expect("there is room again");
    store.put_session(&two).expect("there is room again");
    store.remove_session("two").expect("there is room again");
    store.append_event(200, &"e").expect("there is room again");
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    drop(store);
    check(&Store::open(&paths).unwrap(), &[&one]);
    // A daemon that starts while it is full knows all.
    fill(disk.path());
    let store = Store::open(&paths).unwrap();
    check(&store, &[&one]);
    free(disk.path());
    store.put_session(&two).expect("there is room again");
    drop(store);
    check(&Store::open(&paths).unwrap(), &[&one, &two]);
}

#[test]
fn a_disk_that_was_full_for_a_moment_works_again() {
    if inside("a_disk_that_was_full_for_a_moment_works_again") {
        full_for_a_moment(24);
    }
}

#[test]
fn so_does_one_on_which_there_is_hardly_room_for_the_database() {
    if inside("so_does_one_on_which_there_is_hardly_room_for_the_database") {
        full_for_a_moment(4);
    }
}

#[test]
fn so_does_one_that_is_smaller_than_that() {
    if inside("so_does_one_that_is_smaller_than_that") {
        full_for_a_moment(1);
    }
}

#[test]
fn a_disk_that_is_read_only_for_a_while_refuses_and_then_works_again() {
    if !inside("a_disk_that_is_read_only_for_a_while_refuses_and_then_works_again") {
        return;
    }
    let disk = disk(64);
    let (paths, name) = (paths(disk.path()), disk.path().to_str().unwrap());
    let store = Store::open(&paths).unwrap();
    let (one, two) = (session("one", "1"), session("two", "2"));
    store.put_session(&one).unwrap();
    run(&["mount", "--bind", name, name]);
    run(&["mount", "-o", "remount,bind,ro", name]);
    store.put_session(&two).expect_err("it is read-only");
    store.remove_session("one").expect_err("it is read-only");
    run(&["umount", name]);
    store.put_session(&two).expect("it is writable again");
    drop(store);
    run(&["mount", "--bind", name, name]);
    run(&["mount", "-o", "remount,bind,ro", name]);
    let store = Store::open(&paths).expect("what is known can be read");
    check(&store, &[&one, &two]);
    store.put_session(&two).expect_err("it is read-only");
    drop(store);
    run(&["umount", name]);
    check(&Store::open(&paths).unwrap(), &[&one, &two]);
}

fn start(home: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nhd"));
    let log = || File::options().create(true).append(true).open(home.join("nhd.log")).unwrap();
    command.env("NHD_HOME", home).env_remove("NHD_SOCKET").stdin(Stdio::null()).stdout(log()).stderr(log());
    command.spawn().unwrap()
}

/// Shuts the daemon down as `nhd-cli daemon stop` does, which waits for 25 s.
async fn stop(home: &Path, daemon: &mut Child) {
    let deadline = Instant::now() + Duration::from_secs(10);
    let client = loop {
        match Client::connect(&paths(home), "test").await {
            Ok(client) => break client,
            Err(error) => assert!(Instant::now() < deadline, "it does not listen: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    // It can be gone before its answer is.
    let _ = client.call::<Shutdown>(NoParams {}).await;
    let deadline = Instant::now() + Duration::from_secs(25);
    while daemon.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "it does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_daemon_starts_and_stops_on_a_full_disk() {
    if !inside("a_daemon_starts_and_stops_on_a_full_disk") {
        return;
    }
    for megabytes in [4, 24] {
        let disk = disk(megabytes);
        fill(disk.path());
        let mut daemon = start(disk.path());
        stop(disk.path(), &mut daemon).await;
        // And on one that becomes full.
        free(disk.path());
        let mut daemon = start(disk.path());
        let client = loop {
            if let Ok(client) = Client::connect(&paths(disk.path()), "test").await {
                break client;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        drop(client);
        fill(disk.path());
        stop(disk.path(), &mut daemon).await;
    }
}

/// A pipe that nobody reads stands in for a disk that hangs.
#[test]
fn a_daemon_that_waits_for_a_disk_that_hangs_ends_when_it_is_told_to() {
    let home = tempfile::tempdir().unwrap();
    let (paths, one) = (paths(home.path()), session("one", "1"));
    Store::open(&paths).unwrap().put_session(&one).unwrap();
    // The copy is behind, and the daemon wants to write it before it listens.
    fs::remove_file(paths.copies().join("one.json")).unwrap();
    run(&["mkfifo", paths.copies().join("one.json.new").to_str().unwrap()]);
    let mut daemon = start(home.path());
    let deadline = Instant::now() + Duration::from_secs(10);
    while fs::read_to_string(paths.lock()).unwrap_or_default().is_empty() {
        assert!(Instant::now() < deadline, "it does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    run(&["kill", &daemon.id().to_string()]);
    let deadline = Instant::now() + Duration::from_secs(25);
    while daemon.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}
