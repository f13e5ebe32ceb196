//! What differs between two objects, told by paths that a person can read.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

use crate::manifest::without_nulls;

/// One difference. `before` is `None` where something was added, `after` where it was removed.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Such as `spec.template.spec.containers[web].env[LOG_DIR].value`. The items of a list are told by what the API
    /// tells them by, or by position where that is not unique. A path that ends in `[]` is about the order of a list.
    pub path: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// What is shown of a value at most, in characters.
const SHOWN: usize = 120;

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{path}: {} → {}", shown(before), shown(after)),
            (None, Some(after)) => write!(f, "{path}: added {}", shown(after)),
            (Some(before), None) => write!(f, "{path}: removed {}", shown(before)),
            (None, None) => write!(f, "{path}"),
        }
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The fields that tell the items of a list apart, the most telling first: a volume may be mounted twice, and the
/// name of a port is optional.
const KEYS: [&str; 7] = ["mountPath", "devicePath", "containerPort", "name", "key", "path", "ip"];

/// Everything that differs, in the order of the paths. Fields that are null count as absent. Empty exactly where the
/// two are equal as data.
pub fn diff(before: &Value, after: &Value) -> Vec<Difference> {
    diff_at("", before, after)
}

/// The same for two values that were found at `path`.
pub(crate) fn diff_at(path: &str, before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(path, &without_nulls(before), &without_nulls(after), &mut found);
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(before), Value::Object(after)) => compare_fields(path, before, after, found),
        (Value::Array(before), Value::Array(after)) => compare_items(path, before, after, found),
        _ => found.push(Difference {
            path: path.to_owned(),
            before: Some(before.clone()),
            after: Some(after.clone()),
        }),
    }
}

/// Compares what may be absent on one side.
fn compare_optional(
    path: String,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    match (before, after) {
        (Some(before), Some(after)) => compare(&path, before, after, found),
        (before, after) => found.push(Difference { path, before: before.cloned(), after: after.cloned() }),
    }
}

fn compare_fields(
    path: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    found: &mut Vec<Difference>,
) {
    let fields: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for field in fields {
        compare_optional(joined(path, field), before.get(field), after.get(field), found);
    }
}

fn compare_items(path: &str, before: &[Value], after: &[Value], found: &mut Vec<Difference>) {
    let Some((before_keys, after_keys)) = keys(before, after) else {
        for index in 0..before.len().max(after.len()) {
            compare_optional(format!("{path}[{index}]"), before.get(index), after.get(index), found);
        }
        return;
    };
    let at = |keys: &[String], key: &String| keys.iter().position(|candidate| candidate == key);
    let added = after_keys.iter().filter(|key| !before_keys.contains(key));
    for key in before_keys.iter().chain(added) {
        let before = at(&before_keys, key).map(|index| &before[index]);
        let after = at(&after_keys, key).map(|index| &after[index]);
        compare_optional(format!("{path}[{key}]"), before, after, found);
    }
    let common = |keys: &[String], others: &[String]| -> Vec<Value> {
        keys.iter().filter(|key| others.contains(key)).map(|key| key.as_str().into()).collect()
    };
    let (order_before, order_after) = (common(&before_keys, &after_keys), common(&after_keys, &before_keys));
    if order_before != order_after {
        found.push(Difference {
            path: format!("{path}[]"),
            before: Some(order_before.into()),
            after: Some(order_after.into()),
        });
    }
}

/// The keys of the items on both sides, by the first field that every item has and that is unique on each side.
fn keys(before: &[Value], after: &[Value]) -> Option<(Vec<String>, Vec<String>)> {
    KEYS.iter().find_map(|field| {
        let keys_of = |items: &[Value]| -> Option<Vec<String>> {
            let keys: Vec<String> = items.iter().map(|item| key(item.get(field)?)).collect::<Option<_>>()?;
            let unique: BTreeSet<&String> = keys.iter().collect();
            (unique.len() == keys.len()).then_some(keys)
        };
        Some((keys_of(before)?, keys_of(after)?))
    })
}

fn key(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn joined(path: &str, field: &str) -> String {
    let plain = !field.is_empty() && field.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match (path, plain) {
        ("", true) => field.to_owned(),
        (path, true) => format!("{path}.{field}"),
        (path, false) => format!("{path}[{field:?}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::samples::yaml;

    fn check(before: &str, after: &str, expect: &[&str]) {
        let found: Vec<String> = diff(&yaml(before), &yaml(after)).iter().map(ToString::to_string).collect();
        assert_eq!(found, expect, "{before} and {after}");
    }

    #[test]
    fn fields_are_changed_added_and_removed() {
        check("{a: {b: 1, c: 2}}", "{a: {b: 3, d: 4}}", &["a.b: 1 → 3", "a.c: removed 2", "a.d: added 4"]);
        check("{a: [1]}", "{a: {b: 1}}", &["a: [1] → {\"b\":1}"]);
        check("{a.b/c: x}", "{}", &["[\"a.b/c\"]: removed \"x\""]);
    }

    #[test]
    fn null_is_absent() {
        check("{a: null, b: {c: null}}", "{b: {}}", &[]);
    }

    #[test]
    fn items_are_told_by_their_key() {
        check(
            "containers: [{name: web, env: [{name: FOO, value: a}]}, {name: db}]",
            "containers: [{name: db}, {name: web, env: [{name: FOO, value: b}]}]",
            &[
                "containers[web].env[FOO].value: \"a\" → \"b\"",
                "containers[]: [\"web\",\"db\"] → [\"db\",\"web\"]",
            ],
        );
        check(
            "volumeMounts: [{name: data, mountPath: /a}, {name: data, mountPath: /b}]",
            "volumeMounts: [{name: data, mountPath: /a}]",
            &["volumeMounts[/b]: removed {\"mountPath\":\"/b\",\"name\":\"data\"}"],
        );
        check(
            "ports: [{containerPort: 80}]",
            "ports: [{containerPort: 80, name: http}, {containerPort: 81}]",
            &["ports[80].name: added \"http\"", "ports[81]: added {\"containerPort\":81}"],
        );
    }

    #[test]
    fn items_without_a_unique_key_are_told_by_position() {
        check("[a, b]", "[a, c, d]", &["[1]: \"b\" → \"c\"", "[2]: added \"d\""]);
        check(
            "env: [{name: A, value: a}, {name: A, value: b}]",
            "env: [{name: A, value: b}, {name: A, value: a}]",
            &["env[0].value: \"a\" → \"b\"", "env[1].value: \"b\" → \"a\""],
        );
    }

    #[test]
    fn long_values_are_cut_where_they_are_shown() {
        let difference =
            Difference { path: "a".to_owned(), before: None, after: Some("ä".repeat(1000).into()) };
        assert_eq!(difference.to_string().chars().count(), "a: added ".len() + SHOWN + 1);
    }
}
