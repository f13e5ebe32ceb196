//! Edits that tests of several files make of any object.

use proptest::sample::Index;
use serde_json::{Value, json};

/// Shows `edit` every field under `value`.
pub(crate) fn visit(value: &mut Value, edit: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(field, value)| {
            edit(field, value);
            visit(value, edit);
        }),
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, edit)),
        _ => {}
    }
}

/// Puts `content` into one of the fields under `value`.
pub(crate) fn overwrite(value: &mut Value, at: &Index, content: &Value) {
    let mut count = 0;
    visit(value, &mut |_, _| count += 1);
    let (mut index, chosen) = (0, at.index(count));
    visit(value, &mut |_, field| {
        if index == chosen {
            field.clone_from(content);
        }
        index += 1;
    });
}

/// What touches the metadata only: never drift, and never undone.
pub(crate) fn foreign_metadata(object: &mut Value) {
    object["metadata"]["labels"]["foreign"] = "1".into();
    object["metadata"]["annotations"]["foreign"] = "1".into();
    object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "9".into();
    object["metadata"]["resourceVersion"] = "9".into();
    object["status"] = json!({ "observedGeneration": 9 });
}
