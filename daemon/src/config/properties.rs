//! What holds for every text: an answer, not a panic, and places that are places of the texts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nhd_protocol::workload::WorkloadKind;
use proptest::prelude::*;
use proptest::sample::select;

use super::expand::{Surroundings, expand};
use super::*;

fn answered(kind: SourceKind, text: String) {
    answered_among(kind, text, &[], &BTreeMap::new());
}

/// Reads a text that may include others, by their index, and refer to variables.
fn answered_among(kind: SourceKind, text: String, others: &[String], variables: &BTreeMap<String, String>) {
    let named = |name: &str| name.parse().ok().and_then(|index: usize| others.get(index).cloned());
    let surroundings = Surroundings {
        variable: &|name| variables.get(name).cloned(),
        include: &|_, name| Ok((PathBuf::from(name), named(name).ok_or("no such file")?)),
    };
    let source = |file: &str| if file == "f" { Some(text.clone()) } else { named(file) };
    let check = |file: &str, at: Position| {
        let source = source(file).unwrap_or_else(|| panic!("there is no {file}"));
        assert!(is_in(&source, at), "{file}:{at:?} is not in {source:?}");
    };
    let expanded = match expand("f".to_owned(), Path::new("f"), &text, &surroundings) {
        Ok(expanded) => expanded,
        Err(ConfigError::Wrong { file, at, .. }) => return check(&file, at),
        Err(error) => panic!("{error}"),
    };
    for note in &expanded.notes {
        check(expanded.file_of(note.place), note.place.at);
    }
    let layer = Layer { kind, text: expanded };
    match resolve(WorkloadKind::Deployment, "reviews", &Flags::default(), &[layer]) {
        Ok(resolved) => {
            for (file, at) in resolved.entries.iter().filter_map(|entry| entry.origin.place.as_ref()) {
                check(file, *at);
            }
            Values::of(&resolved);
        }
        Err(ConfigError::Wrong { file, at, .. }) => check(&file, at),
        Err(error) => panic!("{error}"),
    }
}

/// Whether a position is one of the text, or of its end.
fn is_in(text: &str, at: Position) -> bool {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let line = text.split('\n').nth(at.line as usize - 1);
    line.is_some_and(|line| at.column as usize <= line.chars().count() + 1)
}

/// Texts of what a configuration is made of, in any order.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = select(vec![
        "name: reviews",
        "containers:",
        "- ",
        "\n",
        "  ",
        "dev:",
        "image: ",
        "env: ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "<<: ",
        "sync: ",
        "resources: ",
        "limits: ",
        "cpu",
        ": ",
        ", ",
        "'",
        "\"",
        "|",
        "services: ",
        "application: ",
        "~",
        "1",
        "---",
        "!!str ",
        "ä",
        "\t",
        "#",
        "\r",
        "$",
        "$A",
        "${A}",
        "${A:-x}",
        "${B:-${A}",
        "${B+",
        "}",
        "${_INCLUDE_:-0}",
        "${_INCLUDE_:-1 | nindent 2}",
        "${_INCLUDE_:-2 | indent 3}",
    ]);
    proptest::collection::vec(scrap, 0..40).prop_map(|scraps| scraps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        answered(SourceKind::File, text.clone());
        answered(SourceKind::Daemon, text);
    }

    #[test]
    fn any_yaml_is_answered(text in scraps()) {
        answered(SourceKind::File, text.clone());
        answered(SourceKind::Daemon, text.clone());
        answered(SourceKind::File, format!("{{name: reviews, containers: [{{dev: {{{text}}}}}]}}"));
    }

    #[test]
    fn any_texts_that_include_each_other_are_answered(
        text in scraps(),
        others in proptest::collection::vec(scraps(), 3),
        values in proptest::collection::btree_map(select(vec!["A".to_owned(), "B".to_owned()]), scraps(), 0..3),
    ) {
        answered_among(SourceKind::File, text.clone(), &others, &values);
        let text = format!("name: reviews\ncontainers:\n- dev:\n    {text}\n");
        answered_among(SourceKind::File, text, &others, &values);
    }

    #[test]
    fn any_value_of_any_key_is_answered(
        key in select(vec!["image", "env", "resources", "sync", "command", "portForward", "debug", "shell", "patches", "persistentVolumeDirs", "storageClass"]),
        text in scraps(),
    ) {
        answered(SourceKind::File, format!("{{name: reviews, containers: [{{dev: {{{key}: {text}}}}}]}}"));
    }
}
