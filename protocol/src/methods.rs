//! The only list of the daemon's methods: name, params, result and what each is for.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::browse::contexts::{ContextList, ContextListParams, NamespaceList, NamespaceListParams};
use crate::browse::describe::{DescribeParams, WorkloadDescription};
use crate::browse::images::{ImageSuggestParams, ImageSuggestions};
use crate::browse::live::{WorkloadEvent, WorkloadNotification, WorkloadSubscribeParams};
use crate::config::ConfigResult;
use crate::discover::OpenRpcDocument;
use crate::doctor::{DoctorParams, DoctorReport};
use crate::editor::{
    ConfigCheckParams, ConfigCheckResult, ConfigScaffoldParams, ConfigScaffoldResult, ConfigSchemaParams,
    ConfigSchemaResult, ConfigSetParams, ConfigSetResult,
};
use crate::environment::SetEnvironmentParams;
use crate::error::{
    CLUSTER_ERRORS, ErrorKind, INSIDE_ERRORS, REQUEST_ERRORS, SESSION_ERRORS, STREAM_ERRORS, WORKLOAD_ERRORS,
};
use crate::event::{Event, EventList, EventsParams};
use crate::forward::{ForwardEndParams, ForwardList, ForwardStartParams, SessionForward};
use crate::hello::{HelloParams, HelloResult, NoParams, ShutdownResult};
use crate::inside::{
    DebugDescription, FileContent, FileList, FileParams, ForwardWaitParams, ListeningPort, PortSuggestions,
};
use crate::listing::{ReleaseParams, WorkloadList, WorkloadListParams};
use crate::session::{
    EndParams, EndResult, PlanResult, SessionList, SessionSelector, SessionStatus, StartParams, WaitParams,
};
use crate::stream::{
    ExecSignalParams, ExecStartParams, LogFollowParams, StreamList, StreamListParams, StreamParams,
    StreamStatus, StreamTicket, TerminalOpenParams, TerminalResizeParams,
};
use crate::sync::{RescanParams, SyncReport};
use crate::volume::{VolumeDeleteParams, VolumeList, VolumeListParams, VolumeSummary};

/// A method of the daemon: JSON-RPC 2.0, params as one flat object.
pub trait Method {
    const NAME: &'static str;
    const DOC: &'static str;
    type Params: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
    type Output: Serialize + DeserializeOwned + JsonSchema + Send + Clone + 'static;
}

/// What happens when a client that lost the answer sends the request again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It only reads.
    Reads,
    /// The second is answered as the first and changes nothing more.
    Idempotent,
    /// It is done again.
    Again,
}

/// A method's entry in the table.
#[derive(Debug, Clone, Copy)]
pub struct MethodEntry {
    pub name: &'static str,
    pub doc: &'static str,
    pub repeat: Repeat,
    /// The kinds of error that it answers with, in groups, beside those of [`REQUEST_ERRORS`].
    pub errors: &'static [&'static [ErrorKind]],
    /// The schemas of what it takes and answers.
    pub params: fn(&mut SchemaGenerator) -> Schema,
    pub result: fn(&mut SchemaGenerator) -> Schema,
}

impl MethodEntry {
    /// Every kind of error that the method answers with, in the order of their codes.
    #[must_use]
    pub fn error_kinds(&self) -> Vec<ErrorKind> {
        let mut kinds: Vec<_> =
            [REQUEST_ERRORS].iter().chain(self.errors).copied().flatten().copied().collect();
        kinds.sort_by_key(|kind| kind.code());
        kinds
    }
}

