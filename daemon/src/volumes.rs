//! The claims of persistent folders, for users: which there are, what uses each, and deleting one. Nothing else deletes
//! any.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _};
use nhd_plan::{CLAIM_LABEL, DEV_CONTAINER, claim_capacity, folder_owner};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::{Arguments, error as said};
use nhd_protocol::volume::{
    VolumeDeleteParams, VolumeList, VolumeListParams, VolumePhase, VolumeSummary, VolumeUse,
};
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;

use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{CLAIMS, Delete, Objects, is_leaving};
use crate::cluster::pages::Part;
use crate::cluster::volumes::{ClaimUser, claim_users};
use crate::cluster::{Reason, record};
use crate::session::failure::Failure;
use crate::session::look::parts::record_name;
use crate::session::requests::check::address;
use crate::session::requests::place::Place;

/// How many records are read side by side.
const RECORDS_AT_ONCE: usize = 8;

pub async fn list(params: VolumeListParams) -> Result<VolumeList, ErrorInfo> {
    let address = address(params.kubeconfig.as_deref(), params.context, params.environment)?;
    let place = Place::find(&address, params.namespace.as_deref()).await?;
    let namespace = (!params.all_namespaces).then_some(place.namespace.as_str());
    let (label, value) = CLAIM_LABEL;
    let selector = format!("{label}={value}");
    let claims = place.objects.pages(CLAIMS, namespace, Some(&selector), Part::Whole).await;
    let claims = claims.map_err(|error| Failure::from(error).info)?;
    let (users, warnings) = match claim_users(&place.objects, namespace).await {
        Ok(users) => (users, Vec::new()),
        Err(error) if error.reason == Reason::Forbidden => (Vec::new(), vec![error.to_string()]),
        Err(error) => return Err(Failure::from(error).info),
    };
    let mut volumes: Vec<VolumeSummary> = claims.iter().filter_map(summary).collect();
    let sessions = sessions(&place.objects, &volumes).await;
    for (volume, session) in volumes.iter_mut().zip(sessions) {
        volume.used_by = uses(&volume.workload.namespace, &volume.name, &users, session);
    }
    volumes.sort_by(|a, b| (&a.workload.namespace, &a.name).cmp(&(&b.workload.namespace, &b.name)));
    Ok(VolumeList { context: place.client.context, server: place.client.server, volumes, warnings })
}

pub async fn delete(params: VolumeDeleteParams) -> Result<VolumeSummary, ErrorInfo> {
    let address = address(params.kubeconfig.as_deref(), params.context, params.environment)?;
    let place = Place::find(&address, params.namespace.as_deref()).await?;
    let (objects, namespace, name) = (&place.objects, place.namespace.as_str(), params.name.as_str());
    let missing = |message| ErrorInfo::of(message, &[("claim", &name), ("namespace", &namespace)]);
    let info = |failure: Failure| failure.info;
    let claim = objects.get(CLAIMS, Some(namespace), name).await.or_absent();
    let claim = claim.map_err(Failure::from).map_err(info)?;
    let claim = claim.ok_or_else(|| missing(&said::VOLUME_NOT_FOUND))?;
    let mut volume = summary(&claim).ok_or_else(|| missing(&said::VOLUME_NOT_OURS))?;
    // Whoever may not see what uses it deletes it at their own risk only.
    let users = match claim_users(objects, Some(namespace)).await {
        Err(error) if error.reason == Reason::Forbidden && params.force => Vec::new(),
        users => users.map_err(Failure::from).map_err(info)?,
    };
    let session = sessions(objects, std::slice::from_ref(&volume)).await.pop().flatten();
    volume.used_by = uses(namespace, name, &users, session);
    if !volume.used_by.is_empty() && !params.force {
        let users = described(&volume.used_by);
        let arguments: Arguments<'_> = &[("claim", &name), ("namespace", &namespace), ("users", &users)];
        return Err(ErrorInfo::of(&said::VOLUME_IN_USE, arguments));
    }
    let uid = claim.pointer("/metadata/uid").and_then(Value::as_str).map(str::to_owned);
    let deleted = objects.delete(CLAIMS, Some(namespace), name, Delete { uid, ..Delete::default() }).await;
    deleted.map_err(Failure::from).map_err(info)?;
    volume.phase = VolumePhase::Terminating;
    Ok(volume)
}

/// A claim as it is shown; `None` of one that is not for a persistent folder.
fn summary(claim: &Value) -> Option<VolumeSummary> {
    let owner = folder_owner(claim)?;
    let text = |pointer: &str| claim.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let phase = match text("/status/phase").as_deref() {
        _ if is_leaving(claim) => VolumePhase::Terminating,
        Some("Bound") => VolumePhase::Bound,
        Some("Lost") => VolumePhase::Lost,
        _ => VolumePhase::Pending,
    };
    Some(VolumeSummary {
        name: text("/metadata/name")?,
        workload: WorkloadRef {
            namespace: text("/metadata/namespace").unwrap_or_default(),
            kind: owner.kind.parse().ok()?,
            name: owner.workload,
        },
        container: owner.container,
        path: owner.path,
        capacity: claim_capacity(claim).to_owned(),
        storage_class: text("/spec/storageClassName").filter(|class| !class.is_empty()),
        phase,
        used_by: Vec::new(),
        created_at: text("/metadata/creationTimestamp").unwrap_or_default(),
    })
}

