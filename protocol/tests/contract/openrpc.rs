//! The document against OpenRPC's own meta-schema, and against the types.

use jsonschema::{Draft, Registry, Validator};
use nhd_protocol::methods::{METHODS, SUBSCRIPTIONS};
use serde_json::{Value, json};

use crate::document;

const OPENRPC: &str = include_str!("fixtures/openrpc-meta-schema.json");
const JSON_SCHEMA: &str = include_str!("fixtures/json-schema-meta-schema.json");

/// A meta-schema that is read as draft 7, which it is by its content; its `$schema` names a page of its own.
fn fixture(text: &str) -> Value {
    let mut schema: Value = serde_json::from_str(text).expect("JSON");
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema
}

fn errors(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{error} at {}", error.instance_path())).collect()
}

fn check_meta(document: &Value) -> Vec<String> {
    // OpenRPC names it with and without the slash.
    let registry = Registry::new()
        .add("https://meta.json-schema.tools/", fixture(JSON_SCHEMA))
        .and_then(|registry| registry.add("https://meta.json-schema.tools", fixture(JSON_SCHEMA)))
        .expect("a schema")
        .prepare()
        .expect("nothing is fetched");
    let validator = jsonschema::options()
        .with_draft(Draft::Draft7)
        .with_registry(&registry)
        .build(&fixture(OPENRPC))
        .expect("a schema");
    errors(&validator, document)
}

/// A validator of one type of the document.
pub(crate) fn type_validator(document: &Value, name: &str) -> Validator {
    let reference = format!("#/components/schemas/{name}");
    let schema = json!({ "allOf": [{ "$ref": reference }], "components": document["components"] });
    jsonschema::options().with_draft(Draft::Draft7).build(&schema).expect("a schema")
}

#[test]
fn the_document_is_openrpc_and_a_broken_one_is_not() {
    let mut document = document();
    assert_eq!(check_meta(&document), [""; 0]);
    document["methods"][0]["paramStructure"] = json!("by-mood");
    assert_ne!(check_meta(&document), [""; 0]);
}

#[test]
fn every_method_of_the_table_is_in_the_document() {
    let document = document();
    let names: Vec<&str> =
        document["methods"].as_array().expect("a list").iter().filter_map(|it| it["name"].as_str()).collect();
    for entry in METHODS {
        assert!(names.contains(&entry.name), "{}", entry.name);
    }
    for entry in SUBSCRIPTIONS {
        assert!(names.contains(&entry.subscribe) && names.contains(&entry.unsubscribe), "{names:?}");
    }
    assert_eq!(names.len(), METHODS.len() + 2 * SUBSCRIPTIONS.len(), "{names:?}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let (document, mut found) = (document(), Vec::new());
    references(&document, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
}
