//! Which autoscalers are to be kept from the workload, and whether that is possible.

use futures::future::try_join_all;
use nhd_protocol::message::warning;
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;

use crate::cluster::access;
use crate::cluster::autoscalers::{self, AUTOSCALERS, PinnedAutoscaler};
use crate::cluster::objects::{Mode, Objects};
use crate::session::failure::Failure;
use crate::session::kinds;
use crate::session::look::autoscalers as scaling;
use crate::session::prepare::Asker;
use crate::session::prepare::permissions::{denied, of_autoscalers};
use crate::session::prepare::refusals::driven;

/// What scales the workload, as far as it can be seen.
pub(super) struct Scaling {
    pub(super) pinned: Vec<PinnedAutoscaler>,
    pub(super) warning: Option<String>,
}

/// Finds those that scale the workload `origin` and tries to pin them. One that is pinned already, by an earlier plan
/// or by a session that is lost with its record, tells what it was before.
pub(super) async fn plan(
    objects: &Objects,
    workload: &WorkloadRef,
    origin: &Value,
    asker: &Asker<'_>,
) -> Result<Scaling, Failure> {
    let mut pinned = Vec::new();
    if !kinds::row(workload.kind).scales {
        return Ok(Scaling { pinned, warning: None });
    }
    let Some(all) = autoscalers::list(objects, &workload.namespace).await? else {
        let warning = Some(warning::AUTOSCALERS_UNSEEN.say(&[]));
        return Ok(Scaling { pinned: asker.earlier.to_vec(), warning });
    };
    let (ours, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|it| nhd_plan::scales(&nhd_plan::unpinned(it), origin));
    if !ours.is_empty() {
        refuse(objects, workload, &ours).await?;
    }
    pinned.extend(try_join_all(ours.iter().map(|it| try_pin(objects, workload, it, asker))).await?);
    // What others gave another target may still have our mark.
    let owed = asker.earlier.iter().filter(|it| others.iter().any(|there| is_on(it, there)));
    pinned.extend(owed.cloned());
    Ok(Scaling { pinned, warning: None })
}

/// Whether `current` is this autoscaler with our pin still on it.
fn is_on(earlier: &PinnedAutoscaler, current: &Value) -> bool {
    earlier.is(current) && nhd_plan::is_pinned(current, &earlier.pinned)
}

async fn refuse(objects: &Objects, workload: &WorkloadRef, ours: &[Value]) -> Result<(), Failure> {
    for it in ours {
        if let Some((kind, name)) = nhd_plan::controller(it) {
            return Err(Failure::fatal(driven(workload, scaling::name(it), &kind, &name)));
        }
    }
    let missing = access::missing(objects, &workload.namespace, &of_autoscalers()).await?;
    if missing.is_empty() { Ok(()) } else { Err(Failure::fatal(denied(workload, &missing))) }
}

async fn try_pin(
    objects: &Objects,
    workload: &WorkloadRef,
    current: &Value,
    asker: &Asker<'_>,
) -> Result<PinnedAutoscaler, Failure> {
    let mut origin = nhd_plan::unpinned(current);
    if let Some(earlier) = asker.earlier.iter().find(|it| is_on(it, current)) {
        // By now we own what others owned before.
        origin["metadata"]["managedFields"] = earlier.origin["metadata"]["managedFields"].clone();
    }
    let mut tried = nhd_plan::pin(current, asker.session);
    // What is tried need not be the newest: the controller writes a status every few seconds.
    if let Some(metadata) = tried["metadata"].as_object_mut() {
        metadata.remove("resourceVersion");
    }
    let pinned = objects.replace(AUTOSCALERS, Some(&workload.namespace), &tried, Mode::DryRun).await?;
    Ok(PinnedAutoscaler { origin, pinned })
}
