//! What editors ask about dev configurations: checked, described, begun, changed. Asks a cluster for nothing but the
//! workload of a first configuration.

use std::path::{Path, PathBuf};

use nhd_client::paths::Paths;
use nhd_protocol::config::ConfigValue;
use nhd_protocol::editor::{
    ConfigCheckParams, ConfigCheckResult, ConfigFix, ConfigProblem, ConfigScaffoldParams,
    ConfigScaffoldResult, ConfigSchemaParams, ConfigSchemaResult, ConfigSetParams, ConfigSetResult, Severity,
    TextEdit, TextPosition, TextRange,
};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::{Arguments, error as said};

use crate::blocking::blocking;
use crate::config::check::{Problem, check as check_text};
use crate::config::edit::{self, Change};
use crate::config::scaffold::{Container, Known, containers_of, scaffold as scaffold_text};
use crate::config::{
    Flags, Layer, Position, Setting, SourceKind, Wanted, files, resolve, schema as schemas, utf16_column,
};
use crate::session::failure::Failure;
use crate::session::requests::check::{address, wrong};
use crate::session::requests::configure::invalid;
use crate::session::requests::place::Place;

/// More names of a source folder are not looked at.
const MOST_FILES: usize = 10_000;

pub async fn check(paths: &Paths, params: ConfigCheckParams) -> Result<ConfigCheckResult, ErrorInfo> {
    let file = File::of(&params.path, paths)?;
    let given = params.text;
    blocking(|| {
        let raw = file.text(given)?;
        let (text, unread) = files::unsaved(&file.source, &file.path, &raw, &params.environment);
        let container = params.container.as_deref();
        let wanted = params.kind.zip(params.name.as_deref());
        let wanted = wanted.map(|(kind, name)| Wanted { kind, name, container });
        let problems = check_text(&text, &unread, file.kind, wanted);
        let own = raw.strip_prefix('\u{feff}').unwrap_or(&raw);
        Ok(ConfigCheckResult { problems: problems.into_iter().map(|it| on_the_wire(it, own)).collect() })
    })
}

pub async fn schema(params: ConfigSchemaParams) -> Result<ConfigSchemaResult, ErrorInfo> {
    let schema = if params.daemon { schemas::of_daemon() } else { schemas::of_source() };
    Ok(ConfigSchemaResult { schema: format!("{schema:#}\n") })
}

pub async fn scaffold(params: ConfigScaffoldParams) -> Result<ConfigScaffoldResult, ErrorInfo> {
    let (containers, warning) = match params.offline {
        true => (Vec::new(), None),
        false => match containers(&params).await {
            Ok(containers) => (containers, None),
            Err(error) => (Vec::new(), Some(error.message)),
        },
    };
    let files =
        params.source.as_ref().map(|source| blocking(|| names_in(Path::new(source)))).unwrap_or_default();
    let from_cluster = !containers.is_empty();
    let known =
        Known { kind: params.kind, name: &params.name, containers, files, image: params.image.as_deref() };
    let warnings = warning.into_iter().collect();
    Ok(ConfigScaffoldResult { text: scaffold_text(&known), from_cluster, warnings })
}

