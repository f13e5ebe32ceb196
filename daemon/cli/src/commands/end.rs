//! `nhd-cli end`: gives workloads back as they were, and waits until they are.

#[cfg(test)]
mod tests;

use futures::future::join_all;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::listing::ReleaseParams;
use nhd_protocol::methods;
use nhd_protocol::session::{
    EndParams, EndResult, Phase, SessionSelector, SessionStatus, WaitParams, WaitUntil,
};

use serde::Serialize;

use crate::arguments::EndArguments;
use crate::caller::Caller;
use crate::failure::{Exit, Failure};
use crate::follow::following;
use crate::params::{kubeconfig, milliseconds};
use crate::progress::StepLines;
use crate::render::Screen;
use crate::render::session::end_command;
use crate::render::words;
use crate::target::Target;
use nhd_client::{Client, ClientError};

pub(crate) async fn run(
    arguments: &EndArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params = EndParams {
        selector: selector(arguments, client).await?,
        kubeconfig: kubeconfig(arguments.kubeconfig.as_deref(), here)?,
        environment: here.environment(),
    };
    let mut events = client.events(None).await?;
    let ending = match client.call::<methods::End>(params).await {
        // By whatever others left in the cluster, be it readable to the daemon's own look or not.
        Ok(EndResult { sessions }) if sessions.is_empty() && arguments.takeover => {
            released(arguments, here, client).await?
        }
        Err(ClientError::Answered(info))
            if info.kind == ErrorKind::InDevModeElsewhere && arguments.takeover =>
        {
            released(arguments, here, client).await?
        }
        result => result.map_err(elsewhere(arguments))?.sessions,
    };
    if ending.is_empty() {
        return nothing_to_end(arguments, screen);
    }
    let mut progress = StepLines::default();
    ending.iter().for_each(|status| progress.add(status));
    let timeout_ms = Some(milliseconds(arguments.timeout));
    let waits = join_all(ending.iter().map(|status| until_ended(client, status, timeout_ms)));
    let waited = following(waits, client, &mut events, &mut progress, screen).await?.ok_or_else(goes_on)?;
    report(waited, screen)
}

/// Names the command that ends what somebody else has, which the daemon cannot.
fn elsewhere(arguments: &EndArguments) -> impl Fn(ClientError) -> ClientError {
    move |error| match (error, &arguments.target.0) {
        (ClientError::Answered(mut info), Some(target)) if info.kind == ErrorKind::InDevModeElsewhere => {
            let namespace = arguments.namespace.as_ref().map(|it| format!(" -n {it}")).unwrap_or_default();
            let hint = info.hint.take().map(|hint| format!("{hint}: ")).unwrap_or_default();
            ClientError::Answered(
                info.with_hint(format!("{hint}`nhd-cli end {target}{namespace} --takeover`")),
            )
        }
        (error, _) => error,
    }
}

/// The session that ends what another daemon began, if one did.
async fn released(
    arguments: &EndArguments,
    here: &Caller,
    client: &Client,
) -> Result<Vec<SessionStatus>, Failure> {
    let Some(Target { kind, name }) = arguments.target.0.clone() else { return Ok(Vec::new()) };
    let params = ReleaseParams {
        kind,
        name,
        namespace: arguments.namespace.clone(),
        kubeconfig: kubeconfig(arguments.kubeconfig.as_deref(), here)?,
        context: arguments.context.clone(),
        environment: here.environment(),
    };
    match client.call::<methods::Release>(params).await {
        Ok(status) => Ok(vec![status]),
        Err(ClientError::Answered(info)) if info.kind == ErrorKind::SessionNotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Which sessions to end. A workload's bare name must not end more than one.
async fn selector(arguments: &EndArguments, client: &Client) -> Result<SessionSelector, Failure> {
    let EndArguments { session, namespace, context, .. } = arguments;
    let (namespace, context) = (namespace.clone(), context.clone());
    let Some(Target { kind, name }) = arguments.target.0.clone() else {
        let (session, all) = (session.clone(), session.is_none());
        return Ok(SessionSelector { session, namespace, context, all, ..SessionSelector::default() });
    };
    let named = SessionSelector {
        kind: Some(kind),
        name: Some(name),
        namespace,
        context,
        ..SessionSelector::default()
    };
    let found = client.call::<methods::List>(named.clone()).await?.sessions;
    match found.as_slice() {
        // The daemon may know one of the context's cluster, or whether somebody else has it.
        [] => Ok(named),
        [one] => {
            let (session, context) = (Some(one.session.clone()), named.context);
            Ok(SessionSelector { session, context, ..SessionSelector::default() })
        }
        several => Err(ambiguous(several)),
    }
}

fn ambiguous(sessions: &[SessionStatus]) -> Failure {
    let commands: Vec<String> = sessions
        .iter()
        .map(|status| {
            format!("\n  {} --context {}  (session {})", end_command(status), status.context, status.session)
        })
        .collect();
    let message = format!("{} sessions match; end one of them:{}", sessions.len(), commands.concat());
    Failure::usage(message)
        .with_hint("`nhd-cli end --session ID` ends one, `nhd-cli end --all` every session")
}

/// Waits for the end of one session. One that is not found any more has ended.
async fn until_ended(
    client: &Client,
    status: &SessionStatus,
    timeout_ms: Option<u64>,
) -> Result<SessionStatus, ClientError> {
    let wait = WaitParams { session: status.session.clone(), until: WaitUntil::Ended, timeout_ms };
    match client.wait(wait).await {
        Err(ClientError::Answered(info)) if info.kind == ErrorKind::SessionNotFound => {
            Ok(SessionStatus { phase: Phase::Ended, step: None, ..status.clone() })
        }
        waited => waited,
    }
}

/// Shows what has ended and what has not; fails with the last failure where something has not.
fn report(waited: Vec<Result<SessionStatus, ClientError>>, screen: &mut Screen) -> Result<(), Failure> {
    let mut sessions = Vec::new();
    let mut failures = Vec::new();
    for waited in waited {
        match waited {
            Ok(status) => sessions.push(status),
            Err(error) => failures.push(Failure::from(error).with_hint("see `nhd-cli status`")),
        }
    }
    let result = Report { sessions, errors: failures.iter().map(Failure::info).collect() };
    screen.result(&result, |_| result.sessions.iter().map(ended).collect())?;
    let last = failures.pop();
    if screen.json() {
        // Programs have read all of it.
        return last.map_or(Ok(()), |last| Err(last.told()));
    }
    failures.iter().try_for_each(|failure| screen.failure(failure))?;
    last.map_or(Ok(()), Err)
}

/// What has ended, and what has not.
#[derive(Serialize)]
struct Report {
    sessions: Vec<SessionStatus>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorInfo>,
}

fn ended(status: &SessionStatus) -> String {
    let warnings = status.warnings.iter().map(|warning| format!("  {warning}\n")).collect::<String>();
    format!("{} {}\n{warnings}", status.workload, words::outcome(status.outcome))
}

fn nothing_to_end(arguments: &EndArguments, screen: &mut Screen) -> Result<(), Failure> {
    let result = EndResult { sessions: Vec::new() };
    // The daemon has looked in the cluster, too.
    let target = arguments.target.0.as_ref();
    let what = target.map_or_else(String::new, |target| format!("{target} is not in DevMode: "));
    Ok(screen.result(&result, |_| format!("{what}nothing to end\n"))?)
}

fn goes_on() -> Failure {
    let info = ErrorInfo::new(ErrorKind::Cancelled, "interrupted; the ending goes on in the daemon");
    Failure::new(Exit::Interrupted, info.with_hint("see `nhd-cli status`"))
}
