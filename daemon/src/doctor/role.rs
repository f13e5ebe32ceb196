//! The Role that grants what nhd needs, as YAML that can be applied: all kinds, a group of rules each.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use nhd_protocol::workload::WorkloadKind;

use crate::cluster::access::Permission;
use crate::session::prepare::permissions::{optional, wanted};

/// What tells permissions apart, and sorts them.
pub(super) fn key(permission: &Permission) -> String {
    let Permission { verb, resource, subresource } = permission;
    format!("{}/{}/{}/{verb}", resource.group, resource.plural, subresource.unwrap_or_default())
}

/// A Role in the namespace and, where it is known who asks, what binds it to them.
pub(super) fn manifest(namespace: &str, user: Option<&str>) -> String {
    let mut text = format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: nhd\n  namespace: {namespace}\nrules:\n"
    );
    let mut granted: Vec<Permission> = Vec::new();
    for kind in WorkloadKind::ALL {
        section(&mut text, &format!("{kind}s"), &wanted(kind), &mut granted);
    }
    let optional: Vec<Permission> = optional().into_iter().map(|(permission, _)| permission).collect();
    section(&mut text, "nhd does without these, and does better with them", &optional, &mut granted);
    if let Some(user) = user {
        let user = serde_json::Value::from(user);
        let _ = write!(
            text,
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: nhd\n  namespace: \
             {namespace}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: nhd}}\nsubjects:\n  - \
             {{apiGroup: rbac.authorization.k8s.io, kind: User, name: {user}}}\n"
        );
    }
    text
}

/// Rules for those that no section before this one grants.
fn section(text: &mut String, title: &str, wanted: &[Permission], granted: &mut Vec<Permission>) {
    let mut rules: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for permission in wanted {
        if granted.contains(permission) {
            continue;
        }
        granted.push(*permission);
        let resource = match permission.subresource {
            Some(subresource) => format!("{}/{subresource}", permission.resource.plural),
            None => permission.resource.plural.to_owned(),
        };
        rules.entry((permission.resource.group, resource)).or_default().push(permission.verb);
    }
    if rules.is_empty() {
        return;
    }
    let _ = writeln!(text, "  # {title}");
    for ((group, resource), verbs) in rules {
        let _ = writeln!(
            text,
            "  - {{apiGroups: [\"{group}\"], resources: [{resource}], verbs: [{}]}}",
            verbs.join(", ")
        );
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The permissions of a manifest, read by a reader of YAML, as group, resource and verb.
    fn granted(manifest: &str) -> BTreeSet<(String, String, String)> {
        let role: serde_json::Value = serde_yaml_ng::from_str(manifest).expect("YAML");
        let texts = |value: &serde_json::Value| -> Vec<String> {
            let items = value.as_array().into_iter().flatten();
            items.map(|item| item.as_str().expect("text").to_owned()).collect()
        };
        let mut granted = BTreeSet::new();
        for rule in role["rules"].as_array().expect("rules") {
            for group in texts(&rule["apiGroups"]) {
                for resource in texts(&rule["resources"]) {
                    for verb in texts(&rule["verbs"]) {
                        granted.insert((group.clone(), resource.clone(), verb));
                    }
                }
            }
        }
        granted
    }

    fn words(permission: &Permission) -> (String, String, String) {
        let resource = match permission.subresource {
            Some(subresource) => format!("{}/{subresource}", permission.resource.plural),
            None => permission.resource.plural.to_owned(),
        };
        (permission.resource.group.to_owned(), resource, permission.verb.to_owned())
    }

    #[test]
    fn the_role_grants_all_that_is_asked_for_and_nothing_else() {
        let text = manifest("shop", Some("ann \"the\" boss: x"));
        let documents: Vec<&str> = text.split("---\n").collect();
        let optional = optional().into_iter().map(|(permission, _)| permission);
        let asked: BTreeSet<_> = WorkloadKind::ALL
            .into_iter()
            .flat_map(wanted)
            .chain(optional)
            .map(|permission| words(&permission))
            .collect();
        assert_eq!(granted(documents[0]), asked);
        let binding: serde_json::Value = serde_yaml_ng::from_str(documents[1]).expect("YAML");
        assert_eq!(binding["subjects"][0]["name"], "ann \"the\" boss: x");
        assert_eq!(binding["metadata"]["namespace"], "shop");
    }

    /// What people are told to apply and what they read before is the same.
    #[test]
    fn the_role_of_the_documents_is_what_deployments_need() {
        let text = include_str!("../../../docs/permissions.md");
        let (_, rest) = text.split_once("```yaml\n").expect("the Role");
        let (role, _) = rest.split_once("```").expect("its end");
        let needed: BTreeSet<_> = wanted(WorkloadKind::Deployment).iter().map(words).collect();
        assert_eq!(granted(role), needed);
    }
}
