//! Puts a request and the dev configuration together: reads every source, and says what holds and why.

use std::collections::BTreeMap;
use std::path::Path;

use nhd_protocol::config::{ConfigEntry, ConfigResult, ConfigSource, ConfigSourceKind, ConfigValue};
use nhd_protocol::error::{Choices, ErrorData, ErrorInfo, ErrorLocation};
use nhd_protocol::message::{Arguments, Notice, error as said, warning};
use nhd_protocol::session::{SidecarPreset, StartParams};
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;

use crate::blocking::blocking;
use crate::config::{
    ConfigError, Entry, Flags, Layer, Resolved, Setting, SourceKind, Values, files, resolve,
};
use crate::session::requests::check::Request;
use crate::session::requests::place::Place;
use crate::session::requests::source;
use crate::store::session::StoredRequest;
use nhd_client::paths::Paths;
use nhd_plan::{DEFAULT_SIDECAR_IMAGE, DEFAULT_WORK_DIR, NOCALHOST_SIDECAR_IMAGE};
use nhd_protocol::error::error_chain;

/// Where a workload may carry its own configuration; Nocalhost's annotation.
const ANNOTATION: &str = "/metadata/annotations/dev.nocalhost";

/// What is asked for, once the dev configuration has had its say.
pub async fn configure(paths: &Paths, place: &Place, request: &Request) -> Result<StoredRequest, ErrorInfo> {
    source::apart(&request.source, paths)?;
    let resolved =
        gather(paths, place, &Asked::of(request, &place.workload(request.kind, &request.name))).await?;
    let mut details = request.complete(Values::of(&resolved))?;
    details.dev.warnings.extend(source::exposed(&request.source, &request.address));
    Ok(details)
}

/// What a start with these parameters would use.
pub async fn show(paths: &Paths, params: StartParams) -> Result<ConfigResult, ErrorInfo> {
    let request = Request::check(params)?;
    let place = Place::find(&request.address, request.namespace.as_deref()).await?;
    let workload = place.workload(request.kind, &request.name);
    let resolved = gather(paths, &place, &Asked::of(&request, &workload)).await?;
    let mut entries: Vec<ConfigEntry> = resolved.entries.into_iter().map(wire_entry).collect();
    for entry in &mut entries {
        if entry.value.is_none() {
            entry.value = builtin(&entry.key, request.sidecar_preset).map(ConfigValue::Text);
        }
    }
    Ok(ConfigResult {
        workload,
        entries,
        notices: Notice::all(&resolved.warnings),
        warnings: resolved.warnings,
    })
}

/// Whose configuration is asked for.
pub struct Asked<'a> {
    pub workload: &'a WorkloadRef,
    /// What the request itself says.
    pub flags: &'a Flags,
    /// Without one there is no configuration in it.
    pub source: Option<&'a Path>,
    pub environment: &'a BTreeMap<String, String>,
}

impl<'a> Asked<'a> {
    fn of(request: &'a Request, workload: &'a WorkloadRef) -> Self {
        let Request { flags, source, address, .. } = request;
        Self { workload, flags, source: Some(source), environment: &address.environment }
    }
}

/// A dev image, and where it is named.
pub struct ConfiguredImage {
    pub image: String,
    pub source: String,
}

/// The dev image that a start would take from the configuration.
pub async fn configured_image(
    paths: &Paths,
    place: &Place,
    asked: &Asked<'_>,
) -> Result<Option<ConfiguredImage>, ErrorInfo> {
    let resolved = gather(paths, place, asked).await?;
    let entry = resolved.entries.into_iter().find(|entry| entry.key == "image");
    Ok(entry.and_then(|entry| match entry.value {
        Some(Setting::Text(image)) => {
            let source =
                entry.origin.place.map_or_else(String::new, |(file, at)| format!("{file}:{}", at.line));
            Some(ConfiguredImage { image, source })
        }
        _ => None,
    }))
}

/// The commands of the dev configuration, as it is now, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DevCommands {
    commands: BTreeMap<String, Vec<String>>,
    pub hot_reload: bool,
    pub shell: Option<String>,
}

impl DevCommands {
    /// The line of a command: its texts joined by spaces, as Nocalhost joins them.
    pub fn line(&self, name: &str) -> Option<String> {
        let words = self.commands.get(name).filter(|words| !words.is_empty())?;
        Some(words.join(" "))
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.commands.keys().map(String::as_str)
    }
}

