//! The connection of one stream: it begins with a token, and then has frames both ways, each as fast as its other side
//! takes them. It decides nothing about what the bytes are.

use std::io;
use std::time::Duration;

use nhd_protocol::stream::frame::{
    FrameType, GREETING, HEADER, MAX_PAYLOAD, MAX_TOKEN, StreamOpened, StreamOrigin, StreamSignal, header,
    read_header,
};
use nhd_protocol::stream::{EndReason, StreamEnd, StreamKind, TerminalSize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio_util::sync::CancellationToken;

use crate::streams::buffer::{Chunk, Reader};
use crate::streams::{Control, Input, Stream, Streams};

/// How soon the token has to be there.
const TOKEN_LIMIT: Duration = Duration::from_secs(10);
/// A client that takes nothing for this long is cut off, where what it does not take can be asked for again.
const STALL_LIMIT: Duration = Duration::from_secs(10 * 60);
/// How long the last frame may wait for a client: of one that has been refused, and of any once the daemon stops.
const FAREWELL_LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub(super) enum StreamError {
    #[error("failed to read from the client of a stream")]
    Read(#[source] io::Error),
    #[error("failed to write to the client of a stream")]
    Write(#[source] io::Error),
    #[error("the client of a stream sent {what}")]
    Malformed { what: String },
    #[error("the client of a stream took nothing for {} s", STALL_LIMIT.as_secs())]
    Stalled,
}

/// Serves the connection to its end.
pub(super) async fn serve(
    connection: impl AsyncRead + AsyncWrite + Send,
    streams: &Streams,
    shutdown: CancellationToken,
) -> Result<(), StreamError> {
    let (reading, mut writing) = tokio::io::split(connection);
    let mut reading = BufReader::new(reading);
    let token = tokio::time::timeout(TOKEN_LIMIT, token(&mut reading)).await;
    let found = token.unwrap_or(Ok(None))?.and_then(|token| streams.take(&token));
    let Some(stream) = found else {
        let message = "the token is unknown, was used, or is too old; ask for another";
        return farewell(&mut writing, EndReason::Refused, message).await;
    };
    let mut reader = stream.buffer.read();
    stream.count_clients();
    let mut served = tokio::select! {
        sent = send(&mut writing, &stream, &mut reader) => sent,
        received = receive(&mut reading, &stream) => received,
        () = stopped(&shutdown) => Ok(()),
    };
    if let Err(StreamError::Malformed { what }) = &served {
        let _ = farewell(&mut writing, EndReason::Malformed, what).await;
    }
    drop(reader);
    stream.count_clients();
    if let Err(StreamError::Write(error)) = &served
        && [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset].contains(&error.kind())
    {
        served = Ok(());
    }
    let status = stream.status();
    if !status.detached && status.clients == 0 {
        let stalled = matches!(served, Err(StreamError::Stalled));
        let reason = if stalled { EndReason::Stalled } else { EndReason::Closed };
        stream.control(Control::Close(reason)).await;
    }
    served
}

/// Resolves when the daemon stops and a client has had time to take the last frame.
async fn stopped(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    tokio::time::sleep(FAREWELL_LIMIT * 3).await;
}

/// The token of the first line; `None` where there is none.
async fn token(reading: &mut (impl AsyncRead + Unpin)) -> Result<Option<String>, StreamError> {
    let mut line = Vec::new();
    while line.len() < GREETING.len() + MAX_TOKEN + 1 {
        let Ok(byte) = reading.read_u8().await else { return Ok(None) };
        if byte == b'\n' {
            let text = String::from_utf8(line).unwrap_or_default();
            return Ok(text.strip_prefix(GREETING).map(|token| token.trim_end_matches('\r').to_owned()));
        }
        line.push(byte);
    }
    Ok(None)
}

/// What is written, until its end has been sent.
async fn send(
    writing: &mut (impl AsyncWrite + Unpin),
    stream: &Stream,
    reader: &mut Reader,
) -> Result<(), StreamError> {
    let may_stall = stream.status().kind != StreamKind::Log;
    let opened = StreamOpened { stream: stream.status(), replayed: reader.replayed, cut: reader.cut };
    write(writing, FrameType::Opened, &json(&opened)).await?;
    let mut from: Option<std::sync::Arc<StreamOrigin>> = None;
    loop {
        let chunk = reader.next().await;
        if let Chunk::End(end) = &chunk {
            write(writing, FrameType::End, &json(end)).await?;
            return writing.shutdown().await.map_err(StreamError::Write);
        }
        let sending = async {
            match &chunk {
                Chunk::Data { frame, origin, bytes } => {
                    if let Some(origin) = origin.as_ref().filter(|origin| from.as_ref() != Some(origin)) {
                        write(writing, FrameType::Origin, &json(&**origin)).await?;
                        from = Some(origin.clone());
                    }
                    write(writing, *frame, bytes).await
                }
                Chunk::Notice(notice) => write(writing, FrameType::Notice, &json(&**notice)).await,
                Chunk::End(_) => Ok(()),
            }
        };
        if may_stall {
            sending.await?;
        } else {
            tokio::time::timeout(STALL_LIMIT, sending).await.map_err(|_| StreamError::Stalled)??;
        }
    }
}

/// What the client sends, until it has gone.
async fn receive(reading: &mut (impl AsyncRead + Unpin), stream: &Stream) -> Result<(), StreamError> {
    loop {
        let mut head = [0; HEADER];
        match reading.read_exact(&mut head).await {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(()),
            Err(error) => return Err(StreamError::Read(error)),
        }
        let (code, length) = read_header(head);
        if length > MAX_PAYLOAD {
            let what = format!("a frame of {length} bytes; {MAX_PAYLOAD} may be");
            return Err(StreamError::Malformed { what });
        }
        let mut payload = vec![0; length];
        reading.read_exact(&mut payload).await.map_err(StreamError::Read)?;
        match FrameType::of(code) {
            Some(FrameType::Stdin) => stream.write(Input::Bytes(payload.into())).await,
            Some(FrameType::Eof) => stream.write(Input::End).await,
            Some(FrameType::Resize) => stream.resize(parse::<TerminalSize>("resize", &payload)?).await,
            Some(FrameType::Signal) => {
                let asked: StreamSignal = parse("signal", &payload)?;
                // Whoever wants to know what came of it asks by `exec.signal`.
                if let Err(error) = stream.signal(asked.signal).await {
                    tracing::debug!(%error, "a signal did not arrive");
                }
            }
            // What a later client may send.
            _ => {}
        }
    }
}

async fn farewell(
    writing: &mut (impl AsyncWrite + Unpin),
    reason: EndReason,
    message: &str,
) -> Result<(), StreamError> {
    let end = StreamEnd { reason, exit_code: None, message: Some(message.to_owned()) };
    let sending = async {
        write(writing, FrameType::End, &json(&end)).await?;
        writing.shutdown().await.map_err(StreamError::Write)
    };
    tokio::time::timeout(FAREWELL_LIMIT, sending).await.unwrap_or(Ok(()))
}

async fn write(
    writing: &mut (impl AsyncWrite + Unpin),
    frame: FrameType,
    payload: &[u8],
) -> Result<(), StreamError> {
    let mut bytes = Vec::with_capacity(HEADER + payload.len());
    bytes.extend_from_slice(&header(frame, payload.len()));
    bytes.extend_from_slice(payload);
    writing.write_all(&bytes).await.map_err(StreamError::Write)?;
    writing.flush().await.map_err(StreamError::Write)
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("the protocol's types are JSON")
}

fn parse<T: DeserializeOwned>(what: &str, payload: &[u8]) -> Result<T, StreamError> {
    serde_json::from_slice(payload)
        .map_err(|error| StreamError::Malformed { what: format!("a frame {what} that is wrong: {error}") })
}
