//! What a configuration consists of: texts with a strength, keys with a value and where it came from. It does not know
//! how they are read.

use super::Position;
use super::text::Text;

/// The key of the container to develop in.
pub(super) const CONTAINER: &str = "devContainerName";

/// The key of what is patched, of which the strongest source has all.
pub(super) const PATCHES: &str = "patches";

/// The keys of the files, and of the objects, that variables come from; of each the strongest source has all.
pub(super) const ENV_FILES: &str = "envFrom.envFile";
pub(super) const CONFIG_MAPS: &str = "envFrom.configMapRef";
pub(super) const SECRETS: &str = "envFrom.secretRef";

/// A value of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    Text(String),
    Number(u32),
    List(Vec<String>),
}

impl Setting {
    /// One value as it is written; none of a list.
    #[must_use]
    pub fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::List(_) => None,
        }
    }
}

/// Sources by strength; the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    Flag,
    File,
    Annotation,
    Daemon,
    Default,
}

/// A text that configures, and whose it is.
#[derive(Debug, Clone)]
pub struct Layer {
    pub kind: SourceKind,
    pub text: Text,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub kind: SourceKind,
    pub place: Option<(String, Position)>,
}

/// A key with its effective value; `None` leaves the container its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    pub value: Option<Setting>,
    pub origin: Origin,
}

/// Every key in the order of the table, and what has no effect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    pub entries: Vec<Entry>,
    pub warnings: Vec<String>,
}

impl Resolved {
    pub fn get(&self, key: &str) -> Option<&Setting> {
        self.entries.iter().find(|entry| entry.key == key)?.value.as_ref()
    }

    /// Where a key's value came from.
    pub(super) fn source(&self, key: &str) -> Option<SourceKind> {
        Some(self.entries.iter().find(|entry| entry.key == key)?.origin.kind)
    }

    /// The entries below a key, by the rest of their names.
    pub fn below<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a str, &'a Setting)> {
        self.entries.iter().filter_map(move |entry| {
            let name = entry.key.strip_prefix(path)?.strip_prefix('.')?;
            Some((name, entry.value.as_ref()?))
        })
    }
}
