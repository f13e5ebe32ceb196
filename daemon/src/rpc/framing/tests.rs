use proptest::prelude::*;

use super::*;

/// What comes out when `chunks` arrive one after the other and then nothing more.
fn decode(chunks: &[&[u8]]) -> (Vec<Bytes>, Result<(), FrameError>) {
    let (mut frames, mut bytes, mut bodies) = (FrameDecoder::default(), BytesMut::new(), Vec::new());
    for chunk in chunks {
        bytes.extend_from_slice(chunk);
        loop {
            match frames.decode(&mut bytes) {
                Ok(Some(body)) => bodies.push(body),
                Ok(None) => break,
                Err(error) => return (bodies, Err(error)),
            }
        }
    }
    let end = frames.decode_eof(&mut bytes).map(|body| assert!(body.is_none()));
    (bodies, end)
}

proptest! {
    #[test]
    fn bodies_come_out_as_they_went_in_however_they_are_split(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..6),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let stream: Vec<u8> = bodies.iter().flat_map(|body| frame(body)).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let chunks: Vec<&[u8]> = cuts.windows(2).map(|cut| &stream[cut[0]..cut[1]]).collect();
        let (read, end) = decode(&chunks);
        prop_assert!(end.is_ok());
        prop_assert_eq!(read, bodies);
    }

    #[test]
    fn any_bytes_at_all_are_a_frame_or_an_error_and_never_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let _ = decode(&[&bytes]);
        let _ = decode(&[b"Content-Length: ", &bytes]);
    }
}

#[test]
fn headers_are_read_as_people_write_them() {
    for headers in [
        "Content-Length: 2\r\n\r\n",
        "content-length:2\r\n\r\n",
        "CONTENT-LENGTH:   2  \r\n\r\n",
        "Content-Length: 2\n\n",
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\n",
        "Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc; charset=\"utf8\"\r\n\r\n",
        "Content-Length: 2\r\nX-Other: a: b\r\n\r\n",
    ] {
        let (bodies, end) = decode(&[headers.as_bytes(), b"{}"]);
        assert_eq!(bodies, ["{}"], "{headers:?}");
        end.unwrap_or_else(|error| panic!("{headers:?}: {error}"));
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let long = format!("X: {}", "x".repeat(HEADERS_LIMIT));
    for (stream, expect) in [
        ("Content-Length\r\n\r\n", "a header line is not `name: value`: \"Content-Length\""),
        ("Content-Type: a/b\r\n\r\n", "no Content-Length is among the headers"),
        ("\r\n", "no Content-Length is among the headers"),
        ("Content-Length: 1\r\nContent-Length: 1\r\n\r\n{", "Content-Length is there twice"),
        ("Content-Length: \r\n\r\n", "Content-Length is not a number: \"\""),
        ("Content-Length: -1\r\n\r\n", "Content-Length is not a number: \"-1\""),
        ("Content-Length: +1\r\n\r\n", "Content-Length is not a number: \"+1\""),
        ("Content-Length: 1e3\r\n\r\n", "Content-Length is not a number: \"1e3\""),
        (
            "Content-Length: 99999999999999999999\r\n\r\n",
            "Content-Length is not a number: \"99999999999999999999\"",
        ),
        (
            "Content-Length: 10485761\r\n\r\n",
            "the body would be 10485761 bytes long, and the limit is 10485760",
        ),
        (
            "Content-Type: a/b; charset=utf-16\r\nContent-Length: 2\r\n\r\n",
            "the charset of Content-Type is not UTF-8: \"utf-16\"",
        ),
        (&long, "the headers are longer than 4096 bytes"),
        ("Content-Length: 2\r\n\r\n{", "the connection ended within a message"),
        ("Content-Length: 2\r\n\r\n", "the connection ended within a message"),
        ("Content-Le", "the connection ended within a message"),
    ] {
        let (bodies, end) = decode(&[stream.as_bytes()]);
        assert!(bodies.is_empty(), "{stream:?}");
        assert_eq!(end.err().map(|error| error.to_string()).as_deref(), Some(expect), "{stream:?}");
    }
}
