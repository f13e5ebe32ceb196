//! What the sync of a session is started with.

use std::path::PathBuf;

use super::source::rules::Selection;
use super::syncthing::identity::{KeyPair, SyncIdentity};

#[derive(Clone, Debug)]
pub struct SyncOptions {
    /// The home of this syncthing: configuration, keys, database, log. Only for this user.
    pub session_dir: PathBuf,
    /// The socket of its REST API. Must be short: the system limits such paths to about a hundred bytes.
    pub socket: PathBuf,
    /// An absolute path.
    pub source: PathBuf,
    pub folder_id: String,
    pub identity: SyncIdentity,
    /// The keys of a device of our own that the container's syncthing knows; sessions of earlier versions have none.
    pub courier: Option<KeyPair>,
    pub binary: PathBuf,
    /// The port on loopback that leads to the container's syncthing.
    pub forward_port: u16,
    pub selection: Selection,
    /// Once the container has everything, take what it changes, too.
    pub two_way: bool,
    /// Where local files go that the container changes or deletes.
    pub kept: PathBuf,
    /// Connect to nobody until that is taken back.
    pub paused: bool,
}
