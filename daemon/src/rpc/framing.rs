//! LSP framing: `Content-Length` and other headers, an empty line, a body of that many bytes. It does not know JSON.

#[cfg(test)]
mod tests;

use std::io;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio_util::codec::Decoder;

/// The longest body, which is also the longest message of the server behind.
pub(super) const BODY_LIMIT: usize = 10 << 20;

/// Headers are a line or two.
const HEADERS_LIMIT: usize = 4 << 10;

#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    #[error("the headers are longer than {HEADERS_LIMIT} bytes")]
    HeadersTooLong,
    #[error("a header line is not `name: value`: {0:?}")]
    NoHeader(String),
    #[error("no Content-Length is among the headers")]
    NoLength,
    #[error("Content-Length is there twice")]
    TwoLengths,
    #[error("Content-Length is not a number: {0:?}")]
    BadLength(String),
    #[error("the charset of Content-Type is not UTF-8: {0:?}")]
    Charset(String),
    #[error("the body would be {0} bytes long, and the limit is {BODY_LIMIT}")]
    BodyTooLong(u64),
    #[error("the connection ended within a message")]
    Truncated,
    #[error("failed to read from the client")]
    Read(#[from] io::Error),
}

/// Takes bodies out of a stream of frames. After an error nobody can know where the next frame begins.
#[derive(Debug, Default)]
pub(super) struct FrameDecoder {
    /// The length of the body whose headers were read.
    body: Option<usize>,
}

impl Decoder for FrameDecoder {
    type Item = Bytes;
    type Error = FrameError;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        let length = match self.body {
            Some(length) => length,
            None => {
                let Some(end) = end_of_headers(bytes)? else { return Ok(None) };
                let length = content_length(&bytes[..end])?;
                bytes.advance(end);
                *self.body.insert(length)
            }
        };
        if bytes.len() < length {
            bytes.reserve(length - bytes.len());
            return Ok(None);
        }
        self.body = None;
        Ok(Some(bytes.split_to(length).freeze()))
    }

    fn decode_eof(&mut self, bytes: &mut BytesMut) -> Result<Option<Bytes>, FrameError> {
        match self.decode(bytes)? {
            None if bytes.is_empty() && self.body.is_none() => Ok(None),
            None => Err(FrameError::Truncated),
            body => Ok(body),
        }
    }
}

/// A body as it is sent.
pub(super) fn frame(body: &[u8]) -> Vec<u8> {
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend_from_slice(body);
    frame
}

/// Where the body begins: after the first empty line. A line may end without a carriage return.
fn end_of_headers(bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    let head = &bytes[..bytes.len().min(HEADERS_LIMIT)];
    let mut start = 0;
    while let Some(length) = head[start..].iter().position(|byte| *byte == b'\n') {
        let line = &head[start..start + length];
        start += length + 1;
        if line.trim_ascii().is_empty() {
            return Ok(Some(start));
        }
    }
    if head.len() == HEADERS_LIMIT { Err(FrameError::HeadersTooLong) } else { Ok(None) }
}

fn content_length(headers: &[u8]) -> Result<usize, FrameError> {
    let mut length = None;
    for line in String::from_utf8_lossy(headers).lines().filter(|line| !line.trim().is_empty()) {
        let (name, value) = line.split_once(':').ok_or_else(|| FrameError::NoHeader(line.to_owned()))?;
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "content-length" if length.is_some() => return Err(FrameError::TwoLengths),
            "content-length" => length = Some(body_length(value)?),
            "content-type" => check_charset(value)?,
            _ => {}
        }
    }
    length.ok_or(FrameError::NoLength)
}

fn body_length(value: &str) -> Result<usize, FrameError> {
    let bad = || FrameError::BadLength(value.to_owned());
    // `parse` would also take a sign.
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    let length: u64 = value.parse().map_err(|_| bad())?;
    match usize::try_from(length) {
        Ok(length) if length <= BODY_LIMIT => Ok(length),
        _ => Err(FrameError::BodyTooLong(length)),
    }
}

/// UTF-8 is the default and the only one; the specification wants its old name `utf8` understood, too.
fn check_charset(value: &str) -> Result<(), FrameError> {
    let value = value.to_ascii_lowercase();
    let charset = value.split(';').filter_map(|part| part.trim().strip_prefix("charset=")).next();
    match charset.map(|charset| charset.trim_matches('"')) {
        None | Some("utf-8" | "utf8") => Ok(()),
        Some(other) => Err(FrameError::Charset(other.to_owned())),
    }
}
