//! Bytes in, frames out; pure. Holds no more than the head of a frame, whatever length a peer announces: data is handed
//! on in the pieces in which it came, and header blocks, in which this API says nothing to a client, are passed over.

use bytes::{Buf as _, Bytes};

pub(super) const VERSION: u16 = 3;
pub(super) const FIN: u8 = 1;
const HEAD: usize = 8;
/// Of a control frame's body, what means something here is at its beginning.
const BODY: usize = 8;

pub(super) mod kind {
    pub(crate) const SYN_STREAM: u16 = 1;
    pub(crate) const SYN_REPLY: u16 = 2;
    pub(crate) const RST_STREAM: u16 = 3;
    pub(crate) const PING: u16 = 6;
    pub(crate) const GOAWAY: u16 = 7;
    pub(crate) const HEADERS: u16 = 8;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    Open {
        stream: u32,
        fin: bool,
    },
    /// SYN_REPLY, or HEADERS.
    Headers {
        stream: u32,
        fin: bool,
    },
    /// A piece of a data frame; `fin` comes with the last one.
    Data {
        stream: u32,
        data: Bytes,
        fin: bool,
    },
    Reset {
        stream: u32,
        status: u32,
    },
    Ping {
        id: u32,
    },
    GoAway {
        last_stream: u32,
    },
    /// Something else, which is to be ignored.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::forward) enum FrameError {
    #[error("it is of version {0} of SPDY")]
    Version(u16),
    #[error("a frame of type {kind} cannot have {length} bytes")]
    Length { kind: u16, length: usize },
    #[error("it is about stream 0")]
    StreamZero,
}

#[derive(Debug, Default)]
pub(super) struct Decoder {
    state: State,
}

#[derive(Debug)]
enum State {
    Head(Partial),
    Control { kind: u16, flags: u8, body: Partial, wanted: usize, left: usize },
    Data { stream: u32, fin: bool, left: usize },
}

/// The beginning of something that has not wholly come.
#[derive(Debug, Default)]
struct Partial {
    bytes: [u8; 8],
    length: usize,
}

impl Default for State {
    fn default() -> Self {
        Self::Head(Partial::default())
    }
}

impl Partial {
    /// Takes what is lacking; whether nothing is any more.
    fn fill(&mut self, wanted: usize, input: &mut Bytes) -> bool {
        let taken = (wanted - self.length).min(input.len());
        input.copy_to_slice(&mut self.bytes[self.length..self.length + taken]);
        self.length += taken;
        self.length == wanted
    }

    fn word(&self, at: usize) -> u32 {
        u32::from_be_bytes([self.bytes[at], self.bytes[at + 1], self.bytes[at + 2], self.bytes[at + 3]])
    }
}

impl Decoder {
    /// The next frame, or piece of one; `None` once all input is taken. After an error the rest means nothing.
    pub(super) fn decode(&mut self, input: &mut Bytes) -> Result<Option<Frame>, FrameError> {
        loop {
            match &mut self.state {
                State::Head(head) => {
                    if !head.fill(HEAD, input) {
                        return Ok(None);
                    }
                    self.state = begin(head)?;
                }
                State::Control { kind, flags, body, wanted, left } => {
                    if !body.fill(*wanted, input) {
                        return Ok(None);
                    }
                    let skipped = (*left).min(input.len());
                    input.advance(skipped);
                    *left -= skipped;
                    if *left > 0 {
                        return Ok(None);
                    }
                    let frame = control(*kind, *flags, body)?;
                    self.state = State::default();
                    return Ok(Some(frame));
                }
                State::Data { stream, fin, left } => {
                    if *left > 0 && input.is_empty() {
                        return Ok(None);
                    }
                    let data = input.split_to((*left).min(input.len()));
                    *left -= data.len();
                    let (stream, fin, whole) = (*stream, *fin, *left == 0);
                    if whole {
                        self.state = State::default();
                    }
                    return Ok(Some(Frame::Data { stream, data, fin: fin && whole }));
                }
            }
        }
    }
}

fn begin(head: &Partial) -> Result<State, FrameError> {
    let (first, second) = (head.word(0), head.word(4));
    let (flags, length) = ((second >> 24) as u8, (second & 0xff_ffff) as usize);
    if first >> 31 == 0 {
        if first == 0 {
            return Err(FrameError::StreamZero);
        }
        return Ok(State::Data { stream: first, fin: flags & FIN != 0, left: length });
    }
    let (version, kind) = ((first >> 16 & 0x7fff) as u16, (first & 0xffff) as u16);
    if version != VERSION {
        return Err(FrameError::Version(version));
    }
    let fits = match kind {
        kind::SYN_STREAM => length >= 10,
        kind::SYN_REPLY | kind::HEADERS => length >= 4,
        kind::RST_STREAM | kind::GOAWAY => length == 8,
        kind::PING => length == 4,
        _ => true,
    };
    if !fits {
        return Err(FrameError::Length { kind, length });
    }
    let wanted = length.min(BODY);
    Ok(State::Control { kind, flags, body: Partial::default(), wanted, left: length - wanted })
}

fn control(kind: u16, flags: u8, body: &Partial) -> Result<Frame, FrameError> {
    let (number, fin) = (body.word(0) & 0x7fff_ffff, flags & FIN != 0);
    let is_of_a_stream =
        matches!(kind, kind::SYN_STREAM | kind::SYN_REPLY | kind::HEADERS | kind::RST_STREAM);
    if is_of_a_stream && number == 0 {
        return Err(FrameError::StreamZero);
    }
    Ok(match kind {
        kind::SYN_STREAM => Frame::Open { stream: number, fin },
        kind::SYN_REPLY | kind::HEADERS => Frame::Headers { stream: number, fin },
        kind::RST_STREAM => Frame::Reset { stream: number, status: body.word(4) },
        kind::PING => Frame::Ping { id: body.word(0) },
        kind::GOAWAY => Frame::GoAway { last_stream: number },
        _ => Frame::Other,
    })
}

#[cfg(test)]
mod tests;
