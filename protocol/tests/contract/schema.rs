//! A JSON Schema as an expression of TypeScript, which the reference uses, too.

use serde_json::Value;

/// The name of the type that a schema refers to.
pub(crate) fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str())?.rsplit('/').next()
}

pub(crate) fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// The members of an object: name, schema and whether it is always there; those that are come first.
pub(crate) fn members(schema: &Value) -> Vec<(&str, &Value, bool)> {
    let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
    let properties = schema["properties"].as_object();
    let mut members: Vec<_> = properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.as_str(), schema, required.iter().any(|it| it == name)))
        .collect();
    members.sort_by_key(|(name, _, required)| (!required, *name != "type"));
    members
}

/// The type of a value. An object with members of its own has a name in this protocol and never comes here.
pub(crate) fn expression(schema: &Value) -> String {
    if let Some(name) = referred(schema) {
        return name.to_owned();
    }
    if let Some(word) = schema.get("const") {
        return word.to_string();
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        return choices.iter().map(expression).collect::<Vec<_>>().join(" | ");
    }
    match schema["type"].as_str() {
        Some("string") => "string".to_owned(),
        Some("integer" | "number") => "number".to_owned(),
        Some("boolean") => "boolean".to_owned(),
        Some("array") => format!("{}[]", expression(&schema["items"])),
        Some("object") => match &schema["additionalProperties"] {
            values @ Value::Object(_) => format!("{{ [name: string]: {} }}", expression(values)),
            _ => "{ [name: string]: unknown }".to_owned(),
        },
        _ => panic!("no expression for {schema}"),
    }
}

/// The words of an enum with what each means.
pub(crate) fn words(schema: &Value) -> Option<Vec<(&str, &str)>> {
    if let Some(words) = schema["enum"].as_array() {
        return Some(words.iter().filter_map(Value::as_str).map(|word| (word, "")).collect());
    }
    let choices = schema["oneOf"].as_array()?;
    let mut words = Vec::new();
    for choice in choices {
        if let Some(plain) = choice["enum"].as_array() {
            words.extend(plain.iter().filter_map(Value::as_str).map(|word| (word, "")));
        } else {
            words.push((choice["const"].as_str()?, description(choice)));
        }
    }
    Some(words)
}
