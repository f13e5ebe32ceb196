//! A strategic merge patch of Kubernetes, as the API server applies one: maps are merged, a null takes a field away, lists
//! are merged or replaced as the API's types say, and directives (`$patch`, `$retainKeys`, `$setElementOrder/…`,
//! `$deleteFromPrimitiveList/…`) have their say. A test on the node holds it to the API server's own answers.

use serde_json::{Map, Value};

use super::lists::{Merging, merging};

/// On a map, or on an item of a merged list: what becomes of what is there.
const DIRECTIVE: &str = "$patch";
/// The fields that a map keeps.
const RETAIN: &str = "$retainKeys";
/// Before a list's name: the order of its items.
const ORDER: &str = "$setElementOrder/";
/// Before the name of a list of plain values: those that go.
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";

type Fields = Map<String, Value>;

/// Changes `object`, which is not changed where the patch does not apply.
pub(super) fn merge(object: &mut Value, patch: &Value) -> Result<(), String> {
    let (Value::Object(there), Value::Object(patch)) = (&*object, patch) else {
        return Err("must be a mapping, as its type is strategic".to_owned());
    };
    *object = merge_map(there.clone(), patch)?.into();
    Ok(())
}

fn merge_map(there: Fields, patch: &Fields) -> Result<Fields, String> {
    match patch.get(DIRECTIVE).map(Value::as_str) {
        None => {}
        Some(Some("delete")) => return Ok(Fields::new()),
        Some(Some("replace")) => {
            let mut replaced = patch.clone();
            replaced.remove(DIRECTIVE);
            return Ok(replaced);
        }
        Some(_) => return Err(unknown(&patch[DIRECTIVE])),
    }
    let mut merged = retained(there, patch)?;
    let orders = patch.iter().filter_map(|(key, order)| Some((key.strip_prefix(ORDER)?, order)));
    let mut ordered = Vec::new();
    for (field, order) in orders {
        order_list(&mut merged, field, patch.get(field), order)?;
        ordered.push(field);
    }
    for (key, value) in patch {
        let is_done = key == RETAIN || key.starts_with(ORDER) || ordered.contains(&key.as_str());
        match key.strip_prefix(DELETE_FROM) {
            _ if is_done => {}
            Some(field) => delete_from(&mut merged, field, value)?,
            None => merge_field(&mut merged, key, value)?,
        }
    }
    Ok(merged)
}

fn merge_field(merged: &mut Fields, field: &str, value: &Value) -> Result<(), String> {
    let there = merged.remove(field);
    let value = match (there, value) {
        (_, Value::Null) => None,
        (Some(Value::Object(there)), Value::Object(patch)) => Some(merge_map(there, patch)?.into()),
        (Some(Value::Array(there)), Value::Array(patch)) => Some(merge_list(field, there, patch)?.into()),
        _ => as_added(value),
    };
    if let Some(value) = value {
        merged.insert(field.to_owned(), value);
    }
    Ok(())
}

/// What is put where nothing is: nothing is left of what a directive is about, or of a null.
fn as_added(value: &Value) -> Option<Value> {
    match value {
        Value::Object(fields) if fields.contains_key(DIRECTIVE) => None,
        Value::Object(fields) => {
            let is_directive =
                |key: &str| key == RETAIN || key.starts_with(ORDER) || key.starts_with(DELETE_FROM);
            let kept = fields.iter().filter(|(key, value)| !is_directive(key) && !value.is_null());
            let kept = kept.filter_map(|(key, value)| Some((key.clone(), as_added(value)?)));
            Some(kept.collect::<Fields>().into())
        }
        Value::Array(items) => Some(items.iter().filter_map(as_added).collect()),
        plain => Some(plain.clone()),
    }
}

fn merge_list(field: &str, there: Vec<Value>, patch: &[Value]) -> Result<Vec<Value>, String> {
    match merging(field) {
        None => Ok(patch.to_vec()),
        Some(Merging::Values) => {
            let mut merged = there.clone();
            for value in patch {
                if !merged.contains(value) {
                    merged.push(value.clone());
                }
            }
            Ok(arranged(merged, patch, &there, None))
        }
        Some(Merging::ByField(key)) => merge_items(field, key, there, patch),
    }
}

