//! Keeps a folder of this machine and a folder in a container in step through one supervised syncthing a session. It
//! knows neither Kubernetes nor sessions: it is given a port on loopback behind which the other syncthing listens.

pub mod engine;
pub mod options;
pub mod advance;
mod progress;
pub mod status;
pub mod error;

pub mod source;
pub mod syncthing;
pub mod bep;

mod core;
mod supervise;
mod observe;
mod scanner;
mod courier;
mod source_link;

pub use engine::{SyncEngine, end_leftover};
pub use error::SyncError;
pub use options::SyncOptions;
pub use source::omissions::{LeftOutBy, end_omissions};
pub use source::rules::Selection;
pub use status::{SyncState, SyncStatus};
pub use syncthing::binary::{Binary, BinaryError, OLDEST as OLDEST_SYNCTHING};
pub use syncthing::config_xml::{RemoteFolder, remote_config};
pub use syncthing::identity::{DeviceId, IdentityError, KeyPair, SyncIdentity};
