//! Whether a quota that has no room for a dev pod has some once the original's pods are gone, told from what the API
//! server said.

use serde_json::Value;

use crate::kinds::{self, Shape};
use crate::limits::{self, Kind};
use crate::quantity::Quantity;

/// How the API server begins to say which quota refuses a pod.
const EXCEEDED: &str = "exceeded quota: ";

/// What a quota lacks for the dev pod of `origin` even without the original's pods, as `QUOTA has 512Mi of limits.memory
/// left for a dev pod of 1Gi`; `None` where they leave it room enough, or where `said` is about something else.
#[must_use]
pub fn shortage(said: &str, origin: &Value, limit_ranges: &[Value]) -> Option<String> {
    let (quota, said) = said.split_once(EXCEEDED)?.1.split_once(", requested: ")?;
    let (requested, said) = said.split_once(", used: ")?;
    let (used, limited) = said.split_once(", limited: ")?;
    let pod_spec = kinds::pod_template(origin)?.get("spec")?;
    let pods = pods_that_go(origin);
    let short = listed(requested).filter_map(|(name, requested)| {
        let of = |list: &str| listed(list).find(|(other, _)| *other == name).map(|(_, quantity)| quantity);
        let (used, limited) = (of(used)?, of(limited)?);
        let each = counted(pod_spec, limit_ranges, name);
        let freed = (0..pods).fold(Quantity::default(), |sum, _| sum.plus(each));
        let left = limited.less(used.less(freed));
        let binary = !name.ends_with("cpu") && !name.ends_with("pods");
        let [left_text, wanted] = [left, requested].map(|it| it.written(binary));
        (left < requested).then(|| format!("{left_text} of {name} left for a dev pod of {wanted}"))
    });
    let short: Vec<String> = short.collect();
    (!short.is_empty()).then(|| format!("{quota} has {}", short.join(" and ")))
}

/// `limits.cpu=1,pods=1`
fn listed(list: &str) -> impl Iterator<Item = (&str, Quantity)> {
    let pairs = list.split(',').filter_map(|pair| pair.trim().split_once('='));
    pairs.filter_map(|(name, quantity)| {
        let end = quantity.find(|c: char| !c.is_ascii_alphanumeric() && !".+-".contains(c));
        Some((name, Quantity::parse(&quantity[..end.unwrap_or(quantity.len())])?))
    })
}

/// How many pods of the original DevMode takes away.
fn pods_that_go(origin: &Value) -> u64 {
    let at = match kinds::of(origin).map(|kind| kind.shape) {
        Some(Shape::Replaced) => return 1,
        Some(Shape::InPlace) => "/status/replicas",
        Some(Shape::Parked) => "/status/currentNumberScheduled",
        Some(Shape::Untouched) | None => return 0,
    };
    origin.pointer(at).and_then(Value::as_u64).unwrap_or(0)
}

/// What a quota counts of one pod under a name of its own.
fn counted(pod_spec: &Value, limit_ranges: &[Value], name: &str) -> Quantity {
    if name == "pods" || name == "count/pods" {
        return Quantity::parse("1").unwrap_or_default();
    }
    let (kind, resource) = match name.split_once('.') {
        Some(("limits", resource)) => (Kind::Limits, resource),
        Some(("requests", resource)) => (Kind::Requests, resource),
        _ => (Kind::Requests, name),
    };
    limits::of_pod(pod_spec, limit_ranges, kind, resource, |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::yaml;

    #[track_caller]
    fn check(kind: &str, status: &str, said: &str, expect: Option<&str>) {
        let pod = "containers: [{name: web, resources: {limits: {memory: 300Mi, cpu: 500m}, requests: {cpu: 100m}}}]";
        let spec = if kind == "Pod" { pod.to_owned() } else { format!("template: {{spec: {{{pod}}}}}") };
        let origin =
            yaml(&format!("{{kind: {kind}, metadata: {{name: web}}, spec: {{{spec}}}, status: {status}}}"));
        let said = format!("pods \"nhd-1\" is forbidden: {said}");
        assert_eq!(shortage(&said, &origin, &[]).as_deref(), expect, "{kind} {status} {said}");
    }

    #[test]
    fn what_the_originals_pods_leave_counts_and_no_more() {
        let tight = "exceeded quota: tight, requested: limits.memory=1324Mi, used: limits.memory=300Mi, \
                     limited: limits.memory=1Gi";
        let short = "tight has 1Gi of limits.memory left for a dev pod of 1324Mi";
        check("Deployment", "{replicas: 1}", tight, Some(short));
        check("Pod", "{}", tight, Some(short));
        check("DaemonSet", "{currentNumberScheduled: 1}", tight, Some(short));
        let stays = "tight has 724Mi of limits.memory left for a dev pod of 1324Mi";
        check("Job", "{active: 1}", tight, Some(stays));
        check("Deployment", "{}", tight, Some(stays));
        let roomy =
            "exceeded quota: q, requested: cpu=200m,pods=1, used: cpu=300m,pods=3, limited: cpu=300m,pods=3";
        check("Deployment", "{replicas: 3}", roomy, None);
        check("StatefulSet", "{replicas: 1}", roomy, Some("q has 100m of cpu left for a dev pod of 200m"));
        let pods = "exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1";
        check("Deployment", "{replicas: 1}", pods, None);
        check("Job", "{active: 1}", pods, Some("q has 0 of pods left for a dev pod of 1"));
        check("Job", "{}", "violates PodSecurity", None);
    }
}
