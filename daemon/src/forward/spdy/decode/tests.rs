//! What is written can be read, in whatever pieces it comes; what nobody should write is an error or nothing, and never
//! more than the head of a frame is held for it.

use bytes::{BufMut as _, BytesMut};
use flate2::{Decompress, FlushDecompress, Status};
use proptest::prelude::*;

use super::super::encode::Encoder;
use super::*;

/// Everything in `bytes`, which come in pieces that end at `cuts`; pieces of the same data frame are one again.
fn decode(bytes: &[u8], cuts: &[usize]) -> Result<Vec<Frame>, FrameError> {
    let mut decoder = Decoder::default();
    let mut frames = Vec::new();
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    for window in cuts.windows(2) {
        let mut piece = Bytes::copy_from_slice(&bytes[window[0]..window[1]]);
        while let Some(frame) = decoder.decode(&mut piece)? {
            frames.push(frame);
        }
        assert!(piece.is_empty());
    }
    Ok(joined(frames))
}

fn joined(frames: Vec<Frame>) -> Vec<Frame> {
    let mut joined: Vec<Frame> = Vec::new();
    for frame in frames {
        match (joined.last_mut(), frame) {
            (
                Some(Frame::Data { stream, data, fin }),
                Frame::Data { stream: same, data: more, fin: last },
            ) if *stream == same && !*fin => {
                *data = [&data[..], &more[..]].concat().into();
                *fin = last;
            }
            (_, frame) => joined.push(frame),
        }
    }
    joined
}

/// What can be written, as it is read.
fn frame() -> impl Strategy<Value = Frame> {
    let stream = 1..0x7fff_ffffu32;
    prop_oneof![
        stream.clone().prop_map(|stream| Frame::Open { stream, fin: false }),
        (stream.clone(), prop::collection::vec(any::<u8>(), 0..300), any::<bool>())
            .prop_map(|(stream, data, fin)| Frame::Data { stream, data: data.into(), fin }),
        (stream, any::<u32>()).prop_map(|(stream, status)| Frame::Reset { stream, status }),
        any::<u32>().prop_map(|id| Frame::Ping { id }),
        Just(Frame::GoAway { last_stream: 0 }),
    ]
}

fn encode(frames: &[Frame]) -> BytesMut {
    let (mut encoder, mut out) = (Encoder::default(), BytesMut::new());
    for frame in frames {
        match frame {
            Frame::Open { stream, .. } => encoder.open(&mut out, *stream, &[("port", "80")]),
            Frame::Data { stream, data, fin } => encoder.data(&mut out, *stream, data, *fin),
            Frame::Reset { stream, status } => encoder.reset(&mut out, *stream, *status),
            Frame::Ping { id } => encoder.ping(&mut out, *id),
            _ => encoder.go_away(&mut out),
        }
    }
    out
}

proptest! {
    #[test]
    fn what_is_written_is_read_in_whatever_pieces_it_comes(
        frames in prop::collection::vec(frame(), 0..20),
        cuts in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        // Data without an end and more of it read as one frame: that there are two means nothing.
        let frames = joined(frames);
        prop_assert_eq!(decode(&encode(&frames), &cuts).unwrap(), frames);
    }

    #[test]
    fn whatever_comes_is_taken_or_refused_the_same_in_any_pieces(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
        cuts in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        prop_assert_eq!(decode(&bytes, &cuts), decode(&bytes, &[]));
    }

    /// As before, but of what begins like a frame, which random bytes seldom do.
    #[test]
    fn hostile_frames_are_taken_or_refused_the_same_in_any_pieces(
        heads in prop::collection::vec((0..12u16, any::<u8>(), 0..40u32, any::<bool>()), 1..20),
        noise in prop::collection::vec(any::<u8>(), 40),
        cuts in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        let mut bytes = BytesMut::new();
        for (kind, flags, length, is_control) in heads {
            if is_control {
                bytes.put_u16(0x8000 | VERSION);
                bytes.put_u16(kind);
            } else {
                bytes.put_u32(u32::from(kind));
            }
            bytes.put_u32(u32::from(flags) << 24 | length);
            bytes.put_slice(&noise[..length as usize]);
        }
        prop_assert_eq!(decode(&bytes, &cuts), decode(&bytes, &[]));
    }
}

