//! Writes one key into a text that configures and leaves all else as it is: byte for byte, comments included.
//!
//! What is written is read again before it is given back: where it did not come out as meant, for a form of YAML that nobody
//! has thought of, that is an error and no text.

use nhd_plan::DEFAULT_CAPACITY;

use super::document::{self, Content, Node};
use super::keys::{DEV, Key, Shape, folder, is_capacity};
use super::model::Setting;
use super::services::{self, Wanted};
use super::text::{Text, offset_of};
use super::yaml::{flow, scalar};
use super::{Fault, Position};

/// Why a key cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("{0} is not a key that can be set")]
    UnknownKey(String),
    #[error("{key} must be {expected}")]
    WrongValue { key: String, expected: String },
    #[error("{0}")]
    Wrong(String),
    #[error("{key} comes from {file}, which the text includes, or from a variable")]
    Elsewhere { key: String, file: String },
    #[error("there is no place for {workload} in it: it is about another workload and not a list")]
    NoPlace { workload: String },
    #[error("{key} cannot be written into this form of YAML")]
    Form { key: String },
}

/// A stretch of the text, in bytes, and what stands there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

impl Change {
    #[must_use]
    pub fn apply(&self, to: &str) -> String {
        [&to[..self.start], &self.text, &to[self.end..]].concat()
    }
}

/// The key's name below the groups, in parts, and its shape: a variable's and a resource's own name is the last part.
fn path_of(key: &str) -> Result<(Vec<String>, &'static Shape), EditError> {
    let unknown = || EditError::UnknownKey(key.to_owned());
    let (mut table, mut rest, mut path): (&[Key], &str, Vec<String>) = (DEV, key, Vec::new());
    loop {
        let (name, below) = rest.split_once('.').map_or((rest, None), |(name, below)| (name, Some(below)));
        let known = table.iter().find(|known| known.name == name).ok_or_else(unknown)?;
        path.push(name.to_owned());
        match (&known.shape, below) {
            (Shape::Group(inner), Some(below)) => (table, rest) = (inner, below),
            (Shape::Variables | Shape::Quantities, Some(below)) if !below.is_empty() => {
                path.push(below.to_owned());
                return Ok((path, &known.shape));
            }
            (Shape::Items(inner, _), Some(below)) => {
                let (index, below) = below.split_once('.').ok_or_else(unknown)?;
                index_of(index).ok_or_else(unknown)?;
                path.push(index.to_owned());
                (table, rest) = (inner, below);
            }
            (
                Shape::Unsupported
                | Shape::Group(_)
                | Shape::Items(..)
                | Shape::Variables
                | Shape::Quantities,
                _,
            )
            | (_, Some(_)) => {
                return Err(unknown());
            }
            (shape, None) => return Ok((path, shape)),
        }
    }
}

/// A value as it is read back: a folder for which no capacity is given has the one that holds without.
#[must_use]
pub fn meant(key: &str, value: &Setting) -> Setting {
    match (path_of(key), value) {
        (Ok((_, Shape::Folders)), Setting::List(items)) => Setting::List(
            items
                .iter()
                .map(|it| if it.contains(':') { it.clone() } else { format!("{it}:{DEFAULT_CAPACITY}") })
                .collect(),
        ),
        _ => value.clone(),
    }
}

/// The number of an item of a list of mappings; no key is one.
fn index_of(part: &str) -> Option<usize> {
    part.parse().ok()
}

