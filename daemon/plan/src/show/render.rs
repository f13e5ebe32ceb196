//! The difference between two objects as a person reads it before agreeing: a unified diff of their YAML.

use serde_json::Value;
use similar::TextDiff;

use crate::manifest::{remove, text};

/// What the cluster keeps about an object and no plan changes.
const LEFT_OUT: [&str; 5] = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"];

/// A unified diff; empty where nothing that is shown differs.
pub fn render_diff(before: &Value, after: &Value) -> String {
    let name = |object: &Value, state: &str| {
        let kind = text(object, "kind").unwrap_or("object").to_lowercase();
        let name = object.get("metadata").and_then(|metadata| text(metadata, "name")).unwrap_or_default();
        format!("{kind}/{name} ({state})")
    };
    let (before_yaml, after_yaml) = (render_yaml(before), render_yaml(after));
    TextDiff::from_lines(&before_yaml, &after_yaml)
        .unified_diff()
        .header(&name(before, "before"), &name(after, "after"))
        .to_string()
}

/// The whole object as YAML, without what the cluster keeps about it.
pub fn render_yaml(object: &Value) -> String {
    let mut object = object.clone();
    remove(&mut object, "status");
    if let Some(metadata) = object.get_mut("metadata") {
        LEFT_OUT.iter().for_each(|field| remove(metadata, field));
    }
    serde_yaml_ng::to_string(&object).expect("JSON has a form in YAML: its keys are text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::yaml;

    const BEFORE: &str = "
        kind: Deployment
        metadata: {name: web, uid: u, generation: 1, resourceVersion: '1', managedFields: [{}]}
        spec: {replicas: 3}
        status: {replicas: 3}";

    #[test]
    fn what_changes_is_shown_among_what_stays() {
        let after = BEFORE.replace("spec: {replicas: 3}", "spec: {replicas: 1, paused: true}");
        let expect = "\
--- deployment/web (before)
+++ deployment/web (after)
@@ -2,4 +2,5 @@
 metadata:
   name: web
 spec:
-  replicas: 3
+  paused: true
+  replicas: 1
";
        assert_eq!(render_diff(&yaml(BEFORE), &yaml(&after)), expect);
    }

    #[test]
    fn what_the_cluster_keeps_is_not_shown() {
        let after =
            BEFORE.replace("'1'", "'2'").replace("uid: u", "uid: v").replace("status: {replicas: 3}", "");
        assert_eq!(render_diff(&yaml(BEFORE), &yaml(&after)), "");
    }
}
