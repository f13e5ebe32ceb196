//! `nhd-cli forward`: ports of this machine that lead into the dev pod.

use crate::follow::interruptible;
use crate::params::{milliseconds, selector};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::forward::{
    ForwardEndParams, ForwardList, ForwardReason, ForwardStartParams, ForwardState, PortForward,
    SessionForward,
};
use nhd_protocol::inside::{ForwardWaitParams, PortReason, PortSuggestions};
use nhd_protocol::methods;

use crate::arguments::{
    ForwardCommand, ForwardEndArguments, ForwardStartArguments, ForwardWaitArguments, SessionArguments,
};
use crate::failure::{Exit, Failure};
use crate::render::Screen;
use crate::render::session::{forward_ends, short_name};
use crate::render::style::{Style, Tone};
use crate::render::table::{Cell, table};
use nhd_client::Client;

pub(crate) async fn run(
    command: &ForwardCommand,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    match command {
        ForwardCommand::Start(arguments) => start(arguments, client, screen).await,
        ForwardCommand::End(arguments) => end(arguments, client, screen).await,
        ForwardCommand::Wait(arguments) => wait(arguments, client, screen).await,
        ForwardCommand::List(arguments) => list(arguments, client, screen).await,
        ForwardCommand::Suggest(arguments) => suggest(arguments, client, screen).await,
    }
}

async fn start(
    arguments: &ForwardStartArguments,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params = ForwardStartParams {
        selector: selector(&arguments.session),
        remote_port: arguments.ports.remote,
        local_port: arguments.ports.local,
    };
    let started = client.call::<methods::ForwardStart>(params).await?;
    Ok(screen.result(&started, |_| line(&started))?)
}

async fn end(arguments: &ForwardEndArguments, client: &Client, screen: &mut Screen) -> Result<(), Failure> {
    let params = ForwardEndParams {
        selector: selector(&arguments.session),
        local_port: arguments.port.local,
        remote_port: arguments.port.remote,
    };
    let ended = client.call::<methods::ForwardEnd>(params).await?;
    Ok(screen.result(&ended, |_| ended_text(&ended))?)
}

async fn wait(arguments: &ForwardWaitArguments, client: &Client, screen: &mut Screen) -> Result<(), Failure> {
    let params = ForwardWaitParams {
        selector: selector(&arguments.session),
        remote_port: arguments.port,
        timeout_ms: Some(milliseconds(arguments.timeout)),
    };
    let listening = interruptible(client.call::<methods::ForwardWait>(params)).await;
    let interrupted = || ErrorInfo::new(ErrorKind::Cancelled, "interrupted while waiting");
    let listening = listening.ok_or_else(|| Failure::new(Exit::Interrupted, interrupted()))??;
    let alone = if listening.loopback_only { ", on the pod's loopback alone" } else { "" };
    Ok(screen.result(&listening, |_| format!("something listens on {}{alone}\n", listening.port))?)
}

async fn suggest(arguments: &SessionArguments, client: &Client, screen: &mut Screen) -> Result<(), Failure> {
    let suggestions = client.call::<methods::ForwardSuggest>(selector(arguments)).await?;
    screen.result(&suggestions, |style| suggestions_text(style, &suggestions))?;
    Ok(screen.warnings(&suggestions.warnings)?)
}

fn suggestions_text(style: Style, suggestions: &PortSuggestions) -> String {
    if suggestions.ports.is_empty() {
        return "nothing names a port, and nothing listens\n".to_owned();
    }
    let rows: Vec<Vec<Cell>> = suggestions
        .ports
        .iter()
        .map(|suggested| {
            let local = suggested.local_port.map(|port| format!("127.0.0.1:{port}")).unwrap_or_default();
            let why: Vec<String> = suggested.reasons.iter().map(why).collect();
            vec![Cell::plain(suggested.port.to_string()), Cell::plain(local), Cell::plain(why.join(", "))]
        })
        .collect();
    table(style, &["PORT", "FORWARDED FROM", "WHY"], &rows)
}

fn why(why: &PortReason) -> String {
    match why {
        PortReason::Configured { reason: configured } => reason(*configured).to_owned(),
        PortReason::Container { container, name: Some(name) } => format!("{name} of container {container}"),
        PortReason::Container { container, name: None } => format!("container {container}"),
        PortReason::Service { service, port } => format!("port {port} of service {service}"),
        PortReason::Listening { loopback_only: false } => "listening".to_owned(),
        PortReason::Listening { loopback_only: true } => "listening on the loopback".to_owned(),
    }
}

async fn list(arguments: &SessionArguments, client: &Client, screen: &mut Screen) -> Result<(), Failure> {
    let list = client.call::<methods::Forwards>(selector(arguments)).await?;
    Ok(screen.result(&list, |style| text(style, &list))?)
}