/// The session that has each claim in its plan, by the records of the workloads: this daemon's or another's. What may not be
/// read is nobody's.
async fn sessions(objects: &Objects, volumes: &[VolumeSummary]) -> Vec<Option<String>> {
    let mut workloads: Vec<WorkloadRef> = volumes.iter().map(|volume| volume.workload.clone()).collect();
    workloads.sort();
    workloads.dedup();
    let read = workloads.into_iter().map(|workload| async move {
        let seen = record::read(objects, &workload.namespace, &record_name(&workload)).await.ok().flatten();
        (workload, seen)
    });
    let records: BTreeMap<_, _> = stream::iter(read).buffer_unordered(RECORDS_AT_ONCE).collect().await;
    let session = |volume: &VolumeSummary| {
        let record = records.get(&volume.workload)?.as_ref()?.record()?;
        let has_it = record.edit.folders.iter().any(|folder| folder.name() == volume.name);
        has_it.then(|| record.session.clone())
    };
    volumes.iter().map(session).collect()
}

/// The pods with a claim, and the session that has it, with its dev pod or without one.
fn uses(namespace: &str, claim: &str, users: &[ClaimUser], session: Option<String>) -> Vec<VolumeUse> {
    let of_claim =
        users.iter().filter(|user| user.namespace == namespace && user.claims.iter().any(|it| it == claim));
    let is_dev = |user: &ClaimUser| user.containers.iter().any(|it| it == DEV_CONTAINER);
    let mut uses: Vec<VolumeUse> = of_claim
        .map(|user| VolumeUse {
            pod: Some(user.pod.clone()),
            session: session.clone().filter(|_| is_dev(user)),
        })
        .collect();
    if session.is_some() && uses.iter().all(|it| it.session.is_none()) {
        uses.push(VolumeUse { pod: None, session });
    }
    uses
}

fn described(uses: &[VolumeUse]) -> String {
    let one = |it: &VolumeUse| match (&it.pod, &it.session) {
        (Some(pod), Some(session)) => format!("pod {pod} of session {session}"),
        (Some(pod), None) => format!("pod {pod}"),
        (None, session) => format!("session {}", session.as_deref().unwrap_or_default()),
    };
    uses.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use nhd_protocol::workload::WorkloadKind;
    use serde_json::json;

    fn claim() -> Value {
        json!({"metadata": {"name": "web-deployment-dev-1", "namespace": "shop", "uid": "u",
            "creationTimestamp": "2026-11-28T08:00:00Z", "labels": {"app.kubernetes.io/managed-by": "nhd"},
            "annotations": {"nhd.dev/workload": "deployment/web", "nhd.dev/container": "app", "nocalhost.dev/dir": "/go"}},
            "spec": {"resources": {"requests": {"storage": "5Gi"}}, "storageClassName": "fast"}, "status": {"phase": "Pending"}})
    }

    #[test]
    fn a_claim_is_shown_by_what_it_says_of_itself_and_others_are_not() {
        let shown = summary(&claim()).expect("it is one of ours");
        assert_eq!((shown.workload.kind, &*shown.workload.name), (WorkloadKind::Deployment, "web"));
        assert_eq!((&*shown.container, &*shown.path, &*shown.capacity), ("app", "/go", "5Gi"));
        assert_eq!((shown.phase, shown.storage_class.as_deref()), (VolumePhase::Pending, Some("fast")));
        type Change = fn(&mut Value);
        let cases: [(Change, Option<VolumePhase>); 5] = [
            (|it| it["status"]["phase"] = "Bound".into(), Some(VolumePhase::Bound)),
            (|it| it["status"]["phase"] = "Lost".into(), Some(VolumePhase::Lost)),
            (|it| it["metadata"]["deletionTimestamp"] = "x".into(), Some(VolumePhase::Terminating)),
            (|it| it["metadata"]["labels"] = json!({}), None),
            (|it| it["metadata"]["annotations"]["nhd.dev/workload"] = "rollout/web".into(), None),
        ];
        for (change, expect) in cases {
            let mut claim = claim();
            change(&mut claim);
            assert_eq!(summary(&claim).map(|it| it.phase), expect, "{claim}");
        }
    }

    #[test]
    fn what_uses_a_claim_is_pods_and_the_session_that_waits_for_one() {
        let user = |pod: &str, namespace: &str, container: &str| ClaimUser {
            namespace: namespace.to_owned(),
            pod: pod.to_owned(),
            claims: vec!["c".to_owned()],
            containers: vec![container.to_owned()],
            is_leaving: false,
        };
        let said = |users: &[ClaimUser], session: Option<&str>| {
            described(&uses("shop", "c", users, session.map(str::to_owned)))
        };
        let (dev, other, far) =
            (user("a", "shop", DEV_CONTAINER), user("b", "shop", "x"), user("c", "n", "x"));
        assert_eq!(said(&[], None), "");
        assert_eq!(said(&[], Some("s")), "session s");
        assert_eq!(said(std::slice::from_ref(&far), None), "");
        assert_eq!(said(&[other.clone(), far], Some("s")), "pod b, session s");
        assert_eq!(said(&[dev.clone(), other], Some("s")), "pod a of session s, pod b");
        assert_eq!(said(&[dev], None), "pod a");
    }
}
