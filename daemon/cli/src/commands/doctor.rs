//! `nhd-cli doctor`: what is wrong, here and in the cluster, and what to do about it.

mod bundle;
mod report;
mod secrets;
mod yaml;

use nhd_client::paths::Paths;
use nhd_client::{Client, ClientError};
use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorParams, DoctorRemedy, DoctorReport, DoctorState};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::event::EventsParams;
use nhd_protocol::hello::HelloResult;
use nhd_protocol::methods;
use nhd_protocol::session::SessionSelector;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use self::bundle::Collected;
use crate::arguments::DoctorArguments;
use crate::caller::Caller;
use crate::failure::{Exit, Failure};
use crate::launch;
use crate::render::Screen;
use crate::render::style::Tone;

/// The report of a daemon of which nothing is known.
const UNKNOWN: &str = "unknown";

pub(crate) async fn run(
    arguments: &DoctorArguments,
    here: &Caller,
    paths: &Paths,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params = DoctorParams {
        namespace: arguments.namespace.clone(),
        kubeconfig: arguments.cluster.kubeconfig.named(here)?,
        context: arguments.cluster.context.clone(),
        environment: here.environment(),
    };
    screen.live("looking …")?;
    let begun = Instant::now();
    let daemon = connect(paths).await;
    let (report, client) = examined(daemon, begun, &params).await;
    if let Some(file) = &arguments.bundle {
        let collected = collected(client.as_ref(), &report, paths).await;
        let file = here.absolute(file);
        bundle::write(&file, &collected, here, &params).map_err(|error| bundle::failed(&file, &error))?;
        let note = format!("wrote {}; look into it before you send it to anybody", file.display());
        screen.note(Tone::Plain, &note)?;
    }
    let failed = report.checks.iter().any(|check| check.state == DoctorState::Failed);
    screen.result(&report, |style| report::text(style, &report, arguments))?;
    if failed { Err(Failure::usage("").with_exit(Exit::Failed).told()) } else { Ok(()) }
}

async fn connect(paths: &Paths) -> Result<(Client, HelloResult), Failure> {
    let client = launch::connect(paths).await?;
    let hello = client.hello().await?;
    Ok((client, hello))
}

/// What the daemon finds or, where it cannot be asked, what its program finds alone; the daemon itself comes first.
async fn examined(
    daemon: Result<(Client, HelloResult), Failure>,
    begun: Instant,
    params: &DoctorParams,
) -> (DoctorReport, Option<Client>) {
    let elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let asked = match daemon {
        Ok((client, hello)) => match client.call::<methods::Doctor>(params.clone()).await {
            Ok(report) => Ok((client, hello, report)),
            Err(error) => Err(older(&hello, error)),
        },
        Err(failure) => Err(failure),
    };
    let (mut report, check, client) = match asked {
        Ok((client, hello, report)) => (report, running(&hello), Some(client)),
        Err(failure) => {
            let mut check = unreachable(&failure.info());
            let report = launch::examine(params).await.unwrap_or_else(|alone| {
                check.detail += &format!("\n{}", alone.info().message);
                nothing(params)
            });
            (report, check, None)
        }
    };
    report.checks.insert(0, DoctorCheck { elapsed_ms, ..check });
    (report, client)
}

/// A daemon that runs and cannot be asked.
fn older(hello: &HelloResult, error: ClientError) -> Failure {
    let failure = Failure::from(error);
    if hello.version == env!("CARGO_PKG_VERSION") {
        return failure;
    }
    failure.with_hint(format!(
        "the daemon is nhd {}; `nhd-cli daemon stop` lets a newer one start",
        hello.version
    ))
}

fn nothing(params: &DoctorParams) -> DoctorReport {
    DoctorReport {
        version: UNKNOWN.to_owned(),
        at: OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
        context: params.context.clone(),
        server: None,
        namespace: params.namespace.clone(),
        checks: Vec::new(),
    }
}

fn daemon_check(state: DoctorState, detail: String, remedies: Vec<DoctorRemedy>) -> DoctorCheck {
    DoctorCheck {
        id: "daemon.running".to_owned(),
        group: DoctorGroup::Daemon,
        title: "daemon".to_owned(),
        state,
        detail,
        remedies,
        elapsed_ms: 0,
    }
}

