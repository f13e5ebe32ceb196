//! Whose a workload is: what its controller wants of it wins over what DevMode wants.

use serde_json::Value;

use crate::manifest::{items, name, text};

/// The kind and name of the object that controls this one.
pub fn controller(object: &Value) -> Option<(String, String)> {
    let owner = items(object.get("metadata")?, "ownerReferences")
        .iter()
        .find(|owner| owner.get("controller") == Some(&Value::Bool(true)))?;
    Some((text(owner, "kind").unwrap_or("object").to_owned(), name(owner).to_owned()))
}
