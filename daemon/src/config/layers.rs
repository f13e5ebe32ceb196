//! Puts what all sources say in order: of every key the strongest source counts.

use nhd_protocol::workload::WorkloadKind;

use super::document;
use super::env_files::EnvVariable;
use super::keys::{DEV, Key, Shape};
use super::model::{
    CONFIG_MAPS, CONTAINER, ENV_FILES, Entry, Layer, Origin, PATCHES, Resolved, SECRETS, Setting, SourceKind,
};
use super::read::{Found, Idle, Reading};
use super::services::{Wanted, choose};
use super::text::Text;
use super::values::Flags;
use super::{ConfigError, Fault, Position};

/// The daemon's own file: defaults for every workload.
pub(super) const DAEMON: &[Key] = &[Key { name: "dev", shape: Shape::Group(DEV) }];

/// The lists whose items are entries of their own.
const LISTS: [&str; 4] = [PATCHES, ENV_FILES, CONFIG_MAPS, SECRETS];

fn is_of(list: &str, key: &str) -> bool {
    key.strip_prefix(list).is_some_and(|rest| rest.starts_with('.'))
}

/// What holds for a workload. `layers` are in the order of their strength.
pub fn resolve(
    kind: WorkloadKind,
    name: &str,
    flags: &Flags,
    layers: &[Layer],
) -> Result<Resolved, ConfigError> {
    let mut entries: Vec<Entry> = flags
        .settings()
        .map(|(key, value)| entry(key, Some(value), Origin { kind: SourceKind::Flag, place: None }))
        .collect();
    let mut warnings = Vec::new();
    for layer in layers {
        let container =
            entries.iter().find(|entry| entry.key == CONTAINER).and_then(|entry| match &entry.value {
                Some(Setting::Text(name)) => Some(name.clone()),
                _ => None,
            });
        let wanted = Wanted { kind, name, container: container.as_deref() };
        let text = &layer.text;
        let (reading, others) = read(layer, wanted).map_err(|fault| text.wrong(fault))?;
        let concerns = |at: Position| !others.iter().any(|(start, end)| (*start..=*end).contains(&at));
        let notes = text.notes.iter().filter(|note| concerns(note.at));
        warnings.extend(notes.map(|note| format!("{}: {}", text.written(note.place), note.message)));
        warnings.extend(reading.idle.iter().filter_map(|idle| warning(text, idle)));
        // Items with one number belong together, and lists are not put together of several sources.
        let taken = LISTS.map(|list| entries.iter().any(|entry| is_of(list, &entry.key)));
        let is_taken = |key: &str| LISTS.iter().zip(taken).any(|(list, taken)| taken && is_of(list, key));
        // Before those that the text itself names, which may refer to them.
        for (variable, file) in of_env_files(text, &reading.found, &is_taken)? {
            let key = format!("env.{}", variable.name);
            let is_named = reading.found.iter().any(|found| found.key == key);
            if !is_named && !entries.iter().any(|entry| entry.key == key) {
                let origin = Origin { kind: layer.kind, place: Some((file.to_owned(), variable.at)) };
                entries.push(entry(key, Some(Setting::Text(variable.value.clone())), origin));
            }
        }
        for Found { key, value, at } in reading.found {
            if !is_taken(&key) && !entries.iter().any(|entry| entry.key == key) {
                let place = text.place(at);
                let place = Some((text.file_of(place).to_owned(), place.at));
                entries.push(entry(key, Some(value), Origin { kind: layer.kind, place }));
            }
        }
    }
    let by_git = entries
        .iter()
        .any(|entry| entry.key == "sync.mode" && entry.value == Some(Setting::Text("gitIgnore".to_owned())));
    let without_effect = |entry: &&Entry| {
        by_git && ["sync.filePattern", "sync.ignoreFilePattern"].contains(&entry.key.as_str())
    };
    warnings.extend(entries.iter().filter(without_effect).map(|entry| {
        let place = entry.origin.place.as_ref();
        let place = place.map(|(file, at)| format!("{file}:{}:{}: ", at.line, at.column)).unwrap_or_default();
        format!("{place}{} has no effect with sync.mode gitIgnore", entry.key)
    }));
    Ok(Resolved { entries: in_order(entries), warnings })
}

