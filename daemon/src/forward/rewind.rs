//! A reader that can go back to its beginning, as long as not much has been read: what was sent into a pod where
//! nothing listened yet was never delivered, and is sent again.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// The first words of any protocol are shorter.
const KEPT: usize = 16 << 10;

pub(super) struct Rewind<R> {
    inner: R,
    /// The beginning of all that was read; `None` once that is too much, or rewinding is not wanted.
    kept: Option<Vec<u8>>,
    /// How much of it has been read again.
    position: usize,
    ended: bool,
}

impl<R> Rewind<R> {
    pub(super) fn new(inner: R, wanted: bool) -> Self {
        Self { inner, kept: wanted.then(Vec::new), position: 0, ended: false }
    }

    /// Goes back to the beginning; says whether that was possible.
    pub(super) fn rewind(&mut self) -> bool {
        self.position = 0;
        self.kept.is_some() && !self.ended
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Rewind<R> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(kept) = &this.kept
            && this.position < kept.len()
        {
            let again = &kept[this.position..];
            let length = again.len().min(out.remaining());
            out.put_slice(&again[..length]);
            this.position += length;
            return Poll::Ready(Ok(()));
        }
        let before = out.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, out))?;
        let read = &out.filled()[before..];
        this.ended |= read.is_empty();
        if let Some(kept) = &mut this.kept {
            if kept.len() + read.len() <= KEPT {
                kept.extend_from_slice(read);
                this.position = kept.len();
            } else {
                this.kept = None;
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn what_was_read_can_be_read_again_and_the_rest_follows() {
        let mut reader = Rewind::new(&b"hello world"[..], true);
        let mut first = [0; 5];
        reader.read_exact(&mut first).await.expect("reads");
        assert!(reader.rewind());
        let mut all = [0; 11];
        reader.read_exact(&mut all).await.expect("reads");
        assert_eq!(&all, b"hello world");
    }

    #[tokio::test]
    async fn too_much_or_an_end_or_no_wish_is_not_gone_back_over() {
        let much = vec![7; KEPT + 1];
        for (bytes, wanted) in
            [(much.as_slice(), true), (b"short".as_slice(), true), (b"short".as_slice(), false)]
        {
            let mut reader = Rewind::new(bytes, wanted);
            let mut all = Vec::new();
            reader.read_to_end(&mut all).await.expect("reads");
            assert_eq!(all, bytes);
            assert!(!reader.rewind());
        }
    }
}
