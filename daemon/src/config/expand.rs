//! Puts variables and included files into a text, as Nocalhost's preprocessing does. What it needs of the world, values
//! and files, is handed to it.

use std::path::{Path, PathBuf};

use super::template::{self, Meaning, Otherwise, Part, When};
use super::text::{LONGEST, Note, Place, Text, TextFile, Writer, after};
use super::{ConfigError, Fault, Position};

/// Deeper than anybody nests includes, and more than anybody has.
const DEEPEST: usize = 16;
const MOST_INCLUDES: usize = 256;
const WIDEST: usize = 256;
/// More than anybody mends at once.
const MOST_UNREAD: usize = 100;

/// The path and the text of a file, or why there is none.
pub(super) type Included = Result<(PathBuf, String), String>;

/// What a text may refer to.
pub(super) struct Surroundings<'a> {
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
    /// A file, by the one that names it and the name there.
    pub(super) include: &'a dyn Fn(&Path, &str) -> Included,
}

/// The text with everything in place. `name` is what people call it.
pub(super) fn expand(
    name: String,
    path: &Path,
    text: &str,
    surroundings: &Surroundings<'_>,
) -> Result<Text, ConfigError> {
    let mut expander = Expander { out: Writer::new(), surroundings, unread: None };
    expander.whole(name, path, text)?;
    Ok(expander.out.text)
}

/// The same as far as it goes, with all that cannot be put into its place.
pub(super) fn expand_all(
    name: String,
    path: &Path,
    text: &str,
    surroundings: &Surroundings<'_>,
) -> (Text, Vec<ConfigError>) {
    let mut expander = Expander { out: Writer::new(), surroundings, unread: Some(Vec::new()) };
    let last = expander.whole(name, path, text).err();
    let unread = expander.unread.take().unwrap_or_default();
    (expander.out.text, unread.into_iter().chain(last).collect())
}

struct Expander<'a> {
    out: Writer,
    surroundings: &'a Surroundings<'a>,
    /// What could not be put into its place, where that is no reason to stop.
    unread: Option<Vec<ConfigError>>,
}

