//! What the user may do in the namespace, kind by kind, and the Role that grants what is missing.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _};
use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy};
use nhd_protocol::workload::WorkloadKind;
use tokio::time::{Instant, timeout};

use super::check::{CHECK_LIMIT, Finding, Subject};
use super::cluster::failed;
use super::role;
use crate::cluster::access::{self, Permission};
use crate::cluster::{ClusterError, Objects};
use crate::session::prepare::permissions::{optional, wanted};

/// How many are asked about side by side.
const AT_ONCE: usize = 16;

const MORE: Subject =
    Subject { id: "permissions.more", group: DoctorGroup::Permissions, title: "what makes starts better" };

const fn subject(kind: WorkloadKind) -> Subject {
    let (id, title) = match kind {
        WorkloadKind::Deployment => ("permissions.deployment", "Deployments"),
        WorkloadKind::StatefulSet => ("permissions.statefulset", "StatefulSets"),
        WorkloadKind::DaemonSet => ("permissions.daemonset", "DaemonSets"),
        WorkloadKind::Job => ("permissions.job", "Jobs"),
        WorkloadKind::CronJob => ("permissions.cronjob", "CronJobs"),
        WorkloadKind::Pod => ("permissions.pod", "Pods"),
    };
    Subject { id, group: DoctorGroup::Permissions, title }
}

pub(super) fn subjects() -> Vec<Subject> {
    WorkloadKind::ALL.map(subject).into_iter().chain([MORE]).collect()
}

/// What the reviews said, by the words of the permission: it is asked about once, whoever needs it.
type Answers = BTreeMap<String, Result<bool, String>>;

pub(super) async fn checks(objects: &Objects, namespace: &str, user: Option<&str>) -> Vec<DoctorCheck> {
    let begun = Instant::now();
    let mut all: Vec<Permission> = WorkloadKind::ALL.into_iter().flat_map(wanted).collect();
    all.extend(optional().into_iter().map(|(permission, _)| permission));
    all.sort_by_key(role::key);
    all.dedup();
    let asked = stream::iter(all).map(|permission| async move {
        (role::key(&permission), told(access::is_allowed(objects, namespace, &permission).await))
    });
    let (mut asked, mut answers) = (asked.buffer_unordered(AT_ONCE), Answers::new());
    // What was answered in time counts.
    let _ = timeout(CHECK_LIMIT, async {
        while let Some((key, answer)) = asked.next().await {
            answers.insert(key, answer);
        }
    })
    .await;
    let elapsed = begun.elapsed();
    let findings = judge(&answers, namespace, user);
    findings.into_iter().map(|(subject, finding)| finding.of(subject, elapsed)).collect()
}

fn told(answer: Result<bool, ClusterError>) -> Result<bool, String> {
    answer.map_err(|error| failed(error).detail)
}

fn judge(answers: &Answers, namespace: &str, user: Option<&str>) -> Vec<(Subject, Finding)> {
    let kinds = WorkloadKind::ALL.map(|kind| (kind, missing(answers, &wanted(kind))));
    let is_fine = |found: &Result<Vec<Permission>, String>| found.as_ref().is_ok_and(Vec::is_empty);
    let any = kinds.iter().any(|(_, found)| is_fine(found));
    let mut role_told = false;
    let mut findings: Vec<(Subject, Finding)> = kinds
        .into_iter()
        .map(|(kind, found)| {
            let lacking = match found {
                Err(why) => return (subject(kind), Finding::failed(why)),
                Ok(lacking) if lacking.is_empty() => {
                    let fine = format!("all {} that DevMode needs", wanted(kind).len());
                    return (subject(kind), Finding::ok(fine));
                }
                Ok(lacking) => lacking,
            };
            let list: Vec<String> = lacking.iter().map(Permission::to_string).collect();
            let detail = format!("missing in namespace {namespace}: {}", list.join(", "));
            // Whoever can develop in some kinds may never want the others.
            let finding = if any { Finding::warning(detail) } else { Finding::failed(detail) };
            let finding = match std::mem::replace(&mut role_told, true) {
                false => finding.with(remedy(namespace, user)),
                true => finding,
            };
            (subject(kind), finding)
        })
        .collect();
    findings.push((MORE, judge_optional(answers)));
    findings
}

