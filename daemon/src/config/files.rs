//! Reads the texts that configure from disk, with what they refer to.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::env_files::{self, EnvFiles};
use super::expand::{Surroundings, expand, expand_all};
use super::text::{LONGEST, Note, Place, Text, after};
use super::variables::{self, Variables};
use super::{ConfigError, Fault, Layer, Position, SourceKind};

/// Where in the source folder the configuration lies; Nocalhost's place.
pub const IN_SOURCE: &str = ".nocalhost/config.yaml";

/// The configuration of a source folder, if it has one. The folder's links must be resolved: nothing outside is read.
pub fn of_source(
    source: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<Option<Layer>, ConfigError> {
    let path = source.join(IN_SOURCE);
    let Some(text) = text_of(&path)? else { return Ok(None) };
    let name = path.display().to_string();
    let (variables, missing) = variables_of(source, &path, &text, environment)?;
    let surroundings = Surroundings {
        variable: &|name| variables.get(name),
        include: &|includer, file| below(source, includer, file).map_err(Unread::into_text),
    };
    let mut text = expand(name, &path, &text, &surroundings)?;
    note_missing(&mut text, missing);
    text.env_files = env_files_of(source, &text);
    Ok(Some(Layer { kind: SourceKind::File, text }))
}

/// A text that may not be saved yet, as if it were the file at `path`, with all that it refers to and cannot be had.
pub fn unsaved(
    source: &Path,
    path: &Path,
    text: &str,
    environment: &BTreeMap<String, String>,
) -> (Text, Vec<ConfigError>) {
    let name = path.display().to_string();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (variables, missing, unread) = match variables_of(source, path, text, environment) {
        Ok((variables, missing)) => (variables, missing, None),
        Err(error) => (Variables::given(environment), None, Some(error)),
    };
    let surroundings = Surroundings {
        variable: &|name| variables.get(name),
        include: &|includer, file| below(source, includer, file).map_err(Unread::into_text),
    };
    let (mut text, others) = expand_all(name, path, text, &surroundings);
    note_missing(&mut text, missing);
    text.env_files = env_files_of(source, &text);
    (text, unread.into_iter().chain(others).collect())
}

/// The files that the variables of dev containers come from.
fn env_files_of(source: &Path, text: &Text) -> EnvFiles {
    env_files::read(text, &|includer, file| below(source, includer, file).map_err(Unread::into_text))
}

/// What the variables of a configuration stand for, and what is to be said of the file of variables that it names.
fn variables_of<'a>(
    source: &Path,
    path: &Path,
    text: &str,
    environment: &'a BTreeMap<String, String>,
) -> Result<(Variables<'a>, Option<Fault>), ConfigError> {
    let mut variables = Variables::given(environment);
    let missing = match variables::env_file(text, &variables) {
        None => None,
        Some((at, file)) => match below(source, path, &file) {
            Err(Unread::Absent) => Some(variables::missing(at, &file)),
            Err(Unread::Because(why)) => {
                let fault = Fault::new(at, format!("failed to read envFile {file}: {why}"));
                return Err(fault.in_file(&path.display().to_string()));
            }
            Ok((_, text)) => {
                variables.add_file(&text);
                None
            }
        },
    };
    Ok((variables, missing))
}

fn note_missing(text: &mut Text, missing: Option<Fault>) {
    if let Some(Fault { at, message, .. }) = missing {
        let place = Place { file: 0, at };
        text.notes.insert(0, Note { at: Position::START, place, message });
    }
}

/// The daemon's own configuration, if there is one.
pub fn of_daemon(path: &Path, environment: &BTreeMap<String, String>) -> Result<Option<Layer>, ConfigError> {
    let Some(text) = text_of(path)? else { return Ok(None) };
    let text = alone(path.display().to_string(), &text, environment)?;
    Ok(Some(Layer { kind: SourceKind::Daemon, text }))
}

/// The configuration that a workload carries. Who may write it must not learn what the client's variables are, so they all
/// count as not set.
pub fn of_annotation(name: String, text: &str) -> Result<Layer, ConfigError> {
    Ok(Layer { kind: SourceKind::Annotation, text: alone(name, text, &BTreeMap::new())? })
}

/// A text that has no other files around it.
fn alone(name: String, text: &str, environment: &BTreeMap<String, String>) -> Result<Text, ConfigError> {
    let variables = Variables::given(environment);
    let surroundings = Surroundings {
        variable: &|name| variables.get(name),
        include: &|_, _| Err(format!("only {IN_SOURCE} of a source folder includes files")),
    };
    let mut text = expand(name, Path::new(""), text, &surroundings)?;
    let none = || format!("only {IN_SOURCE} of a source folder names files");
    text.env_files = env_files::read(&text, &|_, _| Err(none()));
    Ok(text)
}

/// Why a file that another one names is not read.
enum Unread {
    Absent,
    Because(String),
}

impl Unread {
    fn into_text(self) -> String {
        match self {
            Self::Absent => "no such file".to_owned(),
            Self::Because(why) => why,
        }
    }
}

