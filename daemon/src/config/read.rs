//! Reads one `dev` mapping by the table of keys: what it sets, what is wrong with it, and what has no effect.

mod folders;

use nhd_plan::PatchKind;

use super::check::{Remedy, names};
use super::document::{Content, Node, PlacedKey};
use super::keys::{self, Check, Key, Shape};
use super::model::{PATCHES, Setting};
use super::nearest::nearest;
use super::yaml::{flow, scalar as scalar_text};
use super::{Fault, Position};

/// A value that a text sets.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) key: String,
    pub(super) value: Setting,
    pub(super) at: Position,
}

/// What has no effect, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Idle {
    pub(super) at: Position,
    pub(super) message: String,
    /// Where the same was said before, which does not count.
    pub(super) earlier: Option<Position>,
    /// Where it is over, where that is known.
    pub(super) end: Option<Position>,
    /// The key that it is about.
    pub(super) key: Option<String>,
    pub(super) remedy: Option<Remedy>,
}

impl Idle {
    pub(super) fn new(at: Position, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), earlier: None, end: None, key: None, remedy: None }
    }

    /// Something that is said again, and counts as it is said last.
    pub(super) fn again(at: Position, earlier: Position, what: &str) -> Self {
        Self { earlier: Some(earlier), ..Self::new(at, format!("{what} is given again")) }
    }

    /// A key that is not known, or has no effect. `known` are those that it may have been meant as.
    pub(super) fn of_key<'k>(
        (key, value): (&PlacedKey, &Node),
        name: &str,
        message: String,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Self {
        let remedy = match nearest(&key.name, known) {
            Some(meant) => Remedy::Replace {
                at: key.at,
                end: key.end,
                text: meant.to_owned(),
                title: format!("change to {meant}"),
            },
            None => {
                let end = if value.content == Content::Null { key.end } else { value.last_end() };
                Remedy::Remove { key: key.at, end, name: name.to_owned() }
            }
        };
        let key_path = Some(name.to_owned());
        Self { key: key_path, end: Some(key.end), remedy: Some(remedy), ..Self::new(key.at, message) }
    }

    /// Every key of a mapping that is given more than once.
    pub(super) fn repeated<'a>(node: &'a Node, path: &'a str) -> impl Iterator<Item = Self> + 'a {
        let members = match &node.content {
            Content::Map(members) => members.as_slice(),
            _ => &[],
        };
        members.iter().flat_map(move |(key, _)| {
            let name = format!("{path}{}", key.name);
            let again = |earlier| Self { end: Some(key.end), ..Self::again(key.at, earlier, &name) };
            key.earlier.iter().copied().map(again).collect::<Vec<_>>()
        })
    }
}

/// What a mapping says. Reading goes on behind what is wrong, so that all of it is known.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) found: Vec<Found>,
    pub(super) idle: Vec<Idle>,
    pub(super) faults: Vec<Fault>,
}

impl Reading {
    /// Where nothing is wrong, what was read; else the first that is.
    pub(super) fn whole(self) -> Result<Self, Fault> {
        match self.faults.first() {
            None => Ok(self),
            Some(fault) => Err(fault.clone()),
        }
    }

    /// Reads the members of `node`, whose own path is `path`: `dev` has none, `sync` is `sync.`.
    pub(super) fn members(&mut self, node: &Node, table: &[Key], path: &str) {
        let members = match &node.content {
            Content::Map(members) => members,
            Content::Null => return,
            _ => {
                let name = path.strip_suffix('.').unwrap_or("the dev configuration");
                return self.faults.push(wrong(node, name, "a mapping"));
            }
        };
        self.idle.extend(Idle::repeated(node, path));
        for (key, value) in members {
            let name = format!("{path}{}", key.name);
            match table.iter().find(|known| known.name == key.name) {
                None => {
                    let message = format!("{name} is not a key of the dev configuration");
                    let absent = names(table).filter(|name| node.get(name).is_none());
                    self.idle.push(Idle::of_key((key, value), &name, message, absent));
                }
                Some(_) if value.is_empty() => {}
                Some(Key { shape: Shape::Unsupported, .. }) => {
                    let message = format!("{name} is not supported yet and has no effect");
                    self.idle.push(Idle::of_key((key, value), &name, message, []));
                }
                Some(known) => self.value(&name, value, &known.shape),
            }
        }
    }

    /// The same, with `path` taken off what was found.
    pub(super) fn below(mut self, path: &str) -> Self {
        for found in &mut self.found {
            if let Some(key) = found.key.strip_prefix(path) {
                found.key = key.to_owned();
            }
        }
        self
    }

