//! Shows the sessions of the daemon that runs, then every change of one until Ctrl-C:
//! `cargo run -p nhd-client --example sessions`.

use nhd_client::Client;
use nhd_client::paths::Paths;
use nhd_protocol::event::EventBody;
use nhd_protocol::session::SessionStatus;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::connect(&Paths::from_environment()?, "sessions-example 0.1.0").await?;
    // A subscription begins with a snapshot, and goes on by itself where this program was too slow for it.
    let mut events = client.events(None).await?;
    loop {
        match events.next().await?.body {
            EventBody::Snapshot { sessions } => sessions.iter().for_each(show),
            EventBody::Session { status } => show(&status),
            _ => {}
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is a program for a terminal")]
fn show(status: &SessionStatus) {
    println!("{}  {:?}  {}", status.workload, status.phase, status.source);
}
