//! The methods, each led to what does its work. Names and types come from the protocol's table.

use std::sync::{Arc, LazyLock};

use jsonrpsee::core::{RpcResult, SubscriptionError, SubscriptionResult};
use jsonrpsee::types::{ErrorObjectOwned, Params};
use jsonrpsee::{
    Extensions, PendingSubscriptionAcceptError, PendingSubscriptionSink, RpcModule, SubscriptionMessage,
    SubscriptionSink,
};
use nhd_protocol::PROTOCOL_VERSION;
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::event::{Cursor, Event, EventBody, EventList, EventsParams};
use nhd_protocol::hello::{HelloParams, HelloResult, NoParams, ShutdownResult, features};
use nhd_protocol::message::{Arguments, error};
// All of them, as each is registered here.
use nhd_protocol::methods::*;
use nhd_protocol::openrpc::document;
use nhd_protocol::session::{EndParams, SessionList, SessionSelector, StartParams};
use nhd_protocol::stream::{ExecSignalParams, StreamKind, StreamParams, TerminalResizeParams};
use serde::Serialize;
use tokio::sync::broadcast;

use super::cancel::Accepting;
use super::error::{invalid_params, to_wire};
use super::workloads;
use crate::browse::live::Live;
use crate::browse::{contexts, describe, images, list, namespaces};
use crate::clock::timestamp_now;
use crate::doctor;
use crate::events::Since;
use crate::inside::{debug, files, listening, suggest};
use crate::session::requests::{configure, editor, end, preview, release};
use crate::session::{SessionManager, Shared};
use crate::streams::Streams;
use crate::volumes;

/// Made once, when it is first asked for.
static DOCUMENT: LazyLock<<Discover as Method>::Output> = LazyLock::new(document);

/// What the methods lead to.
pub struct MethodContext {
    pub manager: Arc<SessionManager>,
    pub live: Arc<Live>,
    pub shared: Arc<Shared>,
    pub streams: Arc<Streams>,
    pub started_at: String,
}

/// All methods of the table, and the subscription.
pub fn methods(context: MethodContext) -> RpcModule<MethodContext> {
    let mut module = RpcModule::new(context);
    method::<Hello, _, _>(&mut module, hello);
    method::<Shutdown, _, _>(&mut module, shutdown);
    method::<Doctor, _, _>(&mut module, |context, params| async move {
        let sessions = context.manager.list(&SessionSelector::default()).sessions;
        Ok(doctor::examine(&context.shared.paths, Some(&sessions), params).await)
    });
    method::<Discover, _, _>(&mut module, |_, _| async move { Ok(DOCUMENT.clone()) });
    method::<Plan, _, _>(&mut module, |context, params: StartParams| async move {
        preview::preview(&context.manager, params).await
    });
    method::<Start, _, _>(&mut module, |context, params| async move { context.manager.start(params).await });
    method::<End, _, _>(&mut module, |context, params: EndParams| async move {
        end::end(&context.manager, params).await
    });
    method::<Release, _, _>(&mut module, |context, params| async move {
        release::release(&context.manager, params).await
    });
    method::<Workloads, _, _>(&mut module, |context, params| async move {
        list::list(&context.manager, params).await
    });
    method::<SetEnvironment, _, _>(&mut module, |context, params| async move {
        context.manager.set_environment(params).await
    });
    method::<Status, _, _>(&mut module, |context, selector| async move {
        context.manager.status(&selector).map(|status| context.streams.complete(status))
    });
    method::<List, _, _>(&mut module, |context, selector| async move {
        let list = context.manager.list(&selector);
        let sessions = list.sessions.into_iter().map(|status| context.streams.complete(status)).collect();
        Ok(SessionList { sessions, ..list })
    });
    method::<Wait, _, _>(&mut module, |context, params| async move {
        context.manager.wait(params).await.map(|status| context.streams.complete(status))
    });
    method::<ForwardStart, _, _>(&mut module, |context, params| async move {
        context.manager.start_forward(params).await
    });
    method::<ForwardEnd, _, _>(&mut module, |context, params| async move {
        context.manager.end_forwards(params).await
    });
    method::<Forwards, _, _>(&mut module, |context, selector| async move {
        Ok(context.manager.forwards(&selector))
    });
    method::<ForwardWait, _, _>(&mut module, |context, params| async move {
        listening::wait(&context.manager, params).await
    });
    method::<ForwardSuggest, _, _>(&mut module, |context, selector: SessionSelector| async move {
        suggest::suggest(&context.manager, &selector).await
    });
    method::<DebugDescribe, _, _>(&mut module, |context, selector: SessionSelector| async move {
        debug::describe(&context.manager, &context.shared.paths, &selector).await
    });
    method::<FileRead, _, _>(&mut module, |context, params| async move {
        files::read(&context.manager, params).await
    });
    method::<FileEntries, _, _>(&mut module, |context, params| async move {
        files::list(&context.manager, params).await
    });
    method::<SyncState, _, _>(&mut module, |context, selector: SessionSelector| async move {
        context.manager.sync_status(&selector).await
    });
    method::<SyncRescan, _, _>(
        &mut module,
        |context, params| async move { context.manager.rescan(params).await },
    );
    method::<SyncPause, _, _>(&mut module, |context, selector: SessionSelector| async move {
        context.manager.pause_sync(&selector, true).await
    });
    method::<SyncResume, _, _>(&mut module, |context, selector: SessionSelector| async move {
        context.manager.pause_sync(&selector, false).await
    });
    method::<Volumes, _, _>(&mut module, |_, params| async move { volumes::list(params).await });
    method::<VolumeDelete, _, _>(&mut module, |_, params| async move { volumes::delete(params).await });
    method::<Contexts, _, _>(&mut module, |_, params| async move { contexts::list(params).await });
    method::<Namespaces, _, _>(&mut module, |context, params| async move {
        namespaces::list(&context.manager, params).await
    });
    method::<Describe, _, _>(&mut module, |context, params| async move {
        describe::describe(&context.manager, params).await
    });
    method::<SuggestImages, _, _>(&mut module, |context, params| async move {
        images::suggest(&context.manager, params).await
    });
    method::<Resolve, _, _>(&mut module, |context, params| async move {
        configure::show(&context.shared.paths, params).await
    });
    method::<ConfigCheck, _, _>(&mut module, |context, params| async move {
        editor::check(&context.shared.paths, params).await
    });
    method::<ConfigSchema, _, _>(&mut module, |_, params| async move { editor::schema(params).await });
    method::<ConfigScaffold, _, _>(&mut module, |_, params| async move { editor::scaffold(params).await });
    method::<ConfigSet, _, _>(&mut module, |context, params| async move {
        editor::set(&context.shared.paths, params).await
    });
    method::<EventsSince, _, _>(
        &mut module,
        |context, params| async move { Ok(events_since(&context, &params)) },
    );
    stream_methods(&mut module);
    module
        .register_subscription(
            EventSubscription::SUBSCRIBE,
            EventSubscription::NOTIFICATION,
            EventSubscription::UNSUBSCRIBE,
            subscribe,
        )
        .expect("the table names each method once");
    module
        .register_subscription(
            WorkloadSubscription::SUBSCRIBE,
            WorkloadSubscription::NOTIFICATION,
            WorkloadSubscription::UNSUBSCRIBE,
            workloads::subscribe,
        )
        .expect("the table names each method once");
    module
}

