//! The command line as data. Other tools script it: arguments are only ever added.

mod examples;
mod forward;
mod volumes;
pub(crate) mod place;
pub(crate) mod streams;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use nhd_protocol::forward::PortPair;
use serde_json::Value;

pub(crate) use self::place::ListArguments;
use self::place::{ClusterArguments, KubeconfigArgument, NamespaceArguments};
use self::streams::{ExecArguments, LogsArguments, RunArguments, ShellArguments};
use super::duration::parse_duration;
use super::target::{OptionalTarget, TARGET, Target};

pub(crate) use self::examples::with_examples;
pub(crate) use self::forward::*;
pub(crate) use self::volumes::*;

/// Puts Kubernetes workloads into DevMode: edit here, run there.
#[derive(Debug, Parser)]
#[command(name = "nhd-cli", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print the protocol's JSON and nothing else on standard output; a failure is {"error": …}
    #[arg(long, global = true, display_order = 900)]
    pub(crate) json: bool,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 daemon unreachable, 130 interrupted; shell, exec \
                          and run exit as what they ran";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Put a workload into DevMode and keep a local folder in sync with it
    Start(StartArguments),
    /// Show what `start` with the same arguments would change, and change nothing
    Plan(StartArguments),
    /// Show what `start` with the same arguments would use, and where each value comes from; check and write it
    Config(ConfigArguments),
    /// Give a workload back as it was
    End(EndArguments),
    /// Show what is in DevMode by this daemon
    Status(StatusArguments),
    /// Show the workloads of a namespace, and who has which in DevMode
    Workloads(ListArguments),
    /// Show one workload in detail: containers, pods, services, who manages it and who has it in DevMode
    Describe(DescribeArguments),
    /// Show or delete the volumes of persistent folders, which outlive sessions
    Volumes(VolumesArguments),
    /// Show the contexts of the kubeconfig: which clusters there are, and how one signs in
    Contexts(ContextsArguments),
    /// Show the namespaces of a cluster
    Namespaces(NamespacesArguments),
    /// Open a terminal in a container, with the first shell that it has
    Shell(ShellArguments),
    /// Run a command in a container, with the standard streams, signals and exit code of this process
    Exec(ExecArguments),
    /// Show what containers write to their logs
    Logs(LogsArguments),
    /// Run a command of the dev configuration, once everything saved is in the pod
    Run(RunArguments),
    /// Lead ports of this machine into the dev pod
    #[command(subcommand)]
    Forward(ForwardCommand),
    /// The files of a session: how far they are, and what to do with them
    Sync(SyncArguments),
    /// Look for what is wrong, here and in the cluster, and say what to do about it
    Doctor(DoctorArguments),
    /// The daemon behind it all, which the other commands start when they need it
    #[command(subcommand)]
    Daemon(DaemonCommand),
    /// Call a method of the daemon and print its result as JSON
    Call(CallArguments),
    /// Show what happened
    Events(EventsArguments),
    /// Print what a shell reads to complete the arguments of nhd-cli
    Completion {
        /// The shell
        #[arg(value_enum)]
        shell: CompletedShell,
    },
    /// Write a man page of every command into a folder; for packages
    #[command(hide = true)]
    Man {
        /// The folder, which is made where it is not there
        folder: PathBuf,
    },
    /// Speak the protocol on standard input and output, framed as language servers do; for IDE plugins
    Stdio,
}

