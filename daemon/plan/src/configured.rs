//! What the dev configuration says about the dev container itself: variables, resources, pull policy.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::DevOptions;
use super::manifest::{name, push, set};

pub(super) fn apply(container: &mut Value, options: &DevOptions) {
    if let Some(policy) = &options.image_pull_policy {
        set(container, "imagePullPolicy", policy.as_str());
    }
    for (variable, value) in &options.env {
        set_variable(container, variable, value);
    }
    for (kind, quantities) in [("limits", &options.limits), ("requests", &options.requests)] {
        set_quantities(container, kind, quantities);
    }
}

/// Names may be given twice, and then the last counts: ours takes the place of the first and the others go. A variable
/// that others refer to stays before them.
fn set_variable(container: &mut Value, variable: &str, value: &str) {
    let ours = json!({ "name": variable, "value": value });
    let mut placed = false;
    if let Some(list) = container.get_mut("env").and_then(Value::as_array_mut) {
        list.retain_mut(|item| {
            if name(item) != variable {
                return true;
            }
            *item = ours.clone();
            !std::mem::replace(&mut placed, true)
        });
    }
    if !placed {
        push(container, "env", ours);
    }
}

fn set_quantities(container: &mut Value, kind: &str, quantities: &BTreeMap<String, String>) {
    if quantities.is_empty() {
        return;
    }
    let object_at = |value: &mut Value, field: &str| {
        if !value.get(field).is_some_and(Value::is_object) {
            set(value, field, json!({}));
        }
    };
    object_at(container, "resources");
    let Some(resources) = container.get_mut("resources") else { return };
    object_at(resources, kind);
    let Some(there) = resources.get_mut(kind) else { return };
    for (resource, quantity) in quantities {
        set(there, resource, quantity.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::super::generated::{options, yaml};
    use super::*;

    fn check(container: &str, configured: &DevOptions, expect: &str) {
        let mut container = yaml(container);
        apply(&mut container, configured);
        assert_eq!(container, yaml(expect));
    }

    fn pairs<T: FromIterator<(String, String)>>(pairs: &[(&str, &str)]) -> T {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nothing_configured_changes_nothing() {
        let container =
            "{imagePullPolicy: Always, env: [{name: A, value: a}, {name: A, value: b}], resources: {}}";
        check(container, &options(), container);
        check("{name: web}", &options(), "{name: web}");
    }

    #[test]
    fn a_variable_takes_the_place_of_all_of_its_name_and_others_stay() {
        let configured = DevOptions { env: pairs(&[("A", "ours"), ("N", "new")]), ..options() };
        check(
            "{name: web}",
            &configured,
            "{name: web, env: [{name: A, value: ours}, {name: N, value: new}]}",
        );
        check(
            "env: [{name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: A, valueFrom: {x: y}}, \
             {name: C, value: $(A)}, {name: A, value: a}]",
            &configured,
            "env: [{name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: A, value: ours}, \
             {name: C, value: $(A)}, {name: N, value: new}]",
        );
    }

    #[test]
    fn given_quantities_take_the_place_of_their_own_and_others_stay() {
        let configured = DevOptions { limits: pairs(&[("memory", "2Gi")]), ..options() };
        check("{}", &configured, "resources: {limits: {memory: 2Gi}}");
        check(
            "resources: {limits: {memory: 1Gi, example.com/gpu: '1'}, requests: {cpu: 100m}}",
            &configured,
            "resources: {limits: {memory: 2Gi, example.com/gpu: '1'}, requests: {cpu: 100m}}",
        );
    }

    #[test]
    fn a_pull_policy_takes_the_place_of_the_containers_own() {
        let configured = DevOptions { image_pull_policy: Some("Never".to_owned()), ..options() };
        check("imagePullPolicy: Always", &configured, "imagePullPolicy: Never");
    }
}