macro_rules! methods {
    ($(
        $(#[doc = $doc:expr])+
        $name:literal $type:ident($params:ty) -> $result:ty, $repeat:ident, [$($errors:expr),*];
    )+) => {
        $($(#[doc = $doc])+
        #[derive(Debug, Clone, Copy)]
        pub struct $type;
        impl Method for $type {
            const NAME: &'static str = $name;
            const DOC: &'static str = concat!($($doc),+).trim_ascii();
            type Params = $params;
            type Output = $result;
        })+

        /// Every method, in the order of the documentation.
        pub const METHODS: &[MethodEntry] = &[$(MethodEntry {
            name: $type::NAME,
            doc: $type::DOC,
            repeat: Repeat::$repeat,
            errors: &[$($errors),*],
            params: SchemaGenerator::subschema_for::<$params>,
            result: SchemaGenerator::subschema_for::<$result>,
        },)+];
    };
}

// What it takes, what it answers, what a repetition does, and the errors beside those that any request can meet.
methods! {
    /// Says who calls and who answers, and fails where the two do not speak the same protocol.
    "daemon.hello" Hello(HelloParams) -> HelloResult, Reads, [&[ErrorKind::ProtocolMismatch]];
    /// Stops the daemon. Sessions stay in DevMode; the next daemon goes on with them.
    "daemon.shutdown" Shutdown(NoParams) -> ShutdownResult, Again, [];
    /// Looks at everything that a session stands on, and says of each what is wrong and what to do about it: kubeconfig,
    /// credentials, cluster, permissions, syncthing, limits and disk of this machine, and what earlier sessions left.
    /// Changes nothing. Without a cluster the checks of it are skipped and say why; what fails hides nothing else.
    /// Takes 45 s at most.
    "daemon.doctor" Doctor(DoctorParams) -> DoctorReport, Reads, [];
    /// This document: every method, type and error of the daemon, as OpenRPC.
    "rpc.discover" Discover(NoParams) -> OpenRpcDocument, Reads, [];
    /// Says what a start would change, and changes nothing.
    "session.plan" Plan(StartParams) -> PlanResult, Reads,
        [&[
            ErrorKind::SessionExists,
            ErrorKind::ConfigInvalid,
            ErrorKind::SourceMissing,
            ErrorKind::VolumeUnavailable,
        ], CLUSTER_ERRORS, WORKLOAD_ERRORS];
    /// Puts a workload into DevMode. Answers as soon as the session exists; progress comes as events, and
    /// `session.wait` waits for it. Repeated with equal parameters it answers with the session that there is,
    /// which goes on by this kubeconfig, context and environment where it cannot reach its cluster by its own.
    "session.start" Start(StartParams) -> SessionStatus, Idempotent,
        [&[
            ErrorKind::SessionExists,
            ErrorKind::SessionEnding,
            ErrorKind::ConfigInvalid,
            ErrorKind::UnsupportedKind,
            ErrorKind::SourceMissing,
            ErrorKind::StoreFailed,
        ], CLUSTER_ERRORS];
    /// Gives workloads back as they were. Answers as soon as that is under way. Repeated, it is still one ending. A
    /// workload that this daemon has no session of and somebody else has in DevMode is an error, where it is said how
    /// the cluster is reached.
    "session.end" End(EndParams) -> EndResult, Idempotent,
        [CLUSTER_ERRORS, SESSION_ERRORS, &[ErrorKind::InDevModeElsewhere]];
    /// Takes a workload out of DevMode that another daemon put into it, such as one on a laptop that is gone: by the
    /// record in the cluster alone. Answers with a session of this daemon that is being ended; `session.wait` waits for
    /// it. The other daemon finds its session overwritten.
    "session.release" Release(ReleaseParams) -> SessionStatus, Idempotent,
        [&[
            ErrorKind::SessionNotFound,
            ErrorKind::SessionExists,
            ErrorKind::InDevModeElsewhere,
            ErrorKind::StoreFailed,
        ], CLUSTER_ERRORS];
    /// Gives a running session other variables, such as renewed credentials or a PATH. They are tried first: where its
    /// cluster cannot be reached with them, or they lead to another one, that is the error and the session keeps those
    /// that it has.
    "session.setEnvironment" SetEnvironment(SetEnvironmentParams) -> SessionStatus, Idempotent,
        [&[ErrorKind::SessionNotFound, ErrorKind::Timeout], CLUSTER_ERRORS];
    /// One session; fails where none or several match. Where none goes on, the last one that failed lately.
    "session.status" Status(SessionSelector) -> SessionStatus, Reads, [&[ErrorKind::SessionNotFound]];
    /// All sessions that match, and those that failed or ended lately.
    "session.list" List(SessionSelector) -> SessionList, Reads, [];
    /// Waits until a session has come so far. Fails when it no longer can, with the session's own error.
    "session.wait" Wait(WaitParams) -> SessionStatus, Reads,
        [&[ErrorKind::SessionNotFound, ErrorKind::Timeout, ErrorKind::SyncPaused], CLUSTER_ERRORS, WORKLOAD_ERRORS, SESSION_ERRORS];
    /// Forwards a port on 127.0.0.1 to one of the dev pod, until `forward.end` or the end of the session. Answers when
    /// the local port takes connections, which wait for the pod where it is away. Repeated, it answers with the forward
    /// that there is.
    "forward.start" ForwardStart(ForwardStartParams) -> SessionForward, Idempotent,
        [&[
            ErrorKind::SessionNotFound,
            ErrorKind::SessionEnding,
            ErrorKind::Timeout,
            ErrorKind::KubeconfigInvalid,
            ErrorKind::ContextNotFound,
            ErrorKind::ForwardFailed,
            ErrorKind::LocalPortTaken,
            ErrorKind::LocalPortDenied,
            ErrorKind::StoreFailed,
        ]];
    /// Ends forwards, those of the dev configuration included, and answers with them. Repeated, there is none to end.
    "forward.end" ForwardEnd(ForwardEndParams) -> ForwardList, Idempotent,
        [&[ErrorKind::Timeout, ErrorKind::StoreFailed]];
    /// The forwards of all sessions that match, the session's own to its syncthing included.
    "forward.list" Forwards(SessionSelector) -> ForwardList, Reads, [];
    /// Waits until something listens on a port in the dev pod, also where no forward leads to it. Fails with `timeout` and
    /// what listens instead. The user needs `get` and `create` on `pods/exec` for this and for the other methods that
    /// look inside.
    "forward.wait" ForwardWait(ForwardWaitParams) -> ListeningPort, Reads, [INSIDE_ERRORS];
    /// The ports of the dev pod that may be worth a forward, and why: those that the dev configuration names, that
    /// containers declare, that Services lead to, and on which something listens now.
    "forward.suggest" ForwardSuggest(SessionSelector) -> PortSuggestions, Reads,
        [&[ErrorKind::SessionNotFound, ErrorKind::SessionEnding, ErrorKind::ClusterUnreachable]];
    /// What a debugger needs to know: language, port, command, where the source is on both sides, and which debuggers are
    /// in the dev container.
    "debug.describe" DebugDescribe(SessionSelector) -> DebugDescription, Reads,
        [&[ErrorKind::SessionNotFound, ErrorKind::SessionEnding, ErrorKind::ClusterUnreachable]];
    /// A file of the dev container, of 4 MiB at most. Links are followed.
    "file.read" FileRead(FileParams) -> FileContent, Reads,
        [INSIDE_ERRORS, &[
            ErrorKind::FileNotFound,
            ErrorKind::NotADirectory,
            ErrorKind::NotAFile,
            ErrorKind::FileForbidden,
            ErrorKind::FileTooLarge,
        ]];
    /// What a folder of the dev container holds, 2,000 entries at most. Links are told as such.
    "file.list" FileEntries(FileParams) -> FileList, Reads,
        [INSIDE_ERRORS, &[ErrorKind::FileNotFound, ErrorKind::NotADirectory, ErrorKind::FileForbidden]];
    /// How a session's files are synced: which way, what is left out, how far, what cannot be read.
    "sync.status" SyncState(SessionSelector) -> SyncReport, Reads, [&[ErrorKind::SessionNotFound]];
    /// Looks at files again that changed unseen, as on a network disk. Answers before that is done.
    "sync.rescan" SyncRescan(RescanParams) -> SyncReport, Idempotent, [&[ErrorKind::SessionNotFound, ErrorKind::SyncFailed]];
    /// Holds the sync of a session, across restarts of the daemon, once its first sync is complete.
    "sync.pause" SyncPause(SessionSelector) -> SyncReport, Idempotent,
        [&[ErrorKind::SessionNotFound, ErrorKind::SyncFailed, ErrorKind::StoreFailed]];
    /// Lets the sync go on.
    "sync.resume" SyncResume(SessionSelector) -> SyncReport, Idempotent,
        [&[ErrorKind::SessionNotFound, ErrorKind::SyncFailed, ErrorKind::StoreFailed]];
    /// The workloads of a namespace or of the cluster, with who has which in DevMode since when.
    "workload.list" Workloads(WorkloadListParams) -> WorkloadList, Reads, [CLUSTER_ERRORS];
    /// The volume claims that persistent folders of dev containers lie in, with what uses each. Nothing deletes them but
    /// `volume.delete`.
    "volume.list" Volumes(VolumeListParams) -> VolumeList, Reads, [CLUSTER_ERRORS];
    /// Deletes such a claim, and with it what lies in its volume, unless the volume's own policy is to be retained. Refused
    /// while a pod or a session uses it, unless it is forced: then the claim goes when the last pod has.
    /// Answers with the claim as it was last. Repeated, there is none to delete.
    "volume.delete" VolumeDelete(VolumeDeleteParams) -> VolumeSummary, Again,
        [CLUSTER_ERRORS, &[ErrorKind::VolumeNotFound, ErrorKind::VolumeInUse]];
    /// The contexts of a kubeconfig list with cluster, server, namespace and how their user signs in. Asks no cluster and
    /// runs no plugin; a file that is missing or invalid is a warning.
    "context.list" Contexts(ContextListParams) -> ContextList, Reads, [&[ErrorKind::KubeconfigInvalid]];
    /// The namespaces of a cluster. Where the user may not list them, those that are known all the same, and the refusal.
    "namespace.list" Namespaces(NamespaceListParams) -> NamespaceList, Reads, [CLUSTER_ERRORS];
    /// One workload in detail: containers, pods, services, who manages it, who has it in DevMode. What the user may not
    /// read is said, and the rest answered.
    "workload.describe" Describe(DescribeParams) -> WorkloadDescription, Reads,
        [CLUSTER_ERRORS, &[ErrorKind::WorkloadNotFound]];
    /// Dev images to choose from, each with why: the dev configuration's, that of last time, those of the source folder's
    /// language, the container's own. Asks no registry.
    "image.suggest" SuggestImages(ImageSuggestParams) -> ImageSuggestions, Reads,
        [CLUSTER_ERRORS, &[ErrorKind::WorkloadNotFound, ErrorKind::SourceMissing]];
    /// Says what a start with the same parameters would use, and where each value came from: the request, the source
    /// folder's `.nocalhost/config.yaml`, the workload's annotation, the daemon's configuration or a default.
    "config.resolve" Resolve(StartParams) -> ConfigResult, Reads,
        [&[ErrorKind::ConfigInvalid, ErrorKind::UnsupportedKind, ErrorKind::SourceMissing], CLUSTER_ERRORS];
    /// Opens a terminal in a container of a pod, with the first shell that it has, and answers with what opens the
    /// connection to it. It is the user's, not the client's: it goes on without one, and `terminal.list` offers it again.
    "terminal.open" TerminalOpen(TerminalOpenParams) -> StreamTicket, Again, [CLUSTER_ERRORS, STREAM_ERRORS, &[ErrorKind::StreamNotFound]];
    /// Opens another connection to a terminal, which first gets the last 256 KiB of what was written.
    "terminal.attach" TerminalAttach(StreamParams) -> StreamTicket, Again, [&[ErrorKind::StreamNotFound]];
    /// Changes the size of a terminal. The connection has a frame for it as well.
    "terminal.resize" TerminalResize(TerminalResizeParams) -> StreamStatus, Idempotent, [&[ErrorKind::StreamNotFound]];
    /// Ends a terminal with everything that runs in it, and answers when that has ended or is not to be ended. One that has
    /// ended leaves the list.
    "terminal.close" TerminalClose(StreamParams) -> StreamStatus, Idempotent, [&[ErrorKind::StreamNotFound]];
    /// The terminals, those included that ended lately.
    "terminal.list" Terminals(StreamListParams) -> StreamList, Reads, [];
    /// Starts a command in a container of a pod, and answers with what opens the connection to it.
    "exec.start" ExecStart(ExecStartParams) -> StreamTicket, Again,
        [CLUSTER_ERRORS, STREAM_ERRORS, &[ErrorKind::ConfigInvalid, ErrorKind::SourceMissing]];
    /// Opens another connection to a command, which first gets the last 256 KiB of what was written.
    "exec.attach" ExecAttach(StreamParams) -> StreamTicket, Again, [&[ErrorKind::StreamNotFound]];
    /// Sends a signal to a command. Answers when it has been sent. Where the container has no shell that is an error:
    /// Kubernetes has no other way to signal a process.
    "exec.signal" ExecSignal(ExecSignalParams) -> StreamStatus, Again,
        [CLUSTER_ERRORS, &[ErrorKind::StreamNotFound, ErrorKind::CommandFailed, ErrorKind::Timeout]];
    /// Ends a command with everything that it has started, and answers when that has ended or is not to be ended. One that
    /// has ended leaves the list.
    "exec.close" ExecClose(StreamParams) -> StreamStatus, Idempotent, [&[ErrorKind::StreamNotFound]];
    /// The commands, those included that ended lately.
    "exec.list" Execs(StreamListParams) -> StreamList, Reads, [];
    /// Follows logs of a workload's pods, and answers with what opens the connection to them. It ends with that.
    "log.follow" LogFollow(LogFollowParams) -> StreamTicket, Again, [CLUSTER_ERRORS, STREAM_ERRORS];
    /// Says all that is wrong with a dev configuration that may not be saved yet, with places and fixes. Runs nothing and
    /// asks no cluster.
    "config.check" ConfigCheck(ConfigCheckParams) -> ConfigCheckResult, Reads, [&[ErrorKind::ConfigInvalid]];
    /// The JSON Schema of a dev configuration.
    "config.schema" ConfigSchema(ConfigSchemaParams) -> ConfigSchemaResult, Reads, [];
    /// A first dev configuration for a workload, with what is known of it and the rest in comments. Writes no file.
    "config.scaffold" ConfigScaffold(ConfigScaffoldParams) -> ConfigScaffoldResult, Reads, [];
    /// Sets one key in the text of a dev configuration and leaves all else as it is, comments included.
    "config.set" ConfigSet(ConfigSetParams) -> ConfigSetResult, Idempotent, [&[ErrorKind::ConfigInvalid]];
    /// The events after a place in the log, without waiting for more.
    "events.since" EventsSince(EventsParams) -> EventList, Reads, [];
}

/// Something that a client subscribes to, on every connection that stays open: WebSocket and LSP framing.
pub trait Subscription {
    const SUBSCRIBE: &'static str;
    const UNSUBSCRIBE: &'static str;
    /// The method of the notifications that carry the events.
    const NOTIFICATION: &'static str;
    const SUBSCRIBE_DOC: &'static str;
    /// The kinds of error that a subscription is refused with, beside those of [`REQUEST_ERRORS`].
    const ERRORS: &'static [&'static [ErrorKind]];
    type Params: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
    type Event: Serialize + DeserializeOwned + JsonSchema + Send + Clone + 'static;
    /// The params of the notification: the id of the subscription and the event.
    type Notification: Serialize + DeserializeOwned + JsonSchema;
}

/// How every subscription is ended.
pub const UNSUBSCRIBE_DOC: &str = "Ends a subscription. Takes its id as the only element of an array, \
    and answers whether there was one.";

/// Events as they happen.
#[derive(Debug, Clone, Copy)]
pub struct EventSubscription;

impl Subscription for EventSubscription {
    const SUBSCRIBE: &'static str = "events.subscribe";
    const UNSUBSCRIBE: &'static str = "events.unsubscribe";
    const NOTIFICATION: &'static str = "events.event";
    const SUBSCRIBE_DOC: &'static str = "Subscribes to events: those after `since`, or a snapshot, then all that \
        happens. Answers with the id of the subscription; each event is a notification \
        `events.event` with the params `{subscription, result}`. Not over HTTP.";
    const ERRORS: &'static [&'static [ErrorKind]] = &[];
    type Params = EventsParams;
    type Event = Event;
    type Notification = EventNotification;
}

