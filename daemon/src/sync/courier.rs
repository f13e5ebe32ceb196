//! Brings files that were saved while syncthing rests. After each index update syncthing gathers for 250 ms what else
//! changes; whoever saves more often waits for that. The courier is a third device of the session, known to the
//! syncthing in the pod: it announces what the local one has just scanned, under the version that it gave it, and hands out
//! the blocks. What the local syncthing announces later is then there already. Nothing depends on the courier: what it
//! does not bring comes a rest later, and of two versions the later one counts, whoever announced it first.

mod parcel;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use nhd_protocol::error::error_chain;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::bep::connection::{BepConnection, BepError, Frame};
use super::bep::messages::{ClusterConfig, Device, Folder, Index, Kind, Request, Response};
use super::core::Core;
use super::syncthing::identity::KeyPair;
use super::syncthing::rest::Rest;
use parcel::{Parcel, ShortIds};

/// Two rests: while saves go on syncthing's rests follow one upon the other.
const REST: Duration = Duration::from_millis(550);
/// More files than that at once are not what a person saves.
const MOST_FILES: usize = 16;
/// Batches that wait for the courier; what finds no place comes by syncthing.
const ERRANDS: usize = 8;
/// Of all files that are held for the other side to fetch.
const HELD_BYTES: usize = 4 << 20;
const DIAL_BOUND: Duration = Duration::from_secs(2);
/// Between one dial and the next.
const DIAL_AGAIN: Duration = Duration::from_secs(2);
/// The connection is made when it is needed, and given up when it was not for so long.
const IDLE: Duration = Duration::from_secs(30);

/// What was scanned just now, and where.
#[derive(Debug)]
pub(super) struct Errand {
    root: PathBuf,
    paths: Vec<String>,
}

/// Where the scanner says what it has told syncthing.
pub(super) struct Errands {
    sender: mpsc::Sender<Errand>,
    /// When a change was scanned last.
    changed_at: Option<Instant>,
}

pub(super) fn errands() -> (Errands, mpsc::Receiver<Errand>) {
    let (sender, receiver) = mpsc::channel(ERRANDS);
    (Errands { sender, changed_at: None }, receiver)
}

impl Errands {
    /// What syncthing keeps back, as it has announced something just now, the courier brings.
    pub(super) fn hand_over(&mut self, root: &Path, paths: &[String]) {
        let before = self.changed_at.replace(Instant::now());
        let rests = before.is_some_and(|before| before.elapsed() < REST);
        if rests && paths.len() <= MOST_FILES {
            // What finds no place is brought by syncthing.
            let _ = self.sender.try_send(Errand { root: root.to_owned(), paths: paths.to_vec() });
        }
    }
}

pub(super) async fn run(core: &Arc<Core>, rest: &Rest, mut errands: mpsc::Receiver<Errand>) -> Infallible {
    let Some(keys) = core.options.courier.as_ref() else { return std::future::pending().await };
    let mut dialled: Option<Instant> = None;
    while let Some(errand) = errands.recv().await {
        // Whoever dials while nobody listens would be held by the forward.
        let may_dial = core.connected() && core.may_connect();
        if !may_dial || dialled.is_some_and(|dialled| dialled.elapsed() < DIAL_AGAIN) {
            continue;
        }
        dialled = Some(Instant::now());
        if let Err(error) = go(core, rest, keys, &mut errands, errand).await {
            let error = error_chain(&error);
            tracing::debug!(session = %core.options.folder_id, error, "the courier's connection is lost");
        }
    }
    std::future::pending().await
}

/// One connection, until it is of no use any more.
async fn go(
    core: &Arc<Core>,
    rest: &Rest,
    keys: &KeyPair,
    errands: &mut mpsc::Receiver<Errand>,
    first: Errand,
) -> Result<(), BepError> {
    let mut courier =
        timeout(DIAL_BOUND, Courier::dial(core, rest, keys)).await.map_err(|_| BepError::Stuck)??;
    courier.bring(first).await?;
    let mut status = core.status();
    let mut paused = core.paused.subscribe();
    loop {
        let idle_at = courier.used + IDLE;
        tokio::select! {
            biased;
            () = async { drop(status.wait_for(|status| !status.connected).await) } => return Ok(()),
            () = async { drop(paused.wait_for(|paused| *paused).await) } => return Ok(()),
            Some(errand) = errands.recv() => courier.bring(errand).await?,
            frame = courier.connection.receive() => courier.answer(frame?).await?,
            () = sleep_until(idle_at) => return Ok(()),
        }
    }
}

struct Courier<'a> {
    core: &'a Arc<Core>,
    rest: &'a Rest,
    connection: BepConnection,
    ids: ShortIds,
    sequence: i64,
    held: Held,
    used: Instant,
}

