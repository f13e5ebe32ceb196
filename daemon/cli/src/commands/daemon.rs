//! `nhd-cli daemon`: starts it, stops it, says whether it runs.

use nhd_protocol::hello::{HelloResult, NoParams, ShutdownResult};
use nhd_protocol::methods;

use crate::CLIENT;
use crate::failure::Failure;
use crate::launch;
use crate::render::Screen;
use crate::render::style::{Style, Tone};
use nhd_client::paths::Paths;
use nhd_client::{Client, ClientError};

pub(crate) async fn start(paths: &Paths, screen: &mut Screen) -> Result<(), Failure> {
    let client = launch::connect(paths).await?;
    show(&client, screen).await
}

/// Fails as unreachable where no daemon runs.
pub(crate) async fn status(paths: &Paths, screen: &mut Screen) -> Result<(), Failure> {
    let client = Client::connect(paths, CLIENT).await.map_err(|error| match error {
        ClientError::NotRunning { .. } => Failure::from(error).with_hint("`nhd-cli daemon start` starts it"),
        error => error.into(),
    })?;
    show(&client, screen).await
}

/// Reaches a daemon of any version; returns when its process is gone. Where none runs, it is stopped already.
pub(crate) async fn stop(paths: &Paths, screen: &mut Screen) -> Result<(), Failure> {
    let client = match Client::open(paths, CLIENT).await {
        Err(ClientError::NotRunning { .. }) => {
            return Ok(screen.result(&None::<ShutdownResult>, |_| "no daemon runs\n".to_owned())?);
        }
        client => client?,
    };
    let left = shut_down(paths, &client).await?;
    Ok(screen.result(&left, |_| stopped_text(left.as_ref()))?)
}

/// Returns when its process is gone.
pub(super) async fn shut_down(paths: &Paths, client: &Client) -> Result<Option<ShutdownResult>, Failure> {
    // A daemon of another version may not say its pid, and of one that a service manager gave its socket, that has another.
    let said = client.hello().await.ok().and_then(|hello| i32::try_from(hello.pid).ok());
    let pid = said.or_else(|| client.daemon_pid());
    let left = match client.call::<methods::Shutdown>(NoParams {}).await {
        Ok(result) => Some(result),
        // It can be gone before its answer is.
        Err(ClientError::Lost { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    launch::until_gone(paths, pid).await?;
    Ok(left)
}

async fn show(client: &Client, screen: &mut Screen) -> Result<(), Failure> {
    let hello = client.hello().await?;
    Ok(screen.result(&hello, |style| hello_text(style, &hello))?)
}

fn hello_text(style: Style, hello: &HelloResult) -> String {
    let mut text = format!("{} runs, pid {}\n", style.paint(Tone::Strong, "the daemon"), hello.pid);
    for (label, value) in [
        ("version", &hello.version),
        ("since", &hello.started_at),
        ("home", &hello.home),
        ("socket", &hello.socket),
    ] {
        text += &format!("  {} {value}\n", style.paint(Tone::Dim, &format!("{label:<8}")));
    }
    text
}

fn stopped_text(left: Option<&ShutdownResult>) -> String {
    match left.map_or(0, |left| left.sessions_left) {
        0 => "the daemon is stopped\n".to_owned(),
        1 => "the daemon is stopped; 1 session stays in DevMode, and the next daemon goes on with it\n"
            .to_owned(),
        many => {
            format!(
                "the daemon is stopped; {many} sessions stay in DevMode, and the next daemon goes on with them\n"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Exit;
    use crate::render::test_screen::screen;
    use nhd_client::fake::{hello_module, paths_in, serve};

    #[tokio::test]
    async fn the_status_says_who_runs_and_where() {
        let daemon = serve(hello_module());
        let (mut screen, out, _) = screen(false, false);
        status(&daemon.paths, &mut screen).await.expect("runs");
        assert!(out.text().contains("version  9.9.9"), "{}", out.text());
    }

    #[tokio::test]
    async fn without_a_daemon_status_is_unreachable_and_stop_has_nothing_to_do() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let paths = paths_in(folder.path());
        let (mut screen, out, _) = screen(true, false);
        let failure = status(&paths, &mut screen).await.expect_err("none runs");
        assert_eq!(failure.exit, Exit::Unreachable);
        stop(&paths, &mut screen).await.expect("nothing to do");
        assert_eq!(out.text(), "null\n");
    }
}
