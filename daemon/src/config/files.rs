//! Reads the texts that configure from disk.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use super::{ConfigError, Fault, Layer, Position, SourceKind};

/// Where in the source folder the configuration lies; Nocalhost's place.
pub const IN_SOURCE: &str = ".nocalhost/config.yaml";

/// More than any configuration needs.
const LONGEST: u64 = 1024 * 1024;

/// The configuration of a source folder, if it has one.
pub fn of_source(source: &Path) -> Result<Option<Layer>, ConfigError> {
    layer(SourceKind::File, &source.join(IN_SOURCE))
}

/// The daemon's own configuration, if there is one.
pub fn of_daemon(path: &Path) -> Result<Option<Layer>, ConfigError> {
    layer(SourceKind::Daemon, path)
}

fn layer(kind: SourceKind, path: &Path) -> Result<Option<Layer>, ConfigError> {
    let file = path.display().to_string();
    let failed = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    match File::open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(error)),
        Ok(opened) => opened.take(LONGEST + 1).read_to_end(&mut bytes).map_err(failed)?,
    };
    if bytes.len() as u64 > LONGEST {
        return Err(ConfigError::TooLong { path: path.to_owned(), limit: LONGEST });
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(Layer { kind, file, text })),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
            Err(Fault::new(end_of(&before), "this is no UTF-8").in_file(&file))
        }
    }
}

/// The place after a text.
fn end_of(text: &str) -> Position {
    let line = text.matches('\n').count() + 1;
    let column = text.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Position { line: number(line), column: number(column) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_configuration_has_none_and_a_broken_one_says_where() {
        let folder = tempfile::tempdir().expect("temporary folder");
        assert!(of_source(folder.path()).expect("no fault").is_none());
        std::fs::create_dir(folder.path().join(".nocalhost")).expect("folder");
        assert!(of_source(folder.path()).expect("no fault").is_none());
        let path = folder.path().join(IN_SOURCE);
        std::fs::write(&path, b"name: a\nb: \xff\n").expect("file");
        let error = of_source(folder.path()).expect_err("no UTF-8").to_string();
        assert_eq!(error, format!("{}:2:4: this is no UTF-8", path.display()));
        std::fs::remove_file(&path).expect("file");
        std::fs::create_dir(&path).expect("folder");
        assert!(matches!(of_source(folder.path()), Err(ConfigError::Unreadable { .. })));
    }
}