    fn value(&mut self, name: &str, node: &Node, shape: &Shape) {
        let value = match shape {
            Shape::Text(check) => text(name, node, *check).map(Setting::Text),
            Shape::OneOf(words) => one_of(name, node, words).map(Setting::Text),
            Shape::Truth => truth(name, node).map(Setting::Text),
            Shape::Texts(check) => self.texts(name, node, *check).map(Setting::List),
            Shape::Port => port(name, node),
            Shape::Variables => return self.variables(name, node),
            Shape::Quantities => return self.quantities(name, node),
            Shape::Folders => return self.folders(name, node),
            Shape::Group(table) => return self.members(node, table, &format!("{name}.")),
            Shape::Items(table, needed) => return self.items(name, node, table, needed),
            Shape::Unsupported => return,
        };
        match value {
            Ok(value) => self.set(name, node, value),
            Err(fault) => self.faults.push(fault),
        }
    }

    fn set(&mut self, name: &str, node: &Node, value: Setting) {
        self.found.push(Found { key: name.to_owned(), value, at: node.at });
    }

    /// Every item that is wrong is noted but the first, which is returned.
    fn texts(&mut self, name: &str, node: &Node, check: Check) -> Result<Vec<String>, Fault> {
        let Content::List(items) = &node.content else { return Err(no_list(node, name)) };
        let mut texts = Vec::with_capacity(items.len());
        let mut first = None;
        for item in items {
            match item_of(name, item, check) {
                Ok(text) => texts.push(text),
                Err(fault) if first.is_none() => first = Some((self.faults.len(), fault)),
                Err(fault) => self.faults.push(fault),
            }
        }
        match first {
            None => Ok(texts),
            Some((index, fault)) => {
                // In its place, so that faults stay in the order of the text.
                self.faults.insert(index, fault);
                Err(self.faults.pop().expect("one was put there"))
            }
        }
    }

    /// What an item says is found below its number.
    fn items(&mut self, path: &str, node: &Node, table: &[Key], needed: &str) {
        let Content::List(items) = &node.content else {
            return self.faults.push(wrong(node, path, "a list"));
        };
        for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_empty()) {
            let name = format!("{path}.{index}");
            let faults = self.faults.len();
            self.members(item, table, &format!("{name}."));
            if self.faults.len() > faults {
                continue;
            }
            if item.get(needed).is_none_or(Node::is_empty) {
                let message = format!("an item of {path} has no {needed}");
                self.faults.push(Fault { key: Some(name), ..Fault::new(item.at, message) });
            } else if path == PATCHES {
                self.faults.extend(patch_fault(&name, item));
            }
        }
    }

    fn variables(&mut self, path: &str, node: &Node) {
        let Content::List(items) = &node.content else {
            return self.faults.push(wrong(node, path, "a list of names with values"));
        };
        for item in items {
            if let Err(fault) = self.variable(path, item) {
                self.faults.push(fault);
            }
        }
    }

    fn variable(&mut self, path: &str, item: &Node) -> Result<(), Fault> {
        let Content::Map(members) = &item.content else {
            return Err(wrong(item, &format!("a variable of {path}"), "a name with a value"));
        };
        let name = item.get("name").ok_or_else(|| Fault {
            key: Some(path.to_owned()),
            ..Fault::new(item.at, format!("a variable of {path} has no name"))
        })?;
        let variable = scalar(&format!("the name of a variable of {path}"), name)?;
        if !keys::is_variable_name(&variable) {
            let message = format!("{variable:?} is not the name of a variable");
            return Err(Fault {
                key: Some(path.to_owned()),
                end: Some(name.end),
                ..Fault::new(name.at, message)
            });
        }
        let key = format!("{path}.{variable}");
        self.idle.extend(Idle::repeated(item, &format!("{key}: ")));
        for (member, value) in members.iter().filter(|(it, _)| !["name", "value"].contains(&it.name.as_str()))
        {
            let message = format!("{key}: {} is not supported and has no effect", member.name);
            self.idle.push(Idle::of_key((member, value), &format!("{key}: {}", member.name), message, []));
        }
        // A container takes the last of two variables of a name, and so does Nocalhost.
        if let Some(index) = self.found.iter().position(|found| found.key == key) {
            let before = self.found.remove(index);
            self.idle.push(Idle::again(item.at, before.at, &key));
        }
        // A variable without a value is empty, as in the Kubernetes API.
        let (at, value) = match item.get("value") {
            Some(value) if value.content != Content::Null => (value.at, scalar(&key, value)?),
            _ => (item.at, String::new()),
        };
        self.found.push(Found { key, value: Setting::Text(value), at });
        Ok(())
    }

    fn quantities(&mut self, path: &str, node: &Node) {
        let Content::Map(members) = &node.content else {
            return self.faults.push(wrong(node, path, "a mapping of resources to quantities"));
        };
        self.idle.extend(Idle::repeated(node, &format!("{path}.")));
        for (key, value) in members.iter().filter(|(_, value)| !value.is_empty()) {
            let name = format!("{path}.{}", key.name);
            match quantity(&name, value) {
                Ok(quantity) => self.set(&name, value, Setting::Text(quantity)),
                Err(fault) => self.faults.push(fault),
            }
        }
    }
}

