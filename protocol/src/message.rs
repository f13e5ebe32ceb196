//! What the daemon says, as data: each text has a code, and names its arguments. Clients that speak another language
//! translate by these; the English is made of the same.
//!
//! A template has its arguments in braces, and in square brackets what is left out where an argument in it is absent:
//! `failed to read {file}[: {cause}]`.

mod errors;
mod warnings;

use std::collections::BTreeMap;
use std::fmt::Display;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::ErrorKind;

pub use errors::{ERRORS, error};
pub use warnings::{WARNINGS, warning};

/// One text that the daemon says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// What it is known by. No code ever changes its meaning or its arguments' names.
    pub code: &'static str,
    /// The kind of error that it mostly is; a warning has none.
    pub kind: Option<ErrorKind>,
    /// The English, with the arguments in their places.
    pub text: &'static str,
    /// What to do next, where that is the same in every case. Its arguments are among those of the text.
    pub hint: Option<&'static str>,
}

/// The names of arguments with what stands in their places.
pub type Arguments<'a> = &'a [(&'a str, &'a dyn Display)];

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'t> {
    Words(&'t str),
    Argument(&'t str),
    Optional(Vec<Piece<'t>>),
}

impl Message {
    /// The English with these arguments. One that is not there is left out with the brackets around it.
    #[must_use]
    pub fn render(&self, arguments: &BTreeMap<String, String>) -> String {
        rendered(&pieces(self.text), arguments)
    }

    /// The hint with the same arguments.
    #[must_use]
    pub fn render_hint(&self, arguments: &BTreeMap<String, String>) -> Option<String> {
        self.hint.map(|hint| rendered(&pieces(hint), arguments))
    }

    /// The names of the arguments that always have to be there, and of those that may be absent.
    #[must_use]
    pub fn arguments(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let (mut always, mut perhaps) = (Vec::new(), Vec::new());
        for piece in pieces(self.text) {
            match piece {
                Piece::Words(_) => {}
                Piece::Argument(name) => always.push(name),
                Piece::Optional(inner) => perhaps.extend(inner.iter().filter_map(|piece| match piece {
                    Piece::Argument(name) => Some(*name),
                    _ => None,
                })),
            }
        }
        (always, perhaps)
    }

    /// The text with these arguments, for what is said as text alone.
    #[must_use]
    pub fn say(&self, arguments: Arguments<'_>) -> String {
        self.render(&self.collected(arguments))
    }

    pub(crate) fn collected(&self, arguments: Arguments<'_>) -> BTreeMap<String, String> {
        let said: BTreeMap<String, String> = arguments
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.to_string()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        if cfg!(debug_assertions) {
            let (always, perhaps) = self.arguments();
            let known = |name: &&str| always.contains(name) || perhaps.contains(name);
            let strange: Vec<&str> =
                arguments.iter().map(|(name, _)| *name).filter(|it| !known(it)).collect();
            let missing = always.iter().any(|it| !arguments.iter().any(|(name, _)| name == it));
            assert!(strange.is_empty() && !missing, "{} is given {:?}", self.code, said.keys());
        }
        said
    }

    /// The arguments that make this text of the template, where there are any.
    fn read(&self, text: &str) -> Option<BTreeMap<String, String>> {
        let mut arguments = BTreeMap::new();
        let whole = matched(&pieces(self.text), text, &mut arguments);
        (whole && self.render(&arguments) == text).then_some(arguments)
    }
}

/// Something that the user should know, as text and as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// What it is known by; absent where it is not one of the known texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What stands in the places of the text's template.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, String>,
    /// The English.
    pub message: String,
}

impl Notice {
    /// What a warning is. A session keeps its warnings as English, also over versions, so that they are read back by the
    /// templates of which they were made: rendered again they are the same text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let known = WARNINGS.iter().find_map(|message| Some((message.code, message.read(text)?)));
        let (code, arguments) =
            known.map_or((None, BTreeMap::new()), |(code, it)| (Some(code.to_owned()), it));
        Self { code, arguments, message: text.to_owned() }
    }

    /// The same of several.
    #[must_use]
    pub fn all(texts: &[String]) -> Vec<Self> {
        texts.iter().map(|text| Self::of(text)).collect()
    }
}

fn pieces(mut template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while !template.is_empty() {
        let (piece, length) = match template.as_bytes()[0] {
            b'{' => {
                let end = template.find('}').unwrap_or(template.len());
                (Piece::Argument(&template[1..end]), end + 1)
            }
            b'[' => {
                let end = template.find(']').unwrap_or(template.len());
                (Piece::Optional(self::pieces(&template[1..end])), end + 1)
            }
            _ => {
                let end = template.find(['{', '[']).unwrap_or(template.len());
                (Piece::Words(&template[..end]), end)
            }
        };
        pieces.push(piece);
        template = template.get(length..).unwrap_or_default();
    }
    pieces
}

fn rendered(pieces: &[Piece<'_>], arguments: &BTreeMap<String, String>) -> String {
    let one = |piece: &Piece<'_>| match piece {
        Piece::Words(words) => (*words).to_owned(),
        Piece::Argument(name) => arguments.get(*name).cloned().unwrap_or_default(),
        Piece::Optional(inner) => {
            let is_absent =
                |piece: &Piece<'_>| matches!(piece, Piece::Argument(name) if !arguments.contains_key(*name));
            if inner.iter().any(is_absent) { String::new() } else { rendered(inner, arguments) }
        }
    };
    pieces.iter().map(one).collect()
}

/// Whether the text is these pieces, with arguments as short as they can be; the last one takes what is left.
fn matched(pieces: &[Piece<'_>], text: &str, into: &mut BTreeMap<String, String>) -> bool {
    match pieces {
        [] => text.is_empty(),
        [Piece::Words(words), rest @ ..] => {
            text.strip_prefix(words).is_some_and(|text| matched(rest, text, into))
        }
        [Piece::Optional(inner), rest @ ..] => {
            let mut with: Vec<&Piece<'_>> = inner.iter().collect();
            with.extend(rest);
            let with: Vec<Piece<'_>> = with.into_iter().map(copied).collect();
            matched(&with, text, into) || matched(rest, text, into)
        }
        [Piece::Argument(name), rest @ ..] => {
            // A place in a file is numbers, which also keeps the search for it short.
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let longest = if matches!(*name, "line" | "column") { digits } else { text.len() };
            let ends = text.char_indices().map(|(at, _)| at).skip(1).chain([text.len()]);
            for end in ends.take_while(|end| *end <= longest).filter(|end| *end > 0) {
                let starts_rest = match rest {
                    [Piece::Words(words), ..] => text[end..].starts_with(words),
                    [] => end == text.len(),
                    _ => true,
                };
                if starts_rest && matched(rest, &text[end..], into) {
                    into.insert((*name).to_owned(), text[..end].to_owned());
                    return true;
                }
            }
            false
        }
    }
}

fn copied<'t>(piece: &Piece<'t>) -> Piece<'t> {
    match piece {
        Piece::Words(words) => Piece::Words(words),
        Piece::Argument(name) => Piece::Argument(name),
        Piece::Optional(inner) => Piece::Optional(inner.iter().map(copied).collect()),
    }
}

#[cfg(test)]
mod tests;
