//! What a namespace's LimitRanges and a pod's own resources demand of a container, told from their manifests. It does not
//! know whose container it is.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::manifest::{items, name, text};
use crate::quantity::Quantity;

/// What one resource of one container has to keep to; `None` where nothing is demanded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) least: Option<Quantity>,
    pub(crate) most_request: Option<Quantity>,
    pub(crate) most_limit: Option<Quantity>,
    /// How many times its request the limit may be.
    pub(crate) ratio: Option<Quantity>,
}

impl Bounds {
    /// What a container has to keep to that comes into a pod beside those that it has.
    pub(crate) fn beside(pod_spec: &Value, limit_ranges: &[Value], resource: &str) -> Self {
        let mut bounds = Self::of_container(limit_ranges, resource);
        let others = |kind: Kind| sum(pod_spec, limit_ranges, kind, resource);
        for item in limit_items(limit_ranges, "Pod") {
            if let Some(most) = quantity(item, "max", resource) {
                least_of(&mut bounds.most_limit, most.less(others(Kind::Limits)));
            }
            // Two that keep to a ratio keep to it together.
            if let Some(ratio) = quantity(item, "maxLimitRequestRatio", resource) {
                least_of(&mut bounds.ratio, ratio);
            }
        }
        // The pod's own resources are for all of its containers.
        if let Some(own) = pod_spec.get("resources") {
            let limit = quantity(own, "limits", resource);
            if let Some(limit) = limit {
                least_of(&mut bounds.most_limit, limit);
            }
            if let Some(request) = quantity(own, "requests", resource).or(limit) {
                least_of(&mut bounds.most_request, request.less(others(Kind::Requests)));
            }
        }
        bounds
    }

    fn of_container(limit_ranges: &[Value], resource: &str) -> Self {
        let mut bounds = Self::default();
        for item in limit_items(limit_ranges, "Container") {
            if let Some(least) = quantity(item, "min", resource) {
                bounds.least = Some(bounds.least.map_or(least, |other| other.max(least)));
            }
            if let Some(most) = quantity(item, "max", resource) {
                least_of(&mut bounds.most_limit, most);
                least_of(&mut bounds.most_request, most);
            }
            if let Some(ratio) = quantity(item, "maxLimitRequestRatio", resource) {
                least_of(&mut bounds.ratio, ratio);
            }
        }
        bounds
    }

    fn hold(&self, request: Option<Quantity>, limit: Option<Quantity>) -> bool {
        let (Some(request), Some(limit)) = (request, limit) else {
            // Whatever is not said gets a default that fits.
            let said = request.or(limit);
            return said.is_none_or(|it| self.hold(Some(it), Some(it)));
        };
        self.least.is_none_or(|least| request >= least)
            && self.most_request.is_none_or(|most| request <= most)
            && self.most_limit.is_none_or(|most| limit <= most)
            && self.ratio.is_none_or(|ratio| limit <= request.times(ratio))
    }
}

/// The names of the containers of a pod template that do not keep to what is demanded of each one.
#[must_use]
pub fn misfits(template: &Value, limit_ranges: &[Value]) -> Vec<String> {
    let Some(pod_spec) = template.get("spec") else { return Vec::new() };
    let demanded: BTreeSet<&str> = limit_items(limit_ranges, "Container")
        .flat_map(|item| {
            ["min", "max", "maxLimitRequestRatio"].into_iter().filter_map(|it| item.get(it)?.as_object())
        })
        .flat_map(|quantities| quantities.keys().map(String::as_str))
        .collect();
    let fits = |container: &Value| {
        demanded.iter().all(|resource| {
            let own = |kind| resource_of(container, kind, resource);
            let request = own("requests").or_else(|| own("limits"));
            Bounds::of_container(limit_ranges, resource).hold(request, own("limits"))
        })
    };
    let all = items(pod_spec, "initContainers").iter().chain(items(pod_spec, "containers"));
    all.filter(|container| !fits(container)).map(|container| name(container).to_owned()).collect()
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Requests,
    Limits,
}

impl Kind {
    /// As manifests name it.
    fn field(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Limits => "limits",
        }
    }
}

