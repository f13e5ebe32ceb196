//! LSP framing on one side, a WebSocket of the same server on the other: limits, batches, subscriptions and errors are
//! the server's own. Of messages it knows no more than their ids.

use std::borrow::Cow;
use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use jsonrpsee::types::error::{INTERNAL_ERROR_CODE, INVALID_REQUEST_CODE, PARSE_ERROR_CODE};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::{Error as SocketError, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async};
use tokio_util::codec::FramedRead;
use tokio_util::sync::CancellationToken;

use super::framing::{FrameDecoder, FrameError, frame};
use super::ids::{disguised, revealed};

/// A client that has sent its last is answered until nothing has come for `QUIET`, but for no longer than `FAREWELL`.
const QUIET: Duration = Duration::from_millis(250);
const FAREWELL: Duration = Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub(super) enum TranscodeError {
    #[error("the server took no connection")]
    Handshake(#[source] Box<SocketError>),
    #[error("failed to write to the client")]
    Write(#[source] std::io::Error),
}

/// Carries messages both ways until one side is gone.
pub(super) async fn transcode<S>(
    client: S,
    server: DuplexStream,
    shutdown: CancellationToken,
) -> Result<(), TranscodeError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (reader, mut client) = tokio::io::split(client);
    let (server, _) = match client_async("ws://localhost/", server).await {
        Ok(connected) => connected,
        Err(error) => {
            let refusal =
                error_frame(INTERNAL_ERROR_CODE, ErrorKind::Internal, "the daemon has too many clients");
            // Whether or not it can be told.
            let _ = client.write_all(&refusal).await;
            return Err(TranscodeError::Handshake(Box::new(error)));
        }
    };
    let mut transcoder = Transcoder {
        frames: FramedRead::new(reader, FrameDecoder::default()),
        client,
        server,
        farewell: None,
    };
    let result = transcoder.run(&shutdown).await;
    // The client may be gone, and the server's task sees the end of its stream in any case.
    let _ = transcoder.client.shutdown().await;
    result
}

struct Transcoder<S> {
    frames: FramedRead<ReadHalf<S>, FrameDecoder>,
    client: WriteHalf<S>,
    server: WebSocketStream<DuplexStream>,
    farewell: Option<Farewell>,
}

/// The client has sent its last.
#[derive(Clone, Copy)]
struct Farewell {
    quiet: Instant,
    end: Instant,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Transcoder<S> {
    /// One message after the other. While a client does not take what it is sent, nothing more is read from it.
    async fn run(&mut self, shutdown: &CancellationToken) -> Result<(), TranscodeError> {
        loop {
            let farewell = self.farewell;
            tokio::select! {
                message = self.server.next() => match message {
                    Some(Ok(Message::Text(text))) => self.answer(revealed(&text).as_bytes()).await?,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
                    // Pings, which the library answers.
                    Some(Ok(_)) => {}
                },
                frame = self.frames.next(), if farewell.is_none() => match frame {
                    Some(Ok(body)) => self.ask(body).await?,
                    Some(Err(error)) => self.refuse(&error).await?,
                    None => self.say_farewell(),
                },
                () = shutdown.cancelled(), if farewell.is_none() => self.say_farewell(),
                () = over(farewell) => return Ok(()),
            }
        }
    }

    async fn ask(&mut self, body: Bytes) -> Result<(), TranscodeError> {
        let Ok(text) = Utf8Bytes::try_from(body) else {
            return self.send_error(PARSE_ERROR_CODE, "the message is not UTF-8").await;
        };
        let message = match disguised(&text) {
            Ok(Cow::Borrowed(_)) => text,
            Ok(Cow::Owned(message)) => message.into(),
            Err(error) => return self.send_error(INVALID_REQUEST_CODE, &error.to_string()).await,
        };
        // A server that is gone is seen when it is next read from.
        let _ = self.server.send(Message::Text(message)).await;
        Ok(())
    }

    async fn answer(&mut self, text: &[u8]) -> Result<(), TranscodeError> {
        if let Some(farewell) = &mut self.farewell {
            farewell.quiet = Instant::now() + QUIET;
        }
        self.client.write_all(&frame(text)).await.map_err(TranscodeError::Write)
    }

    /// Says why no further message can be read.
    async fn refuse(&mut self, error: &FrameError) -> Result<(), TranscodeError> {
        self.say_farewell();
        let code = match error {
            FrameError::Read(_) | FrameError::Truncated => return Ok(()),
            FrameError::BodyTooLong(_) => INVALID_REQUEST_CODE,
            _ => PARSE_ERROR_CODE,
        };
        self.send_error(code, &error.to_string()).await
    }

    async fn send_error(&mut self, code: i32, message: &str) -> Result<(), TranscodeError> {
        let error = error_frame(code, ErrorKind::InvalidRequest, message);
        self.client.write_all(&error).await.map_err(TranscodeError::Write)
    }

    fn say_farewell(&mut self) {
        let now = Instant::now();
        self.farewell = Some(Farewell { quiet: now + QUIET, end: now + FAREWELL });
    }
}

/// An error that answers no request in particular.
fn error_frame(code: i32, kind: ErrorKind, message: &str) -> Vec<u8> {
    let error = json!({ "code": code, "message": message, "data": ErrorInfo::new(kind, message) });
    frame(json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string().as_bytes())
}

async fn over(farewell: Option<Farewell>) {
    match farewell {
        Some(Farewell { quiet, end }) => sleep_until(quiet.min(end)).await,
        None => pending().await,
    }
}