/// What is wrong with a patch by itself; whether it applies is found out with the workload.
fn patch_fault(name: &str, item: &Node) -> Option<Fault> {
    let scalar = |key: &str| match item.get(key).map(|node| (node, &node.content)) {
        Some((node, Content::Scalar { text, .. })) => Some((node, text.as_str())),
        _ => None,
    };
    let kind = scalar("type").and_then(|(_, word)| PatchKind::of_word(word)).unwrap_or_default();
    let (node, text) = scalar("patch")?;
    let problem = kind.read(text).err()?;
    Some(Fault {
        key: Some(format!("{name}.patch")),
        end: Some(node.last_end()),
        ..Fault::new(node.at, format!("the patch {problem}"))
    })
}

fn quantity(name: &str, node: &Node) -> Result<String, Fault> {
    let quantity = scalar(name, node)?;
    match keys::is_quantity(&quantity) {
        true => Ok(quantity),
        false => Err(not(node, name, &format!("{name} must be a quantity such as 500m or 2Gi"), &quantity)),
    }
}

fn one_of(name: &str, node: &Node, words: &[&'static str]) -> Result<String, Fault> {
    let word = text(name, node, |_| Ok(()))?;
    if words.contains(&word.as_str()) {
        return Ok(word);
    }
    let remedy = nearest(&word, words.iter().copied()).map(|meant| Remedy::Replace {
        at: node.at,
        end: node.end,
        text: meant.to_owned(),
        title: format!("change to {meant}"),
    });
    let fault = not(node, name, &format!("{name} must be {}", words.join(" or ")), &word);
    Err(Fault { remedy: remedy.map(Box::new), ..fault })
}

/// A text that is not what it must be.
fn not(node: &Node, name: &str, expected: &str, text: &str) -> Fault {
    Fault {
        end: Some(node.end),
        key: Some(name.to_owned()),
        ..Fault::new(node.at, format!("{expected}, not {text:?}"))
    }
}

/// One value where a list is wanted is most likely its only item.
fn no_list(node: &Node, name: &str) -> Fault {
    let remedy = match &node.content {
        Content::Scalar { text, .. } => Some(Remedy::Replace {
            at: node.at,
            end: node.end,
            text: flow(std::slice::from_ref(text)),
            title: "make it a list".to_owned(),
        }),
        _ => None,
    };
    Fault { remedy: remedy.map(Box::new), ..wrong(node, name, "a list") }
}

fn item_of(name: &str, item: &Node, check: Check) -> Result<String, Fault> {
    let what = format!("an item of {name}");
    let text = scalar(&what, item).map_err(|fault| Fault { key: Some(name.to_owned()), ..fault })?;
    match check(&text) {
        Ok(()) => Ok(text),
        Err(expected) => Err(not(item, name, &format!("{what} must be {expected}"), &text)),
    }
}

fn wrong(node: &Node, name: &str, expected: &str) -> Fault {
    Fault {
        end: Some(node.last_end()),
        key: Some(name.to_owned()),
        ..Fault::new(node.at, format!("{name} must be {expected}, not {}", node.described()))
    }
}

/// A text, which a number or a truth value is only when it is quoted.
pub(super) fn text(name: &str, node: &Node, check: Check) -> Result<String, Fault> {
    match &node.content {
        Content::Scalar { text, .. } if node.described() == "text" => match check(text) {
            Ok(()) => Ok(text.clone()),
            Err(expected) => Err(not(node, name, &format!("{name} must be {expected}"), text)),
        },
        Content::Scalar { text, .. } => {
            let quoted = Remedy::Replace {
                at: node.at,
                end: node.end,
                text: scalar_text(text, true),
                title: "put it in quotes".to_owned(),
            };
            Err(Fault { remedy: Some(Box::new(quoted)), ..wrong(node, name, "text") })
        }
        _ => Err(wrong(node, name, "text")),
    }
}

/// Whatever stands there, as it is written: for values that only happen to look like a number.
fn scalar(name: &str, node: &Node) -> Result<String, Fault> {
    match &node.content {
        Content::Scalar { text, .. } => Ok(text.clone()),
        _ => Err(wrong(node, name, "text")),
    }
}

/// As YAML writes it, or quoted, as a variable in quotes comes out.
fn truth(name: &str, node: &Node) -> Result<String, Fault> {
    match &node.content {
        Content::Scalar { text, .. } if ["true", "false"].contains(&text.as_str()) => Ok(text.clone()),
        _ => node.truth().map(|truth| truth.to_string()).ok_or_else(|| wrong(node, name, "true or false")),
    }
}

fn port(name: &str, node: &Node) -> Result<Setting, Fault> {
    let text = scalar(name, node)?;
    keys::forwarded(&text)
        .map_err(|expected| not(node, name, &format!("{name} must be {expected}"), &text))?;
    Ok(text.parse().map_or(Setting::Text(text), Setting::Number))
}