/// `127.0.0.1:8080 → 80 of deployment/reviews`
fn line(it: &SessionForward) -> String {
    format!("{} of {}\n", forward_ends(&it.forward), short_name(&it.workload))
}

fn ended_text(list: &ForwardList) -> String {
    if list.forwards.is_empty() {
        return "there is no such forward\n".to_owned();
    }
    list.forwards.iter().map(|it| format!("ended {}", line(it))).collect()
}

fn text(style: Style, list: &ForwardList) -> String {
    if list.forwards.is_empty() {
        return "nothing is forwarded\n".to_owned();
    }
    let rows: Vec<Vec<Cell>> = list.forwards.iter().map(row).collect();
    let troubles: String = list.forwards.iter().map(|it| trouble(style, &it.forward)).collect();
    let gap = if troubles.is_empty() { "" } else { "\n" };
    table(style, &["LOCAL", "REMOTE", "WORKLOAD", "NAMESPACE", "STATE", "OPEN", "WHY"], &rows)
        + gap
        + &troubles
}

fn row(it: &SessionForward) -> Vec<Cell> {
    let forward = &it.forward;
    let local = forward.local_port.map_or_else(|| "(any)".to_owned(), |port| format!("127.0.0.1:{port}"));
    vec![
        Cell::plain(local),
        Cell::plain(forward.remote_port.to_string()),
        Cell::plain(short_name(&it.workload)),
        Cell::plain(&it.workload.namespace),
        state(forward.state),
        Cell::plain(forward.open_connections.to_string()),
        Cell::new(Tone::Dim, reason(forward.reason)),
    ]
}

fn state(state: ForwardState) -> Cell {
    match state {
        ForwardState::Opening => Cell::new(Tone::Busy, "opening"),
        ForwardState::Listening => Cell::new(Tone::Good, "listening"),
        ForwardState::Blocked => Cell::new(Tone::Bad, "blocked"),
    }
}

fn reason(reason: ForwardReason) -> &'static str {
    match reason {
        ForwardReason::Request => "asked for",
        ForwardReason::PortForward => "portForward",
        ForwardReason::Debug => "debugger",
        ForwardReason::Sync => "sync",
    }
}

fn trouble(style: Style, forward: &PortForward) -> String {
    let mut lines = String::new();
    let mut line =
        |tone, label: &str, text: &str| lines += &format!("{}: {text}\n", style.paint(tone, label));
    if let Some(error) = &forward.error {
        line(Tone::Bad, "error", &error.message);
        error.hint.iter().for_each(|hint| line(Tone::Dim, "hint", hint));
    }
    if let Some(error) = &forward.last_error {
        line(Tone::Busy, &format!("last failure to {}", forward.remote_port), error);
    }
    lines
}

#[cfg(test)]
mod tests {
    use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

    use super::*;
    use crate::render::session::tests::port_forward;

    const PLAIN: Style = Style::PLAIN;

    fn of_reviews(forward: PortForward) -> SessionForward {
        let workload = WorkloadRef {
            namespace: "bookinfo".to_owned(),
            kind: WorkloadKind::Deployment,
            name: "reviews".to_owned(),
        };
        SessionForward { session: "s1".to_owned(), workload, forward }
    }

    #[test]
    fn each_forward_has_a_line_and_its_trouble_stands_below() {
        let error = ErrorInfo::new(ErrorKind::LocalPortTaken, "it is taken").with_hint("free it");
        let list = ForwardList {
            forwards: vec![
                of_reviews(PortForward { reason: ForwardReason::Sync, ..port_forward(Some(40123), 22000) }),
                of_reviews(PortForward {
                    last_error: Some("refused".to_owned()),
                    ..port_forward(Some(8080), 80)
                }),
                of_reviews(PortForward {
                    state: ForwardState::Blocked,
                    reason: ForwardReason::Debug,
                    error: Some(error),
                    ..port_forward(Some(5005), 5005)
                }),
                of_reviews(PortForward { state: ForwardState::Opening, ..port_forward(None, 81) }),
            ],
        };
        let expect = "\
LOCAL            REMOTE  WORKLOAD            NAMESPACE  STATE      OPEN  WHY
127.0.0.1:40123  22000   deployment/reviews  bookinfo   listening  0     sync
127.0.0.1:8080   80      deployment/reviews  bookinfo   listening  0     asked for
127.0.0.1:5005   5005    deployment/reviews  bookinfo   blocked    0     debugger
(any)            81      deployment/reviews  bookinfo   opening    0     asked for

last failure to 80: refused
error: it is taken
hint: free it
";
        assert_eq!(text(PLAIN, &list), expect);
        assert_eq!(line(&list.forwards[1]), "127.0.0.1:8080 → 80 of deployment/reviews\n");
    }
}
