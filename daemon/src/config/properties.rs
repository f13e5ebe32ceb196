//! What holds for every text: an answer, not a panic.

use nhd_protocol::workload::WorkloadKind;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn answered(kind: SourceKind, text: String) {
    let layer = Layer { kind, file: "f".to_owned(), text };
    if let Ok(resolved) = resolve(WorkloadKind::Deployment, "reviews", &Flags::default(), &[layer]) {
        Values::of(&resolved);
    }
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
    fn any_value_of_any_key_is_answered(
        key in select(vec!["image", "env", "resources", "sync", "command", "portForward", "debug", "shell", "patches"]),
        text in scraps(),
    ) {
        answered(SourceKind::File, format!("{{name: reviews, containers: [{{dev: {{{key}: {text}}}}}]}}"));
    }
}