#[derive(Debug, Args)]
pub(crate) struct StartArguments {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The local source folder [default: the nearest folder, from here upwards, with .nocalhost/config.yaml, else this
    /// one]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) source: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) dev: DevArguments,
    /// How long it may take; a start whose dev pod is not ready by then is undone, which takes its own time
    #[arg(long, value_name = "DURATION", default_value = "120s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
    /// What to wait for
    #[arg(long, value_name = "STATE", default_value = "synced")]
    pub(crate) wait: Wait,
    /// End DevMode first that somebody else has it in, which stops their work
    #[arg(long)]
    pub(crate) takeover: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub(crate) struct ConfigArguments {
    #[command(subcommand)]
    pub(crate) file: Option<ConfigFileCommand>,
    #[command(flatten)]
    pub(crate) target: OptionalTarget,
    /// The local source folder [default: as of `start`]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) source: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) dev: DevArguments,
}

/// What there is to do with the file of a dev configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigFileCommand {
    /// Say all that is wrong with a file
    Check(ConfigCheckArguments),
    /// Print the JSON Schema of the file
    Schema {
        /// Of the daemon's own config.yaml
        #[arg(long)]
        daemon: bool,
    },
    /// Write a first file for a workload, with comments
    Init(ConfigInitArguments),
    /// Set one key in the file, and leave all else as it is
    Set(ConfigSetArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigCheckArguments {
    /// The file
    pub(crate) file: PathBuf,
    /// The workload that is meant
    #[arg(long, value_name = "KIND/NAME")]
    pub(crate) workload: Option<Target>,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigInitArguments {
    /// The workload
    #[arg(value_name = "KIND/NAME")]
    pub(crate) target: Target,
    /// The local source folder
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) source: PathBuf,
    /// The image to begin with [default: by the files of the source folder, else the container's own]
    #[arg(long, value_name = "IMAGE", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) image: Option<String>,
    #[command(flatten)]
    pub(crate) at: NamespaceArguments,
    /// Ask no cluster
    #[arg(long)]
    pub(crate) offline: bool,
    /// Print it and write no file
    #[arg(long)]
    pub(crate) print: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigSetArguments {
    /// The workload
    #[arg(value_name = "KIND/NAME")]
    pub(crate) target: Target,
    /// The key below dev: image, sync.mode, env.LOG_LEVEL
    pub(crate) key: String,
    /// Its value; those of a list one by one, behind `--` where one begins with a hyphen
    #[arg(required = true, value_name = "VALUE")]
    pub(crate) values: Vec<String>,
    /// The container [default: the only one]
    #[arg(short, long)]
    pub(crate) container: Option<String>,
    /// The local source folder
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) source: PathBuf,
}

/// Where the workload is, and what wins over the dev configuration.
#[derive(Debug, Args)]
pub(crate) struct DevArguments {
    /// The dev image [default: as configured]
    #[arg(long, value_name = "IMAGE", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) image: Option<String>,
    /// A variable of the dev container; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_variable)]
    pub(crate) env: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) at: NamespaceArguments,
    /// The container to develop in [default: the only one]
    #[arg(short, long)]
    pub(crate) container: Option<String>,
    /// The folder in the container [default: /home/nocalhost-dev]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) work_dir: Option<String>,
    /// The sidecar's image [default: the preset's]
    #[arg(long, value_name = "IMAGE")]
    pub(crate) sidecar_image: Option<String>,
    /// The sidecar's image, arguments and pull policy [default: syncthing]
    #[arg(long, value_name = "PRESET")]
    pub(crate) sidecar_preset: Option<Preset>,
    /// Start although something may be lost, or undone by others; the refusal says what
    #[arg(long)]
    pub(crate) force: bool,
    /// What becomes of the security contexts [default: as configured, else they give way to the sidecar]
    #[arg(long, value_name = "CHOICE")]
    pub(crate) security_context: Option<SecurityContext>,
    /// A port to forward, as LOCAL:REMOTE, :REMOTE or PORT; may be given several times [default: as configured]
    #[arg(long, value_name = "LOCAL:REMOTE")]
    pub(crate) forward: Vec<PortPair>,
    /// Which way files go [default: send]
    #[arg(long, value_name = "WAY")]
    pub(crate) sync_type: Option<Way>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompletedShell {
    Bash,
    Zsh,
    Fish,
}

impl From<CompletedShell> for clap_complete::Shell {
    fn from(shell: CompletedShell) -> Self {
        match shell {
            CompletedShell::Bash => Self::Bash,
            CompletedShell::Zsh => Self::Zsh,
            CompletedShell::Fish => Self::Fish,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecurityContext {
    /// They stay, as restricted namespaces want it
    Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// Into the pod only
    Send,
    /// What the pod changes comes back, too
    SendReceive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Preset {
    Syncthing,
    Nocalhost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wait {
    /// Every file is in the pod
    Synced,
    /// The dev pod is ready
    Ready,
    /// Nothing
    None,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args([TARGET, "session", "all"])))]
pub(crate) struct EndArguments {
    #[command(flatten)]
    pub(crate) target: OptionalTarget,
    /// The session, by its id
    #[arg(long, value_name = "ID", conflicts_with = "namespace")]
    pub(crate) session: Option<String>,
    /// Every session
    #[arg(long)]
    pub(crate) all: bool,
    /// Only in this namespace
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,
    /// Only sessions of this context's cluster, which they are led to anew where they cannot reach it
    #[arg(long)]
    pub(crate) context: Option<String>,
    /// How long to wait for it
    #[arg(long, value_name = "DURATION", default_value = "120s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
    /// Also what another laptop began, by its record in the cluster
    #[arg(long, requires = TARGET)]
    pub(crate) takeover: bool,
    /// The kubeconfig, for sessions whose own is gone and for --takeover [default: $KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DescribeArguments {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) at: NamespaceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ContextsArguments {
    #[command(flatten)]
    pub(crate) kubeconfig: KubeconfigArgument,
}

#[derive(Debug, Args)]
pub(crate) struct NamespacesArguments {
    #[command(flatten)]
    pub(crate) cluster: ClusterArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// The namespace to look at [default: the context's]
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,
    #[command(flatten)]
    pub(crate) cluster: ClusterArguments,
    /// Also write an archive for a bug report: logs, events and configuration, without secrets
    #[arg(long, value_name = "FILE.tar.gz")]
    pub(crate) bundle: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) target: OptionalTarget,
    /// Only in this namespace
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,
    /// Only sessions started with this context
    #[arg(long)]
    pub(crate) context: Option<String>,
    /// Go on and show every change
    #[arg(short, long)]
    pub(crate) watch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SyncArguments {
    #[command(subcommand)]
    pub(crate) action: SyncAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SyncAction {
    /// Show which way files go, what is left out and how far they are
    Status(SessionArguments),
    /// Look at files again that changed unseen
    Rescan {
        #[command(flatten)]
        target: SessionArguments,
        /// In the source folder, relative to it; may be given several times [default: everything]
        #[arg(long, value_name = "PATH")]
        path: Vec<String>,
    },
    /// Hold the sync until it is resumed
    Pause(SessionArguments),
    /// Let the sync go on
    Resume(SessionArguments),
}

/// Which session is meant; nothing where there is one only.
#[derive(Debug, Args)]
pub(crate) struct SessionArguments {
    #[command(flatten)]
    pub(crate) target: OptionalTarget,
    /// The session, by its id
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<String>,
    /// Only in this namespace
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,
    /// Only sessions started with this context
    #[arg(long)]
    pub(crate) context: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum DaemonCommand {
    /// Start it, if it does not run
    Start,
    /// Stop it; sessions stay in DevMode and the next daemon goes on with them
    Stop,
    /// Say whether it runs; exits with 3 when it does not
    Status,
    /// Have systemd or launchd start it for this user; sessions go on
    Install,
    /// Undo an installation; sessions stay in DevMode
    Uninstall,
}

#[derive(Debug, Args)]
pub(crate) struct CallArguments {
    /// The method, such as session.list
    pub(crate) method: String,
    /// Its params as a JSON object
    #[arg(value_name = "JSON", value_parser = parse_params)]
    pub(crate) params: Option<Value>,
}

#[derive(Debug, Args)]
pub(crate) struct EventsArguments {
    /// Only events after this number
    #[arg(long, value_name = "N")]
    pub(crate) since: Option<u64>,
    /// Go on and show events as they happen
    #[arg(short, long)]
    pub(crate) follow: bool,
}

fn parse_variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

fn parse_params(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(params @ (Value::Object(_) | Value::Array(_))) => Ok(params),
        Ok(_) => Err("params are a JSON object or array".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
