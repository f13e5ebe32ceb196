//! What store and copy hold of each session, and which of the two is right about it.
//!
//! Each write has a number, greater than all before: the greater wins, wherever it is found. Each has a checksum, too:
//! a flipped bit in a text is JSON all the same, and must not reach a workload. That a session is gone is written down
//! like a change of it, or an old store would bring it back.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const REVISION: &str = "revision";
const CHECKSUM: &str = "checksum";
const ID: &str = "id";
const REMOVED: &str = "removed";

/// Sessions that are gone are remembered for as long as an old store could bring them back, and that is not for ever.
const REMOVED_LIMIT: usize = 256;

/// The last that is known of one session.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub revision: u64,
    pub removed: bool,
    /// As it is written.
    pub value: Value,
}

/// By the ids of the sessions.
pub(super) type Entries = BTreeMap<String, Entry>;

impl Entry {
    pub(super) fn session(mut value: Value, revision: u64) -> Self {
        seal(&mut value, revision);
        Self { revision, removed: false, value }
    }

    pub(super) fn removal(id: &str, revision: u64) -> Self {
        let mut value = json!({ REMOVED: id });
        seal(&mut value, revision);
        Self { revision, removed: true, value }
    }

    /// Understands what was written; `None` for what is damaged. What has neither revision nor checksum was written by
    /// an earlier version, before all others.
    pub(super) fn read(value: Value) -> Option<(String, Self)> {
        let known = value.as_object()?;
        let removed = known.contains_key(REMOVED);
        let id = known.get(if removed { REMOVED } else { ID })?.as_str()?.to_owned();
        let revision = match (known.get(REVISION), known.get(CHECKSUM)) {
            (None, None) => 0,
            (Some(revision), Some(Value::String(checksum))) if *checksum == checksum_of(&value) => {
                revision.as_u64()?
            }
            _ => return None,
        };
        Some((id, Self { revision, removed, value }))
    }

    /// The session without what this module adds.
    pub(super) fn plain(&self) -> Value {
        let mut value = self.value.clone();
        if let Some(members) = value.as_object_mut() {
            members.remove(REVISION);
            members.remove(CHECKSUM);
        }
        value
    }
}

/// Takes over what is newer in `others`; whether any of it matters, that is, more than a removal of what is not there.
pub(super) fn take_newer(entries: &mut Entries, others: Entries) -> bool {
    let mut matters = false;
    for (id, other) in others {
        match entries.get(&id) {
            Some(entry) if entry.revision >= other.revision => continue,
            Some(entry) => matters |= !(entry.removed && other.removed),
            None => matters |= !other.removed,
        }
        entries.insert(id, other);
    }
    matters
}

/// The ids of the removals that are remembered no longer.
pub(super) fn forgettable(entries: &Entries) -> Vec<String> {
    let mut removed: Vec<_> = entries.iter().filter(|(_, entry)| entry.removed).collect();
    removed.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.revision));
    removed.into_iter().skip(REMOVED_LIMIT).map(|(id, _)| id.clone()).collect()
}

fn seal(value: &mut Value, revision: u64) {
    value[REVISION] = revision.into();
    value[CHECKSUM] = checksum_of(value).into();
}

fn checksum_of(value: &Value) -> String {
    let mut hash = Sha256::new();
    digest(&mut hash, value, true);
    HEXLOWER.encode(&hash.finalize()[..16])
}

/// Of the value and not of its text, which a person may indent. Fractions count as such only: their last digit need not
/// survive being written and read.
fn digest(hash: &mut Sha256, value: &Value, top: bool) {
    let text = |hash: &mut Sha256, text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    match value {
        Value::Null => hash.update("n"),
        Value::Bool(it) => hash.update(if *it { "t" } else { "f" }),
        Value::Number(it) if it.is_f64() => hash.update("r"),
        Value::Number(it) => {
            hash.update("i");
            text(hash, &it.to_string());
        }
        Value::String(it) => {
            hash.update("s");
            text(hash, it);
        }
        Value::Array(items) => {
            hash.update("[");
            items.iter().for_each(|item| digest(hash, item, false));
            hash.update("]");
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().filter(|(name, _)| !top || *name != CHECKSUM).collect();
            members.sort_by_key(|(name, _)| *name);
            hash.update("{");
            for (name, member) in members {
                text(hash, name);
                digest(hash, member, false);
            }
            hash.update("}");
        }
    }
}