fn running(hello: &HelloResult) -> DoctorCheck {
    let detail =
        format!("nhd {}, pid {}, since {}, home {}", hello.version, hello.pid, hello.started_at, hello.home);
    let own = env!("CARGO_PKG_VERSION");
    if hello.version == own {
        return daemon_check(DoctorState::Ok, detail, Vec::new());
    }
    let remedy = DoctorRemedy::command(
        "let the next command start the newer one; sessions stay",
        "nhd-cli daemon stop",
    );
    daemon_check(DoctorState::Warning, format!("{detail}; this nhd-cli is {own}"), vec![remedy])
}

fn unreachable(error: &ErrorInfo) -> DoctorCheck {
    let remedies = error.hint.iter().map(DoctorRemedy::text).collect();
    daemon_check(DoctorState::Failed, error.message.clone(), remedies)
}

/// What only the daemon knows, as far as it answers.
async fn collected(client: Option<&Client>, report: &DoctorReport, paths: &Paths) -> Collected {
    let mut collected =
        Collected { report: report.clone(), paths: paths.clone(), sessions: None, events: None };
    if let Some(client) = client {
        collected.sessions = client.call::<methods::List>(SessionSelector::default()).await.ok();
        let snapshot = client.call::<methods::EventsSince>(EventsParams::default()).await.ok();
        let first = snapshot.and_then(|list| list.events.into_iter().next());
        let since = first.map(|event| nhd_protocol::event::Cursor { seq: 0, ..event.cursor });
        collected.events =
            client.call::<methods::EventsSince>(EventsParams { since, progress: false }).await.ok();
    }
    collected
}

#[cfg(test)]
mod tests {
    use jsonrpsee::RpcModule;
    use jsonrpsee::core::RpcResult;
    use nhd_client::fake::{hello_module, serve};
    use nhd_protocol::methods::Method as _;

    use super::*;

    fn hello(version: &str) -> HelloResult {
        HelloResult {
            features: Vec::new(),
            version: version.to_owned(),
            protocol: 1,
            pid: 7,
            home: "/h".to_owned(),
            socket: "/s".to_owned(),
            started_at: "2026-01-01T00:00:00.000Z".to_owned(),
        }
    }

    #[test]
    fn a_daemon_of_another_version_is_told() {
        assert_eq!(running(&hello(env!("CARGO_PKG_VERSION"))).state, DoctorState::Ok);
        let other = running(&hello("9.9.9"));
        assert_eq!(other.state, DoctorState::Warning);
        assert_eq!(other.remedies[0].command.as_deref(), Some("nhd-cli daemon stop"));
    }

    #[tokio::test]
    async fn the_daemon_comes_first_and_what_it_found_follows() {
        let mut module: RpcModule<()> = hello_module();
        let there = nothing(&DoctorParams::default());
        module
            .register_method(methods::Doctor::NAME, move |_, (), _| RpcResult::Ok(there.clone()))
            .expect("is new");
        let daemon = serve(module);
        let connected = connect(&daemon.paths).await.map_err(|failure| failure.info()).expect("connects");
        let (report, client) = examined(Ok(connected), Instant::now(), &DoctorParams::default()).await;
        assert!(client.is_some());
        assert_eq!(report.checks[0].id, "daemon.running");
    }

    #[tokio::test]
    async fn a_daemon_that_cannot_be_started_is_the_first_finding() {
        let failure =
            Failure::from(ErrorInfo::new(nhd_protocol::error::ErrorKind::DaemonUnreachable, "no room"));
        let (report, client) =
            examined(Err(failure.with_hint("make room")), Instant::now(), &DoctorParams::default()).await;
        assert!(client.is_none());
        let first = &report.checks[0];
        assert_eq!((first.id.as_str(), first.state), ("daemon.running", DoctorState::Failed));
        assert!(first.detail.starts_with("no room"), "{first:?}");
        assert_eq!(first.remedies, [DoctorRemedy::text("make room")]);
    }
}
