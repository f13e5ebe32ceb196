//! Whether pods that go leave as much of a node as another one wants.

use serde_json::Value;

use crate::SIDECAR_CONTAINER;
use crate::limits::{self, Kind};
use crate::manifest::name;
use crate::quantity::Quantity;

/// How the scheduler begins to name what a node has too little of.
const INSUFFICIENT: &str = "Insufficient ";
/// What it says where a node has as many pods as it may have.
const TOO_MANY_PODS: &str = "Too many pods";
/// Begins what it says of pods that it could evict, which is another matter.
const PREEMPTION: &str = " preemption: ";

/// Whether a pod of `pod_spec`, of which the scheduler says this, waits for nothing but a share as large as pods of the
/// specs `others` have together. Our sidecar does not count: the others never had one, and it is small.
#[must_use]
pub fn waits_for_the_share_of(scheduler: &str, pod_spec: &Value, others: &[&Value]) -> bool {
    let said = scheduler.split(PREEMPTION).next().unwrap_or_default();
    let named = said.split(INSUFFICIENT).skip(1);
    let lacking: Vec<&str> = named.map(|rest| rest.split([',', ' ']).next().unwrap_or_default()).collect();
    let lacking = lacking.iter().map(|resource| resource.trim_end_matches('.'));
    let covered = |resource: &str| {
        let held = others.iter().fold(Quantity::default(), |sum, it| sum.plus(requested(it, resource)));
        !held.is_zero() && held >= requested(pod_spec, resource)
    };
    let mut lacking = lacking.peekable();
    let lacks_something = lacking.peek().is_some() || said.contains(TOO_MANY_PODS);
    !others.is_empty() && lacks_something && lacking.all(covered)
}

/// What the scheduler reserves for a pod without our sidecar.
fn requested(pod_spec: &Value, resource: &str) -> Quantity {
    limits::of_pod(pod_spec, &[], Kind::Requests, resource, |it| name(it) != SIDECAR_CONTAINER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::yaml;

    #[test]
    fn only_what_the_old_pod_has_is_worth_its_going() {
        let pod = |resources: &str| yaml(&format!("containers: [{{name: web, resources: {resources}}}]"));
        let dev = |resources: &str| {
            yaml(&format!(
                "containers: [{{name: nocalhost-dev, resources: {resources}}}, \
                 {{name: nocalhost-sidecar, resources: {{requests: {{cpu: 100m, memory: 50Mi}}}}}}]"
            ))
        };
        let gpu = "{limits: {example.com/gpu: '1'}}";
        let cpu = "{requests: {cpu: 500m, memory: 256Mi}}";
        let one = |what: &str| {
            format!(
                "0/1 nodes are available: 1 {what}. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
            )
        };
        for (said, wants, has, expect) in [
            (one("Insufficient example.com/gpu"), gpu, gpu, true),
            (one("Insufficient cpu"), cpu, cpu, true),
            (one("Insufficient memory"), cpu, cpu, true),
            (one("Insufficient cpu, 1 Insufficient memory"), cpu, cpu, true),
            ("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}.".to_owned(), cpu, cpu, true),
            (one("Too many pods"), "{}", "{}", true),
            (one("Insufficient cpu"), "{requests: {cpu: 501m}}", cpu, false),
            (one("Insufficient cpu, 1 Insufficient example.com/gpu"), cpu, cpu, false),
            (one("Insufficient cpu"), "{}", "{}", false),
            (one("node(s) didn't match Pod's node affinity/selector"), cpu, cpu, false),
            (one("Insufficient ephemeral-storage"), cpu, cpu, false),
            (String::new(), cpu, cpu, false),
            ("0/1 nodes are available: 1 node(s) had untolerated taint {a: b}. preemption: 0/1 nodes are available: 1 Insufficient cpu.".to_owned(), cpu, cpu, false),
        ] {
            let (dev, old) = (dev(wants), pod(has));
            assert_eq!(waits_for_the_share_of(&said, &dev, &[&old]), expect, "{said} {wants} {has}");
            assert!(!waits_for_the_share_of(&said, &dev, &[]), "{said}");
        }
        let two = [&pod("{requests: {cpu: 300m}}"), &pod("{requests: {cpu: 300m}}")];
        assert!(waits_for_the_share_of(&one("Insufficient cpu"), &dev(cpu), &two));
        let whole = yaml("{resources: {requests: {cpu: 500m}}, containers: [{name: web}]}");
        assert!(waits_for_the_share_of(&one("Insufficient cpu"), &whole, &[&dev(cpu)]));
    }
}
