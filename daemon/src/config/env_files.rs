//! The files that `envFrom.envFile` names: which they are, and what their lines say. It reads no disk itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::document::{self, Content, Node};
use super::keys;
use super::text::Text;
use super::{Fault, Position};

/// More files than any configuration names.
const MOST_FILES: usize = 64;

/// A file, by where the text names it.
pub(super) type EnvFiles = BTreeMap<Position, EnvFile>;

/// A file that a text names.
#[derive(Debug, Clone)]
pub(super) struct EnvFile {
    /// Where its name is over.
    pub(super) end: Position,
    /// As the text names it.
    pub(super) path: String,
    /// What it says; or why it is not read.
    pub(super) read: Result<EnvText, String>,
}

/// What a file says.
#[derive(Debug, Clone)]
pub(super) struct EnvText {
    /// The file, for people.
    pub(super) name: String,
    /// Of two of one name the last counts.
    pub(super) variables: Vec<EnvVariable>,
    pub(super) faults: Vec<Fault>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EnvVariable {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) at: Position,
}

/// Reads a file by the path of the file that names it, and its own.
pub(super) type ReadFile<'a> = &'a dyn Fn(&Path, &str) -> Result<(PathBuf, String), String>;

/// Every file that a text names, for whichever container.
pub(super) fn read(text: &Text, read: ReadFile<'_>) -> EnvFiles {
    // What is wrong with the text itself is said elsewhere.
    let Ok(root) = document::parse(&text.text) else { return EnvFiles::new() };
    let mut named = Vec::new();
    files_below(&root, &mut named);
    let mut files = EnvFiles::new();
    for (node, path) in named {
        let includer = text.place(node.at).file;
        let includer = text.files.get(includer).map_or(Path::new(""), |file| &file.path);
        let contents = match files.len() < MOST_FILES {
            true => read(includer, path),
            false => Err(format!("more than {MOST_FILES} files are named")),
        };
        let read = contents.map(|(file, contents)| parse(file.display().to_string(), &contents));
        files.insert(node.at, EnvFile { end: node.end, path: path.to_owned(), read });
    }
    files
}

/// The names of files below every `dev` of a text.
fn files_below<'n>(node: &'n Node, into: &mut Vec<(&'n Node, &'n str)>) {
    match &node.content {
        Content::List(items) => items.iter().for_each(|item| files_below(item, into)),
        Content::Map(members) => {
            for (key, value) in members {
                if key.name != "dev" {
                    files_below(value, into);
                } else if let Some(list) = value.get("envFrom").and_then(|from| from.get("envFile"))
                    && let Content::List(items) = &list.content
                {
                    into.extend(items.iter().filter_map(|item| {
                        let node = item.get("path")?;
                        let Content::Scalar { text, .. } = &node.content else { return None };
                        (!text.is_empty()).then_some((node, text.as_str()))
                    }));
                }
            }
        }
        Content::Null | Content::Scalar { .. } => {}
    }
}

/// Lines `NAME=VALUE`, as Nocalhost, `docker run --env-file` and `kubectl create --from-env-file` read them: a value is
/// taken as it is, quotes with it. Empty lines and such that begin with `#` say nothing.
fn parse(name: String, text: &str) -> EnvText {
    let (mut variables, mut faults) = (Vec::<EnvVariable>::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        let blank = line.chars().take_while(|it| it.is_whitespace()).count();
        let said = line.trim_start();
        if said.is_empty() || said.starts_with('#') {
            continue;
        }
        let position = |column: usize| Position {
            line: u32::try_from(index + 1).unwrap_or(u32::MAX),
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
        };
        let at = position(blank);
        let end = |length: usize| Some(position(blank + length));
        match said.split_once('=') {
            // The line itself may be a secret, and is not quoted.
            None => faults.push(Fault {
                end: end(said.chars().count()),
                ..Fault::new(at, "a line must be NAME=VALUE, or a comment that begins with #")
            }),
            Some((variable, _)) if !keys::is_variable_name(variable) => faults.push(Fault {
                end: end(variable.chars().count().max(1)),
                ..Fault::new(at, format!("{variable:?} is not the name of a variable"))
            }),
            Some((variable, value)) => {
                let variable = EnvVariable { name: variable.to_owned(), value: value.to_owned(), at };
                match variables.iter_mut().find(|known| known.name == variable.name) {
                    Some(known) => *known = variable,
                    None => variables.push(variable),
                }
            }
        }
    }
    EnvText { name, variables, faults }
}

impl EnvFile {
    /// Why it is not read, at the place that names it.
    pub(super) fn unread(&self, at: Position) -> Option<Fault> {
        let why = self.read.as_ref().err()?;
        let message = format!("failed to read env file {}: {why}", self.path);
        Some(Fault { end: Some(self.end), ..Fault::new(at, message) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::expanded;
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_and_what_is_none_has_its_place() {
        let read = parse("e".to_owned(), "# c\n\nA=1\n  B='x y' \r\n#C=1\nD=a=b\nA=2\nE=\n");
        let said: Vec<_> =
            read.variables.iter().map(|it| (it.name.as_str(), it.value.as_str(), it.at.line)).collect();
        assert_eq!(said, [("A", "2", 7), ("B", "'x y' ", 4), ("D", "a=b", 6), ("E", "", 8)]);
        assert_eq!(read.faults, []);
        let read = parse("e".to_owned(), "A=1\n export X\nexport Y=1\n=z\n");
        let faults: Vec<_> = read
            .faults
            .iter()
            .map(|it| (it.at.line, it.at.column, it.end.expect("an end").column, it.message.as_str()))
            .collect();
        assert_eq!(
            faults,
            [
                (2, 2, 10, "a line must be NAME=VALUE, or a comment that begins with #"),
                (3, 1, 9, "\"export Y\" is not the name of a variable"),
                (4, 1, 2, "\"\" is not the name of a variable"),
            ]
        );
    }

    #[test]
    fn files_are_named_below_dev_alone_and_there_is_a_limit() {
        let text = "{services: [{name: a, envFrom: {envFile: [{path: no}]}, containers: [{dev: {envFrom: {envFile: [{path: \
                    x}, {path: ''}, {}]}}}]}], dev: {envFrom: {envFile: [{path: y}]}}}";
        let found = read(&expanded("f", text), &|_, path| Err(path.to_owned()));
        let said: Vec<_> = found.values().map(|it| (it.path.as_str(), it.read.clone().err())).collect();
        assert_eq!(said, [("x", Some("x".to_owned())), ("y", Some("y".to_owned()))]);
        let many: Vec<String> = (0..=MOST_FILES).map(|index| format!("{{path: f{index}}}")).collect();
        let text = format!("dev: {{envFrom: {{envFile: [{}]}}}}", many.join(", "));
        let found = read(&expanded("f", &text), &|_, path| Ok((path.into(), String::new())));
        assert_eq!(found.values().filter(|it| it.read.is_err()).count(), 1);
    }
}
