//! What earlier sessions left in the namespace: records of this machine that no session has, and workloads in DevMode
//! that no record is of.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use futures::join;
use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy};
use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
use serde_json::Value;

use super::Patient;
use super::check::{Finding, Subject, counted, look};
use super::cluster::failed;
use crate::clock::timestamp_now;
use crate::cluster::pages::Part;
use crate::cluster::record::{self, Owner, RecordHead};
use crate::cluster::{ClusterError, Objects, Reason};
use crate::machine_user;
use crate::session::look::parts::record_name;

const RECORDS: Subject =
    Subject { id: "leftovers.records", group: DoctorGroup::Leftovers, title: "records in the cluster" };
const WORKLOADS: Subject =
    Subject { id: "leftovers.workloads", group: DoctorGroup::Leftovers, title: "workloads in DevMode" };

pub(super) const SUBJECTS: [Subject; 2] = [RECORDS, WORKLOADS];

/// By namespace and name.
type Records = BTreeMap<(String, String), RecordHead>;
type Listed<T> = Result<T, Finding>;

pub(super) async fn checks(patient: &Patient<'_>, objects: &Objects, namespace: &str) -> Vec<DoctorCheck> {
    let (mut records, mut workloads) = (None, None);
    let (mut of_records, mut of_workloads) = join!(
        look(RECORDS, async {
            let listed = record::list(objects, Some(namespace)).await.map_err(unlisted);
            let finding = listed.as_ref().err().cloned();
            records = Some(listed);
            finding.unwrap_or_else(|| Finding::ok(""))
        }),
        look(WORKLOADS, async {
            let listed = listed(objects, namespace).await;
            let finding = listed.as_ref().err().cloned();
            workloads = Some(listed);
            finding.unwrap_or_else(|| Finding::ok(""))
        }),
    );
    let known = patient.known_sessions();
    let me = machine_user::owner(&timestamp_now());
    let seen = workloads.as_ref().and_then(|listed| listed.as_ref().ok());
    if let Some(Ok(records)) = &records {
        let finding = judge_records(records, seen.map_or(&[], Vec::as_slice), &known, &me, namespace);
        refill(&mut of_records, finding);
    }
    if let Some(seen) = seen {
        let finding = match &records {
            Some(Ok(records)) => judge_workloads(seen, records, namespace),
            _ => Finding::skipped("whose they are, the records would say, which cannot be listed"),
        };
        refill(&mut of_workloads, finding);
    }
    vec![of_records, of_workloads]
}

fn refill(check: &mut DoctorCheck, finding: Finding) {
    (check.state, check.detail, check.remedies) = (finding.state, finding.detail, finding.remedies);
}

fn unlisted(error: ClusterError) -> Finding {
    if error.reason == Reason::Forbidden {
        return Finding::skipped(error.to_string() + ": the user may not");
    }
    failed(error)
}

