//! Keeps a folder of this machine and a folder in a container in step through one supervised syncthing a session. It
//! knows neither Kubernetes nor sessions: it is given a port on loopback behind which the other syncthing listens.

pub mod identity;
pub mod config_xml;
pub mod binary;
pub mod process;
pub mod rest;
pub mod source;
pub mod changes;
pub mod watcher;
pub mod rules;
pub mod progress;
pub mod status;
pub mod engine;
pub mod error;

mod home;
mod observe;
mod omissions;
mod scanner;
mod supervise;

pub use binary::{Binary, BinaryError};
pub use config_xml::{RemoteFolder, remote_config};
pub use engine::{SyncEngine, SyncOptions, end_leftover};
pub use error::SyncError;
pub use identity::{DeviceId, IdentityError, KeyPair, SyncIdentity};
pub use omissions::{LeftOutBy, end_omissions};
pub use rules::Selection;
pub use status::{SyncState, SyncStatus};
