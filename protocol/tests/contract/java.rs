//! The Java types: a record for each object, a class of constants for each list of words, an interface of the methods.
//!
//! Words stay strings, because a later daemon may say words that a client does not know. What the daemon answers with
//! has no null lists; what a client sends is made with its required members and a `with…` for each of the others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::schema::{description, members, referred, words};

pub(crate) const FOLDER: &str = "client-jvm/client/src/main/java/dev/nhd/client/protocol";

const WIDTH: usize = 120;

/// The library that carries messages speaks of these itself, or they say nothing.
const LEFT_OUT: &[&str] = &["CancelParams", "ConfigValue", "NoParams", "OpenRpcDocument", "RequestId"];

/// A member of an object: a component of its record.
struct Component {
    name: String,
    java: String,
    doc: String,
    required: bool,
}

impl Component {
    fn param(&self) -> String {
        format!("@param {} {}", self.name, self.doc)
    }

    fn is_absent_list(&self) -> bool {
        !self.required && self.java.starts_with("List<")
    }
}

/// Every file by its name.
pub(crate) fn render(document: &Value) -> BTreeMap<String, String> {
    let types = document["components"]["schemas"].as_object().expect("types");
    let methods = document["methods"].as_array().expect("methods");
    let sent: BTreeSet<&str> = methods.iter().filter_map(|method| referred(&method["x-params"])).collect();
    let mut files = BTreeMap::from([
        ("DaemonMethods.java".to_owned(), file(&interface(document))),
        ("package-info.java".to_owned(), package()),
    ]);
    for (name, schema) in types.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
        let text = match words(schema) {
            Some(words) => constants(name, schema, &words),
            None => record(name, schema, sent.contains(name.as_str()), document),
        };
        files.insert(format!("{name}.java"), file(&text));
    }
    files
}

fn head() -> String {
    format!("// Made from the crate nhd-protocol; do not edit. To write it anew: {}\n", crate::REWRITE)
}

fn file(text: &str) -> String {
    let imports = [
        ("CompletableFuture<", "java.util.concurrent.CompletableFuture"),
        ("JsonElement ", "com.google.gson.JsonElement"),
        ("List<", "java.util.List"),
        ("Map<", "java.util.Map"),
        ("@JsonRequest", "org.eclipse.lsp4j.jsonrpc.services.JsonRequest"),
    ];
    let mut imports: Vec<_> =
        imports.iter().filter(|(use_of, _)| text.contains(use_of)).map(|(_, it)| it).collect();
    imports.sort();
    let imports: String = imports.iter().map(|it| format!("import {it};\n")).collect();
    let gap = if imports.is_empty() { "" } else { "\n" };
    format!("{}package dev.nhd.client.protocol;\n\n{imports}{gap}{text}", head())
}

fn package() -> String {
    let doc = "What is on the wire: the daemon's methods and their types. Moments are RFC 3339 strings in UTC, durations \
        whole milliseconds. A later daemon may add members, words and kinds of event; those that are not known here are \
        passed over.";
    format!("{}{}package dev.nhd.client.protocol;\n", head(), comment(&[doc.to_owned()], ""))
}

fn constants(name: &str, schema: &Value, words: &[(&str, &str)]) -> String {
    let lines: String = words
        .iter()
        .map(|(word, doc)| {
            let doc = if doc.is_empty() { format!("The word `{word}`.") } else { (*doc).to_owned() };
            let doc = comment(&[markup(&doc)], "    ");
            format!("{doc}    public static final String {} = \"{word}\";\n\n", constant(word))
        })
        .collect();
    let doc = format!("{} A later daemon may say words that are not here.", markup(description(schema)));
    format!("{}public final class {name} {{\n{lines}    private {name}() {{}}\n}}\n", comment(&[doc], ""))
}

