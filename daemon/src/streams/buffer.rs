//! What a stream has written lately: kept for who comes later, and read by each attached client at its own pace. Whoever
//! writes waits for the slowest of them, so that no client loses anything, and nothing piles up. It does not know where
//! the bytes come from.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use nhd_protocol::stream::StreamEnd;
use nhd_protocol::stream::frame::{FrameType, MAX_PAYLOAD, StreamNotice, StreamOrigin};
use tokio::sync::watch;

/// How much is kept of what was written.
pub const REPLAY: usize = 256 << 10;
/// Small writes are put together up to this.
const SEGMENT: usize = 8 << 10;
/// What a segment takes beside its bytes, so that a million small ones do not take more than they count.
const EACH_SEGMENT: u64 = 64;

/// What a client reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chunk {
    /// Bytes of one of the output streams, at most [`MAX_PAYLOAD`].
    Data {
        frame: FrameType,
        origin: Option<Arc<StreamOrigin>>,
        bytes: Vec<u8>,
    },
    Notice(Arc<StreamNotice>),
    /// The last one.
    End(StreamEnd),
}

/// Nobody will read it, or nobody may write to it any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

/// The buffer of one stream. Its clones are the same.
#[derive(Clone)]
pub struct Buffer {
    inner: Arc<Mutex<Inner>>,
    /// Wakes both sides: what is read makes room.
    changed: watch::Sender<()>,
}

struct Inner {
    segments: VecDeque<Segment>,
    /// The number of the first segment that is still there.
    first: u64,
    /// What was ever written, with what each segment takes.
    written: u64,
    readers: BTreeMap<u64, Cursor>,
    next_reader: u64,
    /// Until the first client comes nothing is dropped.
    held: bool,
    end: Option<StreamEnd>,
}

struct Segment {
    /// What was written before it.
    at: u64,
    content: Content,
}

enum Content {
    Data { frame: FrameType, origin: Option<Arc<StreamOrigin>>, bytes: Vec<u8> },
    Notice(Arc<StreamNotice>),
}

/// The next byte of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cursor {
    segment: u64,
    offset: usize,
}

impl Buffer {
    /// `held`: what is written before the first client comes waits for it.
    pub fn new(held: bool) -> Self {
        let inner = Inner {
            segments: VecDeque::new(),
            first: 0,
            written: 0,
            readers: BTreeMap::new(),
            next_reader: 0,
            held,
            end: None,
        };
        Self { inner: Arc::new(Mutex::new(inner)), changed: watch::Sender::new(()) }
    }

    /// Adds bytes, once there is room for them.
    pub async fn write(
        &self,
        frame: FrameType,
        origin: Option<&Arc<StreamOrigin>>,
        bytes: &[u8],
    ) -> Result<(), Closed> {
        for piece in bytes.chunks(MAX_PAYLOAD) {
            self.room().await?;
            self.lock().push_data(frame, origin, piece);
            self.changed.send_replace(());
        }
        Ok(())
    }

    /// Adds a notice, once there is room for it.
    pub async fn notice(&self, notice: StreamNotice) -> Result<(), Closed> {
        self.room().await?;
        self.lock().push(Content::Notice(Arc::new(notice)), 0);
        self.changed.send_replace(());
        Ok(())
    }

    /// Nothing more will be written. What is there can still be read.
    pub fn end(&self, end: StreamEnd) {
        self.lock().end.get_or_insert(end);
        self.changed.send_replace(());
    }

    /// Lets go of what is held for a client that does not come.
    pub fn release(&self) {
        self.lock().held = false;
        self.changed.send_replace(());
    }

    /// A client that reads all that is there, then all that comes.
    pub fn read(&self) -> Reader {
        let mut inner = self.lock();
        inner.held = false;
        let id = inner.next_reader;
        inner.next_reader += 1;
        let cursor = inner.beginning();
        inner.readers.insert(id, cursor);
        let replayed = inner.bytes_from(cursor);
        let cut = inner.first > 0;
        drop(inner);
        Reader { buffer: self.clone(), id, replayed, cut }
    }

    /// How many clients read.
    pub fn readers(&self) -> usize {
        self.lock().readers.len()
    }

    async fn room(&self) -> Result<(), Closed> {
        let mut changes = self.changed.subscribe();
        loop {
            match self.lock().has_room() {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(closed) => return Err(closed),
            }
            // The sender is our own, so that there always is one.
            let _ = changes.changed().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics with the buffer in hand")
    }
}

impl Inner {
    /// Whether the slowest client, or one that is yet to come, leaves room for one more piece.
    fn has_room(&self) -> Result<bool, Closed> {
        if self.end.is_some() {
            return Err(Closed);
        }
        let slowest = self.readers.values().min().map(|cursor| cursor.segment);
        let needed = slowest.or(self.held.then_some(self.first));
        Ok(needed.is_none_or(|segment| self.written - self.at(segment) <= REPLAY as u64))
    }