fn control(version: u16, kind: u16, length: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.put_u16(0x8000 | version);
    bytes.put_u16(kind);
    bytes.put_u32(length);
    bytes.put_slice(body);
    bytes
}

#[test]
fn what_cannot_be_is_refused_at_its_head() {
    for (bytes, expect) in [
        (control(2, kind::PING, 4, &[]), FrameError::Version(2)),
        (control(3, kind::PING, 5, &[]), FrameError::Length { kind: kind::PING, length: 5 }),
        (control(3, kind::RST_STREAM, 0, &[]), FrameError::Length { kind: kind::RST_STREAM, length: 0 }),
        (control(3, kind::GOAWAY, 4, &[]), FrameError::Length { kind: kind::GOAWAY, length: 4 }),
        (control(3, kind::SYN_REPLY, 3, &[]), FrameError::Length { kind: kind::SYN_REPLY, length: 3 }),
        (control(3, kind::SYN_REPLY, 4, &[0; 4]), FrameError::StreamZero),
        (vec![0; 8], FrameError::StreamZero),
    ] {
        assert_eq!(decode(&bytes, &[]), Err(expect));
    }
}

#[test]
fn a_header_block_is_passed_over_however_long_and_broken_and_so_is_what_is_unknown() {
    let garbage = vec![0xff; 0xff_ffff - 4];
    for kind in [kind::SYN_REPLY, kind::HEADERS, 4, 9, 0x1234] {
        let mut bytes = control(3, kind, 0xff_ffff, &7u32.to_be_bytes());
        bytes.extend_from_slice(&garbage);
        bytes.extend_from_slice(&encode(&[Frame::Ping { id: 2 }]));
        let first = match kind {
            kind::SYN_REPLY | kind::HEADERS => Frame::Headers { stream: 7, fin: false },
            _ => Frame::Other,
        };
        assert_eq!(decode(&bytes, &[]).unwrap(), [first, Frame::Ping { id: 2 }]);
    }
}

#[test]
fn a_data_frame_is_handed_on_before_it_has_wholly_come() {
    let mut decoder = Decoder::default();
    let mut bytes = Bytes::from_static(&[0, 0, 0, 3, FIN, 0xff, 0xff, 0xff, b'h', b'i']);
    let piece = Frame::Data { stream: 3, data: Bytes::from_static(b"hi"), fin: false };
    assert_eq!(decoder.decode(&mut bytes), Ok(Some(piece)));
    assert_eq!(decoder.decode(&mut bytes), Ok(None));
}

/// What is in the header blocks of these frames, by zlib itself. The dictionary is agreed on by its checksum alone, as
/// no byte of it is referred to.
#[test]
fn header_blocks_are_one_zlib_stream() {
    let (mut encoder, mut out) = (Encoder::default(), BytesMut::new());
    let headers = [("streamtype", "data"), ("port", "8080"), ("requestid", "3")];
    let mut inflate = Decompress::new(false);
    for stream in [1, 3, 5] {
        out.clear();
        encoder.open(&mut out, stream, &headers);
        let length = u32::from_be_bytes([0, out[5], out[6], out[7]]) as usize;
        assert_eq!(out.len(), 8 + length);
        let mut block = &out[18..];
        if stream == 1 {
            let (head, rest) = block.split_at(6);
            assert_eq!(head, [0x78, 0x20, 0xe3, 0xc6, 0xa7, 0xc2]);
            assert_eq!(u16::from_be_bytes([head[0], head[1]]) % 31, 0, "the check bits of zlib");
            block = rest;
        }
        assert!(block.ends_with(&[0, 0, 0xff, 0xff]), "or Go would wait for more");
        let mut plain = Vec::with_capacity(1000);
        assert_eq!(inflate.decompress_vec(block, &mut plain, FlushDecompress::Sync).unwrap(), Status::Ok);
        let mut expect = BytesMut::new();
        expect.put_u32(3);
        for text in headers.iter().flat_map(|(name, value)| [name, value]) {
            expect.put_u32(text.len() as u32);
            expect.put_slice(text.as_bytes());
        }
        assert_eq!(plain, expect);
    }
}