/// Those that are refused, or why nobody knows.
fn missing(answers: &Answers, wanted: &[Permission]) -> Result<Vec<Permission>, String> {
    let mut missing = Vec::new();
    for permission in wanted {
        match answers.get(&role::key(permission)) {
            Some(Ok(true)) => {}
            Some(Ok(false)) => missing.push(*permission),
            Some(Err(why)) => return Err(why.clone()),
            None => return Err(format!("no answer within {} s", CHECK_LIMIT.as_secs())),
        }
    }
    Ok(missing)
}

fn judge_optional(answers: &Answers) -> Finding {
    let mut lines = Vec::new();
    for (permission, without) in optional() {
        match missing(answers, &[permission]) {
            Err(why) => return Finding::failed(why),
            Ok(lacking) if lacking.is_empty() => {}
            Ok(_) => lines.push(format!("without {permission}: {without}")),
        }
    }
    // Each start says what it had to do without: that is no reason to ask an administrator.
    if lines.is_empty() { Finding::ok("everything that is of use") } else { Finding::ok(lines.join("\n")) }
}

fn remedy(namespace: &str, user: Option<&str>) -> DoctorRemedy {
    DoctorRemedy {
        manifest: Some(role::manifest(namespace, user)),
        ..DoctorRemedy::command(
            "have somebody who may grant them apply this Role; rules of kinds that are not wanted may be left out",
            "kubectl apply -f -",
        )
    }
}

#[cfg(test)]
mod tests {
    use nhd_protocol::doctor::DoctorState::{self, Failed, Ok as Fine, Warning};

    use super::*;

    fn answers(refused: impl Fn(&Permission) -> bool) -> Answers {
        let optional = optional().into_iter().map(|(permission, _)| permission);
        let all = WorkloadKind::ALL.into_iter().flat_map(wanted).chain(optional);
        all.map(|permission| (role::key(&permission), Ok(!refused(&permission)))).collect()
    }

    fn states(answers: &Answers) -> Vec<(&'static str, DoctorState)> {
        judge(answers, "shop", Some("ann")).into_iter().map(|(it, finding)| (it.id, finding.state)).collect()
    }

    #[test]
    fn what_some_kinds_lack_is_a_warning_and_what_all_lack_is_a_failure_with_one_role() {
        let all = states(&answers(|_| false));
        assert!(all.len() == 7 && all.iter().all(|(_, state)| *state == Fine), "{all:?}");

        let no_jobs = answers(|permission| permission.resource.plural == "jobs");
        let expect = |id: &str| match id {
            "permissions.job" | "permissions.cronjob" => Warning,
            _ => Fine,
        };
        for (id, state) in states(&no_jobs) {
            assert_eq!(state, expect(id), "{id}");
        }

        let no_secrets = answers(|permission| permission.resource.plural == "secrets");
        let found = judge(&no_secrets, "shop", Some("ann"));
        assert!(found[..6].iter().all(|(_, finding)| finding.state == Failed), "{found:?}");
        let manifests: Vec<_> = found
            .iter()
            .flat_map(|(_, finding)| &finding.remedies)
            .filter_map(|it| it.manifest.as_ref())
            .collect();
        assert_eq!(manifests.len(), 1);
        assert!(found[0].1.detail.contains("delete secrets"), "{found:?}");
    }

    #[test]
    fn one_review_that_fails_hides_only_the_kinds_that_need_it() {
        let mut some = answers(|_| false);
        let broken = some.iter_mut().find(|(key, _)| key.contains("cronjobs")).expect("is asked about");
        *broken.1 = Err("the server is silent".to_owned());
        for (id, state) in states(&some) {
            assert_eq!(state, if id == "permissions.cronjob" { Failed } else { Fine }, "{id}");
        }
        assert!(states(&Answers::new()).iter().all(|(_, state)| *state == Failed));
    }

    #[test]
    fn what_a_start_does_without_is_told_and_no_trouble() {
        let found = judge(&answers(|permission| permission.resource.plural == "limitranges"), "shop", None);
        let (_, more) = found.last().expect("the last one");
        assert_eq!(more.state, Fine);
        assert!(more.detail.starts_with("without list limitranges: "), "{}", more.detail);
    }
}
