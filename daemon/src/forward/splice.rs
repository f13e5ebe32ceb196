//! Carries bytes both ways between a local connection and a stream into a pod, and decides when that is over. Neither
//! direction waits for the other. Knows nothing of sockets, tunnels or WebSockets.

use std::{
    io,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{
    status::Tally,
    stream::{MAX_CHUNK, PodReader, PodStream, PodWriter, StreamError},
};

/// That the local side has finished sending is not told to the pod's side at once, although a tunnel can: container
/// runtimes (containerd, CRI-O) take it for the end of both directions. They do not shut the connection to the program
/// in the pod down but cut it a second later, with all that the program had yet to say; so what waits for the end of
/// its input never gets it in time, and whatever takes longer than a second to answer would lose its answer. So the
/// answer comes first: when the last word was a question it may take this long to begin or to go on…
pub(super) const ANSWER_GRACE: Duration = Duration::from_secs(30);
/// …and when the pod has spoken since, the local side has in all likelihood just gone, as HTTP clients do.
pub(super) const FAREWELL_GRACE: Duration = Duration::from_secs(5);
/// …then the pod's side is told, where there is a way to, and has this long to close, or to answer where it can.
const CLOSING_GRACE: Duration = Duration::from_secs(5);
/// What is read at first, and kept ready by a connection at rest.
const MIN_CHUNK: usize = 4 << 10;
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    PodClosed,
    /// The local side reset its connection, which is its good right.
    LocalGone,
    /// The local side had finished sending after the pod had answered, and nothing more came for the grace.
    Idle,
    /// The local side had finished sending, and the pod said nothing for the grace: whatever it may yet want to answer is
    /// cut off.
    Unanswered,
}

enum CopyError {
    Local,
    Stream(StreamError),
}

/// What one direction leaves for the other to see.
#[derive(Default)]
struct Traffic {
    received: AtomicU64,
    /// Bytes of the pod wait for a local side that is slow to read: then the pod is not to blame for the silence.
    delivering: AtomicBool,
    pod_spoke_last: AtomicBool,
}

pub(super) async fn splice(
    from_local: &mut (impl AsyncRead + Unpin),
    to_local: &mut (impl AsyncWrite + Unpin),
    stream: &mut PodStream,
    tally: &Tally,
) -> Result<End, StreamError> {
    let end = carry(from_local, to_local, stream, tally).await?;
    if end == End::PodClosed && to_local.shutdown().await.is_err() {
        return Ok(End::LocalGone);
    }
    Ok(end)
}

async fn carry(
    from_local: &mut (impl AsyncRead + Unpin),
    to_local: &mut (impl AsyncWrite + Unpin),
    stream: &mut PodStream,
    tally: &Tally,
) -> Result<End, StreamError> {
    let traffic = Traffic::default();
    let PodStream { reader, writer } = stream;
    let downloading = download(reader, to_local, &traffic, tally);
    tokio::pin!(downloading);
    let uploaded = tokio::select! {
        downloaded = &mut downloading => return finish(downloaded),
        uploaded = upload(from_local, writer, &traffic, tally) => uploaded,
    };
    if let Err(CopyError::Local) = uploaded {
        return Ok(End::LocalGone);
    }
    writer.rest();
    // Also after an upload that broke: the reason is among what there is left to read.
    let mut told = None;
    loop {
        let before = traffic.received.load(Relaxed);
        let answered = traffic.pod_spoke_last.load(Relaxed);
        let grace = match (told, answered) {
            (Some(_), _) => CLOSING_GRACE,
            (None, true) => FAREWELL_GRACE,
            (None, false) => ANSWER_GRACE,
        };
        tokio::select! {
            downloaded = &mut downloading => {
                let received = traffic.received.load(Relaxed);
                return match finish(downloaded)? {
                    // It closed because it was told to, and not because it had nothing to say.
                    End::PodClosed if told == Some(Told { received, answered: false }) => Ok(End::Unanswered),
                    end => Ok(end),
                };
            }
            () = tokio::time::sleep(grace) => {
                let silent = traffic.received.load(Relaxed) == before && !traffic.delivering.load(Relaxed);
                match uploaded {
                    _ if !silent => {}
                    Err(CopyError::Stream(broken)) => return Err(broken),
                    _ if told.is_none() && writer.finish() => told = Some(Told { received: before, answered }),
                    _ if answered => return Ok(End::Idle),
                    _ => return Ok(End::Unanswered),
                }
            }
        }
    }
}

/// How things stood when the pod's side was told that nothing more comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    received: u64,
    answered: bool,
}

async fn upload(
    from_local: &mut (impl AsyncRead + Unpin),
    writer: &mut PodWriter,
    traffic: &Traffic,
    tally: &Tally,
) -> Result<(), CopyError> {
    // A thousand connections at rest must not hold a large buffer each.
    let (mut buffer, mut room) = (BytesMut::new(), MIN_CHUNK);
    loop {
        buffer.reserve(room);
        let mut unfilled = (&mut *from_local).take(MAX_CHUNK as u64);
        tokio::select! {
            read = unfilled.read_buf(&mut buffer) => {
                let length = read.map_err(|_| CopyError::Local)?;
                if length == 0 {
                    return Ok(());
                }
                writer.send(&buffer).await.map_err(CopyError::Stream)?;
                traffic.pod_spoke_last.store(false, Relaxed);
                tally.sent(length);
                let filled = length >= room;
                if filled && room < MAX_CHUNK {
                    room *= 2;
                } else if !filled && room > MIN_CHUNK {
                    (buffer, room) = (BytesMut::new(), room / 2);
                }
                buffer.clear();
            }
            () = writer.ping_wanted() => writer.ping().await.map_err(CopyError::Stream)?,
        }
    }
}

async fn download(
    reader: &mut PodReader,
    to_local: &mut (impl AsyncWrite + Unpin),
    traffic: &Traffic,
    tally: &Tally,
) -> Result<(), CopyError> {
    while let Some(data) = reader.receive().await.map_err(CopyError::Stream)? {
        traffic.delivering.store(true, Relaxed);
        deliver(to_local, &data).await.map_err(|_| CopyError::Local)?;
        traffic.delivering.store(false, Relaxed);
        traffic.received.fetch_add(data.len() as u64, Relaxed);
        traffic.pod_spoke_last.store(true, Relaxed);
        tally.received(data.len());
    }
    Ok(())
}

async fn deliver(to_local: &mut (impl AsyncWrite + Unpin), data: &[u8]) -> io::Result<()> {
    to_local.write_all(data).await?;
    to_local.flush().await
}

fn finish(downloaded: Result<(), CopyError>) -> Result<End, StreamError> {
    match downloaded {
        Ok(()) => Ok(End::PodClosed),
        Err(CopyError::Local) => Ok(End::LocalGone),
        Err(CopyError::Stream(error)) => Err(error),
    }
}

/// Takes and drops what the local side still sends after the pod has closed: closing a socket that has unread bytes
/// resets it, and the reset may overtake the pod's last words.
pub(super) async fn drain(from_local: &mut (impl AsyncRead + Unpin)) {
    let mut nowhere = tokio::io::sink();
    let _ = tokio::time::timeout(DRAIN_LIMIT, tokio::io::copy(from_local, &mut nowhere)).await;
}

#[cfg(test)]
mod tests;