/// A file that another one names by a path from its own folder, if it is below the source folder.
fn below(source: &Path, includer: &Path, file: &str) -> Result<(PathBuf, String), Unread> {
    let because = |why: &dyn ToString| Unread::Because(why.to_string());
    let folder = includer.parent().unwrap_or(source);
    let path = folder.join(file).canonicalize().map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Unread::Absent,
        _ => because(&error),
    })?;
    if !path.starts_with(source) {
        return Err(because(&"it is not in the source folder"));
    }
    // Opening anything else, such as a pipe, may take for ever.
    if !path.is_file() {
        return Err(because(&"it is no file"));
    }
    match text_of(&path) {
        Ok(Some(text)) => Ok((path, text)),
        Ok(None) => Err(Unread::Absent),
        Err(ConfigError::Unreadable { source, .. }) => Err(because(&source)),
        Err(error) => Err(because(&error)),
    }
}

/// The text of a file, if there is one, without a byte order mark.
pub fn text_of(path: &Path) -> Result<Option<String>, ConfigError> {
    let failed = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    match File::open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(error)),
        Ok(opened) => opened.take(LONGEST as u64 + 1).read_to_end(&mut bytes).map_err(failed)?,
    };
    if bytes.len() > LONGEST {
        return Err(ConfigError::TooLong { path: path.to_owned(), limit: LONGEST });
    }
    match String::from_utf8(bytes) {
        // A byte order mark is no part of the text.
        Ok(text) => Ok(Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
            let at = after(Position::START, &before);
            Err(Fault::new(at, "this is no UTF-8").in_file(&path.display().to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_configuration_has_none_and_a_broken_one_says_where() {
        let none = BTreeMap::new();
        let of_source = |folder: &Path| of_source(folder, &none);
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

    /// A source folder with these files and links, below one that goes when it is let go of.
    fn placed(files: &[(&str, &str)], links: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("temporary folder");
        let root = folder.path().canonicalize().expect("temporary folder");
        let source = root.join("source");
        for (path, text) in files {
            let path = source.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
            std::fs::write(path, text).expect("file");
        }
        for (path, target) in links {
            std::os::unix::fs::symlink(target, source.join(path)).expect("link");
        }
        (folder, source)
    }

    /// Writes files into a new folder, and reads its configuration as one line a warning, or the error.
    fn read(files: &[(&str, &str)], links: &[(&str, &str)]) -> Result<(String, Vec<String>), String> {
        let (_folder, source) = placed(files, links);
        let given = BTreeMap::from([("GIVEN".to_owned(), "given".to_owned())]);
        let short = |text: String| text.replace(&format!("{}/", source.display()), "");
        match of_source(&source, &given) {
            Err(error) => Err(short(nhd_protocol::error::error_chain(&error))),
            Ok(layer) => {
                let text = layer.expect("there is one").text;
                let notes =
                    text.notes.iter().map(|it| short(format!("{}: {}", text.written(it.place), it.message)));
                Ok((text.text.clone(), notes.collect()))
            }
        }
    }

    #[test]
    fn files_are_included_and_named_from_the_folder_of_the_file_that_names_them() {
        let files = [
            (IN_SOURCE, "configProperties: {envFile: ../e/env}\na: $GIVEN $FILE\n${_INCLUDE_:-../b/b.yaml}"),
            ("e/env", "GIVEN=file\nFILE=file"),
            ("b/b.yaml", "\u{feff}b: ${_INCLUDE_:-c/c.yaml | indent 0}"),
            ("b/c/c.yaml", "$FILE"),
        ];
        let (text, notes) = read(&files, &[]).expect("is read");
        assert_eq!(text, "configProperties: {envFile: ../e/env}\na: given file\n\nb: file\n\n");
        assert_eq!(notes, [""; 0]);
    }

    #[test]
    fn what_is_missing_outside_or_no_text_is_named_with_its_place() {
        let include = "a: 1\n  ${_INCLUDE_:-../x}\n";
        let at = |why: &str| Err(format!("{IN_SOURCE}:2:3: failed to include ../x: {why}"));
        let config = (IN_SOURCE, include);
        assert_eq!(read(&[config], &[]), at("no such file"));
        assert_eq!(read(&[config], &[("x", "/etc/hostname")]), at("it is not in the source folder"));
        assert_eq!(read(&[config], &[("x", "..")]), at("it is not in the source folder"));
        assert_eq!(read(&[config], &[("x", ".nocalhost")]), at("it is no file"));
        assert_eq!(read(&[config], &[("x", IN_SOURCE)]), at("it includes itself"));
        let long = "x".repeat(LONGEST + 1);
        let too_long = at("failed to read x: it is longer than 1048576 bytes");
        assert_eq!(read(&[config, ("x", &long)], &[]), too_long);
        let env = (IN_SOURCE, "configProperties:\n  envFile: ../x\n");
        let (_, notes) = read(&[env], &[]).expect("is read");
        assert_eq!(notes, [format!("{IN_SOURCE}:2:12: envFile ../x is not there and has no effect")]);
        let outside =
            format!("{IN_SOURCE}:2:12: failed to read envFile ../x: it is not in the source folder");
        assert_eq!(read(&[env], &[("x", "/etc/hostname")]), Err(outside));
    }

    /// The variables of a configuration with these files as one line each, or the error.
    fn variables(files: &[(&str, &str)], links: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let (_folder, source) = placed(files, links);
        let short = |text: String| text.replace(&format!("{}/", source.display()), "");
        let layer = of_source(&source, &BTreeMap::new()).expect("is read").expect("there is one");
        let daemon = alone(
            "d".to_owned(),
            "dev: {env: [{name: B, value: weaker}, {name: W, value: weak}]}",
            &BTreeMap::new(),
        );
        let daemon = Layer { kind: SourceKind::Daemon, text: daemon.expect("is read") };
        let kind = nhd_protocol::workload::WorkloadKind::Deployment;
        let resolved = crate::config::resolve(kind, "a", &crate::config::Flags::default(), &[layer, daemon]);
        let resolved = resolved.map_err(|error| short(error.to_string()))?;
        let said = resolved.entries.iter().filter(|entry| entry.key.starts_with("env.")).map(|entry| {
            let value = entry.value.as_ref().and_then(crate::config::Setting::as_text).unwrap_or_default();
            let (file, at) = entry.origin.place.clone().expect("a place");
            short(format!("{}={value} {file}:{}:{}", entry.key, at.line, at.column))
        });
        Ok(said.collect())
    }

    #[test]
    fn variables_come_from_the_files_that_are_named_unless_env_names_them() {
        let dev =
            "dev: {envFrom: {envFile: [{path: one.env}, {path: ../two.env}]}, env: [{name: C, value: said}]}";
        let config = format!(
            "name: a
containers:
- {dev}
"
        );
        let files = [
            (IN_SOURCE, config.as_str()),
            (
                ".nocalhost/one.env",
                "A=1
B=1
C=1
",
            ),
            (
                "two.env", "# c
B=2
",
            ),
        ];
        let expect = [
            "env.A=1 .nocalhost/one.env:1:1",
            "env.B=2 two.env:2:1",
            "env.C=said .nocalhost/config.yaml:3:91",
            "env.W=weak d:1:56",
        ];
        assert_eq!(variables(&files, &[]), Ok(expect.map(str::to_owned).to_vec()));
        let refused =
            |files: &[(&str, &str)], links: &[(&str, &str)]| variables(files, links).expect_err("refused");
        let at = |column: u32, file: &str, why: &str| {
            format!(".nocalhost/config.yaml:3:{column}: failed to read env file {file}: {why}")
        };
        assert_eq!(refused(&files[..2], &[]), at(53, "../two.env", "no such file"));
        let outside = refused(&files[..2], &[("two.env", "/etc/hostname")]);
        assert_eq!(outside, at(53, "../two.env", "it is not in the source folder"));
        let files = [
            files[0],
            files[1],
            (
                "two.env",
                "A=1
  no line of a file",
            ),
        ];
        assert_eq!(
            refused(&files, &[]),
            "two.env:2:3: a line must be NAME=VALUE, or a comment that begins with #"
        );
    }

    #[test]
    fn a_check_tells_of_a_file_that_is_not_there_and_of_what_is_wrong_in_another() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let source = folder.path().canonicalize().expect("temporary folder");
        std::fs::write(source.join("bad.env"), "A=1\n=x\n").expect("file");
        let text = "name: a\ncontainers:\n- dev: {envFrom: {envFile: [{path: bad.env}, {path: none.env}]}}\n";
        let (text, unread) = unsaved(&source, &source.join("config.yaml"), text, &BTreeMap::new());
        let problems = crate::config::check::check(&text, &unread, SourceKind::File, None);
        let said: Vec<_> = problems
            .iter()
            .map(|it| (it.code.as_str(), it.is_error, it.key.as_deref(), it.at, it.end.column))
            .collect();
        let key = Some("containers[0].dev.envFrom.envFile.1.path");
        let at = |line, column| Position { line, column };
        assert_eq!(
            said,
            [("configEnvFile", true, key, at(3, 53), 61), ("configEnvFile", true, None, at(2, 1), 2)]
        );
        assert!(problems[1].file.ends_with("/bad.env") && !problems[1].is_own, "{problems:?}");
    }

    #[test]
    fn an_annotation_learns_no_variables_and_includes_nothing() {
        let layer = of_annotation("a".to_owned(), "a: ${HOME:-none} $PATH").expect("is read");
        assert_eq!(layer.text.text, "a: none ");
        assert_eq!(layer.text.notes.len(), 1);
        let error = of_annotation("a".to_owned(), "${_INCLUDE_:-/etc/hostname}").expect_err("includes");
        let expect = "a:1:1: failed to include /etc/hostname: only .nocalhost/config.yaml of a source folder includes files";
        assert_eq!(error.to_string(), expect);
    }
}