/// Workloads as they change.
#[derive(Debug, Clone, Copy)]
pub struct WorkloadSubscription;

impl Subscription for WorkloadSubscription {
    const SUBSCRIBE: &'static str = "workload.subscribe";
    const UNSUBSCRIBE: &'static str = "workload.unsubscribe";
    const NOTIFICATION: &'static str = "workload.event";
    const SUBSCRIBE_DOC: &'static str = "Subscribes to the workloads of a namespace, or of all: a snapshot, then what \
        changes. Answers with the id of the subscription; each event is a notification \
        `workload.event` with the params `{subscription, result}`. Clients that follow the same as the same user share \
        one watch, which ends with the last of them. A cluster that is away is said in the events and \
        tried again. Not over HTTP.";
    const ERRORS: &'static [&'static [ErrorKind]] =
        &[&[ErrorKind::KubeconfigInvalid, ErrorKind::ContextNotFound]];
    type Params = WorkloadSubscribeParams;
    type Event = WorkloadEvent;
    type Notification = WorkloadNotification;
}

/// A subscription's entry in the table.
#[derive(Debug, Clone, Copy)]
pub struct SubscriptionEntry {
    pub subscribe: &'static str,
    pub unsubscribe: &'static str,
    pub notification: &'static str,
    pub doc: &'static str,
    pub errors: &'static [&'static [ErrorKind]],
    /// The schemas of what it takes and of what its notifications carry.
    pub params: fn(&mut SchemaGenerator) -> Schema,
    pub carries: fn(&mut SchemaGenerator) -> Schema,
}

