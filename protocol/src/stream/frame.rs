//! The frames of a stream's connection: one byte for the type, four for the length of the payload (big-endian), the
//! payload. It knows no sockets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Signal, StreamStatus};

/// How a connection begins: this, the token, and a line feed.
pub const GREETING: &str = "NHD-STREAM/1 ";

/// The longest token.
pub const MAX_TOKEN: usize = 64;

/// The largest payload of a frame, either way.
pub const MAX_PAYLOAD: usize = 64 << 10;

/// Type and length.
pub const HEADER: usize = 5;

macro_rules! frame_types {
    ($($(#[doc = $doc:expr])+ $name:ident = $code:literal;)+) => {
        /// The types of frames. Whoever meets one that it does not know passes over it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum FrameType { $($(#[doc = $doc])+ $name = $code,)+ }

        impl FrameType {
            pub const ALL: &'static [FrameType] = &[$(FrameType::$name,)+];

            #[must_use]
            pub fn of(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

frame_types! {
    /// From the client: bytes for standard input.
    Stdin = 0;
    /// Bytes of standard output, of a terminal, or of a log.
    Stdout = 1;
    /// Bytes of standard error.
    Stderr = 2;
    /// From the client: the new size of the terminal, a `TerminalSize`.
    Resize = 3;
    /// From the client: a signal, a `StreamSignal`.
    Signal = 4;
    /// From the client: standard input has ended. Without a payload.
    Eof = 5;
    /// The first frame from the daemon, unless it refuses: a `StreamOpened`.
    Opened = 6;
    /// Where the bytes that follow come from, a `StreamOrigin`; of logs alone.
    Origin = 7;
    /// Something that is worth a line, a `StreamNotice`.
    Notice = 8;
    /// The last frame from the daemon, which then closes the connection: a `StreamEnd`.
    End = 9;
}

/// The first five bytes of a frame.
#[must_use]
pub fn header(frame: FrameType, length: usize) -> [u8; HEADER] {
    let length = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    [frame as u8, length[0], length[1], length[2], length[3]]
}

/// Type and length out of the first five bytes of a frame.
#[must_use]
pub fn read_header(header: [u8; HEADER]) -> (u8, usize) {
    let [code, length @ ..] = header;
    (code, u32::from_be_bytes(length) as usize)
}

/// The payload of `signal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamSignal {
    pub signal: Signal,
}

/// The payload of `opened`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamOpened {
    pub stream: StreamStatus,
    /// How many bytes follow that were written before; at most 256 KiB.
    pub replayed: u64,
    /// Whether what was written before those is lost.
    pub cut: bool,
}

/// The payload of `origin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamOrigin {
    /// The pod's name.
    pub pod: String,
    /// The container's name in it.
    pub container: String,
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum NoticeKind {
    /// Hot reload: the command has been started, for the first time or again.
    Started,
    /// Hot reload: the command has ended by itself; `exitCode` is there.
    Exited,
    /// Of a log: a container is followed from now on.
    Followed,
    /// Of a log: a container has ended, or its pod has gone.
    Left,
    /// Something else to know, or that goes wrong and is tried again.
    Warning,
}

/// The payload of `notice`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamNotice {
    pub kind: NoticeKind,
    /// A sentence for people.
    pub message: String,
    /// The exit code of the command that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for frame in FrameType::ALL {
            assert_eq!(FrameType::of(*frame as u8), Some(*frame));
            for length in [0, 1, 255, 256, MAX_PAYLOAD] {
                assert_eq!(read_header(header(*frame, length)), (*frame as u8, length));
            }
        }
        assert_eq!(header(FrameType::Stderr, 0x0001_0203), [2, 0, 1, 2, 3]);
        assert_eq!(FrameType::of(200), None);
    }
}
