//! The sidecar's resources: what the configuration says of them, and of the rest as much as the namespace and the pod's
//! own resources leave it.

use serde_json::{Map, Value, json};

use crate::DevOptions;
use crate::limits::Bounds;
use crate::quantity::{MEBI, MILLI, Quantity};
use crate::warning;

/// What the sidecar asks for and is limited to where nothing hinders it (the seed), by resource.
struct Wish {
    resource: &'static str,
    request: &'static str,
    limit: &'static str,
    /// Below this the limit is not lowered for a ratio: the request is raised instead.
    enough: &'static str,
    /// Below this a limit is no use: then it is better to be refused, and to say why.
    least: &'static str,
    unit: Quantity,
    binary: bool,
}

/// Syncthing is slow with little processor time, and killed with little memory.
const WISHES: [Wish; 2] = [
    Wish {
        resource: "cpu",
        request: "100m",
        limit: "1",
        enough: "250m",
        least: "10m",
        unit: MILLI,
        binary: false,
    },
    Wish {
        resource: "memory",
        request: "50Mi",
        limit: "1Gi",
        enough: "256Mi",
        least: "32Mi",
        unit: MEBI,
        binary: true,
    },
];

/// The resources of a sidecar that comes into a pod beside the containers that it has.
pub(super) fn of_sidecar(pod_spec: &Value, options: &DevOptions, warnings: &mut Vec<String>) -> Value {
    let given = &options.sidecar;
    let (mut limits, mut requests): (Map<String, Value>, Map<String, Value>) = (Map::new(), Map::new());
    let mut fitted = Vec::new();
    for wish in &WISHES {
        let bounds = Bounds::beside(pod_spec, &options.limit_ranges, wish.resource);
        let [limit, request] = [&given.limits, &given.requests]
            .map(|it| it.get(wish.resource).and_then(|it| Quantity::parse(it)));
        let (fit_request, fit_limit) = wish.fit(request, limit, bounds);
        let mut write = |into: &mut Map<String, Value>,
                         kind: &str,
                         given: Option<Quantity>,
                         fit: Quantity,
                         text: &str| {
            if given.is_some() {
                return;
            }
            let written =
                if Quantity::parse(text) == Some(fit) { text.to_owned() } else { fit.written(wish.binary) };
            if written != text {
                fitted.push(format!("{kind}.{} {written} instead of {text}", wish.resource));
            }
            into.insert(wish.resource.to_owned(), written.into());
        };
        write(&mut limits, "limits", limit, fit_limit, wish.limit);
        write(&mut requests, "requests", request, fit_request, wish.request);
    }
    for (into, from) in [(&mut limits, &given.limits), (&mut requests, &given.requests)] {
        into.extend(from.iter().map(|(resource, quantity)| (resource.clone(), quantity.as_str().into())));
    }
    if !fitted.is_empty() {
        warnings.push(warning::filled(warning::SIDECAR_FITTED, &[&fitted.join(", ")]));
    }
    json!({ "limits": limits, "requests": requests })
}

