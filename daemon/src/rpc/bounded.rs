//! A client that stops reading: it is cut off after a while, and until then nothing more is read from it. Otherwise
//! what it asked for would pile up here.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::load::Load;

/// A stream whose writes fail when the other side takes nothing for a while, and from which nothing is read while too
/// much is asked already.
pub(super) struct Bounded<S> {
    inner: S,
    limit: Duration,
    load: Load,
    stall: Option<Stall>,
    /// It was cut off: whoever reads learns of it, too.
    cut: bool,
}

/// A write that cannot go on.
struct Stall {
    deadline: Pin<Box<Sleep>>,
    /// Whoever wants to read meanwhile.
    reader: Option<Waker>,
}

impl<S> Bounded<S> {
    pub(super) fn new(inner: S, limit: Duration, load: Load) -> Self {
        Self { inner, limit, load, stall: None, cut: false }
    }

    /// Passes on what a write came to, unless that is nothing for too long.
    fn bound<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_pending() {
            let limit = self.limit;
            let stall =
                self.stall.get_or_insert_with(|| Stall { deadline: Box::pin(sleep(limit)), reader: None });
            if stall.deadline.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.cut = true;
        }
        if let Some(reader) = self.stall.take().and_then(|stall| stall.reader) {
            reader.wake();
        }
        match written {
            Poll::Pending => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            written => written,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.cut {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if let Some(stall) = &mut self.stall {
            stall.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        ready!(self.load.poll_read(cx));
        Pin::new(&mut self.inner).poll_read(cx, out)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        if let Poll::Ready(Ok(length)) = &written {
            self.load.take(*length);
        }
        self.bound(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        self.bound(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.bound(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::time::{Instant, timeout};

    const LIMIT: Duration = Duration::from_secs(20);

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_nothing_is_cut_off_and_one_that_reads_slowly_is_not() {
        let (near, mut far) = tokio::io::duplex(4);
        let mut stream = Bounded::new(near, LIMIT, Load::default());
        let slow = tokio::spawn(async move {
            let mut taken = [0; 4];
            for _ in 0..5 {
                tokio::time::sleep(LIMIT / 2).await;
                far.read_exact(&mut taken).await.expect("reads");
            }
            far
        });
        stream.write_all(&[7; 20]).await.expect("slow is not stalled");
        let _far = slow.await.expect("reads all");
        let begun = Instant::now();
        let error = stream.write_all(&[7; 20]).await.expect_err("stalled");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(begun.elapsed().as_secs(), LIMIT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_read_from_a_client_that_does_not_read() {
        let (near, mut far) = tokio::io::duplex(4);
        let (mut reader, mut writer) = tokio::io::split(Bounded::new(near, LIMIT, Load::default()));
        far.write_all(b"more").await.expect("sends");
        let writing = tokio::spawn(async move { writer.write_all(&[7; 8]).await });
        tokio::task::yield_now().await;
        let mut sent = [0; 4];
        timeout(LIMIT / 2, reader.read_exact(&mut sent)).await.expect_err("nothing is read");
        let mut taken_bytes = [0; 8];
        let (read, taken) = tokio::join!(reader.read_exact(&mut sent), far.read_exact(&mut taken_bytes));
        read.expect("reads on");
        taken.expect("takes all");
        writing.await.expect("no panic").expect("all is written");
        assert_eq!(&sent, b"more");
    }
}
