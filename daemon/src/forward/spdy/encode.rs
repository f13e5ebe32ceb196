//! Frames in, bytes out; pure.

use bytes::{BufMut as _, BytesMut};

use super::decode::{FIN, VERSION, kind};

/// The Adler-32 checksum of the dictionary that SPDY/3 agrees on for header blocks, by which zlib names it.
const DICTIONARY: u32 = 0xe3c6_a7c2;
/// That a zlib stream follows, deflated with a dictionary.
const ZLIB_WITH_DICTIONARY: [u8; 2] = [0x78, 0x20];
/// A deflate block whose bytes are as they are, which ends at a whole byte and has others after it.
const STORED_BLOCK: u8 = 0;
/// An empty block, by which zlib marks that all before it is to be made use of. Go's reader waits for it.
const FLUSH: [u8; 5] = [STORED_BLOCK, 0, 0, 0xff, 0xff];
/// The stream is not wanted any more.
pub(super) const CANCEL: u32 = 5;

/// Writes the frames of one tunnel.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    /// The header blocks of a tunnel are one zlib stream, which has begun.
    begun: bool,
}

impl Encoder {
    /// Opens a stream. Its headers go as stored blocks: that is zlib like any other, without the quarter of a megabyte
    /// that a compressor holds for each tunnel, for the sake of a hundred bytes a connection.
    pub(super) fn open(&mut self, out: &mut BytesMut, stream: u32, headers: &[(&str, &str)]) {
        let mut block = BytesMut::new();
        block.put_u32(headers.len() as u32);
        for text in headers.iter().flat_map(|(name, value)| [name, value]) {
            block.put_u32(text.len() as u32);
            block.put_slice(text.as_bytes());
        }
        let length = u16::try_from(block.len()).expect("the headers of this API are short");
        let begun = std::mem::replace(&mut self.begun, true);
        let prefix = if begun { 5 } else { 11 };
        control(out, kind::SYN_STREAM, 10 + prefix + block.len() + FLUSH.len());
        out.put_u32(stream);
        // No associated stream, the highest priority, no credentials. All streams have the same priority: servers
        // answer pings in the order of what is before them only then.
        out.put_bytes(0, 6);
        if !begun {
            out.put_slice(&ZLIB_WITH_DICTIONARY);
            out.put_u32(DICTIONARY);
        }
        out.put_u8(STORED_BLOCK);
        out.put_u16_le(length);
        out.put_u16_le(!length);
        out.put_slice(&block);
        out.put_slice(&FLUSH);
    }

    pub(super) fn data(&self, out: &mut BytesMut, stream: u32, data: &[u8], fin: bool) {
        debug_assert!(data.len() < 1 << 24, "a length has 24 bits");
        out.reserve(8 + data.len());
        out.put_u32(stream);
        out.put_u8(if fin { FIN } else { 0 });
        out.put_uint(data.len() as u64, 3);
        out.put_slice(data);
    }

    pub(super) fn reset(&self, out: &mut BytesMut, stream: u32, status: u32) {
        control(out, kind::RST_STREAM, 8);
        out.put_u32(stream);
        out.put_u32(status);
    }

    pub(super) fn ping(&self, out: &mut BytesMut, id: u32) {
        control(out, kind::PING, 4);
        out.put_u32(id);
    }

    pub(super) fn go_away(&self, out: &mut BytesMut) {
        control(out, kind::GOAWAY, 8);
        // The server has opened no stream; all is well.
        out.put_u64(0);
    }
}

fn control(out: &mut BytesMut, kind: u16, length: usize) {
    out.put_u16(0x8000 | VERSION);
    out.put_u16(kind);
    out.put_u32(length as u32);
}
