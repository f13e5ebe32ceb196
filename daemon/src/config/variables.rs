//! The values of variables: those that the client sent, then those of the file that a configuration names.

use std::collections::BTreeMap;
use std::path::Path;

use super::document::{self, Content};
use super::expand::{Surroundings, expand};
use super::text::after;
use super::{Fault, Position};

/// Where Nocalhost's format names the file of variables.
const SECTION: &str = "configProperties";

/// Values by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables<'a> {
    given: Option<&'a BTreeMap<String, String>>,
    file: BTreeMap<String, String>,
}

impl<'a> Variables<'a> {
    pub(super) fn given(given: &'a BTreeMap<String, String>) -> Self {
        Self { given: Some(given), file: BTreeMap::new() }
    }

    /// Adds the lines `NAME=VALUE` of a file, whose values are taken as they are. What is there already counts.
    pub(super) fn add_file(&mut self, text: &str) {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        for (name, value) in lines.filter_map(|line| line.split_once('=')) {
            self.file.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.given.and_then(|given| given.get(name)).or_else(|| self.file.get(name)).cloned()
    }
}

/// The file of variables that a configuration names, and where. Only its own section is looked at, since the whole may be no
/// YAML before it has its variables and includes.
pub(super) fn env_file(text: &str, variables: &Variables<'_>) -> Option<(Position, String)> {
    let (start, section) = section(text)?;
    let surroundings = Surroundings {
        variable: &|name| variables.get(name),
        include: &|_, _| Err("nothing is included here".to_owned()),
    };
    let section = expand(String::new(), Path::new(""), section, &surroundings).ok()?;
    let root = document::parse(&section.text).ok()?;
    let node = root.get(SECTION)?.get("envFile")?;
    let Content::Scalar { text, .. } = &node.content else { return None };
    let at = section.place(node.at).at;
    (!text.is_empty()).then(|| (Position { line: at.line + start.line - 1, ..at }, text.clone()))
}

/// The section with all that is indented below it.
fn section(text: &str) -> Option<(Position, &str)> {
    let mut offset = 0;
    let mut found = None;
    for line in text.split_inclusive('\n') {
        let is_top = !line.starts_with([' ', '\t', '#', '\r', '\n', '}', ']']);
        match found {
            None if line.strip_prefix(SECTION).is_some_and(|rest| rest.starts_with(':')) => {
                found = Some(offset)
            }
            Some(start) if is_top => {
                return Some((after(Position::START, &text[..start]), &text[start..offset]));
            }
            _ => {}
        }
        offset += line.len();
    }
    found.map(|start| (after(Position::START, &text[..start]), &text[start..]))
}

/// What is said where the file is not there.
pub(super) fn missing(at: Position, file: &str) -> Fault {
    Fault::new(at, format!("envFile {file} is not there and has no effect"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_variables_is_found_in_every_form() {
        let given = BTreeMap::from([("STAGE".to_owned(), "dev".to_owned())]);
        for (text, expect) in [
            ("", None),
            ("configProperties:\n  version: v2\n  envFile: env.dev\n", Some((3, 12, "env.dev"))),
            ("# a\n\nconfigProperties: {version: v2, envFile: 'a b'} # c\nx: 1", Some((3, 42, "a b"))),
            ("configProperties:\n\n  # c\n  envFile: .env.${STAGE}\nx: ${", Some((4, 12, ".env.dev"))),
            ("configProperties: {\n  envFile: e\n}\n", Some((2, 12, "e"))),
            ("configProperties:\n  envFile:\n", None),
            ("configProperties:\n  envFile: [a]\n", None),
            ("configProperties: 1\n", None),
            ("configPropertiesX:\n  envFile: a\n", None),
            ("a:\n  configProperties:\n    envFile: a\n", None),
            ("configProperties:\nenvFile: a\n", None),
            ("configProperties:\n  envFile: [\n", None),
        ] {
            let found = env_file(text, &Variables::given(&given));
            let found = found.as_ref().map(|(at, file)| (at.line, at.column, file.as_str()));
            assert_eq!(found, expect, "{text}");
        }
    }

    #[test]
    fn the_environment_goes_before_the_file_and_the_first_line_before_later_ones() {
        let given = BTreeMap::from([("A".to_owned(), String::new())]);
        let mut variables = Variables::given(&given);
        variables.add_file("A=file\n# B=comment\n#C=comment\nD=x=y z\r\nD=later\nno value\n=\nE='q'\n");
        let said = ["A", "B", "C", "D", "E", "F"].map(|name| variables.get(name));
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(said, [text(""), None, None, text("x=y z"), text("'q'"), None]);
    }
}
