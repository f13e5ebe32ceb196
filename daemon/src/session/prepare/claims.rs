//! Which volume claims the dev pod of a workload without pods brings into being, and what becomes of them.

use nhd_plan::{Edit, MadeClaim};
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;

use crate::cluster::Reason;
use crate::cluster::access::{self, Permission};
use crate::cluster::objects::{CLAIMS, Objects};
use crate::session::failure::Failure;

/// The claims that are not there yet, and what is to be said of them beforehand.
pub(super) struct Claims {
    pub(super) made: Vec<MadeClaim>,
    pub(super) warning: Option<String>,
}

/// Looks for the claims that the dev pod of `origin` needs. One that cannot be read may be somebody's, and so is never
/// taken for one that DevMode makes.
pub(super) async fn plan(
    objects: &Objects,
    workload: &WorkloadRef,
    origin: &Value,
) -> Result<Claims, Failure> {
    let namespace = workload.namespace.as_str();
    let (mut made, mut unread) = (Vec::new(), Vec::new());
    for name in nhd_plan::claims_made(origin) {
        match objects.get(CLAIMS, Some(namespace), &name).await {
            Err(error) if error.reason == Reason::NotFound => made.push(MadeClaim { name, uid: None }),
            Err(error) if error.reason == Reason::Forbidden => unread.push(name),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
    }
    let warning = match (made.as_slice(), unread.as_slice()) {
        ([], []) => None,
        (made, []) => Some(warning(objects, workload, origin, made).await?),
        (_, unread) => Some(format!(
            "the StatefulSet has no pods: DevMode makes its volume claims {}, unless they are there, and they stay when \
             it ends: no permission to get persistentvolumeclaims",
            unread.join(", ")
        )),
    };
    Ok(Claims { made, warning })
}

async fn warning(
    objects: &Objects,
    workload: &WorkloadRef,
    origin: &Value,
    made: &[MadeClaim],
) -> Result<String, Failure> {
    let names: Vec<&str> = made.iter().map(|made| made.name.as_str()).collect();
    let drops = Edit::new(String::new(), origin.clone(), Value::Null).drops_claims();
    let delete = Permission { verb: "delete", resource: CLAIMS, subresource: None };
    let what_then = if !drops {
        "stay when it ends: persistentVolumeClaimRetentionPolicy does not say whenScaled: Delete"
    } else if access::missing(objects, &workload.namespace, &[delete]).await?.is_empty() {
        "are deleted when it ends, as whenScaled: Delete says, with what is in them"
    } else {
        "stay when it ends, although whenScaled: Delete says otherwise: no permission to delete persistentvolumeclaims"
    };
    Ok(format!(
        "the StatefulSet has no pods: DevMode makes its volume claims {}, which {what_then}",
        names.join(", ")
    ))
}
