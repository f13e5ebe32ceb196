//! Which manager owns which fields: the API server keeps an entry for each one that wrote to an object, and refuses a
//! server-side apply of what somebody else owns.

use serde_json::{Map, Value};

use crate::manifest::{items, set, text};
use crate::show::Difference;

/// Whether `manager` is named as the owner of fields of `object`.
pub fn owns_fields(object: &Value, manager: &str) -> bool {
    entries(object).iter().any(|entry| text(entry, "manager") == Some(manager))
}

/// `current` with the entries that `origin` had before `manager` wrote to it, and without any of the manager's own.
/// What others came to own since stays theirs.
pub fn return_ownership(current: &Value, origin: &Value, manager: &str) -> Value {
    let mut returned: Vec<Value> = Vec::new();
    for entry in entries(current).iter().filter(|entry| text(entry, "manager") != Some(manager)) {
        let mut entry = entry.clone();
        if !is_of_status(&entry)
            && let Some(before) = entries(origin).iter().find(|before| same_writer(before, &entry))
        {
            unite(&mut entry["fieldsV1"], &before["fieldsV1"]);
        }
        returned.push(entry);
    }
    for before in entries(origin).iter().filter(|entry| !is_of_status(entry)) {
        if text(before, "manager") != Some(manager)
            && !returned.iter().any(|entry| same_writer(entry, before))
        {
            returned.push(before.clone());
        }
    }
    let mut object = current.clone();
    if let Some(metadata) = object.get_mut("metadata").filter(|_| !returned.is_empty()) {
        set(metadata, "managedFields", returned);
    }
    object
}

/// The managers, other than `ours`, that wrote to `current` since it was `before`, each once. Whoever only lost fields,
/// because somebody else wrote to them, did not write.
pub fn writers_since(current: &Value, before: &Value, ours: &str) -> Vec<String> {
    let mut writers: Vec<String> = Vec::new();
    for entry in entries(current).iter().filter(|entry| !is_of_status(entry)) {
        let Some(manager) = text(entry, "manager").filter(|manager| *manager != ours) else { continue };
        let then = entries(before).iter().find(|then| same_writer(then, entry));
        let wrote = then.is_none_or(|then| {
            then["time"] != entry["time"] || !covers(&then["fieldsV1"], &entry["fieldsV1"])
        });
        if wrote && !writers.iter().any(|writer| writer == manager) {
            writers.push(manager.to_owned());
        }
    }
    writers
}

/// The managers that made `differences` between `before` and `current`: of those that wrote since, the ones that own
/// what differs. Nobody owns what was removed: where all of it was, whoever wrote may have been it.
pub fn writers_of(current: &Value, before: &Value, differences: &[Difference], ours: &str) -> Vec<String> {
    let writers = writers_since(current, before, ours);
    let owners = |path: &str| -> Vec<&str> {
        let owning =
            entries(current).iter().filter(|entry| !is_of_status(entry) && owns(&entry["fieldsV1"], path));
        owning.filter_map(|entry| text(entry, "manager")).collect()
    };
    let owners: Vec<&str> = differences.iter().flat_map(|it| owners(&it.path)).collect();
    let made: Vec<String> = writers.iter().filter(|it| owners.contains(&it.as_str())).cloned().collect();
    if made.is_empty() { writers } else { made }
}

/// Whether a set of fields has what is at a path of [`Difference`], or a whole of which that is a part.
fn owns(fields: &Value, path: &str) -> bool {
    let Some(inner) = fields.as_object() else { return false };
    if path.is_empty() || inner.is_empty() {
        return true;
    }
    inner.iter().any(|(field, inner)| {
        let Some((form, name)) = field.split_once(':') else { return false };
        let rest = match form {
            "f" => after_field(path, name),
            "k" => keys(name).iter().find_map(|key| after_item(path, key)),
            "v" => serde_json::from_str(name).ok().and_then(|value: Value| after_item(path, &as_key(&value))),
            _ => None,
        };
        rest.is_some_and(|rest| owns(inner, rest))
    })
}

