//! Several clients on one daemon: each sees the same events, and one that is slow or dies is nobody else's trouble.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::jiff::Timestamp;
use nhd_protocol::event::{Cursor, Event, EventBody, EventsParams};
use nhd_protocol::methods::{EventsSince, Start};
use nhd_protocol::session::{Phase, StartParams, WaitUntil};
use nhd_tests::laptop::Laptop;
use nhd_tests::lsp::LspConnection;
use nhd_tests::process::converse;
use nhd_tests::stage::Stage;
use nhd_tests::workload::app;
use serde_json::json;
use tokio::sync::mpsc;

use crate::shared_cluster;

/// How long anything may take that is waited for here.
const LIMIT: Duration = Duration::from_secs(90);

/// An event, and when it arrived.
type Arrival = (Event, SystemTime);

/// A process that is killed with the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `nhd-cli` in the laptop's home, and its output.
fn cli(laptop: &Laptop, arguments: &[&str]) -> Result<(Killed, ChildStdout)> {
    let own = std::env::current_exe()?;
    let cli = own.ancestors().nth(2).context("a test runs from target/PROFILE/deps")?.join("nhd-cli");
    let home = format!("NHD_HOME={}", laptop.home().display());
    let words = ["-i", &home, cli.to_str().context("a path of letters")?];
    let (child, _, stdout) = converse(Path::new("env"), &[&words[..], arguments].concat())?;
    Ok((Killed(child), stdout))
}

/// The events of each kind of client, from their snapshots on.
struct Audience {
    seats: BTreeMap<&'static str, mpsc::UnboundedReceiver<Arrival>>,
    _follower: Killed,
}

impl Audience {
    /// Returns when each has its snapshot: what happens from now on all of them see.
    async fn gather(laptop: &Laptop) -> Result<Self> {
        let (follower, stdout) = cli(laptop, &["events", "--follow", "--json"])?;
        let mut seats = BTreeMap::new();
        seats.insert("nhd-cli", lines(stdout));
        seats.insert("LSP framing", notifications(laptop).await?);
        seats.insert("Rust", events(laptop).await?);
        for (name, seat) in &mut seats {
            let (event, _) = arrival(name, seat).await?;
            ensure!(matches!(event.body, EventBody::Snapshot { .. }), "{name}: {event:?}");
        }
        Ok(Self { seats, _follower: follower })
    }

    /// Asserts that each sees what the log holds after `since`, each event once and in order.
    async fn sees(&mut self, since: &Cursor, log: &[Event]) -> Result<()> {
        for (name, seat) in &mut self.seats {
            let mut latest = Duration::ZERO;
            for (seq, expected) in (since.seq + 1..).zip(log) {
                let (event, at) = arrival(name, seat).await?;
                ensure!(event.cursor == Cursor { epoch: since.epoch.clone(), seq }, "{name}: {event:?}");
                ensure!(event == *expected, "{name} saw {event:?}, and the log holds {expected:?}");
                let happened = SystemTime::from(event.at.parse::<Timestamp>()?);
                latest = latest.max(at.duration_since(happened).unwrap_or_default());
            }
            eprintln!("{name}: {} events, each within {latest:?}", log.len());
        }
        Ok(())
    }
}

async fn arrival(name: &str, seat: &mut mpsc::UnboundedReceiver<Arrival>) -> Result<Arrival> {
    let next = tokio::time::timeout(LIMIT, seat.recv()).await;
    next.with_context(|| format!("{name} waits for an event"))?.with_context(|| format!("{name} is cut off"))
}

fn lines(stdout: ChildStdout) -> mpsc::UnboundedReceiver<Arrival> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let event = serde_json::from_str(&line).expect("an event in each line");
            if sender.send((event, SystemTime::now())).is_err() {
                return;
            }
        }
    });
    receiver
}