/// Those of terminals, commands and logs.
fn stream_methods(module: &mut RpcModule<MethodContext>) {
    use StreamKind::{Exec, Terminal};
    method::<TerminalOpen, _, _>(module, |context, params| async move {
        context.streams.open_terminal(params).await
    });
    method::<TerminalAttach, _, _>(module, |context, params: StreamParams| async move {
        context.streams.attach(Terminal, &params.stream)
    });
    method::<TerminalResize, _, _>(module, |context, params: TerminalResizeParams| async move {
        let stream = context.streams.find(Terminal, &params.stream)?;
        stream.resize(params.size).await;
        Ok(stream.status())
    });
    method::<TerminalClose, _, _>(module, |context, params: StreamParams| async move {
        context.streams.close(Terminal, &params.stream).await
    });
    method::<Terminals, _, _>(module, |context, params| async move {
        Ok(context.streams.list(Terminal, &params))
    });
    method::<ExecStart, _, _>(
        module,
        |context, params| async move { context.streams.start_exec(params).await },
    );
    method::<ExecAttach, _, _>(module, |context, params: StreamParams| async move {
        context.streams.attach(Exec, &params.stream)
    });
    method::<ExecSignal, _, _>(module, |context, params: ExecSignalParams| async move {
        let stream = context.streams.find(Exec, &params.stream)?;
        stream.signal(params.signal).await.map(|()| stream.status())
    });
    method::<ExecClose, _, _>(module, |context, params: StreamParams| async move {
        context.streams.close(Exec, &params.stream).await
    });
    method::<Execs, _, _>(module, |context, params| async move { Ok(context.streams.list(Exec, &params)) });
    method::<LogFollow, _, _>(
        module,
        |context, params| async move { context.streams.follow_log(params).await },
    );
}

fn method<M, F, Fut>(module: &mut RpcModule<MethodContext>, call: F)
where
    M: Method,
    F: Fn(Arc<MethodContext>, M::Params) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<M::Output, ErrorInfo>> + Send + 'static,
{
    let handler = move |params: Params<'static>, context: Arc<MethodContext>, _: Extensions| {
        let call = call.clone();
        async move {
            let params = parse::<M::Params>(M::NAME, &params)?;
            call(context, params).await.map_err(to_wire) as RpcResult<M::Output>
        }
    };
    module.register_async_method(M::NAME, handler).expect("the table names each method once");
}

/// Params as one flat object; none at all stand for an empty one.
pub(super) fn parse<T: serde::de::DeserializeOwned>(
    method: &str,
    params: &Params<'_>,
) -> Result<T, ErrorObjectOwned> {
    let result = match params.as_str() {
        None | Some("" | "null" | "[]") => Params::new(Some("{}")).parse(),
        Some(_) => params.parse(),
    };
    result.map_err(|error| invalid_params(method, &error))
}