/// What there is to write: a scalar, or a list of them.
fn rendered(key: &str, shape: &Shape, value: &Setting) -> Result<Value, EditError> {
    let wrong = |expected: &str| EditError::WrongValue { key: key.to_owned(), expected: expected.to_owned() };
    match (shape, value) {
        (Shape::Texts(_), Setting::List(items)) => Ok(Value::List(items.clone())),
        (Shape::Folders, Setting::List(items)) => {
            let folder = |text: &String| {
                let (path, capacity) = text.split_once(':').unwrap_or((text, DEFAULT_CAPACITY));
                let is_one = folder(path).is_ok() && is_capacity(capacity);
                is_one.then(|| (path.to_owned(), capacity.to_owned()))
            };
            let folders: Option<Vec<_>> = items.iter().map(folder).collect();
            folders.map(Value::Folders).ok_or_else(|| wrong("folders, each as PATH or PATH:CAPACITY"))
        }
        (Shape::Texts(_) | Shape::Folders, _) => Err(wrong("a list")),
        (_, Setting::List(_)) => Err(wrong("one value, not a list")),
        (Shape::Truth, Setting::Text(text)) if matches!(&**text, "true" | "false") => {
            Ok(Value::Truth(text == "true"))
        }
        (Shape::Truth, _) => Err(wrong("true or false")),
        (_, Setting::Text(text)) => Ok(Value::Scalar(text.clone(), true)),
        (Shape::Text(_) | Shape::OneOf(_), Setting::Number(number)) => {
            Ok(Value::Scalar(number.to_string(), true))
        }
        (_, Setting::Number(number)) => Ok(Value::Scalar(number.to_string(), false)),
    }
}

enum Value {
    /// Whether it must be text, also where it looks like a number.
    Scalar(String, bool),
    Truth(bool),
    List(Vec<String>),
    /// Paths with capacities.
    Folders(Vec<(String, String)>),
}

impl Value {
    /// The items of a list, each on one line.
    fn items(&self) -> Vec<String> {
        match self {
            Self::List(items) => items.iter().map(|item| scalar(item, false)).collect(),
            Self::Folders(folders) => folders.iter().map(folder_item).collect(),
            Self::Scalar(..) | Self::Truth(_) => Vec::new(),
        }
    }

    fn on_one_line(&self) -> String {
        match self {
            Self::Scalar(text, quoted) => scalar(text, *quoted),
            Self::Truth(it) => it.to_string(),
            Self::List(items) => flow(items),
            Self::Folders(_) => format!("[{}]", self.items().join(", ")),
        }
    }
}

/// A persistent folder as an item of a list.
fn folder_item((path, capacity): &(String, String)) -> String {
    format!("{{path: {}, capacity: {}}}", scalar(path, true), scalar(capacity, false))
}

/// Where the text and its parts are.
struct Writing<'t> {
    raw: &'t str,
    text: &'t Text,
    key: &'t str,
    newline: &'static str,
}

/// The change that gives the key this value for a container of a workload.
pub fn set(
    raw: &str,
    text: &Text,
    wanted: Wanted<'_>,
    key: &str,
    value: &Setting,
) -> Result<Change, EditError> {
    let (path, shape) = path_of(key)?;
    let value = rendered(key, shape, value)?;
    let root = document::parse(&text.text).map_err(|fault| said(text, fault))?;
    let newline = if raw.contains("\r\n") { "\r\n" } else { "\n" };
    let writing = Writing { raw, text, key, newline };
    let name = |text: &str| scalar(text, true);
    let new_container = |indent: usize| {
        let container = wanted.container.map(name).unwrap_or_else(|| "\"\"".to_owned());
        let below = writing.member(&path, shape, &value, indent + 4);
        format!("- name: {container}{newline}{}dev:{newline}{below}", " ".repeat(indent + 2))
    };
    let new_service = |indent: usize| {
        let blank = " ".repeat(indent);
        format!(
            "name: {}{newline}{blank}serviceType: {}{newline}{blank}containers:{newline}{blank}  {}",
            name(wanted.name),
            wanted.kind.word(),
            new_container(indent + 2)
        )
    };
    if root.content == Content::Null {
        let lead = if raw.is_empty() || raw.ends_with('\n') { "" } else { newline };
        let text = format!("{lead}{}{newline}", new_service(0));
        return Ok(Change { start: raw.len(), end: raw.len(), text });
    }
    let choice = services::choose(&root, wanted).map_err(|fault| said(text, fault))?;
    if let Some(dev) = choice.dev.filter(|dev| dev.content != Content::Null) {
        return writing.below(dev, &path, shape, &value);
    }
    if let Some(container) = choice.chosen_container {
        let indent = writing.column_of_members(container)?;
        let below = writing.member(&path, shape, &value, indent + 2);
        return match choice.dev {
            Some(dev) => writing.fill(container, "dev", dev, &format!("{newline}{below}")),
            None => writing.append(container, &format!("dev:{newline}{below}")),
        };
    }
    if let Some(service) = choice.service {
        let list = service.get("containers").filter(|list| list.content != Content::Null);
        return match list {
            Some(list) => writing.append_item(list, &new_container),
            None => {
                let indent = writing.column_of_members(service)?;
                let blank = " ".repeat(indent + 2);
                let item = format!("{newline}{blank}{}", new_container(indent + 2));
                match service.get("containers") {
                    Some(empty) => writing.fill(service, "containers", empty, &item),
                    None => writing.append(service, &format!("containers:{item}")),
                }
            }
        };
    }
    match services::list_of(&root) {
        Some(list) => writing.append_item(list, &|indent| format!("- {}", new_service(indent + 2))),
        None => Err(EditError::NoPlace { workload: format!("{}/{}", wanted.kind.word(), wanted.name) }),
    }
}