    /// What was written before a segment.
    fn at(&self, segment: u64) -> u64 {
        self.get(segment).map_or(self.written, |segment| segment.at)
    }

    fn get(&self, segment: u64) -> Option<&Segment> {
        self.segments.get(usize::try_from(segment.checked_sub(self.first)?).ok()?)
    }

    fn push_data(&mut self, frame: FrameType, origin: Option<&Arc<StreamOrigin>>, more: &[u8]) {
        if let Some(Segment { content: Content::Data { frame: last, origin: of, bytes }, .. }) =
            self.segments.back_mut()
            && (*last, of.as_ref()) == (frame, origin)
            && bytes.len() + more.len() <= SEGMENT
        {
            bytes.extend_from_slice(more);
            self.written += more.len() as u64;
            self.drop_what_is_old();
            return;
        }
        self.push(Content::Data { frame, origin: origin.cloned(), bytes: more.to_vec() }, more.len());
    }

    fn push(&mut self, content: Content, length: usize) {
        self.segments.push_back(Segment { at: self.written, content });
        self.written += EACH_SEGMENT + length as u64;
        self.drop_what_is_old();
    }

    /// Of what everybody has read, only the last is kept.
    fn drop_what_is_old(&mut self) {
        let needed = self.readers.values().min().map(|cursor| cursor.segment);
        let needed = needed.or(self.held.then_some(self.first)).unwrap_or(u64::MAX);
        while let Some(oldest) = self.segments.front()
            && self.written - oldest.at > REPLAY as u64
            && self.first < needed
        {
            self.segments.pop_front();
            self.first += 1;
        }
    }

    /// Where a replay begins: not in the midst of a character.
    fn beginning(&self) -> Cursor {
        let is_inside = |byte: &&u8| (**byte & 0b1100_0000) == 0b1000_0000;
        let offset = match self.segments.front().map(|segment| &segment.content) {
            Some(Content::Data { bytes, .. }) if self.first > 0 => {
                bytes.iter().take(3).take_while(is_inside).count()
            }
            _ => 0,
        };
        Cursor { segment: self.first, offset }
    }

    fn bytes_from(&self, cursor: Cursor) -> u64 {
        let bytes = self.segments.iter().map(|segment| match &segment.content {
            Content::Data { bytes, .. } => bytes.len(),
            Content::Notice(_) => 0,
        });
        (bytes.sum::<usize>() - cursor.offset) as u64
    }

    /// What a reader has not read, as much of it as fits a frame.
    fn take(&mut self, id: u64) -> Option<Chunk> {
        let mut cursor = *self.readers.get(&id)?;
        let mut chunk = None;
        while let Some(segment) = self.get(cursor.segment) {
            match (&segment.content, &mut chunk) {
                (Content::Notice(notice), None) => {
                    chunk = Some(Chunk::Notice(Arc::clone(notice)));
                    cursor = Cursor { segment: cursor.segment + 1, offset: 0 };
                    break;
                }
                (Content::Data { frame, origin, bytes }, None) => {
                    let rest = bytes.get(cursor.offset..).unwrap_or_default();
                    if !rest.is_empty() {
                        chunk =
                            Some(Chunk::Data { frame: *frame, origin: origin.clone(), bytes: rest.to_vec() });
                    }
                    cursor.offset = bytes.len();
                }
                (
                    Content::Data { frame, origin, bytes },
                    Some(Chunk::Data { frame: of, origin: from, bytes: all }),
                ) if *frame == *of && *origin == *from && all.len() + bytes.len() <= MAX_PAYLOAD => {
                    all.extend_from_slice(bytes);
                    cursor.offset = bytes.len();
                }
                _ => break,
            }
            // The last segment may still grow.
            if cursor.segment + 1 == self.first + self.segments.len() as u64 {
                break;
            }
            cursor = Cursor { segment: cursor.segment + 1, offset: 0 };
        }
        self.readers.insert(id, cursor);
        self.drop_what_is_old();
        chunk.or_else(|| self.end.clone().map(Chunk::End))
    }
}

/// What one client has not read yet. Dropping it lets the writer go on without it.
pub struct Reader {
    buffer: Buffer,
    id: u64,
    /// How many bytes there were when it came.
    pub replayed: u64,
    /// Whether what was written before those is lost.
    pub cut: bool,
}

impl Reader {
    /// The next to send; after [`Chunk::End`] there is nothing more.
    pub async fn next(&mut self) -> Chunk {
        let mut changes = self.buffer.changed.subscribe();
        loop {
            if let Some(chunk) = self.buffer.lock().take(self.id) {
                self.buffer.changed.send_replace(());
                return chunk;
            }
            let _ = changes.changed().await;
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.buffer.lock().readers.remove(&self.id);
        self.buffer.changed.send_replace(());
    }
}

#[cfg(test)]
mod tests;
