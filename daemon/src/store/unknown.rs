//! What a newer version wrote into a session and this one does not know: it is written back as it was.

use serde_json::{Map, Value};

/// What of a value did not survive being understood and written again.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Unknown {
    /// A member that this version does not have.
    Whole(Value),
    /// Members with something unknown in them.
    Members(Vec<(String, Unknown)>),
    /// Items with something unknown in them, with what is known of each: they may come to stand elsewhere.
    Items(Vec<(Value, Unknown)>),
}

impl Unknown {
    /// What is in `written` and not in `understood`, which was made from it.
    pub(super) fn of(written: &Value, understood: &Value) -> Option<Self> {
        match (written, understood) {
            (Value::Object(written), Value::Object(understood)) => {
                let members: Vec<_> = written
                    .iter()
                    .filter_map(|(name, value)| {
                        let unknown = match understood.get(name) {
                            Some(known) => Self::of(value, known)?,
                            None => Self::Whole(value.clone()),
                        };
                        Some((name.clone(), unknown))
                    })
                    .collect();
                (!members.is_empty()).then_some(Self::Members(members))
            }
            (Value::Array(written), Value::Array(understood)) if written.len() == understood.len() => {
                let items: Vec<_> = written
                    .iter()
                    .zip(understood)
                    .filter_map(|(value, known)| Some((known.clone(), Self::of(value, known)?)))
                    .collect();
                (!items.is_empty()).then_some(Self::Items(items))
            }
            _ => None,
        }
    }

    /// Adds it to what is written now. What is no longer there takes the unknown in it along.
    pub(super) fn add_to(&self, value: &mut Value) {
        match (self, value) {
            (Self::Members(unknown), Value::Object(members)) => {
                unknown.iter().for_each(|(name, unknown)| unknown.add_member(members, name));
            }
            (Self::Items(unknown), Value::Array(items)) => {
                for (known, unknown) in unknown {
                    if let Some(item) = items.iter_mut().find(|item| *item == known) {
                        unknown.add_to(item);
                    }
                }
            }
            _ => {}
        }
    }

    fn add_member(&self, members: &mut Map<String, Value>, name: &str) {
        match (self, members.get_mut(name)) {
            (Self::Whole(value), None) => {
                members.insert(name.to_owned(), value.clone());
            }
            (unknown, Some(member)) => unknown.add_to(member),
            (_, None) => {}
        }
    }
}
