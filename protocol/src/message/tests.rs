//! Templates, and that the tables of them hold together.

use std::collections::BTreeSet;

use super::*;

fn all() -> impl Iterator<Item = &'static Message> {
    ERRORS.iter().chain(WARNINGS)
}

/// A value for each argument that stands nowhere else in a text.
fn sample(message: &Message, with_optional: bool) -> BTreeMap<String, String> {
    let (always, perhaps) = message.arguments();
    let perhaps = perhaps.into_iter().filter(|_| with_optional);
    let value = |name: &str| match name {
        "line" | "column" => format!("{}", 700 + name.len()),
        name => format!("‹{name}›"),
    };
    always.into_iter().chain(perhaps).map(|name| (name.to_owned(), value(name))).collect()
}

#[test]
fn every_code_is_one_word_and_known_once() {
    let mut codes = BTreeSet::new();
    for message in all() {
        assert!(codes.insert(message.code), "{} is there twice", message.code);
        let is_word = message.code.chars().all(|c| c.is_ascii_alphanumeric());
        assert!(is_word && message.code.starts_with(|c: char| c.is_ascii_lowercase()), "{}", message.code);
    }
    assert!(ERRORS.iter().all(|it| it.kind.is_some()) && WARNINGS.iter().all(|it| it.kind.is_none()));
}

#[test]
fn every_argument_appears_in_the_text_and_every_place_is_filled() {
    for message in all() {
        let (always, perhaps) = message.arguments();
        let names: BTreeSet<_> = always.iter().chain(&perhaps).collect();
        assert_eq!(names.len(), always.len() + perhaps.len(), "{}: an argument is there twice", message.code);
        for with_optional in [true, false] {
            let arguments = sample(message, with_optional);
            let text = message.render(&arguments);
            for value in arguments.values() {
                assert!(text.contains(value.as_str()), "{}: {value} is not in {text}", message.code);
            }
            let hint = message.render_hint(&arguments).unwrap_or_default();
            let left = |text: &str| text.contains(['{', '}', '[', ']']);
            assert!(!left(&text) && !left(&hint), "{}: {text}; {hint}", message.code);
        }
        for piece in pieces(message.hint.unwrap_or_default()) {
            let Piece::Argument(name) = piece else { continue };
            assert!(always.contains(&name), "{}: the hint's {name} is not in the text", message.code);
        }
    }
}

#[test]
fn every_warning_is_read_back_as_itself() {
    for message in WARNINGS {
        for with_optional in [true, false] {
            let arguments = sample(message, with_optional);
            let text = message.render(&arguments);
            let expect = Notice { code: Some(message.code.to_owned()), arguments, message: text.clone() };
            assert_eq!(Notice::of(&text), expect);
        }
    }
    let strange = Notice::of("what nobody has ever said");
    assert_eq!((strange.code, strange.arguments.len()), (None, 0));
}

#[test]
fn what_an_optional_piece_lacks_leaves_it_out() {
    let message = Message { code: "x", kind: None, text: "a {b}[ by {c}][: {d}]", hint: Some("see {b}") };
    let check = |arguments: Arguments<'_>, expect: &str| assert_eq!(message.say(arguments), expect);
    check(&[("b", &1)], "a 1");
    check(&[("b", &1), ("d", &"x")], "a 1: x");
    check(&[("b", &1), ("c", &"me"), ("d", &"")], "a 1 by me");
    check(&[("b", &"{c}"), ("c", &"[d]")], "a {c} by [d]");
    assert_eq!(message.arguments(), (vec!["b"], vec!["c", "d"]));
    assert_eq!(message.render_hint(&message.collected(&[("b", &2)])).as_deref(), Some("see 2"));
}