impl Wish {
    /// Request and limit; those that are given stay as they are, whatever comes of it.
    fn fit(
        &self,
        request: Option<Quantity>,
        limit: Option<Quantity>,
        bounds: Bounds,
    ) -> (Quantity, Quantity) {
        let known = |text: &str| Quantity::parse(text).expect("a quantity of our own");
        let (lowest, enough) = (known(self.least), known(self.enough));
        let least = |it: Quantity| bounds.least.map_or(it, |least| it.max(least));
        let most_limit = bounds.most_limit.filter(|most| *most >= lowest);
        let (free_request, free_limit) = (request.is_none(), limit.is_none());
        let mut limit = limit.unwrap_or_else(|| {
            let wanted = least(known(self.limit).max(request.unwrap_or_default()));
            most_limit.map_or(wanted, |most| wanted.min(most))
        });
        let room = |it: Quantity| bounds.most_request.map_or(it, |most| it.min(most)).min(limit);
        let mut request = request.unwrap_or_else(|| room(least(known(self.request))));
        let Some(ratio) = bounds.ratio else { return (request, limit) };
        let highest_request = bounds.most_request;
        let allowed = |request: Quantity| request.times(ratio).whole(self.unit);
        if free_limit && limit > request.times(ratio) {
            limit = least(allowed(request).max(enough.min(limit)));
        }
        if free_request && limit > request.times(ratio) {
            let raised = limit.part(ratio, self.unit).min(limit);
            request = highest_request.map_or(raised, |most| raised.min(most));
        }
        if free_limit && limit > request.times(ratio) && !request.is_zero() {
            limit = allowed(request);
        }
        (request, limit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tests::samples::{options, yaml};
    use crate::{Sidecar, enter, misfits};

    /// `expect` is the sidecar's `requests cpu memory, limits cpu memory`.
    fn check(pod_spec: &str, ranges: &[&str], given: &str, expect: [&str; 4]) {
        let given = yaml(given);
        let quantities = |kind: &str| {
            let found = given.get(kind).and_then(Value::as_object).cloned().unwrap_or_default();
            found.into_iter().map(|(name, it)| (name, it.as_str().unwrap().to_owned())).collect()
        };
        let sidecar =
            Sidecar { limits: quantities("limits"), requests: quantities("requests"), ..options().sidecar };
        let limit_ranges =
            ranges.iter().map(|limits| json!({ "spec": { "limits": [yaml(limits)] } })).collect();
        let options = DevOptions { sidecar, limit_ranges, ..options() };
        let mut warnings = Vec::new();
        let found = of_sidecar(&yaml(pod_spec), &options, &mut warnings);
        let at = |pointer: &str| found.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
        let found = ["/requests/cpu", "/requests/memory", "/limits/cpu", "/limits/memory"].map(at);
        assert_eq!(found, expect, "{pod_spec} {ranges:?} {given}");
    }

    const ALONE: &str = "containers: [{name: web}]";
    const SEED: [&str; 4] = ["100m", "50Mi", "1", "1Gi"];

    #[test]
    fn nothing_in_the_way_leaves_the_seeds() {
        check(ALONE, &[], "{}", SEED);
        check(ALONE, &["{type: Container, max: {memory: 2Gi}, min: {cpu: 10m}}"], "{}", SEED);
        check(ALONE, &["{type: PersistentVolumeClaim, max: {storage: 1Gi}}"], "{}", SEED);
    }

    #[test]
    fn limit_ranges_are_kept_to() {
        check(
            ALONE,
            &["{type: Container, max: {memory: 512Mi, cpu: '1'}}"],
            "{}",
            ["100m", "50Mi", "1", "512Mi"],
        );
        check(ALONE, &["{type: Container, min: {memory: 256Mi}}"], "{}", ["100m", "256Mi", "1", "1Gi"]);
        check(ALONE, &["{type: Container, min: {memory: 2Gi}}"], "{}", ["100m", "2Gi", "1", "2Gi"]);
        check(ALONE, &["{type: Container, max: {cpu: 50m}}"], "{}", ["50m", "50Mi", "50m", "1Gi"]);
        let ratio = |ratio: &str| {
            format!("{{type: Container, maxLimitRequestRatio: {{cpu: '{ratio}', memory: '{ratio}'}}}}")
        };
        check(ALONE, &[&ratio("4")], "{}", ["100m", "64Mi", "400m", "256Mi"]);
        check(ALONE, &[&ratio("1")], "{}", ["250m", "256Mi", "250m", "256Mi"]);
        check(ALONE, &[&ratio("1.5")], "{}", ["167m", "171Mi", "250m", "256Mi"]);
        // The strictest of several counts.
        check(
            ALONE,
            &["{type: Container, max: {cpu: 500m}}", "{type: Container, max: {cpu: 200m}}", &ratio("1")],
            "{}",
            ["200m", "256Mi", "200m", "256Mi"],
        );
    }

    #[test]
    fn what_the_others_leave_of_the_pods_share_is_the_sidecars() {
        let most = "{type: Pod, max: {cpu: '2', memory: 1Gi}}";
        let two = "{initContainers: [{name: mesh, restartPolicy: Always, resources: {limits: {cpu: 500m}}}, \
                    {name: setup, resources: {limits: {cpu: '2'}}}], \
                    containers: [{name: web, resources: {limits: {cpu: '1', memory: 600Mi}}}]}";
        check(two, &[most], "{}", ["100m", "50Mi", "500m", "424Mi"]);
        let defaults = "{type: Container, default: {cpu: 1500m}}";
        check(ALONE, &[most, defaults], "{}", ["100m", "50Mi", "500m", "1Gi"]);
        // Nothing is left: refused is better than a sidecar that cannot live.
        check(
            "containers: [{name: web, resources: {limits: {memory: 1020Mi}}}]",
            &[most],
            "{}",
            ["100m", "50Mi", "1", "1Gi"],
        );
        check(
            ALONE,
            &["{type: Pod, maxLimitRequestRatio: {cpu: '2'}}"],
            "{}",
            ["125m", "50Mi", "250m", "1Gi"],
        );
    }

    #[test]
    fn the_pods_own_resources_are_kept_to() {
        let own = "{resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 200m, memory: 256Mi}}, \
                    containers: [{name: web}]}";
        check(own, &[], "{}", ["100m", "50Mi", "200m", "256Mi"]);
        let full = "{resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 200m, memory: 256Mi}}, \
                     containers: [{name: web, resources: {requests: {cpu: 100m, memory: 60Mi}}}]}";
        check(full, &[], "{}", ["0", "4Mi", "200m", "256Mi"]);
        let limits =
            "{resources: {limits: {cpu: 200m}}, containers: [{name: web, resources: {limits: {cpu: 150m}}}]}";
        check(limits, &[], "{}", ["50m", "50Mi", "200m", "1Gi"]);
    }

    #[test]
    fn what_is_configured_stays_and_the_rest_keeps_to_it() {
        check(ALONE, &[], "{limits: {memory: 128Mi}}", ["100m", "50Mi", "1", "128Mi"]);
        check(ALONE, &[], "{limits: {memory: 32Mi, cpu: 50m}}", ["50m", "32Mi", "50m", "32Mi"]);
        check(ALONE, &[], "{requests: {memory: 2Gi}}", ["100m", "2Gi", "1", "2Gi"]);
        let range = "{type: Container, max: {memory: 512Mi}, maxLimitRequestRatio: {memory: '2'}}";
        check(ALONE, &[range], "{limits: {memory: 4Gi}}", ["100m", "512Mi", "1", "4Gi"]);
        check(ALONE, &[range], "{requests: {memory: 100Mi}}", ["100m", "100Mi", "1", "200Mi"]);
        check(
            ALONE,
            &[range],
            "{requests: {memory: 0.5Mi}, limits: {memory: 300Mi}}",
            ["100m", "0.5Mi", "1", "300Mi"],
        );
    }

    #[test]
    fn what_was_fitted_is_said_and_other_resources_can_be_given() {
        let mut sidecar = options().sidecar;
        sidecar.limits.insert("ephemeral-storage".to_owned(), "1Gi".to_owned());
        let limit_ranges = vec![yaml("{spec: {limits: [{type: Container, max: {memory: 512Mi}}]}}")];
        let options = DevOptions { sidecar, limit_ranges, ..options() };
        let origin = yaml(
            "{kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: web}]}}}}",
        );
        let entered = enter(&origin, &options).unwrap();
        let said = "the sidecar gets limits.memory 512Mi instead of 1Gi: ";
        assert!(entered.warnings.iter().any(|it| it.starts_with(said)), "{:?}", entered.warnings);
        let edited = entered.object.unwrap();
        let sidecar = &edited["spec"]["template"]["spec"]["containers"][1];
        assert_eq!(sidecar["resources"]["limits"]["ephemeral-storage"], "1Gi");
        assert_eq!(enter(&edited, &options).unwrap().object, Some(edited), "it is made the same again");
    }

    /// Bounds that some sidecar can keep to: at least as much as one needs.
    fn limit_range() -> impl Strategy<Value = Value> {
        let milli = |range: std::ops::Range<u32>| range.prop_map(|it| format!("{it}m"));
        let mebi = |range: std::ops::Range<u32>| range.prop_map(|it| format!("{it}Mi"));
        let ratio = (10..200_u32).prop_map(|tenths| format!("{}.{}", tenths / 10, tenths % 10));
        let ratio = proptest::option::of((ratio.clone(), ratio));
        let min = proptest::option::of((milli(1..800), mebi(1..800)));
        let max = proptest::option::of((milli(800..3000), mebi(800..3000)));
        (min, max, ratio).prop_map(|(min, max, ratio)| {
            let mut item = json!({ "type": "Container" });
            for (field, quantities) in [("min", min), ("max", max), ("maxLimitRequestRatio", ratio)] {
                if let Some((cpu, memory)) = quantities {
                    item[field] = json!({ "cpu": cpu, "memory": memory });
                }
            }
            json!({ "spec": { "limits": [item] } })
        })
    }

    proptest! {
        #[test]
        fn a_sidecar_that_nobody_configured_keeps_to_every_limit_range(range in limit_range()) {
            let options = DevOptions { limit_ranges: vec![range.clone()], ..options() };
            let resources = of_sidecar(&yaml(ALONE), &options, &mut Vec::new());
            let template = json!({ "spec": { "containers": [{ "name": "sidecar", "resources": resources }] } });
            prop_assert_eq!(misfits(&template, &[range]), Vec::<String>::new(), "{}", template);
        }
    }
}
