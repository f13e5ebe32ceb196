//! The TypeScript types: literal unions for enums, optional members with `?`, integers as numbers.

use serde_json::Value;

use crate::schema::{description, expression, members, referred, words};

const WIDTH: usize = 116;

pub(crate) fn render(document: &Value) -> String {
    let mut text =
        format!("// Made from the crate nhd-protocol; do not edit. To write it anew: {}\n", crate::REWRITE);
    text += &constants();
    let types = document["components"]["schemas"].as_object().expect("types");
    for (name, schema) in types {
        text += &format!("\n{}{}", comment(description(schema), ""), declaration(name, schema));
    }
    text + &methods(document) + &codes(document)
}

fn names<S: nhd_protocol::methods::Subscription>() -> String {
    format!(
        "{{\n  subscribe: \"{}\",\n  unsubscribe: \"{}\",\n  notification: \"{}\",\n}} as const",
        S::SUBSCRIBE,
        S::UNSUBSCRIBE,
        S::NOTIFICATION
    )
}

fn constants() -> String {
    use nhd_protocol::methods::{CANCEL_REQUEST, CANCELLED_CODE, EventSubscription, WorkloadSubscription};
    format!(
        "
/** The version of the protocol that these types describe. */
export const PROTOCOL_VERSION = {};

/** The names of the subscription to events. */
export const EVENT_SUBSCRIPTION = {};

/** The names of the subscription to workloads. */
export const WORKLOAD_SUBSCRIPTION = {};

/** The notification that cancels a request, and the code with which that request is answered. */
export const CANCEL_REQUEST = \"{CANCEL_REQUEST}\";
export const CANCELLED_CODE = {CANCELLED_CODE};
",
        nhd_protocol::PROTOCOL_VERSION,
        names::<EventSubscription>(),
        names::<WorkloadSubscription>(),
    )
}

fn declaration(name: &str, schema: &Value) -> String {
    if let Some(words) = words(schema) {
        return format!("export type {name} =\n{};\n", union(&words));
    }
    if let Some(variants) = schema["oneOf"].as_array() {
        let variants: Vec<String> = variants.iter().map(variant_of).collect();
        return format!("export type {name} = {{\n{}}} & (\n{});\n", body(schema, "  "), variants.concat());
    }
    match schema.get("properties") {
        Some(_) => format!("export interface {name} {{\n{}}}\n", body(schema, "  ")),
        None if schema.get("additionalProperties").is_none() && schema["type"] == "object" => {
            format!("export type {name} = Record<string, never>;\n")
        }
        None => format!("export type {name} = {};\n", expression(schema)),
    }
}

fn union(words: &[(&str, &str)]) -> String {
    let line = |(word, doc): &(&str, &str)| format!("{}  | \"{word}\"", comment(doc, "  "));
    words.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn variant_of(variant: &Value) -> String {
    format!("{}  | {{\n{}    }}\n", comment(description(variant), "  "), body(variant, "      "))
}

fn body(schema: &Value, indent: &str) -> String {
    members(schema)
        .into_iter()
        .map(|(name, schema, required)| {
            let mark = if required { "" } else { "?" };
            format!("{}{indent}{name}{mark}: {};\n", comment(description(schema), indent), expression(schema))
        })
        .collect()
}

/// Every method with what it takes and answers, which types a client's `call`.
fn methods(document: &Value) -> String {
    let mut text = "\n/** Every method with what it takes, what it answers, and what a repetition does. */\nexport interface Methods {\n".to_owned();
    let mut repeats = String::new();
    for method in document["methods"].as_array().expect("methods") {
        let Some(params) = referred(&method["x-params"]) else { continue };
        let Some(repeat) = method["x-repeat"].as_str() else { continue };
        let (name, result) =
            (method["name"].as_str().expect("a name"), expression(&method["result"]["schema"]));
        text += &comment(description(method), "  ");
        text += &format!("  \"{name}\": {{ params: {params}; result: {result} }};\n");
        repeats += &format!("  \"{name}\": \"{repeat}\",\n");
    }
    format!(
        "{text}}}

/** Whether a method only reads, is safe to send again when its answer was lost, or is done again. */
export const REPEATS: {{ readonly [M in keyof Methods]: \"reads\" | \"idempotent\" | \"again\" }} = {{
{repeats}}};
"
    )
}

fn codes(document: &Value) -> String {
    let errors = document["components"]["errors"].as_object().expect("errors");
    let mut errors: Vec<(&String, i64)> =
        errors.iter().map(|(kind, error)| (kind, error["code"].as_i64().expect("a code"))).collect();
    errors.sort_by_key(|(_, code)| *code);
    let lines: String = errors.iter().map(|(kind, code)| format!("  {kind}: {code},\n")).collect();
    format!(
        "\n/** The JSON-RPC code of each kind of error. */\nexport const ERROR_CODES: {{ readonly [K in ErrorKind]: number }} = {{\n{lines}}};\n"
    )
}

/// A doc comment, on one line where it fits.
fn comment(text: &str, indent: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    if indent.len() + text.len() + 7 <= WIDTH {
        return format!("{indent}/** {text} */\n");
    }
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("one at least");
        if !last.is_empty() && indent.len() + 3 + last.len() + 1 + word.len() > WIDTH {
            lines.push(word.to_owned());
        } else {
            last.push_str(if last.is_empty() { "" } else { " " });
            last.push_str(word);
        }
    }
    let lines: String = lines.iter().map(|line| format!("{indent} * {line}\n")).collect();
    format!("{indent}/**\n{lines}{indent} */\n")
}