fn said(text: &Text, fault: Fault) -> EditError {
    EditError::Wrong(text.wrong(fault).to_string())
}

impl Writing<'_> {
    fn form(&self) -> EditError {
        EditError::Form { key: self.key.to_owned() }
    }

    /// Where a position of the read text is in the raw one, if it stands there as it is read.
    fn offset(&self, at: Position) -> Result<usize, EditError> {
        let place = self.text.own(at).ok_or_else(|| {
            let file = self.text.file_of(self.text.place(at)).to_owned();
            EditError::Elsewhere { key: self.key.to_owned(), file }
        })?;
        offset_of(self.raw, place).ok_or_else(|| self.form())
    }

    /// Where what a node says is over, without the blank lines and comments that may follow it.
    fn end(&self, node: &Node) -> Result<usize, EditError> {
        let end = self.offset(node.last_end())?;
        let start = self.offset(node.at)?;
        let end = end.max(start);
        Ok(start + self.raw[start..end].trim_end().len())
    }

    fn is_flow(&self, node: &Node) -> Result<bool, EditError> {
        let at = self.offset(node.at)?;
        // Of a list that is not indented it would be the bracket of its first item.
        Ok(node.is_flow && self.raw[at..].starts_with(['{', '[']))
    }

    /// Where the first dash of a block list is. Of one that is not indented the library tells the first item instead.
    fn dash(&self, list: &Node) -> Result<usize, EditError> {
        let Content::List(items) = &list.content else { return Err(self.form()) };
        let start = self.offset(list.at)?;
        match items.first() {
            Some(first) if first.at == list.at && !self.is_flow(list)? => {
                let before = self.raw[..start].trim_end();
                before.strip_suffix('-').map(str::len).ok_or_else(|| self.form())
            }
            _ => Ok(start),
        }
    }

    /// The column at which the members of a block mapping begin.
    fn column_of_members(&self, node: &Node) -> Result<usize, EditError> {
        let Content::Map(members) = &node.content else { return Err(self.form()) };
        let own = members.iter().find(|(key, _)| node.holds(key.at)).ok_or_else(|| self.form())?;
        self.column(self.offset(own.0.at)?)
    }

    fn column(&self, offset: usize) -> Result<usize, EditError> {
        let line = self.raw[..offset].rfind('\n').map_or(0, |end| end + 1);
        Ok(self.raw[line..offset].chars().count())
    }

    /// Goes as far down as there is something, and writes there.
    fn below(&self, node: &Node, path: &[String], shape: &Shape, value: &Value) -> Result<Change, EditError> {
        let (name, rest) = path.split_first().ok_or_else(|| self.form())?;
        if matches!(shape, Shape::Variables) && rest.is_empty() {
            return self.variable(node, name, value);
        }
        if let (Content::List(items), Some(index)) = (&node.content, index_of(name)) {
            return match items.get(index) {
                Some(item) => self.below(item, rest, shape, value),
                None if self.is_flow(node)? => {
                    let text = format!("{{{}}}", self.member_in_flow(rest, shape, value));
                    self.append_in_flow(node, items.iter(), ']', &text)
                }
                None => self.append_item(node, &|indent| {
                    format!("- {}", self.member(rest, shape, value, indent + 2).trim_start())
                }),
            };
        }
        let Content::Map(members) = &node.content else { return Err(self.form()) };
        let there = members.iter().find(|(key, _)| key.name == *name && node.holds(key.at));
        match there {
            Some((_, found)) if rest.is_empty() && found.content != Content::Null => {
                self.replace(found, value)
            }
            Some((_, found)) if rest.is_empty() => {
                self.fill(node, name, found, &format!(" {}", value.on_one_line()))
            }
            Some((_, found)) if found.content != Content::Null => self.below(found, rest, shape, value),
            Some((_, found)) => {
                let indent = self.column_of_members(node)?;
                let below = self.member(rest, shape, value, indent + 2);
                self.fill(node, name, found, &format!("{}{below}", self.newline))
            }
            None if self.is_flow(node)? => {
                let text = self.member_in_flow(path, shape, value);
                self.append_in_flow(node, members.iter().map(|(_, value)| value), '}', &text)
            }
            None => {
                let indent = self.column_of_members(node)?;
                let member = self.member(path, shape, value, indent);
                self.append(node, member.trim_start_matches(' '))
            }
        }
    }

    fn variable(&self, list: &Node, name: &str, value: &Value) -> Result<Change, EditError> {
        let Content::List(items) = &list.content else { return Err(self.form()) };
        let named = |item: &&Node| matches!(item.get("name"), Some(Node { content: Content::Scalar { text, .. }, .. }) if text == name);
        let value_text = value.on_one_line();
        match items.iter().rev().find(named) {
            Some(item) => match item.get("value") {
                Some(found) if found.content != Content::Null => self.replace(found, value),
                Some(found) => self.fill(item, "value", found, &format!(" {value_text}")),
                None if self.is_flow(item)? => {
                    let Content::Map(members) = &item.content else { return Err(self.form()) };
                    let values = members.iter().map(|(_, value)| value);
                    self.append_in_flow(item, values, '}', &format!("value: {value_text}"))
                }
                None => self.append(item, &format!("value: {value_text}")),
            },
            None => {
                let name = scalar(name, true);
                if self.is_flow(list)? {
                    let text = format!("{{name: {name}, value: {value_text}}}");
                    return self.append_in_flow(list, items.iter(), ']', &text);
                }
                self.append_item(list, &|indent| {
                    format!("- name: {name}{}{}value: {value_text}", self.newline, " ".repeat(indent + 2))
                })
            }
        }
    }

    /// A value takes the place of another, in the form that is there.
    fn replace(&self, found: &Node, value: &Value) -> Result<Change, EditError> {
        let start = match found.content {
            Content::List(_) => self.dash(found)?,
            _ => self.offset(found.at)?,
        };
        let end = self.end(found)?;
        let text = match (value, &found.content) {
            (Value::List(_) | Value::Folders(_), Content::List(there))
                if !value.items().is_empty() && !there.is_empty() && !self.is_flow(found)? =>
            {
                let indent = " ".repeat(self.column(start)?);
                let items: Vec<String> = value.items().iter().map(|item| format!("- {item}")).collect();
                items.join(&format!("{}{indent}", self.newline))
            }
            _ => value.on_one_line(),
        };
        Ok(Change { start, end, text })
    }

    /// A key that is there without a value gets one.
    fn fill(&self, map: &Node, name: &str, _empty: &Node, text: &str) -> Result<Change, EditError> {
        let Content::Map(members) = &map.content else { return Err(self.form()) };
        let (key, value) = members.iter().find(|(key, _)| key.name == name).ok_or_else(|| self.form())?;
        let after = self.offset(key.end)?;
        let colon = after + self.raw[after..].find(':').ok_or_else(|| self.form())? + 1;
        if !self.raw[after..colon - 1].trim().is_empty() {
            return Err(self.form());
        }
        // `~` and `null` are there to be replaced.
        let rest = &self.raw[colon..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let word = rest[blank..].split([' ', '\t', '\r', '\n', ',', '}', '#']).next().unwrap_or_default();
        let is_word = ["~", "null", "Null", "NULL"].contains(&word) && value.content == Content::Null;
        let end = if is_word { colon + blank + word.len() } else { colon };
        Ok(Change { start: colon, end, text: text.to_owned() })
    }

    /// A new member on lines of its own, behind those of a block mapping.
    fn append(&self, map: &Node, member: &str) -> Result<Change, EditError> {
        if self.is_flow(map)? {
            return Err(self.form());
        }
        let Content::Map(members) = &map.content else { return Err(self.form()) };
        let last = members.iter().filter(|(key, _)| map.holds(key.at)).max_by_key(|(key, _)| key.at);
        let (key, value) = last.ok_or_else(|| self.form())?;
        let end = if value.content == Content::Null { self.offset(key.end)? } else { self.end(value)? };
        let indent = " ".repeat(self.column_of_members(map)?);
        Ok(self.on_new_line(end, &indent, member))
    }

    /// A new item on lines of its own, behind those of a block list.
    fn append_item(&self, list: &Node, item: &dyn Fn(usize) -> String) -> Result<Change, EditError> {
        let Content::List(items) = &list.content else { return Err(self.form()) };
        let Some(last) = items.last().filter(|_| self.is_flow(list) == Ok(false)) else {
            return Err(self.form());
        };
        let indent = self.column(self.dash(list)?)?;
        Ok(self.on_new_line(self.end(last)?, &" ".repeat(indent), &item(indent)))
    }

    /// Behind the line that a place is in, with the comment that ends it.
    fn on_new_line(&self, end: usize, indent: &str, text: &str) -> Change {
        let line = self.raw[end..].find('\n').map(|at| end + at);
        match line {
            Some(at) => {
                let text = format!("{indent}{text}{}", self.newline);
                Change { start: at + 1, end: at + 1, text }
            }
            None => {
                let text = format!("{}{indent}{text}", self.newline);
                Change { start: self.raw.len(), end: self.raw.len(), text }
            }
        }
    }

    fn append_in_flow<'n>(
        &self,
        node: &Node,
        values: impl Iterator<Item = &'n Node>,
        close: char,
        text: &str,
    ) -> Result<Change, EditError> {
        let start = self.offset(node.at)? + 1;
        let last = values.filter(|value| node.holds(value.at)).max_by_key(|value| value.at);
        let Some(last) = last else {
            return Ok(Change { start, end: start, text: text.to_owned() });
        };
        let end = self.end(last)?.max(start);
        let rest = self.raw[end..].trim_start();
        // With another comma there, or a comment, it is not certain where the next one goes.
        let comma = if rest.starts_with(close) { ", " } else { return Err(self.form()) };
        Ok(Change { start: end, end, text: format!("{comma}{text}") })
    }

    /// A member with the groups that it is in, on lines that are indented by so much.
    fn member(&self, path: &[String], shape: &Shape, value: &Value, indent: usize) -> String {
        let blank = " ".repeat(indent);
        match path {
            [] => value.on_one_line(),
            [list, variable] if matches!(shape, Shape::Variables) => {
                let item = format!("{blank}  - name: {}", scalar(variable, true));
                format!("{blank}{list}:{0}{item}{0}{blank}    value: {1}", self.newline, value.on_one_line())
            }
            [name] if matches!(shape, Shape::Variables) => {
                format!(
                    "{blank}- name: {}{}{blank}  value: {}",
                    scalar(name, true),
                    self.newline,
                    value.on_one_line()
                )
            }
            [index, rest @ ..] if index_of(index).is_some() => {
                format!("{blank}- {}", self.member(rest, shape, value, indent + 2).trim_start())
            }
            [name] => format!("{blank}{}: {}", scalar(name, false), value.on_one_line()),
            [name, rest @ ..] => {
                let below = self.member(rest, shape, value, indent + 2);
                format!("{blank}{name}:{}{below}", self.newline)
            }
        }
    }

    fn member_in_flow(&self, path: &[String], shape: &Shape, value: &Value) -> String {
        match path {
            [] => value.on_one_line(),
            [list, variable] if matches!(shape, Shape::Variables) => {
                format!("{list}: [{{name: {}, value: {}}}]", scalar(variable, true), value.on_one_line())
            }
            [index, rest @ ..] if index_of(index).is_some() => {
                format!("[{{{}}}]", self.member_in_flow(rest, shape, value))
            }
            [name, index, ..] if index_of(index).is_some() => {
                format!("{name}: {}", self.member_in_flow(&path[1..], shape, value))
            }
            [name] => format!("{}: {}", scalar(name, false), value.on_one_line()),
            [name, rest @ ..] => format!("{name}: {{{}}}", self.member_in_flow(rest, shape, value)),
        }
    }
}
