use std::os::unix::net::UnixStream as Pipe;
use std::time::Duration;

use tokio::net::UnixListener;
use tokio::task::JoinHandle;

use super::*;
use nhd_client::fake::paths_in;

/// A plugin's end of both pipes, and the run that it spawned.
struct Spawned {
    paths: Paths,
    input: Option<Pipe>,
    output: tokio::net::UnixStream,
    run: JoinHandle<Result<(), Failure>>,
}

fn spawn(paths: Paths) -> Spawned {
    let pipe = || Pipe::pair().expect("a pair");
    let ((input, stdin), (output, stdout)) = (pipe(), pipe());
    output.set_nonblocking(true).expect("a mode");
    let output = tokio::net::UnixStream::from_std(output).expect("a stream");
    let at = paths.clone();
    let run = tokio::spawn(async move { carry(&at, stdin, stdout).await });
    Spawned { paths, input: Some(input), output, run }
}

impl Spawned {
    fn write(&mut self, bytes: &[u8]) {
        self.input.as_mut().expect("open").write_all(bytes).expect("writes");
    }

    async fn end(self) -> Result<(), Failure> {
        tokio::time::timeout(Duration::from_secs(20), self.run).await.expect("in time").expect("no panic")
    }
}

/// A daemon that says each byte again in a louder voice, and closes when its client has ended.
fn echo(listener: UnixListener) {
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut chunk = [0; 16];
        while let Ok(length @ 1..) = stream.read(&mut chunk).await {
            stream.write_all(&chunk[..length].to_ascii_uppercase()).await.expect("writes");
        }
    });
}

#[tokio::test]
async fn bytes_are_carried_both_ways_until_the_input_ends() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths_in(folder.path());
    echo(UnixListener::bind(&paths.socket).expect("binds"));
    let mut spawned = spawn(paths);
    spawned.write(b"hello");
    let mut answer = [0; 5];
    spawned.output.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HELLO");
    spawned.write(b"last");
    spawned.input = None;
    let mut rest = Vec::new();
    spawned.output.read_to_end(&mut rest).await.expect("reads");
    assert_eq!(rest, b"LAST");
    spawned.end().await.expect("the end of the input is a success");
}

#[tokio::test]
async fn a_daemon_that_goes_is_a_failure_although_the_input_stays_open() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let paths = paths_in(folder.path());
    let listener = UnixListener::bind(&paths.socket).expect("binds");
    let mut spawned = spawn(paths);
    spawned.write(b"hello");
    drop(listener.accept().await.expect("a client"));
    let failure = spawned.end().await.expect_err("the daemon went");
    assert_eq!(failure.exit, Exit::Unreachable);
}

#[tokio::test]
async fn nothing_connects_before_something_is_said() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let mut spawned = spawn(paths_in(folder.path()));
    spawned.input = None;
    spawned.end().await.expect("there was nothing to carry, and no daemon is missed");

    let mut spawned = spawn(paths_in(folder.path()));
    spawned.write(b"hello");
    assert!(!spawned.paths.socket.exists());
    assert_eq!(spawned.end().await.expect_err("no daemon").exit, Exit::Unreachable);
}
