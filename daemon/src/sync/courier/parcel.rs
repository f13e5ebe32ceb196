//! A file that is announced: what syncthing knows of it, together with what is in it, if both are of the same moment. It
//! does not know who asked, nor when it is sent.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use bytes::Bytes;
use rustix::fs::OFlags;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::sync::bep::messages::{BLOCK_BYTES, BlockInfo, Counter, FileInfo, Vector};
use crate::sync::syncthing::identity::DeviceId;
use crate::sync::syncthing::rest::answer::KnownFile;

/// Of larger ones syncthing's own rest is the lesser part of their way.
pub(super) const FILE_BYTES: usize = 1 << 20;

/// The two devices that ever change a file, by the names that syncthing's REST API shortens them to. Those tell only 35 of
/// the 64 bits that a version on the wire has.
#[derive(Clone, Debug)]
pub(super) struct ShortIds([(String, u64); 2]);

impl ShortIds {
    pub(super) fn of(devices: [&DeviceId; 2]) -> Self {
        Self(devices.map(|device| (device.short_name().to_owned(), device.short_id())))
    }

    fn of_name(&self, name: &str) -> Option<u64> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
    }

    /// From `NAME:COUNT` each.
    fn version(&self, counters: &[String]) -> Option<Vector> {
        let counter = |text: &String| {
            let (name, value) = text.split_once(':')?;
            Some(Counter { id: self.of_name(name)?, value: value.parse().ok()? })
        };
        let counters: Option<Vec<Counter>> = counters.iter().map(counter).collect();
        counters.filter(|counters| !counters.is_empty()).map(|counters| Vector { counters })
    }
}

#[derive(Debug)]
pub(super) struct Parcel {
    info: FileInfo,
    pub(super) content: Bytes,
}

impl Parcel {
    /// Reads the file. None where it is not as syncthing knows it, or not one that is brought: then syncthing brings it.
    pub(super) fn pack(root: &Path, path: String, known: &KnownFile, ids: &ShortIds) -> Option<Self> {
        let mut info = described(path, known, ids)?;
        // Nothing here may wait for a pipe, nor follow a link.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let mut file = File::options().read(true).custom_flags(flags).open(root.join(&info.name)).ok()?;
        if !is_as_known(&file.metadata().ok()?, &info) {
            return None;
        }
        let mut content = Vec::with_capacity(usize::try_from(info.size).ok()?);
        (&mut file).take(FILE_BYTES as u64 + 1).read_to_end(&mut content).ok()?;
        // What was written meanwhile is scanned next.
        if !is_as_known(&file.metadata().ok()?, &info) || i64::try_from(content.len()).ok()? != info.size {
            return None;
        }
        (info.blocks, info.blocks_hash) = hashed(&content);
        Some(Self { info, content: content.into() })
    }

    pub(super) fn name(&self) -> &str {
        &self.info.name
    }

    pub(super) fn announcement(&self, sequence: i64) -> FileInfo {
        FileInfo { sequence, ..self.info.clone() }
    }
}

/// All but the blocks.
fn described(path: String, known: &KnownFile, ids: &ShortIds) -> Option<FileInfo> {
    if known.name != path || !known.is_sound_file() || known.size > FILE_BYTES as u64 {
        return None;
    }
    let modified = OffsetDateTime::parse(&known.modified, &Rfc3339).ok()?;
    Some(FileInfo {
        name: path,
        size: i64::try_from(known.size).ok()?,
        permissions: u32::from_str_radix(&known.permissions, 8).ok()?,
        modified_s: modified.unix_timestamp(),
        modified_ns: i32::try_from(modified.nanosecond()).ok()?,
        modified_by: ids.of_name(&known.modified_by)?,
        version: Some(ids.version(&known.version)?),
        block_size: i32::try_from(BLOCK_BYTES).ok()?,
        ..FileInfo::default()
    })
}

fn is_as_known(found: &Metadata, info: &FileInfo) -> bool {
    found.is_file()
        && i64::try_from(found.len()) == Ok(info.size)
        && found.mode() & 0o777 == info.permissions
        && (found.mtime(), found.mtime_nsec()) == (info.modified_s, i64::from(info.modified_ns))
}

/// An empty file has one block, which is empty.
fn hashed(content: &[u8]) -> (Vec<BlockInfo>, Vec<u8>) {
    let pieces: Vec<&[u8]> =
        if content.is_empty() { vec![content] } else { content.chunks(BLOCK_BYTES).collect() };
    let mut all = Sha256::new();
    let block = |(at, piece): (usize, &[u8])| {
        let hash = Sha256::digest(piece);
        all.update(hash);
        let within = "a file that is brought is small";
        BlockInfo {
            offset: i64::try_from(at * BLOCK_BYTES).expect(within),
            size: i32::try_from(piece.len()).expect(within),
            hash: hash.to_vec(),
        }
    };
    let blocks = pieces.into_iter().enumerate().map(block).collect();
    (blocks, all.finalize().to_vec())
}
