//! Which volume claims the dev pod of a workload without pods brings into being, and what becomes of them.

use nhd_plan::{Edit, MadeClaim};
use nhd_protocol::message::warning as said;
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
        (_, unread) => Some(said::CLAIMS_UNSEEN.say(&[("claims", &unread.join(", "))])),
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
    let message = if !drops {
        said::CLAIMS_STAY
    } else if access::missing(objects, &workload.namespace, &[delete]).await?.is_empty() {
        said::CLAIMS_GO
    } else {
        said::CLAIMS_UNDELETABLE
    };
    Ok(message.say(&[("claims", &names.join(", "))]))
}
