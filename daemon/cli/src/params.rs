//! What several commands ask the daemon with, made from their arguments and where they run.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nhd_protocol::forward::PortPair;
use nhd_protocol::session::{SecurityContextChoice, SessionSelector, SidecarPreset, StartParams};
use nhd_protocol::sync::SyncType;

use crate::arguments::place::NamespaceArguments;
use crate::arguments::{DevArguments, Preset, SecurityContext, SessionArguments, StartArguments, Way};
use crate::caller::Caller;
use crate::failure::Failure;
use crate::render::Screen;
use crate::render::style::Tone;
use crate::target::Target;
use crate::variables;

/// What a start asks for. Without a source it is the folder of the dev configuration around its caller, else the one that
/// the caller is in; a folder that holds everything of theirs has to be named.
pub(crate) fn of_start(arguments: &StartArguments, here: &Caller) -> Result<StartParams, Failure> {
    let source = source(arguments.source.as_deref(), here);
    if arguments.source.is_none() && here.holds_home(&source) {
        let message = format!("no source folder is given, and {} holds your home folder", source.display());
        return Err(Failure::usage(message).with_hint(
            "change to the folder whose files go into the container, or name it: --source FOLDER",
        ));
    }
    start_params(&arguments.target, &source, &arguments.dev, here)
}

/// The source folder as given, else as a start takes it.
pub(crate) fn source(given: Option<&Path>, here: &Caller) -> PathBuf {
    let found = || here.source().unwrap_or_else(|| here.absolute(Path::new(".")));
    given.map_or_else(found, Path::to_owned)
}

/// Whose files go into the container is never left unsaid.
pub(crate) fn say_source(
    arguments: &StartArguments,
    params: &StartParams,
    screen: &mut Screen,
) -> Result<(), Failure> {
    match arguments.source {
        Some(_) => Ok(()),
        None => Ok(screen.note(Tone::Dim, &format!("source folder {}", params.source))?),
    }
}

/// What the command line and its caller ask for.
pub(crate) fn start_params(
    target: &Target,
    source: &Path,
    arguments: &DevArguments,
    here: &Caller,
) -> Result<StartParams, Failure> {
    let NamespaceArguments { namespace, cluster } = &arguments.at;
    let kubeconfig = cluster.kubeconfig.named(here)?;
    let source = here.absolute(source);
    Ok(StartParams {
        kind: target.kind,
        name: target.name.clone(),
        namespace: namespace.clone(),
        kubeconfig,
        context: cluster.context.clone(),
        environment: here.environment_with(&variables::named(&source)),
        container: arguments.container.clone(),
        image: arguments.image.clone(),
        env: arguments.env.iter().cloned().collect(),
        source: text("--source", source)?,
        work_dir: arguments.work_dir.clone(),
        sidecar_image: arguments.sidecar_image.clone(),
        sidecar_preset: arguments.sidecar_preset.map(|preset| match preset {
            Preset::Syncthing => SidecarPreset::Syncthing,
            Preset::Nocalhost => SidecarPreset::Nocalhost,
        }),
        security_context: arguments.security_context.map(|SecurityContext::Keep| SecurityContextChoice::Keep),
        force: arguments.force,
        sync_type: arguments.sync_type.map(|way| match way {
            Way::Send => SyncType::Send,
            Way::SendReceive => SyncType::SendReceive,
        }),
        timeout_ms: None,
        port_forward: arguments.forward.iter().map(PortPair::to_string).collect(),
    })
}

/// The kubeconfig as the command line names it, else as the environment does.
pub(crate) fn kubeconfig(given: Option<&Path>, here: &Caller) -> Result<Option<String>, Failure> {
    match given {
        Some(path) => Ok(Some(text("--kubeconfig", here.absolute(path))?)),
        None => here.kubeconfig().map(|value| text("KUBECONFIG", value)).transpose(),
    }
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn text(what: &str, path: impl Into<OsString>) -> Result<String, Failure> {
    let wrong = |path| Failure::usage(format!("{what} must be Unicode: {}", PathBuf::from(path).display()));
    path.into().into_string().map_err(wrong)
}

pub(crate) fn selector(arguments: &SessionArguments) -> SessionSelector {
    let target = arguments.target.0.as_ref();
    SessionSelector {
        session: arguments.session.clone(),
        kind: target.map(|target| target.kind),
        name: target.map(|target| target.name.clone()),
        namespace: arguments.namespace.clone(),
        context: arguments.context.clone(),
        all: false,
    }
}