impl Expander<'_> {
    fn whole(&mut self, name: String, path: &Path, text: &str) -> Result<(), ConfigError> {
        self.out.text.raw = text.to_owned();
        self.out.text.files.push(TextFile { name, path: path.to_owned(), parent: None });
        self.file(0, text)
    }

    fn file(&mut self, file: usize, text: &str) -> Result<(), ConfigError> {
        let place = Place { file, at: Position::START };
        // Something has to stand where an empty file does.
        self.out.verbatim(place, "");
        self.parts(place, &template::of_file(text))
    }

    fn parts(&mut self, mut place: Place, parts: &[Part<'_>]) -> Result<(), ConfigError> {
        for Part { source, meaning } in parts {
            if let Err(error) = self.part(place, source, *meaning) {
                match &mut self.unread {
                    Some(unread) if unread.len() < MOST_UNREAD => unread.push(error),
                    _ => return Err(error),
                }
            }
            if self.out.is_full {
                return Err(self.wrong(place, format!("this makes the text longer than {LONGEST} bytes")));
            }
            place.at = after(place.at, source);
        }
        Ok(())
    }

    fn part(&mut self, place: Place, source: &str, meaning: Meaning<'_>) -> Result<(), ConfigError> {
        match meaning {
            Meaning::Literal => self.out.verbatim(place, source),
            Meaning::Dollar => self.out.instead(place, "$"),
            Meaning::Variable { name, otherwise } => self.variable(place, source, name, otherwise)?,
            Meaning::Include(operand) => self.include(place, operand)?,
            Meaning::Foreign => {
                let message = format!("{source} is no variable of a known form and is left as it is");
                self.note(place, message);
                self.out.verbatim(place, source);
            }
            Meaning::Open => return Err(self.wrong(place, format!("{source} is not closed by a }}"))),
        }
        Ok(())
    }

    fn variable(
        &mut self,
        place: Place,
        source: &str,
        name: &str,
        otherwise: Option<Otherwise<'_>>,
    ) -> Result<(), ConfigError> {
        let value = (self.surroundings.variable)(name);
        let takes_its_place = otherwise.filter(|otherwise| match otherwise.when {
            When::Unset => value.is_none(),
            When::UnsetOrEmpty => value.as_ref().is_none_or(String::is_empty),
            When::Set => value.is_some(),
        });
        match (takes_its_place, otherwise) {
            (Some(otherwise), _) => {
                let at = after(place.at, &source[..otherwise.offset]);
                let place = Place { at, ..place };
                if otherwise.is_template() {
                    return self.parts(place, &template::of_operand(otherwise.operand));
                }
                self.out.verbatim(place, otherwise.operand);
            }
            (None, Some(Otherwise { when: When::Set, .. })) => self.out.instead(place, ""),
            (None, _) => {
                if value.is_none() {
                    let message = format!(
                        "the variable {name} is not set and has no default: it counts as empty (a plain $ is written $$)"
                    );
                    self.note(place, message);
                }
                self.out.instead(place, &value.unwrap_or_default());
            }
        }
        Ok(())
    }

    fn include(&mut self, place: Place, operand: &str) -> Result<(), ConfigError> {
        let include = Include::parse(operand).map_err(|message| self.wrong(place, message))?;
        let path = &include.path;
        let includer = &self.out.text.files[place.file];
        let read = (self.surroundings.include)(&includer.path, path);
        let (file, text) =
            read.map_err(|why| self.wrong(place, format!("failed to include {path}: {why}")))?;
        let above: Vec<&TextFile> = self.above(place.file).collect();
        if above.iter().any(|it| it.path == file) {
            return Err(self.wrong(place, format!("failed to include {path}: it includes itself")));
        }
        if above.len() > DEEPEST || self.out.text.files.len() > MOST_INCLUDES {
            let message = format!(
                "failed to include {path}: more than {MOST_INCLUDES} includes, or nested more than {DEEPEST} deep"
            );
            return Err(self.wrong(place, message));
        }
        let name = file.display().to_string();
        self.out.text.files.push(TextFile { name, path: file, parent: Some(place.file) });
        let outer = self.out.indent;
        self.out.indent = outer + include.indent;
        let lead = if include.on_a_new_line { "\n".to_owned() } else { " ".repeat(include.indent) };
        self.out.instead(place, &lead);
        let file = self.out.text.files.len() - 1;
        self.file(file, &text)?;
        self.out.indent = outer;
        // What follows on the line of an include stands on a line of its own.
        self.out.instead(place, "\n");
        Ok(())
    }

    /// The file and those that include it.
    fn above(&self, file: usize) -> impl Iterator<Item = &TextFile> {
        let files = &self.out.text.files;
        std::iter::successors(files.get(file), |file| files.get(file.parent?))
    }

    fn note(&mut self, place: Place, message: String) {
        let at = self.out.at;
        self.out.text.notes.push(Note { at, place, message });
    }

    fn wrong(&self, place: Place, message: String) -> ConfigError {
        Fault::new(place.at, message).in_file(self.out.text.file_of(place))
    }
}

/// An include in parts: `PATH`, `PATH | nindent 4` on a new line, or `PATH | indent 4` where it stands.
#[derive(Debug, PartialEq, Eq)]
struct Include {
    path: String,
    indent: usize,
    on_a_new_line: bool,
}

impl Include {
    fn parse(operand: &str) -> Result<Self, String> {
        // A bar that belongs to the path is written with a backslash.
        let mut sides = vec![String::new()];
        let mut characters = operand.chars().peekable();
        while let Some(character) = characters.next() {
            let side = sides.last_mut().expect("there is one from the start");
            match character {
                '\\' if characters.next_if_eq(&'|').is_some() => side.push('|'),
                '|' => sides.push(String::new()),
                other => side.push(other),
            }
        }
        let words: Vec<&str> = sides[1..].iter().flat_map(|side| side.split_whitespace()).collect();
        let path = sides[0].trim().to_owned();
        if path.is_empty() {
            return Err(
                "an include must name a file, as in ${_INCLUDE_:-./services.yaml | nindent 4}".to_owned()
            );
        }
        let indent = |text: &str| text.parse().ok().filter(|indent| *indent <= WIDEST);
        match words.as_slice() {
            _ if sides.len() > 2 => {
                Err(format!("{} must be nindent or indent with a number", sides[1..].join("|")))
            }
            [] => Ok(Self { path, indent: 0, on_a_new_line: true }),
            [word @ ("nindent" | "indent"), number] => {
                let indent = indent(number).ok_or_else(|| {
                    format!("{word} must be followed by a number up to {WIDEST}, not {number}")
                })?;
                Ok(Self { path, indent, on_a_new_line: *word == "nindent" })
            }
            _ => Err(format!("{} must be nindent or indent with a number", words.join(" "))),
        }
    }
}
