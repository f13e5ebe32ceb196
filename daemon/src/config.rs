//! The dev configuration: what was written about a workload, read, checked and put in order.
//!
//! Text in, values out. Only `files` touches a disk, and nothing here knows clusters or sessions.

pub mod files;
pub mod image;

pub mod check;
pub mod edit;
pub mod scaffold;
pub mod schema;

mod document;
mod env_files;
mod expand;
mod keys;
mod layers;
mod model;
mod nearest;
mod read;
mod services;
mod settings;
mod template;
mod text;
mod values;
mod variables;
mod yaml;

#[cfg(test)]
mod editing;
#[cfg(test)]
mod expansion;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tables;

use std::path::PathBuf;

use check::Remedy;
pub use layers::resolve;
pub use model::{Entry, Layer, Origin, Resolved, Setting, SourceKind};
pub use services::Wanted;
pub use settings::{DevSettings, WantedForward};
pub use text::{Text, utf16_column};
pub use values::{Flags, Values};

/// A place in a text: line and column, from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Position {
    const START: Self = Self { line: 1, column: 1 };
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{file}:{}:{}: {message}", at.line, at.column)]
    Wrong {
        file: String,
        at: Position,
        message: String,
        /// The containers of which one is to be named, where that is what is wrong.
        choices: Vec<String>,
    },
    #[error("failed to read {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("failed to read {}: it is longer than {limit} bytes", path.display())]
    TooLong { path: PathBuf, limit: usize },
}

/// A fault of a text, before it is known which file it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    at: Position,
    message: String,
    /// What is to be chosen from.
    choices: Vec<String>,
    /// Where what is wrong is over, where that is known.
    end: Option<Position>,
    /// The key that it is about.
    key: Option<String>,
    remedy: Option<Box<Remedy>>,
}

impl Fault {
    fn new(at: Position, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), choices: Vec::new(), end: None, key: None, remedy: None }
    }

    fn in_file(self, file: &str) -> ConfigError {
        let Self { at, message, choices, .. } = self;
        ConfigError::Wrong { file: file.to_owned(), at, message, choices }
    }
}
