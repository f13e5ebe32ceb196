//! Two folders with a real syncthing each; it does not know what is played on them.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nhd::sync::syncthing::process::Syncthing;
use nhd::sync::syncthing::rest::Rest;
use nhd::sync::{
    Binary, KeyPair, RemoteFolder, Selection, SyncEngine, SyncError, SyncIdentity, SyncOptions, SyncState,
    SyncStatus, remote_config,
};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) const BOUND: Duration = Duration::from_secs(20);
pub(crate) const FOLDER: &str = "nhd-test";

/// Two folders, the engine on the one, a syncthing as in a container on the other.
pub(crate) struct Bed {
    pub(crate) place: TempDir,
    pub(crate) source: PathBuf,
    pub(crate) binary: PathBuf,
    pub(crate) identity: SyncIdentity,
    pub(crate) remote_keys: KeyPair,
    pub(crate) courier: KeyPair,
    pub(crate) port: u16,
    pub(crate) selection: Selection,
    pub(crate) two_way: bool,
    pub(crate) paused: bool,
    /// Whether the syncthing in the container can be asked, which it cannot in a pod.
    pub(crate) remote_api: bool,
    pub(crate) remote: Option<Syncthing>,
    pub(crate) engine: Option<SyncEngine>,
    pub(crate) tracker: TaskTracker,
    /// How long this test waits for whatever must come.
    pub(crate) bound: Duration,
}

