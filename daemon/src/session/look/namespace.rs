//! Whether a namespace is still the one that was planned in. One that was deleted and made again under its name is another:
//! what was in the first is gone with it, and nothing is owed to the second.

use serde_json::Value;

use crate::cluster::objects::{NAMESPACES, Objects};
use crate::cluster::{ClusterError, Reason};

/// The uid of a namespace; `None` where it may not be read.
pub async fn uid(objects: &Objects, name: &str) -> Result<Option<String>, ClusterError> {
    match objects.get(NAMESPACES, None, name).await {
        Ok(found) => Ok(found.pointer("/metadata/uid").and_then(Value::as_str).map(str::to_owned)),
        Err(error) if error.reason == Reason::Forbidden => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the namespace that was `planned` in is gone, whatever has its name now. Where either uid is not known, it is
/// taken for the same.
pub async fn is_gone(objects: &Objects, name: &str, planned: Option<&str>) -> Result<bool, ClusterError> {
    let Some(planned) = planned else { return Ok(false) };
    match uid(objects, name).await {
        Ok(there) => Ok(there.is_some_and(|there| there != planned)),
        Err(error) if error.reason == Reason::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}