fn merge_items(field: &str, key: &str, there: Vec<Value>, patch: &[Value]) -> Result<Vec<Value>, String> {
    let (mut there, mut plain, mut replaces) = (there, Vec::new(), false);
    for item in patch {
        let keyed = item.get(key).ok_or_else(|| format!("has an item of {field} without {key}: {item}"));
        match item.get(DIRECTIVE).map(Value::as_str) {
            None => plain.push(item.clone()),
            Some(Some("replace")) => replaces = true,
            Some(Some("delete")) => {
                let gone = keyed?;
                there.retain(|item| item.get(key) != Some(gone));
            }
            Some(_) => return Err(unknown(&item[DIRECTIVE])),
        }
    }
    if replaces {
        return Ok(plain);
    }
    let mut merged = there.clone();
    for item in &plain {
        let wanted = item.get(key).ok_or_else(|| format!("has an item of {field} without {key}: {item}"))?;
        let found = merged.iter().position(|it| it.get(key) == Some(wanted));
        match (found.map(|at| &mut merged[at]), item) {
            (Some(Value::Object(found)), Value::Object(item)) => {
                *found = merge_map(std::mem::take(found), item)?;
            }
            _ => merged.extend(as_added(item)),
        }
    }
    Ok(arranged(merged, &plain, &there, Some(key)))
}

/// Items that a patch names come in the patch's order, others in the order that they had; of two that have one between
/// them, that one counts, and else the patch's come first.
fn arranged(merged: Vec<Value>, patch: &[Value], there: &[Value], key: Option<&str>) -> Vec<Value> {
    let identity = |item: &Value| key.map_or_else(|| Some(item.clone()), |key| item.get(key).cloned());
    let place =
        |list: &[Value], item: &Value| list.iter().position(|other| identity(other) == identity(item));
    let (mut named, mut others): (Vec<Value>, Vec<Value>) =
        merged.into_iter().partition(|item| place(patch, item).is_some());
    named.sort_by_key(|item| place(patch, item));
    others.sort_by_key(|item| place(there, item));
    let mut arranged = Vec::with_capacity(named.len() + others.len());
    let (mut named, mut others) = (named.into_iter().peekable(), others.into_iter().peekable());
    while let (Some(name), Some(other)) = (named.peek(), others.peek()) {
        let before = matches!((place(there, other), place(there, name)), (Some(one), Some(two)) if one < two);
        arranged.extend(if before { others.next() } else { named.next() });
    }
    arranged.extend(named.chain(others));
    arranged
}

fn order_list(merged: &mut Fields, field: &str, patch: Option<&Value>, order: &Value) -> Result<(), String> {
    let list = |value: Option<&Value>| match value {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items.clone())),
        Some(_) => Err(format!("has {ORDER}{field}, and {field} is not a list")),
    };
    let key = match merging(field) {
        Some(Merging::ByField(key)) => Some(key),
        _ => None,
    };
    let order = list(Some(order))?.unwrap_or_default();
    let (there, patch) = (list(merged.get(field))?, list(patch)?);
    let is_named = |item: &Value| match key {
        Some(key) => order.iter().any(|it| it.get(key) == item.get(key)),
        None => order.contains(item),
    };
    let stays = |item: &&Value| item.get(DIRECTIVE).is_none();
    if let Some(item) = patch.iter().flatten().filter(stays).find(|item| !is_named(item)) {
        return Err(format!("has an item of {field} that {ORDER}{field} does not name: {item}"));
    }
    let all = match (&there, &patch) {
        (None, None) => return Ok(()),
        (Some(there), None) => there.clone(),
        (None, Some(patch)) => patch.iter().filter_map(as_added).collect(),
        (Some(there), Some(patch)) => merge_list(field, there.clone(), patch)?,
    };
    merged.insert(field.to_owned(), arranged(all, &order, &there.unwrap_or_default(), key).into());
    Ok(())
}

fn delete_from(merged: &mut Fields, field: &str, gone: &Value) -> Result<(), String> {
    let Value::Array(gone) = gone else {
        return Err(format!("has {DELETE_FROM}{field}, which is not a list"));
    };
    if let Some(Value::Array(there)) = merged.get_mut(field) {
        there.retain(|value| !gone.contains(value));
    }
    Ok(())
}

/// The map with the fields that the patch retains, where it names them.
fn retained(there: Fields, patch: &Fields) -> Result<Fields, String> {
    let Some(retain) = patch.get(RETAIN) else { return Ok(there) };
    let Value::Array(retain) = retain else { return Err(format!("has {RETAIN}, which is not a list")) };
    let is_kept = |key: &str| retain.iter().any(|kept| kept == key);
    let is_set = |(key, value): &(&String, &Value)| !key.starts_with('$') && !value.is_null();
    if let Some((key, _)) = patch.iter().filter(is_set).find(|(key, _)| !is_kept(key)) {
        return Err(format!("sets {key}, which its {RETAIN} does not name"));
    }
    Ok(there.into_iter().filter(|(key, _)| is_kept(key)).collect())
}

fn unknown(directive: &Value) -> String {
    format!("has {DIRECTIVE}: {directive}, which must be delete or replace")
}
