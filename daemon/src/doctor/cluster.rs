//! The API server: whether it is reached, as whom, what it is and what its clock says; and, through it, the rest that is
//! in the cluster. What cannot be asked because it is not reached says so.

use futures::join;
use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy, DoctorState};
use nhd_protocol::error::ErrorInfo;
use time::Duration;

use super::Patient;
use super::check::{CHECK_LIMIT, Finding, Subject, look};
use super::{permissions, records};
use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::NAMESPACES;
use crate::cluster::probe::{self, Probe};
use crate::cluster::{ClusterAddress, ClusterClient, ClusterError, Objects, Reason};
use crate::session::failure::Failure;

const fn subject(id: &'static str, title: &'static str) -> Subject {
    Subject { id, group: DoctorGroup::Cluster, title }
}

const REACHABLE: Subject = subject("cluster.reachable", "API server");
const VERSION: Subject = subject("cluster.version", "version of the API server");
const CLOCK: Subject = subject("cluster.clock", "clock");
const USER: Subject = subject("cluster.user", "credentials");
const NAMESPACE: Subject = subject("cluster.namespace", "namespace");

/// The first minor version with all that nhd asks for: `autoscaling/v2`.
const OLDEST_MINOR: u32 = 23;
/// What the tests run on.
const TESTED_MINOR: u32 = 34;

/// More than that, and certificates, tokens and the times that are shown become wrong. An answer's date is in whole
/// seconds.
const SKEW: Duration = Duration::seconds(30);

/// How the checks went, and where.
pub(super) struct There {
    pub(super) checks: Vec<DoctorCheck>,
    pub(super) context: Option<String>,
    pub(super) server: Option<String>,
    pub(super) namespace: Option<String>,
}

pub(super) async fn checks(patient: &Patient<'_>, address: &Result<ClusterAddress, ErrorInfo>) -> There {
    let mut nowhere = There { checks: Vec::new(), context: None, server: None, namespace: None };
    let Ok(address) = address else {
        nowhere.checks = unasked(REACHABLE, "no kubeconfig says where it is");
        return nowhere;
    };
    let mut found = None;
    let reachable = look(REACHABLE, reach(address, &mut found)).await;
    let Some((client, objects, probe)) = found else {
        nowhere.checks = unasked_but(reachable);
        return nowhere;
    };
    let namespace = patient.namespace.map_or_else(|| client.default_namespace.clone(), str::to_owned);
    let version = judge_version(&probe).of(VERSION, probe.took);
    let clock = judge_clock(&probe).of(CLOCK, probe.took);
    let mut name = None;
    let user = look(USER, user(&objects, &mut name)).await;
    if user.state == DoctorState::Failed {
        let mut checks = vec![reachable, version, clock, user];
        checks.extend(skipped_by_cluster("the API server does not accept the credentials", &checks));
        return There { checks, ..there(client, namespace) };
    }
    let (exists, permissions, left) = join!(
        look(NAMESPACE, exists(&objects, &namespace)),
        permissions::checks(&objects, &namespace, name.as_deref()),
        records::checks(patient, &objects, &namespace),
    );
    let mut checks = vec![reachable, version, clock, user, exists];
    checks.extend(permissions);
    checks.extend(left);
    There { checks, ..there(client, namespace) }
}

fn there(client: ClusterClient, namespace: String) -> There {
    let (context, server) = (Some(client.context), Some(client.server));
    There { checks: Vec::new(), context, server, namespace: Some(namespace) }
}

/// Every check that needs a cluster.
fn all() -> Vec<Subject> {
    let mut all = vec![REACHABLE, VERSION, CLOCK, USER, NAMESPACE];
    all.extend(permissions::subjects());
    all.extend(records::SUBJECTS);
    all
}

fn skipped_by_cluster(why: &str, asked: &[DoctorCheck]) -> Vec<DoctorCheck> {
    let open = all().into_iter().filter(|subject| asked.iter().all(|check| check.id != subject.id));
    open.map(|subject| Finding::skipped(why).of(subject, std::time::Duration::ZERO)).collect()
}

fn unasked_but(first: DoctorCheck) -> Vec<DoctorCheck> {
    let rest = skipped_by_cluster("the API server is not reached", std::slice::from_ref(&first));
    std::iter::once(first).chain(rest).collect()
}

fn unasked(first: Subject, why: &str) -> Vec<DoctorCheck> {
    unasked_but(Finding::skipped(why).of(first, std::time::Duration::ZERO))
}

async fn reach(address: &ClusterAddress, found: &mut Option<(ClusterClient, Objects, Probe)>) -> Finding {
    let limit = CHECK_LIMIT.saturating_sub(std::time::Duration::from_secs(1));
    let connected = match tokio::time::timeout(limit, address.connect()).await {
        Ok(connected) => connected,
        Err(_) => {
            return Finding::failed(format!("no credentials within {} s", limit.as_secs())).with(
                DoctorRemedy::command("see whether an exec plugin waits for you", "kubectl get namespaces"),
            );
        }
    };
    let client = match connected.map_err(|error| Failure::from(error).info) {
        Ok(client) => client,
        Err(error) => return Finding::failed(error.message).hint(error.hint),
    };
    let objects = Objects::new(client.client.clone());
    match probe::probe(&objects).await {
        Ok(probe) => {
            let finding =
                Finding::ok(format!("{} answers within {} ms", client.server, probe.took.as_millis()));
            *found = Some((client, objects, probe));
            finding
        }
        Err(error) => failed(error),
    }
}

