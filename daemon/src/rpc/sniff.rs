//! Which framing a client speaks, told by its first bytes, which the server behind gets to read all the same.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes, BytesMut};
use nhd_protocol::stream::frame::GREETING;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

/// How the first header of LSP framing begins, `Content-Length` and `Content-Type`; no request of HTTP does.
const LSP: &[u8] = b"content-";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Lsp,
    /// HTTP, and WebSocket by an upgrade.
    Http,
    /// Frames of a stream, opened by a token.
    Stream,
}

/// Reads as much as it takes to know.
pub(super) async fn sniff<S>(mut stream: S) -> io::Result<(Framing, Replayed<S>)>
where
    S: AsyncRead + Unpin,
{
    let mut first = BytesMut::with_capacity(1024);
    let framing = loop {
        if let Some(framing) = framing_of(&first) {
            break framing;
        }
        if stream.read_buf(&mut first).await? == 0 {
            break Framing::Http;
        }
    };
    Ok((framing, Replayed { first: first.freeze(), inner: stream }))
}

fn framing_of(first: &[u8]) -> Option<Framing> {
    let length = first.len().min(LSP.len());
    if first[..length].eq_ignore_ascii_case(&LSP[..length]) {
        return (length == LSP.len()).then_some(Framing::Lsp);
    }
    let length = first.len().min(GREETING.len());
    if first[..length] == GREETING.as_bytes()[..length] {
        return (length == GREETING.len()).then_some(Framing::Stream);
    }
    Some(Framing::Http)
}

/// A stream that is read from its beginning although some of it was read before.
pub(super) struct Replayed<S> {
    first: Bytes,
    inner: S,
}

impl<S: AsyncRead + Unpin> AsyncRead for Replayed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.inner).poll_read(cx, out);
        }
        let length = self.first.len().min(out.remaining());
        out.put_slice(&self.first[..length]);
        self.first.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Replayed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framings_are_told_apart_by_their_first_bytes() {
        for (first, expect) in [
            ("Content-Length: 2", Some(Framing::Lsp)),
            ("content-type: a", Some(Framing::Lsp)),
            ("CONTENT-", Some(Framing::Lsp)),
            ("GET / HTTP/1.1", Some(Framing::Http)),
            ("CONNECT a HTTP/1.1", Some(Framing::Http)),
            ("\r\n", Some(Framing::Http)),
            ("NHD-STREAM/1 token\n", Some(Framing::Stream)),
            ("NHD-STREAM/1", None),
            ("N", None),
            ("NHD-STREAM/2 ", Some(Framing::Http)),
            ("nhd-stream/1 ", Some(Framing::Http)),
            ("{", Some(Framing::Http)),
            ("", None),
            ("C", None),
            ("Con", None),
            ("Content", None),
        ] {
            assert_eq!(framing_of(first.as_bytes()), expect, "{first:?}");
        }
    }

    #[tokio::test]
    async fn what_was_read_to_know_is_read_again() {
        for text in
            ["Content-Length: 2\r\n\r\n{}", "NHD-STREAM/1 token\n", "POST / HTTP/1.1\r\n\r\n", "Con", ""]
        {
            let stream = slow_stream(text);
            let (_, mut replayed) = sniff(stream).await.expect("reads");
            let mut all = String::new();
            replayed.read_to_string(&mut all).await.expect("reads");
            assert_eq!(all, text);
        }
    }

    /// Bytes that arrive one by one.
    fn slow_stream(text: &str) -> tokio::io::DuplexStream {
        let (near, mut far) = tokio::io::duplex(1);
        let bytes = text.as_bytes().to_vec();
        tokio::spawn(async move { tokio::io::AsyncWriteExt::write_all(&mut far, &bytes).await });
        near
    }
}
