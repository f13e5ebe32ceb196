//! The only list of the daemon's methods: name, params, result and what each is for.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::{Event, EventList, EventsParams};
use crate::hello::{HelloParams, HelloResult, NoParams, ShutdownResult};
use crate::session::{
    EndResult, PlanResult, SessionList, SessionSelector, SessionStatus, StartParams, WaitParams,
};

/// A method of the daemon: JSON-RPC 2.0, params as one flat object.
pub trait Method {
    const NAME: &'static str;
    const DOC: &'static str;
    type Params: Serialize + DeserializeOwned + Send + 'static;
    type Output: Serialize + DeserializeOwned + Send + Clone + 'static;
}

/// A method's entry in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodEntry {
    pub name: &'static str,
    pub doc: &'static str,
}

macro_rules! methods {
    ($($(#[doc = $doc:expr])+ $name:literal $type:ident($params:ty) -> $result:ty;)+) => {
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
        pub const METHODS: &[MethodEntry] =
            &[$(MethodEntry { name: $type::NAME, doc: $type::DOC },)+];
    };
}

methods! {
    /// Says who calls and who answers, and fails where the two do not speak the same protocol.
    "daemon.hello" Hello(HelloParams) -> HelloResult;
    /// Stops the daemon. Sessions stay in DevMode; the next daemon goes on with them.
    "daemon.shutdown" Shutdown(NoParams) -> ShutdownResult;
    /// Says what a start would change, and changes nothing.
    "session.plan" Plan(StartParams) -> PlanResult;
    /// Puts a workload into DevMode. Answers as soon as the session exists; progress comes as events, and
    /// `session.wait` waits for it. Repeated with equal parameters it answers with the session that there is.
    "session.start" Start(StartParams) -> SessionStatus;
    /// Gives workloads back as they were. Answers as soon as that is under way. Repeated, it is still one ending.
    "session.end" End(SessionSelector) -> EndResult;
    /// One session; fails where none or several match.
    "session.status" Status(SessionSelector) -> SessionStatus;
    /// All sessions that match.
    "session.list" List(SessionSelector) -> SessionList;
    /// Waits until a session has come so far.
    "session.wait" Wait(WaitParams) -> SessionStatus;
    /// The events after a place in the log, without waiting for more.
    "events.since" EventsSince(EventsParams) -> EventList;
}

/// The one subscription: events as they happen, over WebSocket only.
#[derive(Debug, Clone, Copy)]
pub struct EventSubscription;

impl EventSubscription {
    pub const SUBSCRIBE: &'static str = "events.subscribe";
    pub const UNSUBSCRIBE: &'static str = "events.unsubscribe";
    /// The method of the notifications that carry the events.
    pub const NOTIFICATION: &'static str = "events.event";
}

/// What a subscription takes and what each of its notifications carries.
pub type EventSubscriptionParams = EventsParams;
pub type EventSubscriptionItem = Event;