fn record(name: &str, schema: &Value, sent: bool, document: &Value) -> String {
    let mut components = components(schema, document);
    let with_lists = !sent && components.iter().any(Component::is_absent_list);
    for list in components.iter_mut().filter(|it| with_lists && it.is_absent_list()) {
        list.doc = list.doc.replace(" May be null.", " Empty where there is none.");
    }
    let mut doc = vec![markup(description(schema))];
    doc.extend(components.iter().map(Component::param));
    let list: Vec<String> = components.iter().map(|it| format!("{} {}", it.java, it.name)).collect();
    let line = format!("public record {name}({})", list.join(", "));
    let line = if line.len() + 4 <= WIDTH {
        line
    } else {
        format!("public record {name}(\n        {})", list.join(",\n        "))
    };
    let mut body = Vec::new();
    for variant in schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice) {
        let word = variant["properties"]["type"]["const"].as_str().expect("the type of a variant");
        let doc = comment(&[markup(description(variant))], "    ");
        body.push(format!("{doc}    public static final String {} = \"{word}\";\n", constant(word)));
    }
    if sent && components.iter().any(|it| !it.required) {
        body.push(short_constructor(name, &components));
        body.extend(components.iter().filter(|it| !it.required).map(|it| with(name, it, &components)));
    } else if with_lists {
        body.push(no_null_lists(name, &components));
    }
    let body = if body.is_empty() { "}\n".to_owned() } else { format!("\n{}}}\n", body.join("\n")) };
    format!("{}{line} {{{body}", comment(&doc, ""))
}

/// The members of an object; those of all variants where there are several, of which only some are there.
fn components(schema: &Value, document: &Value) -> Vec<Component> {
    let mut components: Vec<Component> = members(schema)
        .into_iter()
        .map(|(name, schema, required)| component(name, schema, required, document))
        .collect();
    for variant in schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice) {
        let word = variant["properties"]["type"]["const"].as_str().expect("the type of a variant");
        for (name, schema, _) in members(variant) {
            if name == "type" {
                if !components.iter().any(|it| it.name == name) {
                    let doc = "which kind of event it is, and so which members are there: one of the constants here".to_owned();
                    components.push(Component {
                        name: name.to_owned(),
                        java: "String".to_owned(),
                        doc,
                        required: true,
                    });
                }
                continue;
            }
            match components.iter_mut().find(|it| it.name == name) {
                Some(there) => there.doc = there.doc.replace(" only", &format!(" and {{@code {word}}} only")),
                None => {
                    let mut new = component(name, schema, false, document);
                    new.doc = format!("of {{@code {word}}} only: {}", new.doc);
                    components.push(new);
                }
            }
        }
    }
    components
}

fn component(name: &str, schema: &Value, required: bool, document: &Value) -> Component {
    let java = if required { java(schema, document) } else { boxed(&java(schema, document)) };
    let target = referred(schema).or_else(|| referred(&schema["items"]));
    let target_schema = target.map(|name| &document["components"]["schemas"][name]);
    let mut doc = description(schema);
    if doc.is_empty() {
        doc = target_schema.map(description).unwrap_or_default();
    }
    assert!(!doc.is_empty(), "the member {name} needs a description: {schema}");
    let mut doc = markup(doc);
    if let (Some(target), Some(Some(_))) = (target, target_schema.map(words)) {
        doc += &format!(" One of {{@link {target}}}.");
    }
    if !required {
        doc += " May be null.";
    }
    Component { name: name.to_owned(), java, doc, required }
}

fn java(schema: &Value, document: &Value) -> String {
    if let Some(name) = referred(schema) {
        let schema = &document["components"]["schemas"][name];
        return match () {
            () if words(schema).is_some() => "String".to_owned(),
            () if schema.get("anyOf").is_some() => "JsonElement".to_owned(),
            () => name.to_owned(),
        };
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), _) => "String".to_owned(),
        (Some("boolean"), _) => "boolean".to_owned(),
        (Some("number"), _) => "double".to_owned(),
        (Some("integer"), Some("uint16")) => "int".to_owned(),
        (Some("integer"), _) => "long".to_owned(),
        (Some("array"), _) => format!("List<{}>", boxed(&java(&schema["items"], document))),
        (Some("object"), _) => {
            format!("Map<String, {}>", boxed(&java(&schema["additionalProperties"], document)))
        }
        _ => panic!("no Java type for {schema}"),
    }
}