async fn notifications(laptop: &Laptop) -> Result<mpsc::UnboundedReceiver<Arrival>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut raw = LspConnection::connect(laptop).await?;
    let subscription = raw.call("events.subscribe", &json!({})).await?["result"].clone();
    tokio::spawn(async move {
        while let Ok(mut message) = raw.notification("events.event").await {
            assert_eq!(message["params"]["subscription"], subscription);
            let event = serde_json::from_value(message["params"]["result"].take()).expect("an event");
            if sender.send((event, SystemTime::now())).is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}

async fn events(laptop: &Laptop) -> Result<mpsc::UnboundedReceiver<Arrival>> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let nhd = laptop.connect().await?;
    tokio::spawn(async move {
        let mut events = nhd.events(None).await.expect("subscribes");
        while let Ok(event) = events.next().await {
            if sender.send((event, SystemTime::now())).is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}

/// Where the log ends.
async fn end_of_log(stage: &Stage) -> Result<Cursor> {
    let list = stage.nhd.call::<EventsSince>(EventsParams::default()).await?;
    Ok(list.events.first().context("a snapshot")?.cursor.clone())
}

async fn log_after(stage: &Stage, since: &Cursor) -> Result<Vec<Event>> {
    Ok(stage
        .nhd
        .call::<EventsSince>(EventsParams { since: Some(since.clone()), ..EventsParams::default() })
        .await?
        .events)
}

/// What the daemon has open of files and connections.
fn open_files(stage: &Stage) -> Result<usize> {
    let pid = stage.laptop.daemon_pid().context("a daemon runs")?;
    Ok(std::fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

async fn until_open_files(stage: &Stage, wanted: impl Fn(usize) -> bool) -> Result<()> {
    let deadline = tokio::time::Instant::now() + LIMIT;
    while !wanted(open_files(stage)?) {
        if tokio::time::Instant::now() > deadline {
            bail!("{} files stay open", open_files(stage)?);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

#[tokio::test]
async fn each_client_sees_the_session_that_another_starts_and_ends() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "audience", app("web")).await?;
    let mut audience = Audience::gather(&stage.laptop).await?;
    let since = end_of_log(&stage).await?;
    let session = stage.start().await?.session;
    stage.laptop.end(&stage.nhd, &session).await?;
    let log = log_after(&stage, &since).await?;
    for wanted in [Phase::Synced, Phase::Ended] {
        let seen = log.iter().any(|event| {
            matches!(&event.body, EventBody::Session { status }
                if status.session == session && status.phase == wanted)
        });
        ensure!(seen, "nothing says {wanted:?}: {log:#?}");
    }
    audience.sees(&since, &log).await?;
    drop(audience);
    stage.assert_untouched().await?;
    stage.close().await
}

#[tokio::test]
async fn a_client_that_never_reads_is_cut_off_and_the_others_see_every_event() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "deaf", app("web")).await?;
    let mut audience = Audience::gather(&stage.laptop).await?;
    let mut since = end_of_log(&stage).await?;
    let before = open_files(&stage)?;
    let mut deaf = LspConnection::connect(&stage.laptop).await?;
    // Each subscription is sent every event: many fill the socket sooner.
    for _ in 0..64 {
        deaf.send("events.subscribe", &json!({})).await?;
    }
    until_open_files(&stage, |open| open > before).await?;
    let deadline = tokio::time::Instant::now() + LIMIT;
    while open_files(&stage)? > before {
        ensure!(tokio::time::Instant::now() < deadline, "it is not cut off");
        let nowhere = StartParams { name: "nowhere".into(), ..stage.params() };
        let session = stage.nhd.call::<Start>(nowhere).await?.session;
        let failed = stage.laptop.wait(&stage.nhd, &session, WaitUntil::Synced).await;
        ensure!(failed.is_err(), "a workload that is not there was started");
        let log = log_after(&stage, &since).await?;
        audience.sees(&since, &log).await?;
        since = log.last().context("events of the session")?.cursor.clone();
    }
    // What was on its way still arrives, then the end.
    let rest = async { while deaf.next().await.is_ok() {} };
    tokio::time::timeout(LIMIT, rest).await.context("it is not cut off")?;
    drop(audience);
    stage.assert_untouched().await?;
    stage.close().await
}

#[tokio::test]
async fn a_client_that_is_killed_while_it_waits_leaves_nothing_behind() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "killed", app("web")).await?;
    let status = stage.start().await?;
    let before = open_files(&stage)?;
    let wait = json!({ "session": status.session, "until": "ended", "timeoutMs": 3_600_000 }).to_string();
    let (waiting, _stdout) = cli(&stage.laptop, &["call", "session.wait", &wait])?;
    until_open_files(&stage, |open| open > before).await?;
    // It is the only way out of a `Killed`, and it is by SIGKILL.
    drop(waiting);
    until_open_files(&stage, |open| open <= before).await?;
    let after = stage.status(&status.session).await?;
    ensure!(after.phase == Phase::Synced && after.pod == status.pod, "{after:?}");
    stage.save_arrives(&status, "later.txt", "it goes on").await?;
    stage.end(&status.session).await?;
    stage.close().await
}
