//! A three-way merge of JSON: where somebody has changed a value since, theirs, else the original's. Of Kubernetes it
//! knows by which fields the API tells the items of a list apart, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// The lists whose items the API tells apart by fields of theirs; an item of any other one is the same or another one.
const KEYED: [(&str, &[&str]); 11] = [
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("volumes", &["name"]),
    ("env", &["name"]),
    ("ports", &["containerPort", "protocol"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("imagePullSecrets", &["name"]),
    ("hostAliases", &["ip"]),
    ("resourceClaims", &["name"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
];

/// An item of the list of variables.
const VARIABLE: &str = "env item";

/// Whether two values of `field` are of different variants, whose fields exclude each other: of what others made of one
/// that only we have written, no field fits into the original's.
fn differ_in_variant(field: &str, one: &Value, other: &Value) -> bool {
    match field {
        "strategy" | "updateStrategy" => one.get("type") != other.get("type"),
        VARIABLE => one.get("valueFrom").is_some() != other.get("valueFrom").is_some(),
        _ => false,
    }
}

/// The value of `field` (which says how a list is to be read): that of `after`, where it is not as it was `before`,
/// else the `origin`'s.
pub(super) fn merge_value(
    field: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    origin: Option<&Value>,
) -> Option<Value> {
    let (Some(old), Some(new)) = (before, after) else {
        return if before == after { origin.cloned() } else { after.cloned() };
    };
    if old == new {
        return origin.cloned();
    }
    if origin.is_some_and(|origin| differ_in_variant(field, new, origin)) {
        return Some(new.clone());
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => merge_fields(old, new, origin.and_then(Value::as_object)),
        (Value::Array(old), Value::Array(new)) => {
            let items = origin.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let merged =
                merge_items(field, old, new, items).unwrap_or_else(|| merge_unkeyed(field, old, new, items));
            // Nothing is left of a list that the original did not have.
            (origin.is_some() || !merged.is_empty()).then(|| merged.into())
        }
        _ => Some(new.clone()),
    }
}

/// `None` where nothing is left of an object that the original did not have.
fn merge_fields(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    origin: Option<&Map<String, Value>>,
) -> Option<Value> {
    let get = |field| origin.and_then(|origin| origin.get(field));
    let all: BTreeSet<&String> =
        [Some(before), Some(after), origin].into_iter().flatten().flat_map(Map::keys).collect();
    let merged: Map<String, Value> = all
        .into_iter()
        .filter_map(|field| {
            Some((field.clone(), merge_value(field, before.get(field), after.get(field), get(field))?))
        })
        .collect();
    (origin.is_some() || !merged.is_empty()).then(|| merged.into())
}

/// `None` where the list is one that the API replaces as a whole. The order is the original's with what others added at
/// its end, unless they have changed the order.
fn merge_items(field: &str, before: &[Value], after: &[Value], origin: &[Value]) -> Option<Vec<Value>> {
    let (_, key_fields) = KEYED.iter().find(|(list, _)| *list == field)?;
    let keyed = |items: &[Value]| keys(items, key_fields);
    let (before_keys, after_keys, origin_keys) = (keyed(before), keyed(after), keyed(origin));
    let common = |of: &[String], with: &[String]| -> Vec<String> {
        of.iter().filter(|key| with.contains(key)).cloned().collect()
    };
    let reordered = common(&before_keys, &after_keys) != common(&after_keys, &before_keys);
    let (first, then) = if reordered { (&after_keys, &origin_keys) } else { (&origin_keys, &after_keys) };
    let order = first.iter().chain(then.iter().filter(|key| !first.contains(key)));
    let find = |keys: &[String], items: &'_ [Value], key: &String| {
        keys.iter().position(|candidate| candidate == key).map(|at| items[at].clone())
    };
    let merged = order.filter_map(|key| {
        let before = find(&before_keys, before, key);
        let after = find(&after_keys, after, key);
        let item = if field == "env" { VARIABLE } else { "" };
        let origin = find(&origin_keys, origin, key);
        if origin.is_none() && before != after {
            // An item that only we had written, or nobody: what others made of it is theirs as a whole. Of its fields alone
            // the one that tells it apart would be missing, and no API server takes that.
            return after;
        }
        merge_value(item, before.as_ref(), after.as_ref(), origin.as_ref())
    });
    Some(merged.collect())
}

/// The lists that say something only as a whole.
const SENTENCES: [&str; 2] = ["command", "args"];

/// A list whose items nothing tells apart. One that is our doing in part (such as what a patch added) has what others added
/// and not what they took away; ours goes.
fn merge_unkeyed(field: &str, before: &[Value], after: &[Value], origin: &[Value]) -> Vec<Value> {
    if before == origin || SENTENCES.contains(&field) {
        return after.to_vec();
    }
    let kept = origin.iter().filter(|item| after.contains(item) || !before.contains(item));
    let theirs = after.iter().filter(|item| !before.contains(item) && !origin.contains(item));
    kept.chain(theirs).cloned().collect()
}

/// What each item is told by: its name, and which of that name it is, as several may have the same.
fn keys(items: &[Value], fields: &[&str]) -> Vec<String> {
    let names = items.iter().map(|item| {
        let parts = fields.iter().map(|field| item.get(field).unwrap_or(&Value::Null).to_string());
        parts.collect::<Vec<_>>().join("/")
    });
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    names
        .map(|name| {
            let occurrence = seen.entry(name.clone()).or_default();
            *occurrence += 1;
            format!("{name} {occurrence}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Whichever fields tell its items apart, none of a list that is merged lacks one.
    #[test]
    fn what_others_made_of_an_item_that_only_we_had_is_taken_with_what_tells_it_apart() {
        for (list, fields) in KEYED {
            let item = |which: &str, value: u64| {
                let keys = fields.iter().map(|field| ((*field).to_owned(), json!(which)));
                Value::Object(keys.chain([("value".to_owned(), json!(value))]).collect())
            };
            let merge = |before: &[Value], after: &[Value], origin: Option<Value>| {
                let object = |items: &[Value]| json!({ list: items });
                let origin = origin.unwrap_or_else(|| json!({}));
                merge_value("", Some(&object(before)), Some(&object(after)), Some(&origin))
            };
            let (ours, theirs, original) = (item("ours", 1), item("ours", 2), item("original", 1));
            for (origin, expect) in [
                (None, json!({ list: [theirs] })),
                (Some(json!({ list: [original] })), json!({ list: [original, theirs] })),
            ] {
                let there = |more: &Value| {
                    [vec![more.clone()], origin.iter().map(|_| original.clone()).collect()].concat()
                };
                assert_eq!(merge(&there(&ours), &there(&theirs), origin.clone()), Some(expect), "{list}");
                let untouched =
                    merge(&there(&ours), &[there(&ours), vec![item("new", 3)]].concat(), origin.clone());
                let left = untouched.expect("it is an object")[list].clone();
                assert!(!left.as_array().expect("a list").contains(&ours), "{list}: {left}");
            }
        }
    }
}
