//! A text as YAML reads it, made of pieces of which each knows where it came from.

use std::path::PathBuf;

use super::{ConfigError, Fault, Position};

/// More than any configuration needs.
pub(super) const LONGEST: usize = 1024 * 1024;

/// A text with its variables and includes in place. Positions in it and in what it was made of are different things.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub(super) text: String,
    pieces: Vec<Piece>,
    pub(super) files: Vec<TextFile>,
    pub(super) notes: Vec<Note>,
}

/// What a text, or a part of it, was read from.
#[derive(Debug, Clone)]
pub(super) struct TextFile {
    /// For people: the path, or whose annotation it is.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// The file that includes this one.
    pub(super) parent: Option<usize>,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: usize,
    pub(super) at: Position,
}

/// What is to be said about the making of a text.
#[derive(Debug, Clone)]
pub(super) struct Note {
    /// In the text that was made.
    pub(super) at: Position,
    pub(super) place: Place,
    pub(super) message: String,
}

/// From here on to the next piece, or to the end of the line.
#[derive(Debug, Clone)]
struct Piece {
    start: Position,
    place: Place,
    /// Character by character as it stands there; otherwise all of it stands for what is at `place`.
    verbatim: bool,
}

impl Text {
    /// Where what stands at a position of the text came from.
    pub(super) fn place(&self, at: Position) -> Place {
        let next = self.pieces.partition_point(|piece| piece.start <= at);
        let Some(piece) = self.pieces.get(next.saturating_sub(1)) else {
            return Place { file: 0, at };
        };
        if !piece.verbatim {
            return piece.place;
        }
        if piece.start.line == at.line {
            let column = piece.place.at.column + at.column.saturating_sub(piece.start.column);
            return Place { at: Position { column, ..piece.place.at }, ..piece.place };
        }
        // What an include was indented by stands nowhere.
        let following = self.pieces.get(next).filter(|following| following.start.line == at.line);
        following.unwrap_or(piece).place
    }

    pub(super) fn file_of(&self, place: Place) -> &str {
        self.files.get(place.file).map_or("", |file| &file.name)
    }

    /// A place as it is written in messages.
    pub(super) fn written(&self, place: Place) -> String {
        format!("{}:{}:{}", self.file_of(place), place.at.line, place.at.column)
    }

    pub(super) fn wrong(&self, fault: Fault) -> ConfigError {
        let place = self.place(fault.at);
        Fault { at: place.at, ..fault }.in_file(self.file_of(place))
    }

    /// Whether one file brought the other in.
    pub(super) fn includes(&self, includer: usize, included: usize) -> bool {
        let mut file = included;
        while let Some(parent) = self.files.get(file).and_then(|file| file.parent) {
            if parent == includer {
                return true;
            }
            file = parent;
        }
        false
    }
}

/// Writes a text, and notes where each part of it came from.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) text: Text,
    pub(super) at: Position,
    after_return: bool,
    /// What every new line begins with.
    pub(super) indent: usize,
    /// The text would be longer than any may be, and is not written any more.
    pub(super) is_full: bool,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self { text: Text::default(), at: Position::START, after_return: false, indent: 0, is_full: false }
    }

    /// Writes what stands at `place`, as it stands there.
    pub(super) fn verbatim(&mut self, place: Place, text: &str) {
        self.piece(place, true);
        let mut cursor = Cursor { at: place.at, after_return: false };
        for character in text.chars() {
            self.put(character);
            cursor.pass(character);
            if matches!(character, '\n' | '\r') {
                self.piece(Place { at: cursor.at, ..place }, true);
            }
        }
    }

    /// Writes what stands for that which is at `place`.
    pub(super) fn instead(&mut self, place: Place, text: &str) {
        self.piece(place, false);
        text.chars().for_each(|character| self.put(character));
    }

    fn piece(&mut self, place: Place, verbatim: bool) {
        self.text.pieces.push(Piece { start: self.at, place, verbatim });
    }

    fn put(&mut self, character: char) {
        self.is_full |= self.text.text.len() >= LONGEST;
        if self.is_full {
            return;
        }
        self.push(character);
        if character == '\n' {
            (0..self.indent).for_each(|_| self.push(' '));
        }
    }

    fn push(&mut self, character: char) {
        self.text.text.push(character);
        let mut cursor = Cursor { at: self.at, after_return: self.after_return };
        cursor.pass(character);
        (self.at, self.after_return) = (cursor.at, cursor.after_return);
    }
}

/// A position that moves through a text, by YAML's line breaks.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    at: Position,
    after_return: bool,
}

impl Cursor {
    fn pass(&mut self, character: char) {
        match character {
            '\n' if self.after_return => {}
            '\n' | '\r' => self.at = Position { line: self.at.line.saturating_add(1), column: 1 },
            _ => self.at.column = self.at.column.saturating_add(1),
        }
        self.after_return = character == '\r';
    }
}

/// The position after a text that begins at `at`.
pub(super) fn after(at: Position, text: &str) -> Position {
    let mut cursor = Cursor { at, after_return: false };
    text.chars().for_each(|character| cursor.pass(character));
    cursor.at
}

/// A text without variables and includes around it.
#[cfg(test)]
pub(super) fn expanded(file: &str, text: &str) -> Text {
    let surroundings = super::expand::Surroundings {
        variable: &|_| None,
        include: &|_, _| Err("there are no files".to_owned()),
    };
    super::expand::expand(file.to_owned(), std::path::Path::new(file), text, &surroundings)
        .expect("is expanded")
}