fn boxed(java: &str) -> String {
    match java {
        "boolean" => "Boolean".to_owned(),
        "double" => "Double".to_owned(),
        "int" => "Integer".to_owned(),
        "long" => "Long".to_owned(),
        other => other.to_owned(),
    }
}

fn unboxed(java: &str) -> &str {
    match java {
        "Boolean" => "boolean",
        "Double" => "double",
        "Integer" => "int",
        "Long" => "long",
        other => other,
    }
}

/// The constructor of the members that have to be there.
fn short_constructor(name: &str, components: &[Component]) -> String {
    let required: Vec<&Component> = components.iter().filter(|it| it.required).collect();
    let mut doc = vec!["With nothing but what has to be there.".to_owned()];
    doc.extend(required.iter().map(|it| it.param()));
    let parameters: Vec<String> = required.iter().map(|it| format!("{} {}", it.java, it.name)).collect();
    let arguments: Vec<&str> =
        components.iter().map(|it| if it.required { it.name.as_str() } else { "null" }).collect();
    format!(
        "{}    public {name}({}) {{\n{}    }}\n",
        comment(&doc, "    "),
        parameters.join(", "),
        statement(&format!("this({});", arguments.join(", ")))
    )
}

/// A copy with one more member.
fn with(name: &str, component: &Component, components: &[Component]) -> String {
    let Component { name: member, java, doc, .. } = component;
    let doc = doc.strip_suffix(" May be null.").unwrap_or(doc);
    let doc = [
        format!("The same with {{@code {member}}}."),
        format!("@param {member} {doc}"),
        "@return a copy".to_owned(),
    ];
    let (first, rest) = member.split_at(1);
    let arguments: Vec<&str> = components.iter().map(|it| it.name.as_str()).collect();
    format!(
        "{}    public {name} with{}{rest}({} {member}) {{\n{}    }}\n",
        comment(&doc, "    "),
        first.to_uppercase(),
        unboxed(java),
        statement(&format!("return new {name}({});", arguments.join(", ")))
    )
}

/// Whoever reads an answer need not ask whether there is a list.
fn no_null_lists(name: &str, components: &[Component]) -> String {
    let lists: String = components
        .iter()
        .filter(|it| it.is_absent_list())
        .map(|it| format!("        {0} = {0} == null ? List.of() : {0};\n", it.name))
        .collect();
    let mut doc = vec!["A list that is absent is empty.".to_owned()];
    doc.extend(components.iter().map(Component::param));
    let doc = comment(&doc, "    ");
    format!("{doc}    public {name} {{\n{lists}    }}\n")
}

fn interface(document: &Value) -> String {
    let methods = document["methods"].as_array().expect("methods");
    let methods: String =
        methods.iter().filter(|it| it["name"] != "rpc.discover").map(|it| method(it, document)).collect();
    let doc = [
        "The daemon's methods. An answer that is an error completes the future with a {@code ResponseErrorException}; {@code \
         cancel} of that future, and not of one made from it, gives the request up at the daemon, too."
            .to_owned(),
    ];
    format!(
        "{}public interface DaemonMethods {{\n    /** The version of the protocol that these types describe. */\n    long PROTOCOL_VERSION = {};\n{methods}}}\n",
        comment(&doc, ""),
        nhd_protocol::PROTOCOL_VERSION
    )
}

