//! Who owns which fields: the API server keeps an entry for each manager that wrote to an object, and refuses a
//! server-side apply of what somebody else owns.

use serde_json::{Map, Value};

use super::manifest::{items, set, text};

/// Whether `manager` is named as the owner of fields of `object`.
pub fn owns_fields(object: &Value, manager: &str) -> bool {
    entries(object).iter().any(|entry| text(entry, "manager") == Some(manager))
}

/// `current` with the entries that `origin` had before `manager` wrote to it, and without any of the manager's own. What
/// others came to own since stays theirs.
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

/// The managers, other than `ours`, that wrote to `current` since it was `before`.
pub fn writers_since(current: &Value, before: &Value, ours: &str) -> Vec<String> {
    let mut writers: Vec<String> = entries(current)
        .iter()
        .filter(|entry| !is_of_status(entry) && text(entry, "manager") != Some(ours))
        .filter(|entry| {
            let then = entries(before).iter().find(|then| same_writer(then, entry));
            then.is_none_or(|then| then["fieldsV1"] != entry["fieldsV1"] || then["time"] != entry["time"])
        })
        .filter_map(|entry| text(entry, "manager").map(str::to_owned))
        .collect();
    writers.dedup();
    writers
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
    fn who_wrote_since_is_named() {
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
}
