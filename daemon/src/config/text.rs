//! A text as YAML reads it, made of pieces of which each knows where it came from.

use std::path::PathBuf;

use super::env_files::EnvFiles;
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
    /// The text's own file, as it is.
    pub(super) raw: String,
    /// The files of variables that it names.
    pub(super) env_files: EnvFiles,
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

    /// Where a position stands in the text's own file, if what stands there is read as it stands there.
    pub(super) fn own(&self, at: Position) -> Option<Position> {
        let place = self.place(at);
        (place.file == 0 && self.is_verbatim(at)).then_some(place.at)
    }

    fn is_verbatim(&self, at: Position) -> bool {
        let next = self.pieces.partition_point(|piece| piece.start <= at);
        self.pieces.get(next.saturating_sub(1)).is_none_or(|piece| piece.verbatim)
    }

    /// A stretch in the text's own file: all of it is read as it stands there.
    pub(super) fn own_span(&self, at: Position, end: Position) -> Option<(Position, Position)> {
        let (start, over) = (self.own(at)?, self.own_end(end)?);
        // What a variable stands for in between is not there to be written over.
        let straight = self.pieces.iter().filter(|piece| at < piece.start && piece.start < end);
        (start <= over && straight.into_iter().all(|piece| piece.verbatim && piece.place.file == 0))
            .then_some((start, over))
    }

    /// An end belongs to what is before it.
    fn own_end(&self, end: Position) -> Option<Position> {
        if end.column <= 1 {
            return self.own(end);
        }
        let last = self.own(Position { column: end.column - 1, ..end })?;
        Some(Position { column: last.column + 1, ..last })
    }

    /// The place of a stretch, and where it is over in the same file; what does not stand there as it is read has no length.
    pub(super) fn span(&self, at: Position, end: Position) -> (Place, Position) {
        let place = self.place(at);
        let before = Position { column: end.column.saturating_sub(1).max(1), ..end };
        let last = self.place(before);
        let known = self.is_verbatim(at) && self.is_verbatim(before) && last.file == place.file;
        let over = Position { column: last.at.column + u32::from(end.column > 1), ..last.at };
        (place, if known && over > place.at { over } else { place.at })
    }

    /// The whole lines of a member that has them for itself: from where its key begins to where the next line does.
    pub(super) fn own_lines(&self, at: Position, end: Position) -> Option<(Position, Position)> {
        let lines: Vec<&str> = self.raw.lines().collect();
        let before = lines.get(at.line as usize - 1)?.chars().take(at.column as usize - 1);
        let behind = lines.get(end.line as usize - 1)?.chars().skip(end.column as usize - 1);
        let behind: String = behind.collect();
        let is_alone = before.clone().all(|it| it == ' ')
            && (behind.trim().is_empty() || behind.trim_start().starts_with('#'));
        let line = |line: u32| Position { line, column: 1 };
        is_alone.then(|| (line(at.line), line(end.line + 1)))
    }

    /// The name of the text's own file.
    pub(super) fn own_name(&self) -> &str {
        self.files.first().map_or("", |file| &file.name)
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

/// Where a position is in a text, in bytes.
pub(super) fn offset_of(text: &str, at: Position) -> Option<usize> {
    let mut cursor = Cursor { at: Position::START, after_return: false };
    for (offset, character) in text.char_indices() {
        if cursor.at == at && !(cursor.after_return && character == '\n') {
            return Some(offset);
        }
        cursor.pass(character);
    }
    (cursor.at == at).then_some(text.len())
}

/// The column of a position as editors count, from 0 in the units of UTF-16.
#[must_use]
pub fn utf16_column(text: &str, at: Position) -> u32 {
    let start = offset_of(text, Position { column: 1, ..at });
    let line = start.map_or("", |start| text[start..].split(['\n', '\r']).next().unwrap_or_default());
    let units: usize = line.chars().take(at.column as usize - 1).map(char::len_utf16).sum();
    u32::try_from(units).unwrap_or(u32::MAX)
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