fn method(method: &Value, document: &Value) -> String {
    let name = method["name"].as_str().expect("a name");
    let (space, word) = name.split_once('.').expect("a namespace");
    let (first, rest) = word.split_at(1);
    let result = &method["result"]["schema"];
    let answer = boxed(&java(result, document));
    let (parameters, params_doc) = match referred(&method["x-params"]) {
        Some("NoParams") => (String::new(), None),
        Some(params) => {
            let doc = markup(description(&document["components"]["schemas"][params]));
            (format!("{params} params"), Some(format!("@param params {doc}")))
        }
        // lsp4j makes an array of what is not an object; a list it would wrap again.
        None => (
            "String subscription".to_owned(),
            Some("@param subscription the id of the subscription".to_owned()),
        ),
    };
    let mut doc = vec![format!("{{@code {name}}}: {}", markup(description(method)))];
    doc.push(
        match method["x-repeat"].as_str() {
            Some("reads") => "<p>Only reads.",
            Some("idempotent") => "<p>Can be sent again when its answer was lost.",
            Some("again") => "<p>Sent again, it is done again.",
            _ => "",
        }
        .to_owned(),
    );
    let errors = method["errors"].as_array().map_or(&[][..], Vec::as_slice);
    let kinds: Vec<String> =
        errors.iter().filter_map(referred).map(|kind| format!("{{@code {kind}}}")).collect();
    if !kinds.is_empty() {
        doc.push(format!("<p>Errors: {}.", kinds.join(", ")));
    }
    doc.retain(|line| !line.is_empty());
    doc.extend(params_doc);
    let answered = referred(result).map_or("", |name| description(&document["components"]["schemas"][name]));
    doc.push(format!(
        "@return {}",
        if answered.is_empty() { "the answer".to_owned() } else { markup(answered) }
    ));
    format!(
        "\n{}    @JsonRequest(\"{name}\")\n    CompletableFuture<{answer}> {space}{}{rest}({parameters});\n",
        comment(&doc, "    "),
        first.to_uppercase(),
    )
}

/// `awaitSync` and `StatefulSet` as constants.
fn constant(word: &str) -> String {
    let mut out = String::new();
    for (at, letter) in word.char_indices() {
        if at > 0 && letter.is_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

/// Markdown's code as Javadoc's, and what HTML would take for its own.
fn markup(text: &str) -> String {
    let mut out = String::new();
    for (at, piece) in text.split('`').enumerate() {
        if at % 2 == 1 {
            out += &format!("{{@code {piece}}}");
        } else {
            out +=
                &piece.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "&#64;");
        }
    }
    out
}

/// A statement in a method, broken where it is too long for a line.
fn statement(text: &str) -> String {
    let lines = wrapped(text, WIDTH - 16);
    let lines: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| format!("{}{line}\n", if at == 0 { "        " } else { "                " }))
        .collect();
    lines.concat()
}

/// A doc comment, on one line where it fits; a blank line goes before paragraphs and the first tag.
fn comment(parts: &[String], indent: &str) -> String {
    if let [only] = parts
        && indent.len() + only.len() + 7 <= WIDTH
    {
        return format!("{indent}/** {only} */\n");
    }
    let mut out = format!("{indent}/**\n");
    let mut tagged = false;
    for (at, part) in parts.iter().enumerate() {
        let tag = part.starts_with('@');
        if at > 0 && !(tag && tagged) {
            out += &format!("{indent} *\n");
        }
        tagged = tag;
        for (at, line) in wrapped(part, WIDTH - indent.len() - 7).iter().enumerate() {
            let hanging = if tag && at > 0 { "    " } else { "" };
            out += &format!("{indent} * {hanging}{line}\n");
        }
    }
    out + &format!("{indent} */\n")
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    // Javadoc's code stays in one piece where its name and its word are all that there is.
    let text = text.replace("{@code ", "{@code\u{1}").replace("{@link ", "{@link\u{1}");
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("one at least");
        if !last.is_empty() && last.len() + 1 + word.len() > width {
            lines.push(word.to_owned());
        } else {
            last.push_str(if last.is_empty() { "" } else { " " });
            last.push_str(word);
        }
    }
    lines.iter().map(|line| line.replace('\u{1}', " ")).collect()
}