/// The variables of the files that a text names, each with its file. Of two of one name the last counts.
fn of_env_files<'t>(
    text: &'t Text,
    found: &[Found],
    is_taken: &dyn Fn(&str) -> bool,
) -> Result<Vec<(&'t EnvVariable, &'t str)>, ConfigError> {
    let mut variables: Vec<(&EnvVariable, &str)> = Vec::new();
    for named in found.iter().filter(|found| is_of(ENV_FILES, &found.key) && !is_taken(&found.key)) {
        let Some(file) = text.env_files.get(&named.at) else { continue };
        if let Some(fault) = file.unread(named.at) {
            return Err(text.wrong(fault));
        }
        let Ok(read) = &file.read else { continue };
        if let Some(fault) = read.faults.first() {
            return Err(fault.clone().in_file(&read.name));
        }
        for variable in &read.variables {
            match variables.iter_mut().find(|(known, _)| known.name == variable.name) {
                Some(known) => *known = (variable, &read.name),
                None => variables.push((variable, &read.name)),
            }
        }
    }
    Ok(variables)
}

fn entry(key: impl Into<String>, value: Option<Setting>, origin: Origin) -> Entry {
    Entry { key: key.into(), value, origin }
}

/// What is to be said of something without effect. That a file sets a key of one that it includes anew is what includes
/// are for.
fn warning(text: &Text, idle: &Idle) -> Option<String> {
    let place = text.place(idle.at);
    let earlier = idle.earlier.map(|at| text.place(at));
    if earlier.is_some_and(|earlier| text.includes(place.file, earlier.file)) {
        return None;
    }
    let instead = earlier.map(|it| format!(", and counts instead of {}", text.written(it)));
    Some(format!("{}: {}{}", text.written(place), idle.message, instead.unwrap_or_default()))
}

/// What a layer says, and where it is about other services.
fn read(layer: &Layer, wanted: Wanted<'_>) -> Result<(Reading, Vec<(Position, Position)>), Fault> {
    let root = document::parse(&layer.text.text)?;
    let mut reading = Reading::default();
    if layer.kind == SourceKind::Daemon {
        reading.members(&root, DAEMON, "");
        return Ok((reading.whole()?.below("dev."), Vec::new()));
    }
    let choice = choose(&root, wanted)?;
    reading.idle = choice.idle;
    if let Some(dev) = choice.dev {
        reading.members(dev, DEV, "");
    }
    let mut reading = reading.whole()?;
    // A container that is found by its name is the one to develop in, unless another is named expressly.
    if let Some((name, at)) = choice.container
        && !reading.found.iter().any(|found| found.key == CONTAINER)
    {
        reading.found.push(Found { key: CONTAINER.to_owned(), value: Setting::Text(name), at });
    }
    Ok((reading, choice.others))
}

/// The order of the table; keys that nobody has set are there without a value.
fn in_order(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut ordered = Vec::with_capacity(entries.len());
    let mut paths = Vec::new();
    leaves(DEV, "", &mut paths);
    for (path, open) in paths {
        let below = format!("{path}.");
        let (these, others): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.key == path || entry.key.starts_with(&below));
        entries = others;
        if these.is_empty() && !open {
            let origin = Origin { kind: SourceKind::Default, place: None };
            ordered.push(entry(path, None, origin));
        }
        ordered.extend(these);
    }
    ordered
}

/// The keys that take a value, and whether their own names are open: variables, resources, and items by their number.
fn leaves(table: &[Key], path: &str, into: &mut Vec<(String, bool)>) {
    for Key { name, shape } in table {
        let name = format!("{path}{name}");
        match shape {
            Shape::Unsupported => {}
            Shape::Group(table) => leaves(table, &format!("{name}."), into),
            Shape::Variables | Shape::Quantities | Shape::Items(..) => into.push((name, true)),
            _ => into.push((name, false)),
        }
    }
}