/// The metadata of all workloads; kinds that the user may not list are left out.
async fn listed(objects: &Objects, namespace: &str) -> Listed<Vec<(WorkloadKind, Value)>> {
    let lists =
        WorkloadKind::ALL.map(|kind| objects.pages(kind.into(), Some(namespace), None, Part::Metadata));
    let mut found = Vec::new();
    for (kind, list) in WorkloadKind::ALL.into_iter().zip(join_all(lists).await) {
        match list {
            Ok(items) => found.extend(items.into_iter().map(|item| (kind, item))),
            Err(error) if error.reason == Reason::Forbidden => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(found)
}

fn judge_records(
    records: &Records,
    workloads: &[(WorkloadKind, Value)],
    known: &BTreeSet<String>,
    me: &Owner,
    namespace: &str,
) -> Finding {
    let is_mine = |head: &RecordHead| {
        head.owner.as_ref().is_some_and(|owner| (&owner.user, &owner.host) == (&me.user, &me.host))
    };
    let unknown: Vec<(&str, &RecordHead)> = records
        .iter()
        .filter(|(_, head)| !known.contains(&head.session) && (is_mine(head) || head.owner.is_none()))
        .map(|((_, name), head)| (name.as_str(), head))
        .collect();
    let others = records.values().filter(|head| !known.contains(&head.session)).count() - unknown.len();
    let here = records.len() - others - unknown.len();
    let count =
        format!("in namespace {namespace}: {} of sessions here, {others} of others", counted(here, "record"));
    if unknown.is_empty() {
        return Finding::ok(count);
    }
    let lines: String = unknown
        .iter()
        .map(|(name, head)| {
            let whose = head.owner.as_ref().map_or_else(|| "nobody says whose".to_owned(), Owner::to_string);
            format!("\nSecret {name} of session {}, {whose}", head.session)
        })
        .collect();
    let finding = Finding::warning(format!(
        "{count}, and {} of this machine whose session is not known here, or is of another NHD_HOME:{lines}",
        unknown.len()
    ));
    unknown.iter().fold(finding, |finding, (name, _)| finding.with(release(name, workloads, namespace)))
}

/// What gives back the workload of a record; one that is not there any more is named by the Secret's own name.
fn release(secret: &str, workloads: &[(WorkloadKind, Value)], namespace: &str) -> DoctorRemedy {
    let listed = workloads.iter().map(|(kind, object)| reference(*kind, object, namespace));
    let found = listed.into_iter().find(|workload| record_name(workload) == secret);
    let release = found.or_else(|| named(secret, namespace));
    let text = match &release {
        Some(workload) => format!("give {workload} back by its record"),
        None => format!("see what Secret {secret} is of, and give that back by its record"),
    };
    DoctorRemedy { release, ..DoctorRemedy::text(text) }
}

/// The workload after whose name the Secret is called, where that was not shortened.
fn named(secret: &str, namespace: &str) -> Option<WorkloadRef> {
    WorkloadKind::ALL.into_iter().find_map(|kind| {
        let empty = WorkloadRef { namespace: namespace.to_owned(), kind, name: String::new() };
        let name = secret.strip_suffix(&record_name(&empty))?;
        let workload = WorkloadRef { name: name.to_owned(), ..empty };
        (record_name(&workload) == secret).then_some(workload)
    })
}

fn reference(kind: WorkloadKind, object: &Value, namespace: &str) -> WorkloadRef {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    WorkloadRef { namespace: namespace.to_owned(), kind, name: name.to_owned() }
}

fn judge_workloads(workloads: &[(WorkloadKind, Value)], records: &Records, namespace: &str) -> Finding {
    // Of a workload that is not written to, only what was made beside it tells.
    let beside: BTreeSet<&str> =
        workloads.iter().filter_map(|(_, object)| nhd_plan::dev_workload_of(object)).collect();
    let is_listed =
        |object: &Value| !nhd_plan::is_dev_workload(object) && nhd_plan::controller(object).is_none();
    let own = workloads.iter().filter(|(_, object)| is_listed(object));
    let in_dev_mode: Vec<WorkloadRef> = own
        .filter_map(|(kind, object)| {
            let workload = reference(*kind, object, namespace);
            let name = format!("{}/{}", kind.word(), workload.name);
            (nhd_plan::is_ours(object) || beside.contains(name.as_str())).then_some(workload)
        })
        .collect();
    let has_record =
        |workload: &&WorkloadRef| records.contains_key(&(workload.namespace.clone(), record_name(workload)));
    let lost: Vec<&WorkloadRef> = in_dev_mode.iter().filter(|it| !has_record(it)).collect();
    let count = format!("{} in DevMode in namespace {namespace}", counted(in_dev_mode.len(), "workload"));
    if lost.is_empty() {
        return Finding::ok(count);
    }
    let lines: String = lines(&lost);
    let finding = Finding::warning(format!("{count}, of which no record says whose they are:{lines}"));
    lost.into_iter().fold(finding, |finding, workload| {
        let text = format!("give {workload} back by what its annotation says");
        finding.with(DoctorRemedy { release: Some(workload.clone()), ..DoctorRemedy::text(text) })
    })
}

fn lines(workloads: &[&WorkloadRef]) -> String {
    workloads.iter().map(|workload| format!("\n{workload}")).collect()
}

#[cfg(test)]
mod tests {
    use nhd_protocol::doctor::DoctorState::{Ok, Warning};
    use serde_json::json;

    use super::*;

    fn owner(user: &str) -> Owner {
        Owner { user: user.into(), host: "laptop".into(), since: "2026-01-01T00:00:00.000Z".into() }
    }

    fn record_of(
        kind: WorkloadKind,
        name: &str,
        session: &str,
        whose: Option<&str>,
    ) -> ((String, String), RecordHead) {
        let workload = WorkloadRef { namespace: "n".into(), kind, name: name.into() };
        let head = RecordHead { session: session.into(), owner: whose.map(owner) };
        (("n".into(), record_name(&workload)), head)
    }

    #[test]
    fn records_are_of_here_of_others_or_left_and_those_left_are_released_whatever_their_kind() {
        let known = BTreeSet::from(["here".to_owned()]);
        let mut records = Records::from([
            record_of(WorkloadKind::Deployment, "a", "here", Some("ann")),
            record_of(WorkloadKind::Deployment, "b", "theirs", Some("bob")),
        ]);
        let judged = |records: &Records| judge_records(records, &[], &known, &owner("ann"), "n");
        let fine = judged(&records);
        assert_eq!(
            (fine.state, fine.detail.as_str()),
            (Ok, "in namespace n: 1 record of sessions here, 1 of others")
        );
        for kind in WorkloadKind::ALL {
            records.extend([record_of(kind, "left", "gone", Some("ann"))]);
        }
        records.extend([record_of(WorkloadKind::Deployment, "whose", "unsaid", None)]);
        let left = judged(&records);
        assert_eq!(left.state, Warning);
        let released: Vec<String> = left
            .remedies
            .iter()
            .filter_map(|it| it.release.as_ref())
            .map(|it| format!("{}/{}", it.kind, it.name))
            .collect();
        assert_eq!(released.len(), 7, "{left:?}");
        for kind in WorkloadKind::ALL {
            assert!(released.contains(&format!("{kind}/left")), "{released:?}");
        }
    }

    #[test]
    fn a_workload_in_dev_mode_without_a_record_is_told_also_by_what_is_beside_it() {
        let object =
            |name: &str, annotations: Value| json!({"metadata": {"name": name, "annotations": annotations}});
        let marked = json!({"nocalhost.origin.spec.json": "{}"});
        let workloads = [
            (WorkloadKind::Deployment, object("plain", json!({}))),
            (WorkloadKind::Deployment, object("has", marked.clone())),
            (WorkloadKind::StatefulSet, object("lost", marked)),
            (WorkloadKind::Job, object("once", json!({}))),
            (WorkloadKind::Job, object("once-job-dev", json!({"nhd.dev/dev-of": "job/once"}))),
        ];
        let mut records = Records::from([record_of(WorkloadKind::Deployment, "has", "s", Some("ann"))]);
        let finding = judge_workloads(&workloads, &records, "n");
        assert_eq!(finding.state, Warning);
        let names: Vec<&str> =
            finding.remedies.iter().filter_map(|it| Some(it.release.as_ref()?.name.as_str())).collect();
        assert_eq!(names, ["lost", "once"]);
        records.extend([
            record_of(WorkloadKind::StatefulSet, "lost", "s", None),
            record_of(WorkloadKind::Job, "once", "s", None),
        ]);
        assert_eq!(judge_workloads(&workloads, &records, "n").state, Ok);
    }
}
