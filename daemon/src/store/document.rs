//! A session as JSON: its revision, a checksum, and what a newer nhd wrote that this one does not know. Pure.

use data_encoding::HEXLOWER;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::session::{SESSION_VERSION, StoredSession};
use crate::cluster::client::environment::is_harmless;

const REVISION: &str = "revision";
/// How the text begins; the checksum is of the text without this line.
const CHECKSUM: &str = "{\n  \"checksum\": \"";

/// A session as it is stored. It need not be understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document(Map<String, Value>);

/// What stands in the way of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is not what was written.
    Damaged,
    /// Its checksum is missing, as it is in what earlier versions wrote.
    Unsealed,
}

impl Document {
    /// A session as it is written next: one revision on, and with what an earlier document has beyond what is known.
    pub(super) fn next(
        session: &StoredSession,
        before: Option<&Self>,
        revision: u64,
    ) -> serde_json::Result<Self> {
        let mut new = serde_json::to_value(session)?;
        if let Some(before) = before
            && let Ok(known) = before.session().map(serde_json::to_value)
        {
            let mut before = before.without_secrets().unwrap_or_else(|| before.clone()).0;
            before.remove(REVISION);
            let before = Value::Object(before);
            keep_unknown(&mut new, &before, &known?);
        }
        let Value::Object(mut fields) = new else { unreachable!("a struct is an object") };
        fields.insert(REVISION.to_owned(), revision.into());
        Ok(Self(fields))
    }

    /// The same one revision on, without what earlier versions wrote of a client's environment and may be secret; `None`
    /// where there is nothing like that.
    pub(super) fn without_secrets(&self) -> Option<Self> {
        let mut fields = self.0.clone();
        let environment = fields.get_mut("cluster")?.get_mut("environment")?.as_object_mut()?;
        let before = environment.len();
        environment.retain(|name, value| value.as_str().is_some_and(|value| is_harmless(name, value)));
        if environment.len() == before {
            return None;
        }
        fields.insert(REVISION.to_owned(), (self.revision() + 1).into());
        Some(Self(fields))
    }

    /// The text that is written, with its checksum.
    pub(super) fn sealed(&self) -> Vec<u8> {
        let text = serde_json::to_string_pretty(&self.0).expect("maps with words for keys are JSON");
        let checksum = checksum(text.as_bytes());
        format!("{CHECKSUM}{checksum}\",\n{}", text.strip_prefix("{\n").unwrap_or(&text)).into_bytes()
    }

    pub(super) fn read(text: &[u8]) -> Result<Self, Flaw> {
        let Some(sealed) = text.strip_prefix(CHECKSUM.as_bytes()) else { return Err(Flaw::Unsealed) };
        let end = sealed.iter().position(|byte| *byte == b'\n').ok_or(Flaw::Damaged)?;
        let text = [b"{\n", &sealed[end + 1..]].concat();
        if sealed[..end] != *format!("{}\",", checksum(&text)).as_bytes() {
            return Err(Flaw::Damaged);
        }
        Self::read_unsealed(&text)
    }

    /// What an earlier version wrote.
    pub(super) fn read_unsealed(text: &[u8]) -> Result<Self, Flaw> {
        serde_json::from_slice(text).ok().and_then(Self::of).ok_or(Flaw::Damaged)
    }

    pub(super) fn of(value: Value) -> Option<Self> {
        match value {
            Value::Object(mut fields) => {
                // One of another kind than ours, which is no field.
                fields.remove("checksum");
                Some(Self(fields))
            }
            _ => None,
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.0.get("id").and_then(Value::as_str)
    }

    /// How often it was written; 0 in what earlier versions wrote.
    pub(super) fn revision(&self) -> u64 {
        self.0.get(REVISION).and_then(Value::as_u64).unwrap_or_default()
    }

    /// The session, or why this version does not understand it.
    pub(super) fn session(&self) -> Result<StoredSession, String> {
        match self.0.get("version").and_then(Value::as_u64) {
            Some(version) if version > u64::from(SESSION_VERSION) => {
                return Err(format!("it is of version {version}, and known is {SESSION_VERSION}"));
            }
            _ => {}
        }
        serde_json::from_value(Value::Object(self.0.clone())).map_err(|error| error.to_string())
    }
}

fn checksum(text: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(text))
}

/// Adds to `new` the fields that `before` had and `known`, which is what was understood of it, has not.
fn keep_unknown(new: &mut Value, before: &Value, known: &Value) {
    match (new, before, known) {
        (Value::Object(new), Value::Object(before), Value::Object(known)) => {
            for (name, before) in before {
                match (new.get_mut(name), known.get(name)) {
                    (None, None) => drop(new.insert(name.clone(), before.clone())),
                    (Some(new), Some(known)) => keep_unknown(new, before, known),
                    _ => {}
                }
            }
        }
        // Of a list's elements those are the same that have not changed.
        (Value::Array(new), Value::Array(before), Value::Array(known)) => {
            for new in new {
                if let Some(place) = known.iter().position(|known| known == new)
                    && let Some(before) = before.get(place)
                {
                    keep_unknown(new, before, &known[place]);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_known_is_kept_and_what_is_gone_stays_gone() {
        let before = json!({
            "a": 1, "new": 2, "gone": 3,
            "inner": { "b": 1, "new": { "deep": true } },
            "list": [{ "c": 1, "new": 1 }, { "c": 2, "new": 2 }],
        });
        let known = json!({
            "a": 1, "gone": 3, "inner": { "b": 1 }, "list": [{ "c": 1 }, { "c": 2 }],
        });
        let mut new = json!({ "a": 9, "inner": { "b": 9 }, "list": [{ "c": 2 }, { "c": 3 }] });
        keep_unknown(&mut new, &before, &known);
        assert_eq!(
            new,
            json!({
                "a": 9, "new": 2,
                "inner": { "b": 9, "new": { "deep": true } },
                "list": [{ "c": 2, "new": 2 }, { "c": 3 }],
            })
        );
    }

    #[test]
    fn a_text_that_changed_anywhere_is_damaged() {
        let document = Document::of(json!({ "id": "one", "revision": 7, "text": "ünd" })).expect("an object");
        let text = document.sealed();
        assert_eq!(Document::read(&text), Ok(document));
        for at in 0..text.len() {
            for bit in [1, 64] {
                let mut other = text.clone();
                other[at] ^= bit;
                assert!(Document::read(&other).is_err(), "byte {at}");
            }
            assert!(Document::read(&text[..at]).is_err(), "cut at {at}");
        }
    }
}