/// Reads the commands of a workload anew: unlike the rest of the configuration they are not a session's own.
pub async fn commands(paths: &Paths, params: StartParams) -> Result<DevCommands, ErrorInfo> {
    let request = Request::check(params)?;
    let place = Place::find(&request.address, request.namespace.as_deref()).await?;
    let workload = place.workload(request.kind, &request.name);
    let resolved = gather(paths, &place, &Asked::of(&request, &workload)).await?;
    let text = |key: &str| match resolved.get(key) {
        Some(Setting::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let commands = resolved.below("command").filter_map(|(name, value)| match value {
        Setting::List(words) => Some((name.to_owned(), words.clone())),
        _ => None,
    });
    Ok(DevCommands {
        commands: commands.collect(),
        hot_reload: text("hotReload").as_deref() == Some("true"),
        shell: text("shell"),
    })
}

async fn gather(paths: &Paths, place: &Place, asked: &Asked<'_>) -> Result<Resolved, ErrorInfo> {
    let (annotation, unread) = match annotation(place, asked.workload).await {
        Ok(layer) => (layer, None),
        Err(warning) => (None, Some(warning)),
    };
    let annotation = annotation.transpose().map_err(|error| invalid(&error))?;
    // The client's, as far as it sent it; what the daemon itself was started with has no say.
    let environment = asked.environment;
    let read = blocking(|| {
        let in_source = asked.source.map(|source| files::of_source(source, environment)).transpose()?;
        Ok((in_source.flatten(), files::of_daemon(&paths.config, environment)?))
    });
    let (in_source, of_daemon) = read.map_err(|error: ConfigError| invalid(&error))?;
    let layers: Vec<Layer> = [in_source, annotation, of_daemon].into_iter().flatten().collect();
    let resolved = resolve(asked.workload.kind, &asked.workload.name, asked.flags, &layers);
    let mut resolved = resolved.map_err(|error| invalid(&error))?;
    resolved.warnings.extend(unread);
    Ok(resolved)
}

/// The annotation of the workload, or a warning where it cannot be read. That fails nothing: what follows in a start needs
/// the workload itself and says better why, and the other sources hold without it.
async fn annotation(
    place: &Place,
    workload: &WorkloadRef,
) -> Result<Option<Result<Layer, ConfigError>>, String> {
    let owner = format!("{}/{}", workload.kind.word(), workload.name);
    let file = format!("annotation dev.nocalhost of {owner}");
    let found = place.objects.get(workload.kind.into(), Some(&workload.namespace), &workload.name).await;
    let object: Value = found.map_err(|error| {
        warning::ANNOTATION_UNREAD.say(&[("workload", &owner), ("cause", &error_chain(&error))])
    })?;
    let text = object.pointer(ANNOTATION).and_then(Value::as_str);
    Ok(text.map(|text| files::of_annotation(file, text)))
}

pub(super) fn invalid(error: &ConfigError) -> ErrorInfo {
    match error {
        ConfigError::Wrong { file, at, message, choices } => {
            let arguments: Arguments<'_> =
                &[("file", file), ("line", &at.line), ("column", &at.column), ("problem", message)];
            let location = ErrorLocation { file: file.clone(), line: at.line, column: at.column };
            let data = ErrorData::choices(Choices::Container, choices.clone());
            ErrorInfo::of(&said::CONFIG_WRONG, arguments)
                .with_data(ErrorData { location: Some(location), ..data })
        }
        ConfigError::Unreadable { path, source } => {
            let arguments: Arguments<'_> = &[("file", &path.display()), ("cause", source)];
            ErrorInfo::of(&said::CONFIG_UNREADABLE, arguments)
        }
        ConfigError::TooLong { path, limit } => {
            ErrorInfo::of(&said::CONFIG_TOO_LONG, &[("file", &path.display()), ("limit", limit)])
        }
    }
}

/// What holds where nobody says otherwise, and the container has nothing of its own.
fn builtin(key: &str, preset: SidecarPreset) -> Option<String> {
    let value = match (key, preset) {
        ("workDir", _) => DEFAULT_WORK_DIR,
        ("sidecarImage", SidecarPreset::Syncthing) => DEFAULT_SIDECAR_IMAGE,
        ("sidecarImage", SidecarPreset::Nocalhost) => NOCALHOST_SIDECAR_IMAGE,
        ("sync.type", _) => "send",
        ("sync.mode", _) => "pattern",
        _ => return None,
    };
    Some(value.to_owned())
}

fn wire_entry(entry: Entry) -> ConfigEntry {
    let (file, at) = entry.origin.place.unzip();
    let source = ConfigSource {
        kind: match entry.origin.kind {
            SourceKind::Flag => ConfigSourceKind::Flag,
            SourceKind::File => ConfigSourceKind::File,
            SourceKind::Annotation => ConfigSourceKind::Annotation,
            SourceKind::Daemon => ConfigSourceKind::Daemon,
            SourceKind::Default => ConfigSourceKind::Default,
        },
        file,
        line: at.map(|at| at.line),
        column: at.map(|at| at.column),
    };
    let value = entry.value.map(|value| match value {
        Setting::Text(text) => ConfigValue::Text(text),
        Setting::Number(number) => ConfigValue::Number(number),
        Setting::List(items) => ConfigValue::List(items),
    });
    ConfigEntry { key: entry.key, value, source }
}
