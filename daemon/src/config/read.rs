//! Reads one `dev` mapping by the table of keys: what it sets, what is wrong with it, and what has no effect.

use super::document::{Content, Node};
use super::keys::{self, Check, Key, Shape};
use super::model::Setting;
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
}

impl Idle {
    pub(super) fn new(at: Position, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), earlier: None }
    }

    /// Something that is said again, and counts as it is said last.
    pub(super) fn again(at: Position, earlier: Position, what: &str) -> Self {
        Self { at, message: format!("{what} is given again"), earlier: Some(earlier) }
    }

    /// Every key of a mapping that is given more than once.
    pub(super) fn repeated<'a>(node: &'a Node, path: &'a str) -> impl Iterator<Item = Self> + 'a {
        let members = match &node.content {
            Content::Map(members) => members.as_slice(),
            _ => &[],
        };
        members.iter().flat_map(move |(key, _)| {
            let name = format!("{path}{}", key.name);
            key.earlier.iter().map(move |earlier| Self::again(key.at, *earlier, &name))
        })
    }
}

#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) found: Vec<Found>,
    pub(super) idle: Vec<Idle>,
}

impl Reading {
    /// Reads the members of `node`, whose own path is `path`: `dev` has none, `sync` is `sync.`.
    pub(super) fn members(&mut self, node: &Node, table: &[Key], path: &str) -> Result<(), Fault> {
        let members = match &node.content {
            Content::Map(members) => members,
            Content::Null => return Ok(()),
            _ => {
                let name = path.strip_suffix('.').unwrap_or("the dev configuration");
                return Err(wrong(node, name, "a mapping"));
            }
        };
        self.idle.extend(Idle::repeated(node, path));
        for (key, value) in members {
            let name = format!("{path}{}", key.name);
            match table.iter().find(|known| known.name == key.name) {
                None => self.note(key.at, format!("{name} is not a key of the dev configuration")),
                Some(_) if value.is_empty() => {}
                Some(Key { shape: Shape::Unsupported, .. }) => {
                    self.note(key.at, format!("{name} is not supported yet and has no effect"));
                }
                Some(known) => self.value(&name, value, &known.shape)?,
            }
        }
        Ok(())
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

    fn note(&mut self, at: Position, message: String) {
        self.idle.push(Idle::new(at, message));
    }

    fn value(&mut self, name: &str, node: &Node, shape: &Shape) -> Result<(), Fault> {
        match shape {
            Shape::Text(check) => self.set(name, node, Setting::Text(text(name, node, *check)?)),
            Shape::OneOf(words) => {
                let word = text(name, node, |_| Ok(()))?;
                if !words.contains(&word.as_str()) {
                    let message = format!("{name} must be {}, not {word:?}", words.join(" or "));
                    return Err(Fault::new(node.at, message));
                }
                self.set(name, node, Setting::Text(word));
            }
            Shape::Truth => self.set(name, node, Setting::Text(truth(name, node)?)),
            Shape::Texts(check) => self.set(name, node, Setting::List(texts(name, node, *check)?)),
            Shape::Port => self.set(name, node, port(name, node)?),
            Shape::Variables => self.variables(name, node)?,
            Shape::Quantities => self.quantities(name, node)?,
            Shape::Group(table) => self.members(node, table, &format!("{name}."))?,
            Shape::Unsupported => {}
        }
        Ok(())
    }

    fn set(&mut self, name: &str, node: &Node, value: Setting) {
        self.found.push(Found { key: name.to_owned(), value, at: node.at });
    }

    fn variables(&mut self, path: &str, node: &Node) -> Result<(), Fault> {
        let Content::List(items) = &node.content else {
            return Err(wrong(node, path, "a list of names with values"));
        };
        for item in items {
            let Content::Map(members) = &item.content else {
                return Err(wrong(item, &format!("a variable of {path}"), "a name with a value"));
            };
            let name = item
                .get("name")
                .ok_or_else(|| Fault::new(item.at, format!("a variable of {path} has no name")))?;
            let variable = scalar(&format!("the name of a variable of {path}"), name)?;
            if !keys::is_variable_name(&variable) {
                let message = format!("{variable:?} is not the name of a variable");
                return Err(Fault::new(name.at, message));
            }
            let key = format!("{path}.{variable}");
            self.idle.extend(Idle::repeated(item, &format!("{key}: ")));
            for (member, _) in members.iter().filter(|(it, _)| !["name", "value"].contains(&it.name.as_str()))
            {
                self.note(member.at, format!("{key}: {} is not supported and has no effect", member.name));
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
        }
        Ok(())
    }

    fn quantities(&mut self, path: &str, node: &Node) -> Result<(), Fault> {
        let Content::Map(members) = &node.content else {
            return Err(wrong(node, path, "a mapping of resources to quantities"));
        };
        self.idle.extend(Idle::repeated(node, &format!("{path}.")));
        for (key, value) in members.iter().filter(|(_, value)| !value.is_empty()) {
            let name = format!("{path}.{}", key.name);
            let quantity = scalar(&name, value)?;
            if !keys::is_quantity(&quantity) {
                let message = format!("{name} must be a quantity such as 500m or 2Gi, not {quantity:?}");
                return Err(Fault::new(value.at, message));
            }
            self.set(&name, value, Setting::Text(quantity));
        }
        Ok(())
    }
}

fn wrong(node: &Node, name: &str, expected: &str) -> Fault {
    Fault::new(node.at, format!("{name} must be {expected}, not {}", node.described()))
}

/// A text, which a number or a truth value is only when it is quoted.
pub(super) fn text(name: &str, node: &Node, check: Check) -> Result<String, Fault> {
    match &node.content {
        Content::Scalar { text, .. } if node.described() == "text" => {
            let expected = |expected| Fault::new(node.at, format!("{name} must be {expected}, not {text:?}"));
            check(text).map(|()| text.clone()).map_err(expected)
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

fn texts(name: &str, node: &Node, check: Check) -> Result<Vec<String>, Fault> {
    let Content::List(items) = &node.content else { return Err(wrong(node, name, "a list")) };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let text = scalar(&format!("an item of {name}"), item)?;
        check(&text).map_err(|expected| {
            Fault::new(item.at, format!("an item of {name} must be {expected}, not {text:?}"))
        })?;
        texts.push(text);
    }
    Ok(texts)
}

/// As YAML writes it, or quoted, as a variable in quotes comes out.
fn truth(name: &str, node: &Node) -> Result<String, Fault> {
    match &node.content {
        Content::Scalar { text, .. } if ["true", "false"].contains(&text.as_str()) => Ok(text.clone()),
        _ => Err(wrong(node, name, "true or false")),
    }
}

fn port(name: &str, node: &Node) -> Result<Setting, Fault> {
    let text = scalar(name, node)?;
    keys::forwarded(&text)
        .map_err(|expected| Fault::new(node.at, format!("{name} must be {expected}, not {text:?}")))?;
    Ok(text.parse().map_or(Setting::Text(text), Setting::Number))
}
