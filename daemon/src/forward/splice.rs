//! Carries bytes both ways between a local connection and a stream into a pod, and decides when that is over. Neither
//! direction waits for the other. Knows nothing of sockets or WebSockets.

use std::{
    io,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{
    status::Tally,
    stream::{MAX_CHUNK, PodReader, PodStream, PodWriter, StreamError},
};

/// The protocol has no way to tell the pod that the local side has finished sending. When its last word was a question
/// the answer may take this long to begin or to go on…
pub(super) const ANSWER_GRACE: Duration = Duration::from_secs(30);
/// …and when the pod has spoken since, the local side has in all likelihood just gone, as HTTP clients do.
pub(super) const FAREWELL_GRACE: Duration = Duration::from_secs(5);
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    PodClosed,
    /// The local side reset its connection, which is its good right.
    LocalGone,
    /// The local side had finished sending after the pod had answered, and nothing more came for the grace.
    Idle,
    /// The local side had finished sending, and the pod, which cannot be told so, said nothing for the grace: whatever
    /// it may yet want to answer is cut off.
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
    // Also after an upload that broke: the reason is among what there is left to read.
    loop {
        let before = traffic.received.load(Relaxed);
        let grace = if traffic.pod_spoke_last.load(Relaxed) { FAREWELL_GRACE } else { ANSWER_GRACE };
        tokio::select! {
            downloaded = &mut downloading => return finish(downloaded),
            () = tokio::time::sleep(grace) => {
                let silent = traffic.received.load(Relaxed) == before && !traffic.delivering.load(Relaxed);
                match uploaded {
                    Err(CopyError::Stream(broken)) if silent => return Err(broken),
                    _ if silent && grace == FAREWELL_GRACE => return Ok(End::Idle),
                    _ if silent => return Ok(End::Unanswered),
                    _ => {}
                }
            }
        }
    }
}

async fn upload(
    from_local: &mut (impl AsyncRead + Unpin),
    writer: &mut PodWriter,
    traffic: &Traffic,
    tally: &Tally,
) -> Result<(), CopyError> {
    let mut chunk = vec![0; MAX_CHUNK];
    loop {
        tokio::select! {
            read = from_local.read(&mut chunk) => {
                let length = read.map_err(|_| CopyError::Local)?;
                if length == 0 {
                    return Ok(());
                }
                writer.send(&chunk[..length]).await.map_err(CopyError::Stream)?;
                traffic.pod_spoke_last.store(false, Relaxed);
                tally.sent(length);
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
    to_local.shutdown().await.map_err(|_| CopyError::Local)
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
