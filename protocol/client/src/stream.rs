//! The connection of one stream: the token, then frames both ways. It knows neither what opened the stream nor a terminal.

use std::io;

use nhd_protocol::stream::frame::{
    FrameType, GREETING, HEADER, MAX_PAYLOAD, StreamNotice, StreamOpened, StreamOrigin, StreamSignal, header,
    read_header,
};
use nhd_protocol::stream::{Signal, StreamEnd, StreamTicket, TerminalSize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use crate::client::{Client, ClientError};
use crate::paths::Paths;

/// The longest frame that is taken from a daemon; those of this version are shorter.
const MAX_TAKEN: usize = 16 << 20;

/// What a stream says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamEvent {
    Opened(Box<StreamOpened>),
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    Origin(StreamOrigin),
    Notice(StreamNotice),
    /// The last one.
    End(StreamEnd),
}

/// What comes from a stream. While nobody reads, whoever writes waits.
#[derive(Debug)]
pub struct StreamOutput {
    reading: BufReader<OwnedReadHalf>,
}

/// What goes into a stream. Dropping both halves leaves it; what is not detached ends by that.
#[derive(Debug)]
pub struct StreamInput {
    writing: OwnedWriteHalf,
}

/// Opens the connection of a ticket.
pub async fn open(paths: &Paths, ticket: &StreamTicket) -> Result<(StreamInput, StreamOutput), ClientError> {
    let stream = Client::stream(paths).await?;
    let (reading, writing) = stream.into_split();
    let mut input = StreamInput { writing };
    let greeting = format!("{GREETING}{}\n", ticket.token);
    let greeted = input.writing.write_all(greeting.as_bytes()).await;
    greeted.map_err(|source| ClientError::Connect { socket: paths.socket.clone(), source })?;
    Ok((input, StreamOutput { reading: BufReader::new(reading) }))
}

impl StreamOutput {
    /// The next that it says; `None` where the connection ended without an end, as when the daemon died.
    pub async fn next(&mut self) -> io::Result<Option<StreamEvent>> {
        loop {
            let mut head = [0; HEADER];
            match self.reading.read_exact(&mut head).await {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(error),
            }
            let (code, length) = read_header(head);
            if length > MAX_TAKEN {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame that no daemon sends"));
            }
            let mut payload = vec![0; length];
            self.reading.read_exact(&mut payload).await?;
            return Ok(Some(match FrameType::of(code) {
                Some(FrameType::Stdout) => StreamEvent::Stdout(payload),
                Some(FrameType::Stderr) => StreamEvent::Stderr(payload),
                Some(FrameType::Opened) => StreamEvent::Opened(parse(&payload)?),
                Some(FrameType::Origin) => StreamEvent::Origin(parse(&payload)?),
                Some(FrameType::Notice) => StreamEvent::Notice(parse(&payload)?),
                Some(FrameType::End) => StreamEvent::End(parse(&payload)?),
                // What a later daemon may send.
                _ => continue,
            }));
        }
    }
}

impl StreamInput {
    /// Returns when the daemon has room for it: a process that does not read makes its writer wait.
    pub async fn write(&mut self, data: &[u8]) -> io::Result<()> {
        for piece in data.chunks(MAX_PAYLOAD) {
            self.frame(FrameType::Stdin, piece).await?;
        }
        Ok(())
    }

    /// Standard input has ended; what is written still comes.
    pub async fn end(&mut self) -> io::Result<()> {
        self.frame(FrameType::Eof, &[]).await
    }

    pub async fn resize(&mut self, size: TerminalSize) -> io::Result<()> {
        self.frame(FrameType::Resize, &json(&size)).await
    }

    pub async fn signal(&mut self, signal: Signal) -> io::Result<()> {
        self.frame(FrameType::Signal, &json(&StreamSignal { signal })).await
    }

    async fn frame(&mut self, frame: FrameType, payload: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(HEADER + payload.len());
        bytes.extend_from_slice(&header(frame, payload.len()));
        bytes.extend_from_slice(payload);
        self.writing.write_all(&bytes).await
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("the protocol's types are JSON")
}

fn parse<T: DeserializeOwned>(payload: &[u8]) -> io::Result<T> {
    serde_json::from_slice(payload).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
