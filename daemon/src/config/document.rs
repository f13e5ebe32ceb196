//! A YAML text as a tree in which every node knows its place; it does not know what the keys mean.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::text::after;
use super::{Fault, Position};

/// Deeper than any configuration is written.
const DEEPEST: usize = 32;
/// An alias stands for all that its anchor holds, and a few lines of them for more than fits into memory.
const MOST_NODES: usize = 20_000;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) at: Position,
    /// Where it is over.
    pub(super) end: Position,
    /// Whether it stands in brackets.
    pub(super) is_flow: bool,
    pub(super) content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Null,
    /// A text, or what only looks like a number or a truth value because nobody has quoted it.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(PlacedKey, Node)>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlacedKey {
    pub(super) at: Position,
    /// Where the name is over.
    pub(super) end: Position,
    pub(super) name: String,
    /// Where the same key stands before, with values that do not count.
    pub(super) earlier: Vec<Position>,
}

impl Node {
    /// What the node is, for messages.
    pub(super) fn described(&self) -> &'static str {
        match &self.content {
            Content::Null => "nothing",
            Content::Scalar { .. } if self.truth().is_some() => "a truth value",
            Content::Scalar { text, plain: true } if text.parse::<f64>().is_ok() => "a number",
            Content::Scalar { .. } => "text",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }

    /// Nocalhost writes out every key that it knows; those without a value say nothing.
    pub(super) fn is_empty(&self) -> bool {
        match &self.content {
            Content::Null => true,
            Content::Scalar { text, .. } => text.is_empty() || self.truth() == Some(false),
            Content::List(items) => items.is_empty(),
            Content::Map(members) => members.iter().all(|(_, value)| value.is_empty()),
        }
    }

