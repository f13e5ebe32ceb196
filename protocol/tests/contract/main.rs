//! What is made from the table of methods and the types: OpenRPC, TypeScript, Java and the reference. `NHD_REWRITE=1`
//! writes it; without, a test fails with a diff where the committed files are not what would be written.

mod examples;
mod java;
mod openrpc;
mod reference;
mod schema;
mod typescript;

use std::path::PathBuf;

use serde_json::Value;

const REWRITE: &str = "NHD_REWRITE=1 cargo test -p nhd-protocol --test contract";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn document() -> Value {
    serde_json::to_value(nhd_protocol::openrpc::document()).expect("JSON")
}

/// Compares a committed file with what it must be, or writes it.
fn check(path: &str, expected: &str) {
    let file = root().join(path);
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    if committed == expected {
        return;
    }
    if std::env::var_os("NHD_REWRITE").is_some() {
        std::fs::create_dir_all(file.parent().expect("a file in a folder")).expect("a folder");
        return std::fs::write(&file, expected).expect("a file");
    }
    let diff = similar::TextDiff::from_lines(committed.as_str(), expected);
    let diff = diff.unified_diff().context_radius(2).header("committed", "generated").to_string();
    panic!("{path} is not what the protocol makes it:\n{diff}\nto write it anew: {REWRITE}");
}

/// A text with what is between the two markers replaced.
fn between(text: &str, begin: &str, end: &str, new: &str) -> String {
    let (before, rest) = text.split_once(begin).expect("the marker of the beginning");
    let (_, after) = rest.split_once(end).expect("the marker of the end");
    format!("{before}{begin}\n\n{new}\n{end}{after}")
}

#[test]
fn the_openrpc_document_is_that_of_the_protocol() {
    let text = serde_json::to_string_pretty(&document()).expect("JSON");
    check("docs/openrpc.json", &format!("{text}\n"));
}

#[test]
fn the_typescript_types_are_those_of_the_protocol() {
    check("client-ts/src/generated/protocol.ts", &typescript::render(&document()));
}

#[test]
fn the_java_types_are_those_of_the_protocol() {
    let expected = java::render(&document());
    for (name, text) in &expected {
        check(&format!("{}/{name}", java::FOLDER), text);
    }
    for entry in std::fs::read_dir(root().join(java::FOLDER)).expect("the folder") {
        let path = entry.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(
            expected.contains_key(name),
            "{name} is not a type of the protocol any more: delete {path:?}"
        );
    }
}

#[test]
fn the_reference_is_that_of_the_protocol() {
    let path = "docs/protocol.md";
    let text = std::fs::read_to_string(root().join(path)).expect("the document");
    check(path, &between(&text, reference::BEGIN, reference::END, &reference::render(&document())));
}