impl SubscriptionEntry {
    const fn of<S: Subscription>() -> Self {
        Self {
            subscribe: S::SUBSCRIBE,
            unsubscribe: S::UNSUBSCRIBE,
            notification: S::NOTIFICATION,
            doc: S::SUBSCRIBE_DOC,
            errors: S::ERRORS,
            params: SchemaGenerator::subschema_for::<S::Params>,
            carries: SchemaGenerator::subschema_for::<S::Notification>,
        }
    }
}

/// Every subscription, in the order of the documentation.
pub const SUBSCRIPTIONS: &[SubscriptionEntry] =
    &[SubscriptionEntry::of::<EventSubscription>(), SubscriptionEntry::of::<WorkloadSubscription>()];

/// The params of the notification that carries an event.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventNotification {
    /// The id that `events.subscribe` answered with.
    pub subscription: String,
    pub result: Event,
}

/// Cancels a request of the same connection, as in LSP: a notification without an answer of its own. The request is
/// answered with the code [`CANCELLED_CODE`], unless its answer is already on its way.
pub const CANCEL_REQUEST: &str = "$/cancelRequest";

/// LSP's code of a request that was cancelled.
pub const CANCELLED_CODE: i32 = -32800;

/// What `$/cancelRequest` takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancelParams {
    /// The id of the request.
    pub id: RequestId,
}

/// The id of a request, as the client chose it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RequestId {
    Number(u64),
    Text(String),
}