pub(super) fn failed(error: ClusterError) -> Finding {
    let info = Failure::from(error).info;
    Finding::failed(info.message).hint(info.hint)
}

fn judge_version(probe: &Probe) -> Finding {
    let said = &probe.version;
    match probe.minor {
        0 => Finding::skipped("the API server does not say it"),
        1..OLDEST_MINOR => Finding::failed(format!("{said}; nhd needs 1.{OLDEST_MINOR} or later"))
            .with(DoctorRemedy::text("use a cluster of a later version")),
        OLDEST_MINOR..=TESTED_MINOR => Finding::ok(said.as_str()),
        _ => Finding::ok(format!("{said}; nhd is tested up to 1.{TESTED_MINOR}")),
    }
}

fn judge_clock(probe: &Probe) -> Finding {
    let Some((theirs, ours)) = probe.clock else {
        return Finding::skipped("the API server's answers have no date");
    };
    // A date in whole seconds is half a second behind on average.
    let skew = ours - theirs - Duration::milliseconds(500);
    let seconds = skew.whole_seconds().unsigned_abs();
    let doubt = Duration::try_from(probe.took).unwrap_or(Duration::ZERO);
    if skew.abs() <= SKEW + doubt {
        return Finding::ok(format!("within {} s of the API server's", seconds.max(1)));
    }
    let way = if skew.is_positive() { "ahead of" } else { "behind" };
    let command = if cfg!(target_os = "macos") {
        "sudo sntp -sS time.apple.com"
    } else {
        "sudo timedatectl set-ntp true"
    };
    let what = "certificates and tokens may be refused, and the times that are shown are wrong";
    Finding::warning(format!("{seconds} s {way} the API server's: {what}"))
        .with(DoctorRemedy::command("set this machine's clock by the network, or the server's", command))
}

async fn user(objects: &Objects, name: &mut Option<String>) -> Finding {
    match probe::user(objects).await {
        Ok(found) => {
            let said = found.as_deref().unwrap_or("accepted; the API server is too old to say as whom");
            let finding = Finding::ok(said);
            *name = found;
            finding
        }
        // Somebody may have taken away what everybody may do; whether more is amiss, the other checks tell.
        Err(error) if error.reason == Reason::Forbidden => Finding::ok("accepted"),
        Err(error) => failed(error),
    }
}

async fn exists(objects: &Objects, namespace: &str) -> Finding {
    match objects.get(NAMESPACES, None, namespace).await.or_absent() {
        Ok(Some(_)) => Finding::ok(namespace),
        Ok(None) => Finding::failed(format!("there is no namespace {namespace}"))
            .with(DoctorRemedy::command("name one of those that there are", "kubectl get namespaces")),
        Err(error) if error.reason == Reason::Forbidden => {
            Finding::ok(format!("{namespace}; the user may not see whether it is there"))
        }
        Err(error) => failed(error),
    }
}

#[cfg(test)]
mod tests {
    use nhd_protocol::doctor::DoctorState::{Failed, Ok, Skipped, Warning};
    use time::macros::datetime;

    use super::*;

    fn probe(minor: u32, ahead: Option<i64>) -> Probe {
        let theirs = datetime!(2026-01-01 12:00:00 UTC);
        let clock = ahead.map(|seconds| (theirs, theirs + Duration::seconds(seconds)));
        let took = std::time::Duration::from_millis(20);
        Probe { took, version: format!("v1.{minor}.0"), minor, clock }
    }

    #[test]
    fn versions_and_clocks_are_judged() {
        for (minor, expect) in [(0, Skipped), (22, Failed), (23, Ok), (34, Ok), (40, Ok)] {
            assert_eq!(judge_version(&probe(minor, None)).state, expect, "1.{minor}");
        }
        for (ahead, expect, says) in [
            (None, Skipped, "no date"),
            (Some(0), Ok, "within 1 s"),
            (Some(-29), Ok, "within 29 s"),
            (Some(90), Warning, "89 s ahead"),
            (Some(-90), Warning, "90 s behind"),
            (Some(86_400), Warning, "ahead"),
        ] {
            let finding = judge_clock(&probe(34, ahead));
            assert_eq!(finding.state, expect, "{ahead:?}: {finding:?}");
            assert!(finding.detail.contains(says), "{finding:?}");
        }
    }

    #[test]
    fn what_is_not_asked_says_why_and_every_check_is_there_once() {
        let checks = unasked(REACHABLE, "nowhere");
        let mut ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
        assert!(ids.len() > 10 && ids.contains(&"permissions.deployment"), "{ids:?}");
        assert!(checks.iter().all(|check| check.state == Skipped && !check.detail.is_empty()));
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