/// The containers that the workload has in the cluster.
async fn containers(params: &ConfigScaffoldParams) -> Result<Vec<Container>, ErrorInfo> {
    let address = address(params.kubeconfig.as_deref(), params.context.clone(), params.environment.clone())?;
    let place = Place::find(&address, params.namespace.as_deref()).await?;
    let found = place.objects.get(params.kind.into(), Some(&place.namespace), &params.name).await;
    let object = found.map_err(|error| Failure::from(error).info)?;
    Ok(nhd_plan::pod_template(&object).map(containers_of).unwrap_or_default())
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().into_iter().flatten().flatten().take(MOST_FILES);
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

pub async fn set(paths: &Paths, params: ConfigSetParams) -> Result<ConfigSetResult, ErrorInfo> {
    let file = File::of(&params.path, paths)?;
    blocking(|| {
        let raw = file.text(params.text.clone())?;
        // A byte order mark is no part of the text, and stays.
        let (mark, raw) = match raw.strip_prefix('\u{feff}') {
            Some(rest) => ("\u{feff}", rest.to_owned()),
            None => ("", raw),
        };
        let failed = |cause: String| {
            let arguments: Arguments<'_> =
                &[("key", &params.key), ("file", &file.path.display()), ("cause", &cause)];
            ErrorInfo::of(&said::CONFIG_UNEDITABLE, arguments)
        };
        let value = match &params.value {
            ConfigValue::Text(text) => Setting::Text(text.clone()),
            ConfigValue::Number(number) => Setting::Number(*number),
            ConfigValue::List(items) => Setting::List(items.clone()),
        };
        let change = changed(&file, &raw, &params, &value).map_err(failed)?;
        let (text, edits) = match &change {
            None => (raw.clone(), Vec::new()),
            Some(change) => (change.apply(&raw), vec![edit_of(change, &raw)]),
        };
        let text = format!("{mark}{text}");
        if params.write {
            file.write(&text)?;
        }
        Ok(ConfigSetResult { text, edits, written: params.write })
    })
}

/// The change that makes the text say so; none where it does already. It is seen to say so before it is given back.
fn changed(
    file: &File,
    raw: &str,
    params: &ConfigSetParams,
    value: &Setting,
) -> Result<Option<Change>, String> {
    let said = |raw: &str| -> Result<Option<Setting>, String> {
        let (text, unread) = files::unsaved(&file.source, &file.path, raw, &params.environment);
        if let Some(error) = unread.first() {
            return Err(error.to_string());
        }
        let layer = Layer { kind: SourceKind::File, text };
        let flags = Flags { container: params.container.clone(), ..Flags::default() };
        let resolved = resolve(params.kind, &params.name, &flags, &[layer]);
        let resolved = resolved.map_err(|error| error.to_string())?;
        Ok(resolved.entries.into_iter().find(|entry| entry.key == params.key).and_then(|entry| entry.value))
    };
    let value = &edit::meant(&params.key, value);
    let is_it = |found: &Option<Setting>| {
        let is_text = |found: &Setting| found.as_text().is_some_and(|text| Some(text) == value.as_text());
        found.as_ref().is_some_and(|found| found == value || is_text(found))
    };
    if said(raw).is_ok_and(|found| is_it(&found)) {
        return Ok(None);
    }
    let (text, _) = files::unsaved(&file.source, &file.path, raw, &params.environment);
    let wanted = Wanted { kind: params.kind, name: &params.name, container: params.container.as_deref() };
    let change = edit::set(raw, &text, wanted, &params.key, value).map_err(|error| error.to_string())?;
    match said(&change.apply(raw))? {
        found if is_it(&found) => Ok(Some(change)),
        _ => Err("it would not come out as meant in this form of YAML".to_owned()),
    }
}

/// The file that an editor has open.
struct File {
    path: PathBuf,
    /// Below which files may be included.
    source: PathBuf,
    kind: SourceKind,
}

impl File {
    fn of(path: &str, paths: &Paths) -> Result<Self, ErrorInfo> {
        let given = Path::new(path);
        if !given.is_absolute() || given.file_name().is_none() {
            return Err(wrong("path", "the absolute path of a file", path));
        }
        // Its folder may be a link, and may not be there yet.
        let folder = given.parent().unwrap_or(Path::new("/"));
        let folder = blocking(|| folder.canonicalize()).unwrap_or_else(|_| folder.to_owned());
        let path = folder.join(given.file_name().unwrap_or_default());
        let kind =
            if given == paths.config || path == paths.config { SourceKind::Daemon } else { SourceKind::File };
        let beside = folder.ancestors().find(|it| it.ends_with(".nocalhost")).and_then(Path::parent);
        let source = beside.map_or_else(|| folder.clone(), Path::to_owned);
        Ok(Self { path, source, kind })
    }

    fn text(&self, given: Option<String>) -> Result<String, ErrorInfo> {
        match given {
            Some(text) => Ok(text),
            None => Ok(files::text_of(&self.path).map_err(|error| invalid(&error))?.unwrap_or_default()),
        }
    }

    /// Replaced as a whole, where a link leads, with the mode that it has.
    fn write(&self, text: &str) -> Result<(), ErrorInfo> {
        let failed = |error: std::io::Error| {
            let arguments: Arguments<'_> = &[("file", &self.path.display()), ("cause", &error)];
            ErrorInfo::of(&said::CONFIG_UNWRITABLE, arguments)
        };
        let target = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        crate::replace::replace_keeping_mode(&target, text.as_bytes()).map_err(failed)
    }
}

fn on_the_wire(problem: Problem, own: &str) -> ConfigProblem {
    // Of an included file the text is not at hand: its columns count characters, which mostly are the same.
    let text = if problem.is_own { own } else { "" };
    let range = range(text, problem.at, problem.end, problem.is_own);
    let fix = problem.fix.filter(|_| problem.is_own).map(|fix| ConfigFix {
        title: fix.title,
        edits: vec![TextEdit { range: self::range(own, fix.at, fix.end, true), new_text: fix.text }],
    });
    ConfigProblem {
        severity: if problem.is_error { Severity::Error } else { Severity::Warning },
        code: problem.code,
        message: problem.message,
        key: problem.key,
        range,
        line: problem.at.line,
        column: problem.at.column,
        file: (!problem.is_own).then_some(problem.file),
        fix,
    }
}

fn range(text: &str, at: Position, end: Position, is_there: bool) -> TextRange {
    let position = |at: Position| TextPosition {
        line: at.line - 1,
        character: if is_there { utf16_column(text, at) } else { at.column - 1 },
    };
    TextRange { start: position(at), end: position(end) }
}

fn edit_of(change: &Change, raw: &str) -> TextEdit {
    let position = |offset: usize| {
        let before = &raw[..offset];
        let line = before.matches('\n').count();
        let column: usize = before.rsplit('\n').next().unwrap_or_default().chars().map(char::len_utf16).sum();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        TextPosition { line: number(line), character: number(column) }
    };
    let range = TextRange { start: position(change.start), end: position(change.end) };
    TextEdit { range, new_text: change.text.clone() }
}