    pub(super) fn truth(&self) -> Option<bool> {
        match &self.content {
            Content::Scalar { text, plain: true } => match text.as_str() {
                "true" | "True" | "TRUE" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match &self.content {
            Content::Map(members) => {
                members.iter().find(|(name, _)| name.name == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Whether what stands at a position stands in this node, and is not brought in from elsewhere.
    pub(super) fn holds(&self, at: Position) -> bool {
        (self.at..=self.end).contains(&at)
    }

    /// Where the last of what it says is over.
    pub(super) fn last_end(&self) -> Position {
        let below: Vec<Position> = match &self.content {
            Content::Null | Content::Scalar { .. } => return self.end,
            // Brackets end what is in them.
            _ if self.is_flow => return self.end,
            Content::List(items) => items.iter().map(Self::last_end).collect(),
            Content::Map(members) => members
                .iter()
                .filter(|(key, _)| self.holds(key.at))
                .map(|(key, value)| if value.content == Content::Null { key.end } else { value.last_end() })
                .collect(),
        };
        below.into_iter().filter(|end| *end <= self.end).max().unwrap_or(self.end)
    }

    fn count(&self) -> usize {
        1 + match &self.content {
            Content::Null | Content::Scalar { .. } => 0,
            Content::List(items) => items.iter().map(Self::count).sum(),
            Content::Map(members) => members.iter().map(|(_, value)| value.count()).sum(),
        }
    }
}

/// Reads the one document of a text; an empty text is null.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let events = Parser::new_from_str(text);
    let characters = text.chars().collect();
    let mut builder = Builder { events, characters, anchors: HashMap::new(), nodes: 0, end: Position::START };
    let mut root = None;
    loop {
        let (event, span) = builder.next()?;
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) if root.is_some() => {
                return Err(Fault::new(position(&span), "a second document begins, and only one is read"));
            }
            Event::DocumentStart(_) => {
                let (event, span) = builder.next()?;
                root = Some(builder.node(event, &span, 0)?);
            }
            _ => {}
        }
    }
    Ok(root.unwrap_or(Node {
        at: Position::START,
        end: Position::START,
        is_flow: false,
        content: Content::Null,
    }))
}

struct Builder<'text, T: saphyr_parser::Input> {
    events: Parser<'text, T>,
    characters: Vec<char>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    /// Where what was read last is over.
    end: Position,
}

impl<'text, T: saphyr_parser::Input> Builder<'text, T> {
    fn next(&mut self) -> Result<(Event<'text>, Span), Fault> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                self.end = place(span.end.line(), span.end.col());
                Ok((event, span))
            }
            Some(Err(error)) => {
                let marker = error.marker();
                Err(Fault::new(
                    place(marker.line(), marker.col()),
                    format!("this is no YAML: {}", error.info()),
                ))
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'text>, span: &Span, depth: usize) -> Result<Node, Fault> {
        let at = position(span);
        if depth > DEEPEST {
            return Err(Fault::new(at, format!("this is nested more than {DEEPEST} levels deep")));
        }
        self.spend(1, at)?;
        // The bracket is all that the beginning of such a list or mapping is.
        let is_flow = span.start.index() < span.end.index();
        let (anchor, content) = match event {
            Event::Alias(anchor) => {
                // An anchor that is not complete yet holds itself.
                let meant = self.anchors.get(&anchor).cloned();
                let meant = meant.ok_or_else(|| Fault::new(at, "this alias has no anchor before it"))?;
                self.spend(meant.count(), at)?;
                return Ok(Node { at, end: self.end, is_flow: true, content: meant.content });
            }
            Event::Scalar(text, style, anchor, tag) => {
                if let Some(end) = self.end_of_quotes(span, style) {
                    self.end = end;
                }
                let plain = style == ScalarStyle::Plain && tag.is_none();
                (anchor, scalar(text.into_owned(), plain))
            }
            Event::SequenceStart(anchor, _) => (anchor, Content::List(self.list(depth)?)),
            Event::MappingStart(anchor, _) => (anchor, Content::Map(self.map(depth)?)),
            _ => (0, Content::Null),
        };
        let node = Node { at, end: self.end, is_flow, content };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Fault> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, &span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(PlacedKey, Node)>, Fault> {
        let mut members: Vec<(PlacedKey, Node)> = Vec::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = match self.next()? {
                (Event::MappingEnd | Event::StreamEnd, _) => break,
                next => next,
            };
            let key = self.node(event, &span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, &span, depth + 1)?;
            let name = match key.content {
                Content::Scalar { text, .. } => text,
                _ => return Err(Fault::new(key.at, format!("a key must be text, not {}", key.described()))),
            };
            if name == "<<" {
                merged.extend(merge_sources(value)?);
            } else {
                // As Nocalhost takes it, the last one counts.
                let there = members.iter().position(|(key, _)| key.name == name);
                let before = there.map(|index| members.remove(index).0);
                let earlier = before.map(|key| [key.earlier, vec![key.at]].concat()).unwrap_or_default();
                members.push((PlacedKey { at: key.at, end: key.end, name, earlier }, value));
            }
        }
        for (key, value) in merged {
            if !members.iter().any(|(there, _)| there.name == key.name) {
                members.push((key, value));
            }
        }
        Ok(members)
    }

    /// The library takes what follows the closing quote for part of it.
    fn end_of_quotes(&self, span: &Span, style: ScalarStyle) -> Option<Position> {
        let quote = match style {
            ScalarStyle::SingleQuoted => '\'',
            ScalarStyle::DoubleQuoted => '"',
            _ => return None,
        };
        let text = self.characters.get(span.start.index()..)?;
        let mut at = 1;
        loop {
            match (text.get(at)?, text.get(at + 1)) {
                ('\\', Some(_)) if quote == '"' => at += 2,
                ('\'', Some('\'')) if quote == '\'' => at += 2,
                (it, _) if *it == quote => break,
                _ => at += 1,
            }
        }
        let quoted: String = text[..=at].iter().collect();
        Some(after(position(span), &quoted))
    }

    fn spend(&mut self, nodes: usize, at: Position) -> Result<(), Fault> {
        self.nodes += nodes;
        if self.nodes > MOST_NODES {
            return Err(Fault::new(at, format!("this makes the text longer than {MOST_NODES} values")));
        }
        Ok(())
    }
}

/// What `<<` brings in: a mapping, or several of which the first wins.
fn merge_sources(value: Node) -> Result<Vec<(PlacedKey, Node)>, Fault> {
    let at = value.at;
    match value.content {
        Content::Map(members) => Ok(members),
        Content::List(items) => {
            let sources: Result<Vec<_>, _> = items.into_iter().map(merge_sources).collect();
            Ok(sources?.into_iter().flatten().collect())
        }
        _ => Err(Fault::new(at, "<< must be followed by a mapping")),
    }
}

fn scalar(text: String, plain: bool) -> Content {
    if plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
        Content::Null
    } else {
        Content::Scalar { text, plain }
    }
}

fn position(span: &Span) -> Position {
    place(span.start.line(), span.start.col())
}

/// The library counts lines from 1 and columns from 0.
fn place(line: usize, column: usize) -> Position {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Position { line: number(line).max(1), column: number(column).saturating_add(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (u32, u32, String) {
        let fault = parse(text).expect_err(text);
        (fault.at.line, fault.at.column, fault.message)
    }

    #[test]
    fn every_node_knows_its_place() {
        let root = parse("a: 1\nb:\n  - x\n  - {ä: 'y', z: w}\n").expect("YAML");
        let items = match &root.get("b").expect("b").content {
            Content::List(items) => items,
            other => panic!("{other:?}"),
        };
        assert_eq!(root.get("a").expect("a").at, Position { line: 1, column: 4 });
        assert_eq!(items[0].at, Position { line: 3, column: 5 });
        assert_eq!(items[1].get("z").expect("z").at, Position { line: 4, column: 17 });
    }

    #[test]
    fn anchors_and_merged_mappings_are_followed() {
        let root = parse("base: &b {image: one, shell: sh}\ndev: {<<: *b, image: two}\n").expect("YAML");
        let dev = root.get("dev").expect("dev");
        let text = |key| dev.get(key).map(|node: &Node| node.content.clone());
        assert_eq!(text("image"), Some(Content::Scalar { text: "two".to_owned(), plain: true }));
        assert_eq!(text("shell"), Some(Content::Scalar { text: "sh".to_owned(), plain: true }));
    }

    #[test]
    fn of_a_key_that_is_given_again_the_last_one_counts_and_knows_the_others() {
        let root = parse("a: 1\nb: 2\na: 3\na: 4\n").expect("YAML");
        let Content::Map(members) = &root.content else { panic!("{root:?}") };
        let said: Vec<_> = members
            .iter()
            .map(|(key, value)| {
                let lines: Vec<u32> = key.earlier.iter().map(|at| at.line).collect();
                (key.name.as_str(), key.at.line, value.at.line, lines)
            })
            .collect();
        assert_eq!(said, [("b", 2, 2, vec![]), ("a", 4, 4, vec![1, 3])]);
    }

    #[test]
    fn what_is_wrong_with_the_text_is_said_with_its_place() {
        assert_eq!(
            fault("a: 1\n---\nb: 2\n"),
            (2, 1, "a second document begins, and only one is read".to_owned())
        );
        assert_eq!(fault("[a]: 1\n"), (1, 1, "a key must be text, not a list".to_owned()));
        let (line, _, message) = fault("a: [1, 2\nb: 3\n");
        assert!(line >= 1 && message.starts_with("this is no YAML: "), "{line} {message}");
    }

    #[test]
    fn a_text_that_means_more_than_it_says_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..8 {
            let before = vec![format!("*a{}", level - 1); 8].join(", ");
            text += &format!("a{level}: &a{level} [{before}]\n");
        }
        assert!(fault(&text).2.starts_with("this makes the text longer"), "{:?}", fault(&text));
        let deep = "[".repeat(60) + &"]".repeat(60);
        assert!(fault(&deep).2.starts_with("this is nested"), "{:?}", fault(&deep));
    }

    #[test]
    fn an_empty_text_is_null() {
        for text in ["", "\n", "# nothing\n", "---\n", "~\n"] {
            assert_eq!(parse(text).map(|node| node.content), Ok(Content::Null), "{text:?}");
        }
    }
}
