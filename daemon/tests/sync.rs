//! The sync of one session against a second real syncthing on loopback, which is configured as the one in the
//! container is. Needs syncthing 1.19 or later on PATH.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so best by panicking")]
#![allow(clippy::print_stdout, reason = "what was measured is read in the output of the test")]

use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nhd::sync::process::Syncthing;
use nhd::sync::rest::Rest;
use nhd::sync::{
    Binary, KeyPair, LeftOutBy, RemoteFolder, Selection, SyncEngine, SyncError, SyncIdentity, SyncOptions,
    SyncState, SyncStatus, end_omissions, remote_config,
};
use rustix::process::{Pid, Signal, WaitOptions, kill_process};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const BOUND: Duration = Duration::from_secs(20);
const FOLDER: &str = "nhd-test";

/// Two folders, the engine on the one, a syncthing as in a container on the other.
struct Bed {
    place: TempDir,
    binary: PathBuf,
    identity: SyncIdentity,
    remote_keys: KeyPair,
    port: u16,
    selection: Selection,
    two_way: bool,
    paused: bool,
    remote: Option<Syncthing>,
    engine: Option<SyncEngine>,
    tracker: TaskTracker,
}

impl Bed {
    /// Both sides are there and nothing runs.
    async fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let binary =
            Binary::find(None, &path).await.expect("these tests need syncthing 1.19 or later on PATH").path;
        let (identity, remote_keys) = SyncIdentity::generate().unwrap();
        let port = free_port();
        let bed = Self {
            place,
            binary,
            identity,
            remote_keys,
            port,
            selection: Selection::default(),
            two_way: false,
            paused: false,
            remote: None,
            engine: None,
            tracker: TaskTracker::new(),
        };
        for folder in ["here", "there"] {
            std::fs::create_dir(bed.place.path().join(folder)).unwrap();
        }
        bed
    }

    /// Both sides run and the first sync, of one file, is complete.
    async fn synced() -> Self {
        Self::new().await.started().await
    }

    /// The same both ways, and what the container changes is taken.
    async fn both_ways() -> Self {
        let mut bed = Self { two_way: true, ..Self::new().await };
        bed = bed.started().await;
        bed.wait_for(|status| status.receives && status.in_sync).await;
        bed
    }

    async fn started(self) -> Self {
        let mut bed = self;
        bed.save("first", "1");
        bed.start_remote().await;
        bed.start_engine().await;
        bed.wait_for(|status| status.in_sync).await;
        bed
    }

    fn here(&self, name: &str) -> PathBuf {
        self.place.path().join("here").join(name)
    }

    fn there(&self, name: &str) -> PathBuf {
        self.place.path().join("there").join(name)
    }

    fn save(&self, name: &str, text: &str) {
        std::fs::write(self.here(name), text).unwrap();
    }

    fn engine(&self) -> &SyncEngine {
        self.engine.as_ref().unwrap()
    }

    fn options(&self) -> SyncOptions {
        SyncOptions {
            session_dir: self.place.path().join("session"),
            socket: self.place.path().join("s.sock"),
            source: self.place.path().join("here"),
            folder_id: FOLDER.into(),
            identity: self.identity.clone(),
            binary: self.binary.clone(),
            forward_port: self.port,
            selection: self.selection.clone(),
            two_way: self.two_way,
            kept: self.place.path().join("kept"),
            paused: self.paused,
        }
    }

    async fn start_engine(&mut self) {
        let started = SyncEngine::start(self.options(), CancellationToken::new(), self.tracker.clone()).await;
        self.engine = Some(started.unwrap());
    }

    async fn start_remote(&mut self) {
        let home = self.place.path().join("container");
        std::fs::create_dir_all(&home).unwrap();
        let config = remote_config(&RemoteFolder {
            folder_id: FOLDER,
            work_dir: self.place.path().join("there").to_str().unwrap(),
            listen_port: self.port,
            two_way: self.two_way,
            local: &self.identity.local.device_id().unwrap(),
            remote: &self.identity.remote_device,
        });
        for (name, text) in [
            ("config.xml", &config),
            ("cert.pem", &self.remote_keys.certificate_pem),
            ("key.pem", &self.remote_keys.private_key_pem),
        ] {
            std::fs::write(home.join(name), text).unwrap();
        }
        self.remote = Some(Syncthing::start(&self.binary, &home, &self.no_api()).await.unwrap());
        until("the remote syncthing listens", || TcpStream::connect(("127.0.0.1", self.port)).is_ok()).await;
    }

    /// The container's syncthing has no API.
    fn no_api(&self) -> Rest {
        Rest::new(self.place.path().join("none.sock"), self.identity.api_key.clone())
    }

    async fn kill_remote(&mut self) {
        let mut remote = self.remote.take().unwrap();
        kill_process(Pid::from_raw(remote.pid().cast_signed()).unwrap(), Signal::KILL).unwrap();
        remote.ended().await.unwrap();
    }

    async fn wait_for(&self, wanted: impl Fn(&SyncStatus) -> bool) -> SyncStatus {
        let mut status = self.engine().status();
        let waited = tokio::time::timeout(BOUND, status.wait_for(|status| wanted(status))).await;
        match waited {
            Ok(status) => status.unwrap().clone(),
            Err(_) => panic!("still {:?}\n{}", self.engine().status().borrow().clone(), self.log()),
        }
    }

    async fn barrier(&self) -> Result<(), SyncError> {
        tokio::time::timeout(BOUND, self.engine().barrier()).await.expect("the barrier is bounded")
    }

    /// Syncthing tells the other side about changes four times a second at most: who saves more often waits for that,
    /// and would measure that here.
    async fn rest_a_while(&self) {
        self.barrier().await.unwrap();
        tokio::time::sleep(Duration::from_millis(260)).await;
    }

    async fn arrives(&self, name: &str, text: &str) {
        let path = self.there(name);
        until(&format!("{name} arrives"), || std::fs::read_to_string(&path).is_ok_and(|found| found == text))
            .await;
    }

    async fn comes_back(&self, name: &str, text: &str) {
        let path = self.here(name);
        until(&format!("{name} comes back"), || {
            std::fs::read_to_string(&path).is_ok_and(|found| found == text)
        })
        .await;
    }

    fn stignore(&self) -> String {
        std::fs::read_to_string(self.here(".stignore")).unwrap_or_default()
    }

    /// The texts of the files that were kept.
    fn kept(&self) -> Vec<String> {
        let top = self.place.path().join("kept");
        let names = if top.exists() { files_below(&top) } else { Vec::new() };
        names.iter().map(|name| std::fs::read_to_string(top.join(name)).unwrap()).collect()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.place.path().join("session/syncthing.log")).unwrap_or_default()
    }

    /// The id of the engine's syncthing, from the record that it keeps.
    fn pid(&self) -> u32 {
        let record = std::fs::read(self.place.path().join("session/process.json")).unwrap();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        record["pid"].as_u64().unwrap().try_into().unwrap()
    }

    async fn end(mut self) {
        if let Some(engine) = self.engine.take() {
            engine.stop().await;
        }
        if self.remote.is_some() {
            self.kill_remote().await;
        }
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + BOUND;
    while !holds() {
        assert!(Instant::now() < end, "{what}: not within {BOUND:?}");
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
}

fn alive(pid: u32) -> bool {
    Pid::from_raw(pid.cast_signed()).is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_sync_is_complete_when_it_says_so() {
    let mut bed = Bed::new().await;
    std::fs::create_dir_all(bed.here("lib/deep")).unwrap();
    for at in 0..1000 {
        bed.save(&format!("lib/deep/{at}"), &at.to_string());
    }
    bed.save("run.sh", "#!/bin/sh\n");
    std::fs::set_permissions(bed.here("run.sh"), PermissionsExt::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("run.sh", bed.here("link")).unwrap();
    let before = names(&bed.here(""));
    bed.start_remote().await;
    let begun = Instant::now();
    bed.start_engine().await;
    let status = bed.wait_for(|status| status.first_sync_done).await;
    // Now, not a moment later.
    assert_eq!(names(&bed.there("lib/deep")).len(), 1000);
    println!("first sync of 1,000 files: {} ms", begun.elapsed().as_millis());
    assert_eq!((status.state, status.completion_percent, status.need_files), (SyncState::InSync, 100.0, 0));
    assert_eq!(std::fs::read_to_string(bed.there("lib/deep/999")).unwrap(), "999");
    assert_eq!(bed.there("run.sh").metadata().unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(std::fs::read_link(bed.there("link")).unwrap(), Path::new("run.sh"));
    assert_eq!(bed.options().socket.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(names(&bed.here("")), before, "nothing of ours is in the user's folder");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_save_arrives_in_milliseconds() {
    let bed = Bed::synced().await;
    let mut measured = Vec::new();
    for round in 0..15 {
        let text = format!("round {round}");
        bed.rest_a_while().await;
        let begun = Instant::now();
        bed.save("first", &text);
        bed.arrives("first", &text).await;
        measured.push(begun.elapsed());
    }
    measured.sort();
    println!("save to remote: p50 {:?}, p95 {:?}", measured[7], measured[14]);
    let mut renamed = Vec::new();
    for round in 0..9 {
        let text = format!("atomic {round}");
        bed.rest_a_while().await;
        let begun = Instant::now();
        bed.save("first.tmp", &text);
        std::fs::rename(bed.here("first.tmp"), bed.here("first")).unwrap();
        bed.arrives("first", &text).await;
        renamed.push(begun.elapsed());
    }
    renamed.sort();
    println!("save by rename: p50 {:?}, p95 {:?}", renamed[4], renamed[8]);
    // Far above what is measured, and far below what a watcher with a delay of a second could do.
    assert!(measured[7] < Duration::from_millis(100), "{measured:?}");
    assert!(renamed[4] < Duration::from_millis(100), "{renamed:?}");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_done_to_files_is_done_there_after_a_barrier() {
    let bed = Bed::synced().await;
    bed.save("changed", "1");
    bed.save("moved", "1");
    bed.save("deleted", "1");
    bed.barrier().await.unwrap();
    assert_eq!(names(&bed.there("")), ["changed", "deleted", "first", "moved"]);

    bed.save("changed", "22");
    std::fs::rename(bed.here("moved"), bed.here("here-now")).unwrap();
    std::fs::remove_file(bed.here("deleted")).unwrap();
    std::fs::create_dir_all(bed.here("new/folder")).unwrap();
    for at in 0..300 {
        bed.save(&format!("new/folder/{at}"), "");
    }
    bed.barrier().await.unwrap();
    assert_eq!(names(&bed.there("")), ["changed", "first", "here-now", "new"]);
    assert_eq!(std::fs::read_to_string(bed.there("changed")).unwrap(), "22");
    assert_eq!(names(&bed.there("new/folder")).len(), 300);

    std::fs::set_permissions(bed.here("changed"), PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::rename(bed.here("new"), bed.here("old")).unwrap();
    bed.barrier().await.unwrap();
    assert_eq!(bed.there("changed").metadata().unwrap().permissions().mode() & 0o111, 0o111);
    assert_eq!(names(&bed.there("")), ["changed", "first", "here-now", "old"]);
    bed.save("old/folder/7", "seven");
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("old/folder/7")).unwrap(), "seven");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_local_file_wins_and_leaves_no_conflict_copies() {
    let bed = Bed::synced().await;
    std::fs::write(bed.there("first"), "changed in the container").unwrap();
    std::fs::write(bed.there("built"), "only in the container").unwrap();
    bed.save("second", "2");
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "changed in the container");
    assert_eq!(std::fs::read_to_string(bed.here("first")).unwrap(), "1");
    bed.save("first", "mine");
    bed.barrier().await.unwrap();
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "mine");
    assert_eq!(names(&bed.there("")), ["built", "first", "second"]);
    assert_eq!(names(&bed.here("")), ["first", "second"]);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_deleted_here_that_holds_files_there_does_not_hold_up_the_sync() {
    let bed = Bed::synced().await;
    std::fs::create_dir(bed.here("package")).unwrap();
    bed.save("package/code", "1");
    bed.barrier().await.unwrap();
    std::fs::write(bed.there("package/cache"), "built").unwrap();
    std::fs::remove_dir_all(bed.here("package")).unwrap();
    bed.barrier().await.unwrap();
    assert_eq!(names(&bed.there("package")), ["cache"]);
    let status = bed.wait_for(|status| status.in_sync).await;
    assert!(status.hint.unwrap().contains("deleted here"));
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_syncthing_is_started_again_and_the_next_save_arrives() {
    let bed = Bed::synced().await;
    let first = bed.pid();
    kill_process(Pid::from_raw(first.cast_signed()).unwrap(), Signal::KILL).unwrap();
    bed.wait_for(|status| status.restarts == 1).await;
    bed.save("first", "after the kill");
    bed.arrives("first", "after the kill").await;
    let status = bed.wait_for(|status| status.in_sync).await;
    assert!(status.first_sync_done);
    assert_ne!(bed.pid(), first);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_source_folder_deletes_nothing() {
    let bed = Bed::synced().await;
    let (here, away) = (bed.place.path().join("here"), bed.place.path().join("away"));
    let lost = |status: &SyncStatus| status.state == SyncState::SourceLost;

    std::fs::rename(&here, &away).unwrap();
    let status = bed.wait_for(lost).await;
    assert!(status.hint.unwrap().contains("the container keeps its files"));
    assert!(matches!(bed.barrier().await, Err(SyncError::SourceLost(_))));
    // What an unmounted disk leaves behind.
    std::fs::create_dir(&here).unwrap();
    bed.wait_for(|status| status.last_error.as_ref().is_some_and(|error| error.contains("empty"))).await;
    // A syncthing that starts now would take everything for deleted.
    kill_process(Pid::from_raw(bed.pid().cast_signed()).unwrap(), Signal::KILL).unwrap();
    bed.wait_for(|status| status.restarts == 1).await;
    assert!(matches!(bed.barrier().await, Err(SyncError::SourceLost(_))));
    assert_eq!(names(&bed.there("")), ["first"]);

    std::fs::remove_dir(&here).unwrap();
    std::fs::rename(&away, &here).unwrap();
    bed.save("second", "back");
    bed.arrives("second", "back").await;
    bed.wait_for(|status| status.in_sync).await;
    assert_eq!(names(&bed.there("")), ["first", "second"]);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_pod_gets_everything_before_it_is_said_to_be_in_sync() {
    let mut bed = Bed::synced().await;
    bed.kill_remote().await;
    bed.wait_for(|status| !status.connected).await;
    std::fs::remove_dir_all(bed.place.path().join("container")).unwrap();
    std::fs::remove_file(bed.there("first")).unwrap();
    bed.start_remote().await;
    let begun = Instant::now();
    bed.engine().kick();
    bed.wait_for(|status| status.in_sync).await;
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "1");
    println!("kick to in sync with a new pod: {} ms", begun.elapsed().as_millis());
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_daemon_left_behind_is_ended_first() {
    let mut bed = Bed::synced().await;
    bed.engine.take().unwrap().stop().await;
    // Forgotten, not dropped: a daemon that was killed stops nothing.
    let rest = Rest::new(bed.options().socket, bed.identity.api_key.clone());
    let left = Syncthing::start(&bed.binary, &bed.options().session_dir, &rest).await.unwrap();
    let pid = Pid::from_raw(left.pid().cast_signed()).unwrap();
    std::mem::forget(left);
    bed.start_engine().await;
    until("the process that was left over is ended", || {
        rustix::process::waitpid(Some(pid), WaitOptions::NOHANG).unwrap().is_some()
    })
    .await;
    bed.save("first", "after");
    bed.arrives("first", "after").await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_leaves_no_process_and_starting_again_goes_on() {
    let mut bed = Bed::synced().await;
    let pid = bed.pid();
    bed.engine.take().unwrap().stop().await;
    assert!(!alive(pid));
    bed.save("meanwhile", "2");
    bed.start_engine().await;
    bed.wait_for(|status| status.in_sync).await;
    assert_eq!(names(&bed.there("")), ["first", "meanwhile"]);
    bed.end().await;
}

fn of_git() -> Selection {
    Selection { git_ignore: true, ..Selection::default() }
}

fn patterns(files: &[&str], ignored: &[&str]) -> Selection {
    let owned = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
    Selection { git_ignore: false, files: owned(files), ignored: owned(ignored) }
}

/// Every file and link below a folder, relative to it.
fn files_below(top: &Path) -> Vec<String> {
    let (mut found, mut unread) = (Vec::new(), vec![top.to_owned()]);
    while let Some(folder) = unread.pop() {
        for entry in folder.read_dir().unwrap().flatten() {
            match entry.file_type().unwrap().is_dir() {
                true => unread.push(entry.path()),
                false => found.push(entry.path().strip_prefix(top).unwrap().to_str().unwrap().to_owned()),
            }
        }
    }
    found.sort();
    found
}

#[expect(clippy::disallowed_methods, reason = "a test may ask git")]
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git").current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What git would take into a commit.
fn not_ignored(folder: &Path) -> Vec<String> {
    let listed = git(folder, &["ls-files", "--others", "--exclude-standard", "-z"]);
    let mut names: Vec<String> = listed.split_terminator('\0').map(str::to_owned).collect();
    names.retain(|name| name != ".stignore");
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_git_ignores_is_left_out_and_the_rules_follow_the_files() {
    let mut bed = Bed { selection: of_git(), ..Bed::new().await };
    git(&bed.here(""), &["init", "--quiet"]);
    for name in [
        "src/a.go",
        "src/a.o",
        "src/keep.o",
        "node_modules/x/y.js",
        "app/node_modules/z.js",
        "app/build/out",
        "app/src/build",
        "docs/a.txt",
        "docs/deep/a.txt",
        ".vscode/settings.json",
        ".vscode/other.json",
        "logs/keep/x.log",
        "logs/x.log",
        "we{i}rd",
        "we[i]rd",
        "w e*rd",
        "tr ail ",
        "excluded/x",
        "a/x/b",
        "a/b",
        "lib/x.pyc",
        "frontend/lib/x.pyc",
        "frontend/lib/x.py",
        "back\\slash",
        "#hash",
        "!bang",
    ] {
        std::fs::create_dir_all(bed.here(name).parent().unwrap()).unwrap();
        bed.save(name, name);
    }
    bed.save(
        ".gitignore",
        "# comment\n*.o\n!keep.o\nnode_modules/\nbuild/\n/docs/*.txt\n.vscode/*\n!.vscode/settings.json\n\
         logs/*\n!logs/keep/\nwe{i}rd\nwe\\[i]rd\n\\#hash\n\\!bang\na/**/b\n*.pyc\nlib/\n!frontend/lib/\n",
    );
    bed.save("app/.gitignore", "!/build/\n*.tmp\n");
    bed.save(".git/info/exclude", "excluded\n");
    bed.start_remote().await;
    bed.start_engine().await;
    let status = bed.wait_for(|status| status.in_sync).await;
    assert_eq!(status.left_out_by, LeftOutBy::Git);
    assert_eq!(files_below(&bed.there("")), not_ignored(&bed.here("")), "{}", bed.stignore());
    assert!(bed.there("app/build/out").exists() && !bed.there(".git").exists());

    // What comes later, in new folders as well.
    for name in ["src/b.o", "new/deep/node_modules/x", "new/deep/b.txt", ".vscode/third.json", "app/x.tmp"] {
        std::fs::create_dir_all(bed.here(name).parent().unwrap()).unwrap();
        bed.save(name, name);
    }
    bed.barrier().await.unwrap();
    assert_eq!(files_below(&bed.there("")), not_ignored(&bed.here("")), "{}", bed.stignore());

    // Other rules: what they leave out stays in both places, what they let through arrives.
    bed.save("new/.gitignore", "b.txt\n");
    bed.save(".gitignore", "node_modules\n");
    bed.barrier().await.unwrap();
    bed.arrives("src/a.o", "src/a.o").await;
    bed.barrier().await.unwrap();
    assert!(bed.there("new/deep/b.txt").exists() && bed.here("new/deep/b.txt").exists());
    let mut expected = not_ignored(&bed.here(""));
    expected.push("new/deep/b.txt".to_owned());
    expected.sort();
    assert_eq!(files_below(&bed.there("")), expected, "{}", bed.stignore());

    bed.engine().stop().await;
    end_omissions(&bed.here(""), FOLDER).unwrap();
    assert!(!bed.here(".stignore").exists());
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_patterns_of_a_configuration_select_what_is_synced() {
    let mut bed = Bed { selection: patterns(&["./src", "pom.xml"], &["*.class"]), ..Bed::new().await };
    for name in ["src/main/A.java", "src/main/A.class", "deep/pom.xml", "deep/other", "target/x"] {
        std::fs::create_dir_all(bed.here(name).parent().unwrap()).unwrap();
        bed.save(name, name);
    }
    bed.start_remote().await;
    bed.start_engine().await;
    let status = bed.wait_for(|status| status.in_sync).await;
    assert_eq!(status.left_out_by, LeftOutBy::Patterns);
    assert_eq!(files_below(&bed.there("")), ["deep/pom.xml", "src/main/A.java"], "{}", bed.stignore());
    bed.save("src/main/B.java", "b");
    bed.save("src/main/B.class", "b");
    bed.save("top", "no");
    bed.barrier().await.unwrap();
    let expected = ["deep/pom.xml", "src/main/A.java", "src/main/B.java"];
    assert_eq!(files_below(&bed.there("")), expected, "{}", bed.stignore());
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stignore_of_the_user_counts_and_stays() {
    let mut bed = Bed { selection: patterns(&[], &["a"]), ..Bed::new().await };
    bed.save(".stignore", "/b\n");
    bed.save("a", "1");
    bed.save("b", "1");
    bed.start_remote().await;
    bed.start_engine().await;
    let status = bed.wait_for(|status| status.in_sync).await;
    assert_eq!(status.left_out_by, LeftOutBy::OwnFile);
    assert_eq!(files_below(&bed.there("")), ["a"]);
    bed.engine().stop().await;
    end_omissions(&bed.here(""), FOLDER).unwrap();
    assert_eq!(bed.stignore(), "/b\n");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_folder_is_lost_although_our_own_file_is_in_it() {
    let mut bed = Bed { selection: patterns(&[], &["a"]), ..Bed::new().await };
    bed = bed.started().await;
    std::fs::remove_file(bed.here("first")).unwrap();
    bed.wait_for(|status| status.state == SyncState::SourceLost).await;
    assert!(bed.there("first").exists());
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_a_file_of_the_container_arrives_here() {
    let bed = Bed::both_ways().await;
    std::fs::write(bed.there("generated"), "by the container").unwrap();
    bed.comes_back("generated", "by the container").await;
    bed.save("first", "mine");
    bed.arrives("first", "mine").await;
    assert_eq!(names(&bed.here("")), ["first", "generated"]);
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_a_conflict_keeps_both_versions() {
    let mut bed = Bed::both_ways().await;
    bed.kill_remote().await;
    bed.wait_for(|status| !status.connected).await;
    bed.save("first", "mine, made here");
    std::fs::write(bed.there("first"), "theirs, made in the container").unwrap();
    bed.start_remote().await;
    bed.engine().kick();
    until("both versions are here", || {
        let texts: Vec<String> = files_below(&bed.here(""))
            .iter()
            .filter_map(|name| std::fs::read_to_string(bed.here(name)).ok())
            .collect();
        ["mine, made here", "theirs, made in the container"]
            .iter()
            .all(|version| texts.iter().any(|text| text == version))
    })
    .await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_a_new_container_deletes_nothing() {
    let mut bed = Bed::both_ways().await;
    std::fs::create_dir(bed.here("folder")).unwrap();
    bed.save("folder/second", "2");
    bed.barrier().await.unwrap();
    for round in 0..3 {
        bed.kill_remote().await;
        bed.wait_for(|status| !status.connected).await;
        std::fs::remove_dir_all(bed.place.path().join("container")).unwrap();
        std::fs::remove_dir_all(bed.there("")).unwrap();
        std::fs::create_dir(bed.there("")).unwrap();
        bed.save("meanwhile", &round.to_string());
        bed.start_remote().await;
        bed.engine().kick();
        bed.wait_for(|status| status.connected && status.in_sync).await;
        bed.arrives("meanwhile", &round.to_string()).await;
        bed.arrives("folder/second", "2").await;
        let everything = ["first", "folder/second", "meanwhile"];
        assert_eq!(files_below(&bed.here("")), everything);
        assert_eq!(files_below(&bed.there("")), everything);
        assert_eq!(bed.kept(), [""; 0]);
    }
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_what_the_container_deletes_or_changes_is_kept() {
    let bed = Bed::both_ways().await;
    std::fs::create_dir(bed.here("folder")).unwrap();
    bed.save("folder/second", "the original");
    bed.barrier().await.unwrap();
    // The oldest version is kept, however often it is changed after that.
    for round in 0..3 {
        let text = format!("version {round} of the container");
        std::fs::write(bed.there("folder/second"), &text).unwrap();
        bed.comes_back("folder/second", &text).await;
    }
    std::fs::remove_dir_all(bed.there("folder")).unwrap();
    std::fs::remove_file(bed.there("first")).unwrap();
    until("it is gone here", || !bed.here("folder").exists() && !bed.here("first").exists()).await;
    let kept = bed.kept();
    assert!(
        kept.iter().any(|text| text == "1") && kept.iter().any(|text| text == "the original"),
        "{kept:?}"
    );
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_is_held_sends_nothing_until_it_goes_on() {
    let bed = Bed::synced().await;
    bed.engine().pause(true);
    bed.wait_for(|status| status.state == SyncState::Paused && !status.connected).await;
    bed.save("first", "later");
    assert!(matches!(bed.barrier().await, Err(SyncError::Paused)));
    bed.engine().kick();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "1");
    bed.engine().pause(false);
    bed.arrives("first", "later").await;
    bed.wait_for(|status| status.state == SyncState::InSync).await;
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_make_a_save_no_slower() {
    let mut plain = Bed::synced().await;
    let mut ruled = Bed { selection: of_git(), ..Bed::new().await };
    git(&ruled.here(""), &["init", "--quiet"]);
    ruled.save(".gitignore", "node_modules/\n*.o\n!keep.o\n/dist\n");
    ruled = ruled.started().await;
    let mut measured = [Vec::new(), Vec::new()];
    for round in 0..15 {
        for (bed, measured) in [&mut plain, &mut ruled].into_iter().zip(&mut measured) {
            let text = format!("round {round}");
            bed.rest_a_while().await;
            let begun = Instant::now();
            bed.save("first", &text);
            bed.arrives("first", &text).await;
            measured.push(begun.elapsed());
        }
    }
    measured.iter_mut().for_each(|measured| measured.sort());
    let [without, with] = measured.map(|measured| measured[7]);
    println!(
        "save to remote: p50 {without:?} without rules, {with:?} with, ratio {:.2}",
        with.as_secs_f64() / without.as_secs_f64()
    );
    assert!(with < without * 3, "{with:?} {without:?}");
    plain.end().await;
    ruled.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_begins_held_goes_on_when_it_is_let() {
    let mut bed = Bed::synced().await;
    bed.engine.take().unwrap().stop().await;
    bed.paused = true;
    // Let go before syncthing, which was told to hold, answers.
    bed.start_engine().await;
    until("syncthing runs", || bed.place.path().join("session/process.json").exists()).await;
    bed.engine().pause(false);
    bed.wait_for(|status| status.in_sync).await;
    bed.engine().pause(true);
    bed.wait_for(|status| status.state == SyncState::Paused && !status.connected).await;
    bed.save("first", "later");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(std::fs::read_to_string(bed.there("first")).unwrap(), "1");
    bed.engine().pause(false);
    bed.arrives("first", "later").await;
    bed.barrier().await.unwrap();
    bed.end().await;
}
