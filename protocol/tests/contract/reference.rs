//! The reference part of `docs/protocol.md`: methods, types and errors.

use nhd_protocol::error::ErrorKind;
use nhd_protocol::message::{ERRORS, Message, WARNINGS};
use serde_json::{Value, json};

use crate::schema::{description, expression, members, referred, words};

pub(crate) const BEGIN: &str =
    "<!-- The reference begins here. It is made from the crate nhd-protocol; do not edit. -->";
pub(crate) const END: &str = "<!-- The reference ends here. -->";

pub(crate) fn render(document: &Value) -> String {
    let methods: String = document["methods"].as_array().expect("methods").iter().map(method).collect();
    let types = document["components"]["schemas"].as_object().expect("types");
    let types: String = types.iter().map(|(name, schema)| type_of(name, schema)).collect();
    let (errors, errors_by_code, warnings) = (errors(), texts(ERRORS), texts(WARNINGS));
    format!(
        "## Methods\n{methods}\n## Types\n{types}\n## Errors by kind\n\n{errors}\n## Errors by code\n\n{errors_by_code}\n\
         ## Warnings by code\n\n{warnings}"
    )
}

fn method(method: &Value) -> String {
    let text = |name: &str| method[name].as_str().unwrap_or_default();
    let takes = match referred(&method["x-params"]) {
        Some("NoParams") => "nothing".to_owned(),
        Some(name) => link(name),
        None => "an array of one string".to_owned(),
    };
    let result = &method["result"]["schema"];
    let answers = referred(result).map_or_else(|| format!("`{}`", expression(result)), link);
    let mut out =
        format!("\n### {}\n\n{}\n\nTakes {takes}. Answers {answers}.", text("name"), text("description"));
    out += match text("x-repeat") {
        "reads" => " Only reads.",
        "idempotent" => " Can be sent again when its answer was lost.",
        "again" => " Sent again, it is done again.",
        _ => "",
    };
    let errors = method["errors"].as_array().map_or(&[][..], Vec::as_slice);
    let kinds: Vec<String> = errors.iter().filter_map(referred).map(|kind| format!("`{kind}`")).collect();
    if !kinds.is_empty() {
        out += &format!(" Errors: {}.", kinds.join(", "));
    }
    out + "\n"
}

fn type_of(name: &str, schema: &Value) -> String {
    let mut out = format!("\n### {name}\n");
    if !description(schema).is_empty() {
        out += &format!("\n{}\n", description(schema));
    }
    if name == "ErrorKind" {
        return out + "\nThe words are in [Errors by kind](#errors-by-kind).\n";
    }
    if let Some(words) = words(schema) {
        return out + "\n" + &words.into_iter().map(|(word, doc)| word_line(word, doc)).collect::<String>();
    }
    out += &table(schema);
    for variant in schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice) {
        let word = &variant["properties"]["type"]["const"];
        out += &format!("\n`type` {word}: {}\n{}", description(variant), table(variant));
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let choices: Vec<String> = choices.iter().map(expression).collect();
        out += &format!("\n`{}`\n", choices.join("` or `"));
    }
    out
}

fn word_line(word: &str, doc: &str) -> String {
    if doc.is_empty() { format!("- `\"{word}\"`\n") } else { format!("- `\"{word}\"`: {doc}\n") }
}

/// The members of an object; those that may be absent have a question mark.
fn table(schema: &Value) -> String {
    let rows: String = members(schema)
        .into_iter()
        .map(|(name, schema, required)| {
            let mark = if required { "" } else { "?" };
            let of = expression(schema);
            let plain = of.trim_end_matches("[]");
            let of = if plain.starts_with(char::is_uppercase) {
                format!("{}{}", link(plain), of[plain.len()..].replace("[]", "\\[\\]"))
            } else {
                format!("`{of}`")
            };
            format!("| `{name}{mark}` | {of} | {} |\n", description(schema).replace('|', "\\|"))
        })
        .collect();
    if rows.is_empty() { rows } else { format!("\n| member | type | |\n|---|---|---|\n{rows}") }
}

fn link(name: &str) -> String {
    format!("[{name}](#{})", name.to_lowercase())
}

fn errors() -> String {
    let row = |kind: &ErrorKind| {
        let word = json!(kind);
        let word = word.as_str().expect("a word");
        format!("| `{word}` | {} | {} | {} |\n", kind.code(), kind.description(), kind.remedy())
    };
    let rows: String = ErrorKind::ALL.iter().map(row).collect();
    format!("| kind | code | cause | remedy |\n|---|---|---|---|\n{rows}")
}

/// Texts with their codes, for those who translate them.
fn texts(messages: &[Message]) -> String {
    let row = |message: &Message| match message.hint {
        Some(hint) => format!("| `{}` | {} | {hint} |\n", message.code, message.text),
        None => format!("| `{}` | {} | |\n", message.code, message.text),
    };
    let rows: String = messages.iter().map(row).collect();
    format!("| code | text | hint |\n|---|---|---|\n{rows}")
}