/// What follows the field of this name at the beginning of a path.
fn after_field<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let rest = path.strip_prefix(name).or_else(|| path.strip_prefix(&format!("[{name:?}]")))?;
    (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
}

fn after_item<'a>(path: &'a str, key: &str) -> Option<&'a str> {
    // The order of a list is everybody's who has an item of it.
    path.strip_prefix(&format!("[{key}]")).or_else(|| path.strip_prefix("[]"))
}

fn keys(of_item: &str) -> Vec<String> {
    let keys: Value = serde_json::from_str(of_item).unwrap_or_default();
    keys.as_object().into_iter().flatten().map(|(_, value)| as_key(value)).collect()
}

fn as_key(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn entries(object: &Value) -> &[Value] {
    object.get("metadata").map_or(&[], |metadata| items(metadata, "managedFields"))
}

fn same_writer(one: &Value, other: &Value) -> bool {
    ["manager", "operation", "apiVersion", "subresource"]
        .iter()
        .all(|field| one.get(field) == other.get(field))
}

/// The controllers report there, and DevMode takes nothing of it.
fn is_of_status(entry: &Value) -> bool {
    text(entry, "subresource") == Some("status")
}

/// Adds the fields of `more` to the set of fields `set`, in the nested form that the API has for these.
fn unite(fields: &mut Value, more: &Value) {
    let Some(more) = more.as_object() else { return };
    if !fields.is_object() {
        *fields = Map::new().into();
    }
    for (field, inner) in more {
        unite(&mut fields[field.as_str()], inner);
    }
}

/// Whether every field of the set `fields` is in the set `all`.
fn covers(all: &Value, fields: &Value) -> bool {
    let fields = fields.as_object().into_iter().flatten();
    let mut missing = fields.filter(|(field, inner)| !all.get(field).is_some_and(|all| covers(all, inner)));
    missing.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(manager: &str, subresource: Option<&str>, fields: &Value) -> Value {
        let mut entry = json!({"manager": manager, "operation": "Update", "apiVersion": "apps/v1",
            "time": "2026-01-01T00:00:00Z", "fieldsV1": fields});
        if let Some(subresource) = subresource {
            set(&mut entry, "subresource", subresource);
        }
        entry
    }

    fn object(entries: &[Value]) -> Value {
        json!({"metadata": {"name": "web", "managedFields": entries}})
    }

    #[test]
    fn each_owner_gets_its_fields_back_and_keeps_what_it_came_to_own() {
        let before = json!({"f:spec": {"f:replicas": {}, "f:template": {"f:a": {}}}});
        let origin = object(&[entry("argocd", None, &before), entry("helm", None, &json!({"f:x": {}}))]);
        let current = object(&[
            entry("argocd", None, &json!({"f:spec": {"f:paused": {}}})),
            entry("nhd", None, &before),
            entry("kubectl", None, &json!({"f:y": {}})),
            entry("controller", Some("status"), &json!({"f:status": {}})),
            entry("nhd", Some("status"), &json!({"f:status": {}})),
        ]);
        assert!(owns_fields(&current, "nhd") && !owns_fields(&origin, "nhd"));
        let united = json!({"f:spec": {"f:paused": {}, "f:replicas": {}, "f:template": {"f:a": {}}}});
        let expect = object(&[
            entry("argocd", None, &united),
            entry("kubectl", None, &json!({"f:y": {}})),
            entry("controller", Some("status"), &json!({"f:status": {}})),
            entry("helm", None, &json!({"f:x": {}})),
        ]);
        let returned = return_ownership(&current, &origin, "nhd");
        assert_eq!(returned, expect);
        assert_eq!(return_ownership(&returned, &origin, "nhd"), expect);
    }

    #[test]
    fn without_any_other_owner_nothing_is_written() {
        let ours = object(&[entry("nhd", None, &json!({}))]);
        assert_eq!(return_ownership(&ours, &object(&[]), "nhd"), ours);
    }

    #[test]
    fn whoever_wrote_since_is_named() {
        let fields = json!({"f:spec": {}});
        let before = object(&[entry("a", None, &fields), entry("nhd", None, &fields)]);
        let now = object(&[
            entry("a", None, &fields),
            entry("nhd", None, &json!({})),
            entry("kubectl-set", None, &fields),
            entry("controller", Some("status"), &fields),
        ]);
        assert_eq!(writers_since(&now, &before, "nhd"), ["kubectl-set"]);
        assert!(writers_since(&before, &before, "nhd").is_empty());
    }

    #[test]
    fn whoever_only_lost_fields_did_not_write() {
        let both = json!({"f:spec": {"f:replicas": {}, "f:paused": {}}});
        let one = json!({"f:spec": {"f:paused": {}}});
        let before = object(&[entry("argocd", None, &both)]);
        let taken = object(&[entry("argocd", None, &one), entry("kubectl-scale", None, &both)]);
        assert_eq!(writers_since(&taken, &before, "nhd"), ["kubectl-scale"]);
        assert_eq!(writers_since(&before, &taken, "nhd"), ["argocd"], "it came to own a field");
        let mut later = taken.clone();
        later["metadata"]["managedFields"][0]["time"] = json!("2026-01-01T00:00:01Z");
        assert_eq!(writers_since(&later, &taken, "nhd"), ["argocd"], "it wrote to what it owned");
    }

    #[test]
    fn whoever_wrote_in_several_ways_is_named_once() {
        let fields = json!({"f:spec": {}});
        let scaled = entry("kubectl", Some("scale"), &fields);
        let now = object(&[entry("kubectl", None, &fields), entry("helm", None, &fields), scaled]);
        assert_eq!(writers_since(&now, &object(&[]), "nhd"), ["kubectl", "helm"]);
    }

    #[test]
    fn of_all_who_wrote_those_are_named_who_own_what_differs() {
        let container = |name: &str, inner: Value| json!({format!("k:{{\"name\":\"{name}\"}}"): inner});
        let spec = |inner: Value| json!({"f:spec": inner});
        let before = object(&[entry("nhd", None, &json!({}))]);
        let annotated =
            entry("kubectl-annotate", None, &json!({"f:metadata": {"f:annotations": {"f:a.b/c": {}}}}));
        let scaled = entry("kubectl", Some("scale"), &spec(json!({"f:replicas": {}})));
        let env = json!({"f:env": container("A", json!({".": {}, "f:value": {}})), "f:args": {}});
        let set = entry("kubectl-set", None, &spec(json!({"f:containers": container("dev", env)})));
        let now = object(&[annotated, scaled, set, entry("controller", Some("status"), &spec(json!({})))]);
        let everybody = ["kubectl-annotate", "kubectl", "kubectl-set"];
        let cases: [(&[&str], &[&str]); 9] = [
            (&["spec.replicas"], &["kubectl"]),
            (&["spec.containers[dev].env[A].value"], &["kubectl-set"]),
            (&["spec.containers[dev].env[A]"], &["kubectl-set"]),
            (&["spec.containers[dev].args[0]"], &["kubectl-set"]),
            (&["spec.containers[dev].env[]"], &["kubectl-set"]),
            (&["spec.replicas", "spec.containers[dev].args"], &["kubectl", "kubectl-set"]),
            (&["metadata.annotations[\"a.b/c\"]"], &["kubectl-annotate"]),
            (&["spec.replicasOf", "spec.containers[web].args"], &everybody),
            (&[], &everybody),
        ];
        for (paths, expected) in cases {
            let difference = |path: &&str| Difference { path: (*path).to_owned(), before: None, after: None };
            let differences: Vec<Difference> = paths.iter().map(difference).collect();
            assert_eq!(writers_of(&now, &before, &differences, "nhd"), expected, "{paths:?}");
        }
    }
}
