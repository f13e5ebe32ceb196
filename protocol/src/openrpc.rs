//! The contract as an OpenRPC document, made from the table of methods and the types. It knows no file and no server.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::discover::OpenRpcDocument;
use crate::error::{ErrorInfo, ErrorKind};
use crate::message::{ERRORS, Message, WARNINGS};
use crate::methods::{
    CancelParams, METHODS, MethodEntry, Repeat, SUBSCRIPTIONS, SubscriptionEntry, UNSUBSCRIBE_DOC,
};
use crate::stream::frame::{StreamNotice, StreamOpened, StreamOrigin, StreamSignal};

/// The version of OpenRPC that the document follows.
const OPENRPC_VERSION: &str = "1.3.2";
const DEFINITIONS: &str = "/components/schemas";

/// The document of this version of the protocol.
#[must_use]
pub fn document() -> OpenRpcDocument {
    let mut types = generator();
    let mut methods: Vec<Value> = METHODS.iter().map(|entry| method(&mut types, entry)).collect();
    methods.extend(SUBSCRIPTIONS.iter().flat_map(|entry| subscription(&mut types, entry)));
    // Types that no method names by itself.
    for schema in [
        SchemaGenerator::subschema_for::<ErrorInfo>,
        SchemaGenerator::subschema_for::<CancelParams>,
        SchemaGenerator::subschema_for::<StreamOpened>,
        SchemaGenerator::subschema_for::<StreamSignal>,
        SchemaGenerator::subschema_for::<StreamOrigin>,
        SchemaGenerator::subschema_for::<StreamNotice>,
    ] {
        schema(&mut types);
    }
    let document = json!({
        "openrpc": OPENRPC_VERSION,
        "info": {
            "title": "nhd",
            "description": "The local daemon that puts Kubernetes workloads into DevMode. `docs/protocol.md` has \
                framings, handshake, events and rules.",
            "version": format!("{}.0.0", crate::PROTOCOL_VERSION),
            "license": { "name": "Apache-2.0" },
        },
        "methods": methods,
        "x-messages": messages(),
        "components": { "schemas": types.take_definitions(true), "errors": errors() },
    });
    OpenRpcDocument(document.as_object().expect("the literal is an object").clone())
}

/// A generator whose schemas name each type once, below the document's components.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft07()
        .with(|settings| settings.definitions_path = DEFINITIONS.into())
        .with_transform(RecursiveTransform(wire_form))
        .into_generator()
}

/// A schema as values really are on the wire: an absent option is left out and never null. Its words lose the line
/// breaks of the sources.
fn wire_form(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    if schema.get("default").is_some_and(|default| *default == json!(null) || *default == json!(false)) {
        schema.remove("default");
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| *choice != json!({ "type": "null" }));
        if let [only] = choices.as_slice() {
            // Draft 7 overlooks what stands beside a reference, and a description does.
            let only = json!([only]);
            schema.remove("anyOf");
            schema.insert("allOf".to_owned(), only);
        }
    }
}

fn method(types: &mut SchemaGenerator, entry: &MethodEntry) -> Value {
    let errors: Vec<Value> = entry.error_kinds().into_iter().map(error_reference).collect();
    json!({
        "name": entry.name,
        "description": entry.doc,
        "paramStructure": "by-name",
        "params": params(types, entry.params),
        "x-params": (entry.params)(types),
        "result": { "name": "result", "required": true, "schema": (entry.result)(types) },
        "errors": errors,
        "x-repeat": match entry.repeat {
            Repeat::Reads => "reads",
            Repeat::Idempotent => "idempotent",
            Repeat::Again => "again",
        },
    })
}

/// The members of a params type as the document's params, which are passed by name.
fn params(types: &mut SchemaGenerator, of: fn(&mut SchemaGenerator) -> Schema) -> Vec<Value> {
    let reference = of(types);
    let name = reference.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
    let schema = name.and_then(|name| types.definitions().get(name)).cloned().unwrap_or_default();
    let required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
    let members = schema["properties"].as_object().cloned().unwrap_or_default();
    let mut members: Vec<(String, Value)> = members.into_iter().collect();
    members.sort_by_key(|(name, _)| !required.contains(&json!(name)));
    members.into_iter().map(|(name, schema)| param(&name, schema, required.contains(&json!(name)))).collect()
}

fn param(name: &str, schema: Value, required: bool) -> Value {
    let mut schema = Schema::try_from(schema).expect("a member's schema is a schema");
    RecursiveTransform(wire_form).transform(&mut schema);
    let mut param = json!({ "name": name, "required": required });
    if let Some(description) = schema.remove("description") {
        param["description"] = description;
    }
    param["schema"] = schema.to_value();
    param
}

fn subscription(types: &mut SchemaGenerator, entry: &SubscriptionEntry) -> [Value; 2] {
    let kinds = [crate::error::REQUEST_ERRORS].iter().chain(entry.errors).copied().flatten().copied();
    let mut kinds: Vec<ErrorKind> = kinds.collect();
    kinds.sort_by_key(|kind| kind.code());
    let errors: Vec<Value> = kinds.into_iter().map(error_reference).collect();
    let id = json!({ "type": "string" });
    let subscribe = json!({
        "name": entry.subscribe,
        "description": entry.doc,
        "paramStructure": "by-name",
        "params": params(types, entry.params),
        "x-params": (entry.params)(types),
        "result": { "name": "subscription", "required": true, "schema": id },
        "errors": errors,
        "x-notification": { "method": entry.notification, "params": (entry.carries)(types) },
    });
    let unsubscribe = json!({
        "name": entry.unsubscribe,
        "description": UNSUBSCRIBE_DOC,
        "paramStructure": "by-position",
        "params": [{ "name": "subscription", "required": true, "schema": id }],
        "result": { "name": "ended", "required": true, "schema": { "type": "boolean" } },
    });
    [subscribe, unsubscribe]
}

fn error_reference(kind: ErrorKind) -> Value {
    json!({ "$ref": format!("#/components/errors/{}", word(kind)) })
}

fn errors() -> Map<String, Value> {
    let error = |kind: ErrorKind| json!({ "code": kind.code(), "message": kind.description(), "data": { "kind": word(kind) } });
    ErrorKind::ALL.iter().map(|&kind| (word(kind), error(kind))).collect()
}

/// Every text with a code, for those who translate.
fn messages() -> Vec<Value> {
    let message = |message: &Message| {
        let mut entry = json!({ "code": message.code, "text": message.text });
        if let Some(kind) = message.kind {
            entry["kind"] = word(kind).into();
        }
        if let Some(hint) = message.hint {
            entry["hint"] = hint.into();
        }
        entry
    };
    ERRORS.iter().chain(WARNINGS).map(message).collect()
}

/// The kind as it is on the wire.
fn word(kind: ErrorKind) -> String {
    let word = serde_json::to_value(kind).expect("a kind is JSON");
    word.as_str().expect("a kind is one word").to_owned()
}