impl Bed {
    /// Both sides are there and nothing runs.
    pub(crate) async fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let binary =
            Binary::find(None, &path).await.expect("these tests need syncthing 1.19 or later on PATH").path;
        let (identity, remote_keys) = SyncIdentity::generate().unwrap();
        let port = free_port();
        let bed = Self {
            source: place.path().join("here"),
            place,
            binary,
            identity,
            remote_keys,
            courier: KeyPair::generate().unwrap(),
            port,
            selection: Selection::default(),
            two_way: false,
            paused: false,
            remote_api: false,
            remote: None,
            engine: None,
            tracker: TaskTracker::new(),
            bound: BOUND,
        };
        for folder in ["here", "there"] {
            std::fs::create_dir(bed.place.path().join(folder)).unwrap();
        }
        bed
    }

    /// Both sides run and the first sync, of one file, is complete.
    pub(crate) async fn synced() -> Self {
        Self::new().await.started().await
    }

    /// The same both ways, and what the container changes is taken.
    pub(crate) async fn both_ways() -> Self {
        let mut bed = Self { two_way: true, ..Self::new().await };
        bed = bed.started().await;
        bed.wait_for(|status| status.receives && status.in_sync).await;
        bed
    }

    pub(crate) async fn started(self) -> Self {
        let mut bed = self;
        bed.save("first", "1");
        bed.start_remote().await;
        bed.start_engine().await;
        bed.wait_for(|status| status.in_sync).await;
        bed
    }

    pub(crate) fn here(&self, name: &str) -> PathBuf {
        self.place.path().join("here").join(name)
    }

    pub(crate) fn there(&self, name: &str) -> PathBuf {
        self.place.path().join("there").join(name)
    }

    pub(crate) fn save(&self, name: &str, text: &str) {
        std::fs::write(self.here(name), text).unwrap();
    }

    pub(crate) fn engine(&self) -> &SyncEngine {
        self.engine.as_ref().unwrap()
    }

    pub(crate) fn options(&self) -> SyncOptions {
        SyncOptions {
            session_dir: self.place.path().join("session"),
            socket: self.place.path().join("s.sock"),
            source: self.source.clone(),
            folder_id: FOLDER.into(),
            identity: self.identity.clone(),
            courier: Some(self.courier.clone()),
            binary: self.binary.clone(),
            forward_port: self.port,
            selection: self.selection.clone(),
            two_way: self.two_way,
            kept: self.place.path().join("kept"),
            paused: self.paused,
        }
    }

    pub(crate) async fn start_engine(&mut self) {
        let started = SyncEngine::start(self.options(), CancellationToken::new(), self.tracker.clone()).await;
        self.engine = Some(started.unwrap());
    }

    pub(crate) async fn start_remote(&mut self) {
        let home = self.place.path().join("container");
        std::fs::create_dir_all(&home).unwrap();
        let config = remote_config(&RemoteFolder {
            folder_id: FOLDER,
            work_dir: self.place.path().join("there").to_str().unwrap(),
            listen_port: self.port,
            two_way: self.two_way,
            local: &self.identity.local.device_id().unwrap(),
            remote: &self.identity.remote_device,
            courier: Some(&self.courier.device_id().unwrap()),
        });
        let api = format!(
            "<gui enabled=\"true\"><address>{}</address><apikey>{}</apikey></gui>",
            self.remote_socket().display(),
            self.identity.api_key.as_str()
        );
        let config =
            if self.remote_api { config.replace("<gui enabled=\"false\"></gui>", &api) } else { config };
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

    pub(crate) fn remote_socket(&self) -> PathBuf {
        self.place.path().join("r.sock")
    }

    /// The container's syncthing has no API.
    pub(crate) fn no_api(&self) -> Rest {
        Rest::new(self.place.path().join("none.sock"), self.identity.api_key.clone())
    }

    pub(crate) async fn kill_remote(&mut self) {
        let mut remote = self.remote.take().unwrap();
        kill_process(Pid::from_raw(remote.pid().cast_signed()).unwrap(), Signal::KILL).unwrap();
        remote.ended().await.unwrap();
    }

    pub(crate) async fn wait_for(&self, wanted: impl Fn(&SyncStatus) -> bool) -> SyncStatus {
        let mut status = self.engine().status();
        let waited = tokio::time::timeout(self.bound, status.wait_for(|status| wanted(status))).await;
        match waited {
            Ok(status) => status.unwrap().clone(),
            Err(_) => panic!("still {:?}\n{}", self.engine().status().borrow().clone(), self.log()),
        }
    }

    /// The same where the source was away for so short that the loss may be noticed only now.
    pub(crate) async fn barrier_once_back(&self) -> Result<(), SyncError> {
        match self.barrier().await {
            Err(SyncError::SourceLost(_)) => {
                self.wait_for(|status| status.state != SyncState::SourceLost).await;
                self.barrier().await
            }
            reached => reached,
        }
    }

    pub(crate) async fn barrier(&self) -> Result<(), SyncError> {
        match tokio::time::timeout(self.bound, self.engine().barrier()).await {
            Ok(reached) => reached,
            Err(_) => panic!(
                "no barrier within {:?}, still {:?}\n{}\nin the container:\n{}",
                self.bound,
                self.engine().status().borrow().clone(),
                self.log(),
                self.remote_log()
            ),
        }
    }

    /// Syncthing tells the other side about changes four times a second at most: whoever saves more often waits for
    /// that, and would measure that here.
    pub(crate) async fn rest_a_while(&self) {
        self.barrier().await.unwrap();
        tokio::time::sleep(Duration::from_millis(260)).await;
    }

    pub(crate) async fn arrives(&self, name: &str, text: &str) {
        let path = self.there(name);
        until(&format!("{name} arrives"), || std::fs::read_to_string(&path).is_ok_and(|found| found == text))
            .await;
    }

    pub(crate) async fn comes_back(&self, name: &str, text: &str) {
        let path = self.here(name);
        until(&format!("{name} comes back"), || {
            std::fs::read_to_string(&path).is_ok_and(|found| found == text)
        })
        .await;
    }

    pub(crate) fn stignore(&self) -> String {
        std::fs::read_to_string(self.here(".stignore")).unwrap_or_default()
    }

    /// The texts of the files that were kept.
    pub(crate) fn kept(&self) -> Vec<String> {
        let top = self.place.path().join("kept");
        let names = if top.exists() { files_below(&top) } else { Vec::new() };
        names.iter().map(|name| std::fs::read_to_string(top.join(name)).unwrap()).collect()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.place.path().join("session/syncthing.log")).unwrap_or_default()
    }

    pub(crate) fn remote_log(&self) -> String {
        std::fs::read_to_string(self.place.path().join("container/syncthing.log")).unwrap_or_default()
    }

    /// The id of the engine's syncthing, from the record that it keeps.
    pub(crate) fn pid(&self) -> u32 {
        let record = std::fs::read(self.place.path().join("session/process.json")).unwrap();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        record["pid"].as_u64().unwrap().try_into().unwrap()
    }

    pub(crate) async fn end(mut self) {
        if let Some(engine) = self.engine.take() {
            engine.stop().await;
        }
        if self.remote.is_some() {
            self.kill_remote().await;
        }
    }
}

pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + BOUND;
    while !holds() {
        assert!(Instant::now() < end, "{what}: not within {BOUND:?}");
        tokio::time::sleep(Duration::from_micros(500)).await;
    }
}

pub(crate) fn alive(pid: u32) -> bool {
    Pid::from_raw(pid.cast_signed()).is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Every file and link below a folder, relative to it.
pub(crate) fn files_below(top: &Path) -> Vec<String> {
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