impl<'a> Courier<'a> {
    async fn dial(core: &'a Arc<Core>, rest: &'a Rest, keys: &KeyPair) -> Result<Self, BepError> {
        let identity = &core.options.identity;
        let (local, own) = (identity.local.device_id(), keys.device_id());
        let (Ok(local), Ok(own)) = (local, own) else { return Err(BepError::Malformed("a stored key")) };
        let remote = &identity.remote_device;
        let mut connection = BepConnection::dial(core.options.forward_port, keys, remote).await?;
        let theirs = loop {
            let frame = connection.receive().await?;
            if frame.kind == Kind::ClusterConfig {
                break frame.decode::<ClusterConfig>()?;
            }
        };
        let folder = &core.options.folder_id;
        let ours = cluster_config(&theirs, folder, &remote.hash(), own.hash()).ok_or(BepError::NotShared)?;
        connection.send(Kind::ClusterConfig, &ours).await?;
        // The first message of an index takes the place of all that was announced on earlier connections.
        connection.send(Kind::Index, &Index { folder: folder.clone(), files: Vec::new() }).await?;
        let ids = ShortIds::of([&local, remote]);
        Ok(Self { core, rest, connection, ids, sequence: 0, held: Held::default(), used: Instant::now() })
    }

    /// Announces what syncthing knows of these paths, as far as it is there as syncthing knows it.
    async fn bring(&mut self, errand: Errand) -> Result<(), BepError> {
        self.used = Instant::now();
        let mut files = Vec::new();
        for path in errand.paths {
            let Some(parcel) = self.pack(&errand.root, path).await else { continue };
            self.sequence += 1;
            files.push(parcel.announcement(self.sequence));
            self.held.put(parcel);
        }
        // It may have been held, or be lost, since it was scanned.
        if files.is_empty() || !self.core.may_connect() {
            return Ok(());
        }
        let update = Index { folder: self.core.options.folder_id.clone(), files };
        self.connection.send(Kind::IndexUpdate, &update).await
    }

    async fn pack(&self, root: &Path, path: String) -> Option<Parcel> {
        let known = self.rest.local_file(&self.core.options.folder_id, &path).await.ok()?;
        let (root, ids) = (root.to_owned(), self.ids.clone());
        tokio::task::spawn_blocking(move || Parcel::pack(&root, path, &known, &ids)).await.ok()?
    }

    async fn answer(&mut self, frame: Frame) -> Result<(), BepError> {
        match frame.kind {
            Kind::Request => {
                let response = self.held.answer(&frame.decode::<Request>()?);
                self.connection.send(Kind::Response, &response).await
            }
            Kind::Close => Err(BepError::Ended),
            // What the other side has is the local syncthing's business.
            _ => Ok(()),
        }
    }
}

/// That this device shares the folder, and has all that the other side may tell of it: else it would be told the whole
/// index. A new index of our own each time has the other side forget the one before.
fn cluster_config(
    theirs: &ClusterConfig,
    folder: &str,
    remote: &[u8],
    own: Vec<u8>,
) -> Option<ClusterConfig> {
    let shared = theirs.folders.iter().find(|shared| shared.id == folder && !shared.paused)?;
    let known = shared.devices.iter().find(|device| device.id == remote)?;
    let own = Device { id: own, max_sequence: 0, index_id: rand::random_range(1..=u64::MAX) };
    let folder = Folder {
        id: folder.to_owned(),
        disable_temp_indexes: true,
        paused: false,
        devices: vec![known.clone(), own],
    };
    Some(ClusterConfig { folders: vec![folder] })
}

/// What was announced lately, as it was then: a file may have been saved again before the other side fetches it.
#[derive(Default)]
struct Held {
    parcels: VecDeque<Parcel>,
    bytes: usize,
}

impl Held {
    fn put(&mut self, parcel: Parcel) {
        self.bytes += parcel.content.len();
        self.parcels.push_back(parcel);
        while self.bytes > HELD_BYTES
            && let Some(oldest) = self.parcels.pop_front()
        {
            self.bytes -= oldest.content.len();
        }
    }

    fn answer(&self, request: &Request) -> Response {
        match self.block(request) {
            Some(data) => Response { id: request.id, data, code: 0 },
            None => Response { id: request.id, data: Bytes::new(), code: Response::NO_SUCH_FILE },
        }
    }

    fn block(&self, request: &Request) -> Option<Bytes> {
        let from = usize::try_from(request.offset).ok()?;
        let to = from.checked_add(usize::try_from(request.size).ok()?)?;
        let versions = self.parcels.iter().rev().filter(|parcel| parcel.name() == request.name);
        let mut blocks = versions.filter(|parcel| to <= parcel.content.len());
        let block = blocks.find(|parcel| Sha256::digest(&parcel.content[from..to])[..] == request.hash)?;
        Some(block.content.slice(from..to))
    }
}

#[cfg(test)]
mod tests;