async fn hello(context: Arc<MethodContext>, params: HelloParams) -> Result<HelloResult, ErrorInfo> {
    if params.protocol != PROTOCOL_VERSION {
        let arguments: Arguments<'_> = &[
            ("client", &params.client),
            ("theirs", &params.protocol),
            ("version", &crate::VERSION),
            ("ours", &PROTOCOL_VERSION),
        ];
        return Err(ErrorInfo::of(&error::PROTOCOL_MISMATCH, arguments));
    }
    let paths = &context.shared.paths;
    Ok(HelloResult {
        version: crate::VERSION.to_owned(),
        protocol: PROTOCOL_VERSION,
        pid: std::process::id(),
        home: paths.home.display().to_string(),
        socket: paths.socket.display().to_string(),
        started_at: context.started_at.clone(),
        features: features(),
    })
}

async fn shutdown(context: Arc<MethodContext>, _: NoParams) -> Result<ShutdownResult, ErrorInfo> {
    context.shared.shutdown.cancel();
    Ok(ShutdownResult { sessions_left: context.manager.count() })
}

fn snapshot(context: &MethodContext, end: Cursor) -> Event {
    let SessionList { sessions, .. } = context.manager.list(&SessionSelector::default());
    Event { cursor: end, at: timestamp_now(), body: EventBody::Snapshot { sessions } }
}

fn events_since(context: &MethodContext, params: &EventsParams) -> EventList {
    let events = &context.shared.events;
    let end = events.cursor();
    let since = params.since.as_ref().map_or(Since::TooOld, |cursor| events.since(cursor));
    let events = match since {
        Since::Events(events) => events.iter().map(|event| Event::clone(event)).collect(),
        Since::TooOld => vec![snapshot(context, end)],
    };
    EventList { events }
}

/// Sends what a client missed, then what comes. One that falls too far behind gets a snapshot in place of the rest.
async fn subscribe(
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    context: Arc<MethodContext>,
    extensions: Extensions,
) -> SubscriptionResult {
    let params = match parse::<EventsParams>(EventSubscription::SUBSCRIBE, &params) {
        Ok(params) => params,
        Err(error) => {
            pending.reject(error).await;
            return Ok(());
        }
    };
    let events = &context.shared.events;
    let mut progress = params.progress.then(|| events.progress().subscribe());
    let mut log = events.subscribe(params.since.as_ref());
    let sink = accept(pending, &extensions).await?;
    loop {
        let (missed, end, live) = log;
        match missed {
            Since::Events(events) => {
                for event in events {
                    send(&sink, &*event).await?;
                }
            }
            Since::TooOld => send(&sink, &snapshot(&context, end.clone())).await?,
        }
        if !follow(&sink, live, end, progress.as_mut()).await? {
            return Ok(());
        }
        log = events.subscribe(None);
    }
}

/// Sends what comes. Ends with `true` where the client fell too far behind, and with `false` where nothing is to come.
async fn follow(
    sink: &SubscriptionSink,
    mut live: broadcast::Receiver<Arc<Event>>,
    mut last: Cursor,
    mut progress: Option<&mut broadcast::Receiver<EventBody>>,
) -> Result<bool, SubscriptionError> {
    loop {
        let event = tokio::select! {
            biased;
            () = sink.closed() => return Ok(false),
            event = live.recv() => event,
            // It stands where the client is, which may not have heard of all that is in the log by now.
            body = moved(progress.as_deref_mut()) => {
                send(sink, &Event { cursor: last.clone(), at: timestamp_now(), body }).await?;
                continue;
            }
        };
        match event {
            Ok(event) => {
                send(sink, &*event).await?;
                last = event.cursor.clone();
            }
            Err(broadcast::error::RecvError::Lagged(_)) => return Ok(true),
            Err(broadcast::error::RecvError::Closed) => return Ok(false),
        }
    }
}

/// The next progress; never where none is asked for. What was missed is out of date.
async fn moved(progress: Option<&mut broadcast::Receiver<EventBody>>) -> EventBody {
    let Some(progress) = progress else { return std::future::pending().await };
    loop {
        match progress.recv().await {
            Ok(body) => return body,
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
        }
    }
}

pub(super) async fn accept(
    pending: PendingSubscriptionSink,
    extensions: &Extensions,
) -> Result<SubscriptionSink, PendingSubscriptionAcceptError> {
    let _accepting = match extensions.get::<Accepting>() {
        Some(accepting) => Some(accepting.0.read().await),
        None => None,
    };
    pending.accept().await
}

pub(super) async fn send(sink: &SubscriptionSink, event: &impl Serialize) -> SubscriptionResult {
    let message = SubscriptionMessage::new(sink.method_name(), sink.subscription_id(), event)?;
    Ok(sink.send(message).await?)
}

#[cfg(test)]
mod tests {
    use nhd_protocol::methods::METHODS;

    /// Registration is written out above, so that each method's types are checked; this checks that none is missing.
    #[test]
    fn every_method_of_the_table_is_led_somewhere() {
        let source = include_str!("methods.rs");
        let led = source.matches("method::<").count() - 1;
        assert_eq!(led, METHODS.len());
    }
}