/// What one pod counts for: its own resources or, where it has none, those of its containers side by side, or of an init
/// container that wants more than all of these. `counts` says which of those side by side do.
pub(crate) fn of_pod(
    pod_spec: &Value,
    limit_ranges: &[Value],
    kind: Kind,
    resource: &str,
    counts: impl Fn(&Value) -> bool,
) -> Quantity {
    if let Some(own) = pod_spec.get("resources").and_then(|own| quantity(own, kind.field(), resource)) {
        return own;
    }
    let of = |container: &Value| of(container, limit_ranges, kind, resource);
    let side_by_side = side_by_side(pod_spec).filter(|it| counts(it));
    let together = side_by_side.fold(Quantity::default(), |sum, container| sum.plus(of(container)));
    let before = items(pod_spec, "initContainers").iter().filter(|it| !is_lasting(it));
    before.fold(together, |most, container| most.max(of(container)))
}

fn side_by_side(pod_spec: &Value) -> impl Iterator<Item = &Value> {
    let lasting = items(pod_spec, "initContainers").iter().filter(|it| is_lasting(it));
    lasting.chain(items(pod_spec, "containers"))
}

/// What the containers of a pod come to that run side by side.
fn sum(pod_spec: &Value, limit_ranges: &[Value], kind: Kind, resource: &str) -> Quantity {
    let of = |container: &Value| of(container, limit_ranges, kind, resource);
    side_by_side(pod_spec).fold(Quantity::default(), |sum, container| sum.plus(of(container)))
}

/// What a container asks for or is limited to, where it does not say so by the defaults of the API and of the namespace.
fn of(container: &Value, limit_ranges: &[Value], kind: Kind, resource: &str) -> Quantity {
    let default =
        |field: &str| limit_items(limit_ranges, "Container").find_map(|item| quantity(item, field, resource));
    let own = |kind| resource_of(container, kind, resource);
    let found = match kind {
        Kind::Limits => own("limits").or_else(|| default("default")),
        Kind::Requests => own("requests").or_else(|| own("limits")).or_else(|| default("defaultRequest")),
    };
    found.unwrap_or_default()
}

/// Whether an init container goes on beside the others.
fn is_lasting(container: &Value) -> bool {
    text(container, "restartPolicy") == Some("Always")
}

fn resource_of(container: &Value, kind: &str, resource: &str) -> Option<Quantity> {
    quantity(container.get("resources")?, kind, resource)
}

fn limit_items<'a>(limit_ranges: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    let specs = limit_ranges.iter().filter_map(|range| range.get("spec"));
    specs.flat_map(|spec| items(spec, "limits")).filter(move |item| text(item, "type") == Some(kind))
}

fn quantity(value: &Value, field: &str, resource: &str) -> Option<Quantity> {
    match value.get(field)?.get(resource)? {
        Value::String(text) => Quantity::parse(text),
        Value::Number(number) => Quantity::parse(&number.to_string()),
        _ => None,
    }
}

fn least_of(bound: &mut Option<Quantity>, other: Quantity) {
    *bound = Some(bound.map_or(other, |it| it.min(other)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::yaml;

    #[test]
    fn the_containers_that_break_a_limit_range_are_named() {
        let ranges = [
            yaml("{spec: {limits: [{type: Container, min: {cpu: 50m}, max: {memory: 512Mi}}]}}"),
            yaml(
                "{spec: {limits: [{type: Container, maxLimitRequestRatio: {cpu: '4'}}, {type: Pod, max: {cpu: 1m}}]}}",
            ),
        ];
        for (resources, fits) in [
            ("{}", true),
            ("{limits: {memory: 512Mi}}", true),
            ("{limits: {memory: 513Mi}}", false),
            ("{requests: {cpu: 49m}}", false),
            ("{limits: {cpu: 200m}, requests: {cpu: 50m}}", true),
            ("{limits: {cpu: 201m}, requests: {cpu: 50m}}", false),
            ("{limits: {cpu: '9'}}", true),
            ("{limits: {example.com/gpu: '9'}}", true),
        ] {
            let template = yaml(&format!(
                "{{spec: {{containers: [{{name: web, resources: {resources}}}, {{name: db}}]}}}}"
            ));
            let expect = if fits { vec![] } else { vec!["web".to_owned()] };
            assert_eq!(misfits(&template, &ranges), expect, "{resources}");
        }
    }
}
