//! `nhd-cli stdio`: LSP framing on standard input and output, carried to the daemon's socket and back. What a plugin
//! spawns as it spawns a language server. It does not look at what it carries.

#[cfg(test)]
mod tests;

use std::io::{self, Read, Write};
use std::time::Duration;

use nhd_protocol::error::{ErrorInfo, ErrorKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use crate::failure::{Exit, Failure};
use crate::launch;
use crate::threads::{CHUNK, read_on_a_thread, write_on_a_thread};
use nhd_client::Client;
use nhd_client::paths::Paths;

/// How long the daemon may take to answer what came before the end of the input. It gives itself two seconds.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long a plugin may take to read the last answers.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Carries until the input ends, which is a success, or the daemon goes.
pub(crate) async fn run(paths: &Paths) -> Result<(), Failure> {
    start_daemon(paths).await?;
    carry(paths, io::stdin(), io::stdout()).await
}

/// Starts the daemon where none answers. One of another version is left for the plugin's own hello to find out.
async fn start_daemon(paths: &Paths) -> Result<(), Failure> {
    match Client::stream(paths).await {
        Err(error) if error.is_passing() => launch::connect(paths).await.map(drop),
        result => Ok(result.map(drop)?),
    }
}

async fn carry(
    paths: &Paths,
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> Result<(), Failure> {
    let mut input = read_on_a_thread(input);
    // The daemon wants to hear something soon from whoever connects, and a plugin may take its time.
    let Some(first) = input.recv().await else { return Ok(()) };
    let daemon = Client::stream(paths).await?;
    let (output, written) = write_on_a_thread(output);
    let ended = relay(first, input, daemon, output).await;
    let _ = tokio::time::timeout(LAST_WORDS, written).await;
    ended
}

async fn relay(
    first: Vec<u8>,
    input: mpsc::Receiver<Vec<u8>>,
    daemon: UnixStream,
    output: mpsc::Sender<Vec<u8>>,
) -> Result<(), Failure> {
    let (from_daemon, to_daemon) = daemon.into_split();
    let downward = downward(from_daemon, output);
    tokio::pin!(downward);
    tokio::select! {
        () = upward(first, input, to_daemon) => {
            // The daemon answers what it was asked, and closes.
            let _ = tokio::time::timeout(FAREWELL, &mut downward).await;
            Ok(())
        }
        end = &mut downward => end,
    }
}

/// Returns at the end of the input. A daemon that is gone is noticed by who reads from it.
async fn upward(first: Vec<u8>, mut input: mpsc::Receiver<Vec<u8>>, mut daemon: OwnedWriteHalf) {
    let mut next = Some(first);
    while let Some(chunk) = next {
        if daemon.write_all(&chunk).await.is_err() {
            return std::future::pending().await;
        }
        next = input.recv().await;
    }
    let _ = daemon.shutdown().await;
}

/// Returns when the daemon closes, which is a failure, or nobody takes the output any more.
async fn downward(mut daemon: OwnedReadHalf, output: mpsc::Sender<Vec<u8>>) -> Result<(), Failure> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match daemon.read(&mut chunk).await {
            Ok(0) | Err(_) => return Err(gone()),
            Ok(length) => {
                if output.send(chunk[..length].to_vec()).await.is_err() {
                    return Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
                }
            }
        }
    }
}

fn gone() -> Failure {
    let info = ErrorInfo::new(ErrorKind::DaemonUnreachable, "the daemon closed the connection")
        .with_hint("spawn `nhd-cli stdio` again: it starts a daemon where none runs");
    Failure::new(Exit::Unreachable, info)
}
