//! One line of rules as git reads it: what it may match, and how syncthing writes it. Pure.

use std::path::{Component as PathComponent, Path};

/// Lines that one `**` after the other makes of a pattern, at most.
const LINES: usize = 8;

/// A line that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) negated: bool,
    pub(super) folders_only: bool,
    /// From the top of the source folder; None where that cannot be said, nor written for syncthing.
    path: Option<Vec<Part>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `**`: any number of folders.
    Deep,
    Name(Vec<Token>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Char(char),
    /// `*`
    Any,
    /// `?`
    One,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

/// A line as git means it: without the blanks at its end, and with braces, which are nothing special to git. None for
/// one that says nothing.
pub(super) fn significant(line: &str) -> Option<String> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let line = if line.ends_with("\\ ") { line } else { line.trim_end_matches([' ', '\t']) };
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let mut text = String::with_capacity(line.len());
    let (mut escaped, mut in_class) = (false, false);
    for character in line.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '{' | '}' if !in_class => text.push('\\'),
            _ => {}
        }
        text.push(character);
    }
    Some(text)
}

impl Pattern {
    /// Reads a significant line that stands in `folder`, relative to the source; None for one above it.
    pub(super) fn parse(line: &str, folder: Option<&Path>) -> Self {
        let (negated, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (folders_only, line) = match line.strip_suffix('/') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        Self { negated, folders_only, path: path(line, folder) }
    }

    /// Whether a path could match both. True where that is not certain.
    pub(super) fn may_meet(&self, other: &Self) -> bool {
        let (Some(one), Some(other)) = (&self.path, &other.path) else { return true };
        let is_deep = |parts: &[Part]| parts.contains(&Part::Deep);
        if !is_deep(one) && !is_deep(other) && one.len() != other.len() {
            return false;
        }
        let agree = |pairs: &mut dyn Iterator<Item = (&Part, &Part)>| {
            for (one, other) in pairs {
                match (one, other) {
                    (Part::Name(one), Part::Name(other)) if !meet(one, other) => return false,
                    (Part::Name(_), Part::Name(_)) => {}
                    _ => return true,
                }
            }
            true
        };
        agree(&mut one.iter().zip(other)) && agree(&mut one.iter().rev().zip(other.iter().rev()))
    }

    /// Whether something below `folder`, or it itself, could match.
    pub(super) fn may_match_below(&self, folder: &Path) -> bool {
        let Some(parts) = &self.path else { return true };
        let mut parts = parts.iter();
        for name in folder.components() {
            let name: Vec<Token> = name.as_os_str().to_string_lossy().chars().map(Token::Char).collect();
            match parts.next() {
                Some(Part::Deep) | None => return true,
                Some(Part::Name(tokens)) if !meet(tokens, &name) => return false,
                Some(Part::Name(_)) => {}
            }
        }
        true
    }

    /// Syncthing's lines for what matches and for all below it; with `contents_only` just for the latter. None where
    /// it has no words for that.
    pub(super) fn lines(&self, contents_only: bool) -> Option<Vec<String>> {
        let path = self.path.as_ref()?;
        let ends_deep = path.last() == Some(&Part::Deep);
        if ends_deep && (self.folders_only || path.len() == 1) {
            return None;
        }
        let mut lines = vec![String::new()];
        for (at, part) in path.iter().enumerate() {
            let last = at + 1 == path.len();
            match part {
                Part::Name(tokens) => {
                    let text = written(tokens, last);
                    lines.iter_mut().for_each(|line| {
                        if !line.ends_with("**/") {
                            line.push('/');
                        }
                        line.push_str(&text);
                    });
                }
                // Syncthing itself reads this at the front as «here or anywhere below».
                Part::Deep if at == 0 => lines[0].push_str("**/"),
                Part::Deep if last => lines.iter_mut().for_each(|line| line.push_str("/**")),
                // Elsewhere its `**` stands for one folder at least.
                Part::Deep => {
                    lines.extend(lines.iter().map(|line| format!("{line}/**/")).collect::<Vec<_>>())
                }
            }
            if lines.len() > LINES {
                return None;
            }
        }
        if contents_only {
            lines.iter_mut().for_each(|line| line.push('/'));
        }
        Some(lines)
    }
}

/// Syncthing's line for a path as it is. A name that no line can hold is matched a little too widely.
pub(super) fn literal_line(path: &Path) -> String {
    let mut line = String::new();
    let count = path.components().count();
    for (at, name) in path.components().enumerate() {
        let PathComponent::Normal(name) = name else { continue };
        let tokens: Vec<Token> = name
            .to_string_lossy()
            .chars()
            .map(|it| if it.is_control() { Token::One } else { Token::Char(it) })
            .collect();
        line.push('/');
        line.push_str(&written(&tokens, at + 1 == count));
    }
    line
}

fn path(line: &str, folder: Option<&Path>) -> Option<Vec<Part>> {
    let (anchored, line) = match line.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (line.contains('/'), line),
    };
    let mut parts = Vec::new();
    match folder {
        Some(folder) => {
            parts.extend(folder.components().map(|name| {
                Part::Name(name.as_os_str().to_string_lossy().chars().map(Token::Char).collect())
            }))
        }
        None if anchored && !line.starts_with("**/") => return None,
        None => {}
    }
    if !anchored {
        parts.push(Part::Deep);
    }
    for name in line.split('/') {
        let part = if name == "**" { Part::Deep } else { Part::Name(name_tokens(name)?) };
        if part != Part::Deep || parts.last() != Some(&Part::Deep) {
            parts.push(part);
        }
    }
    Some(parts)
}

fn name_tokens(name: &str) -> Option<Vec<Token>> {
    let mut characters = name.chars();
    let mut tokens = Vec::new();
    while let Some(character) = characters.next() {
        let token = match character {
            '\\' => Token::Char(characters.next()?),
            '*' if tokens.last() == Some(&Token::Any) => continue,
            '*' => Token::Any,
            '?' => Token::One,
            '[' => class(&mut characters)?,
            other => Token::Char(other),
        };
        tokens.push(token);
    }
    (!tokens.is_empty()).then_some(tokens)
}

fn class(characters: &mut std::str::Chars<'_>) -> Option<Token> {
    let mut rest = characters.clone();
    let negated = matches!(rest.clone().next(), Some('!' | '^'));
    if negated {
        rest.next();
    }
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut first = true;
    loop {
        let low = rest.next()?;
        match low {
            ']' if !first => break,
            // Escapes and named classes are read differently by everybody.
            '\\' | '[' => return None,
            _ => {}
        }
        first = false;
        let mut ahead = rest.clone();
        let high = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(high)) if high != ']' => {
                rest = ahead;
                high
            }
            _ => low,
        };
        if high < low || high == '\\' || high == '[' {
            return None;
        }
        ranges.push((low, high));
    }
    *characters = rest;
    // Syncthing's classes are lists, or one range.
    let size: u32 = ranges.iter().map(|(low, high)| u32::from(*high) - u32::from(*low) + 1).sum();
    (size <= 256).then_some(Token::Class { negated, ranges })
}

/// Whether one name can match both.
fn meet(one: &[Token], other: &[Token]) -> bool {
    match (one, other) {
        ([], []) => true,
        ([Token::Any, rest @ ..], _) => {
            meet(rest, other)
                || matches!(other, [first, others @ ..] if *first != Token::Any && meet(one, others))
                || matches!(other, [Token::Any, others @ ..] if meet(one, others))
        }
        (_, [Token::Any, ..]) => meet(other, one),
        ([first, rest @ ..], [second, others @ ..]) => share(first, second) && meet(rest, others),
        _ => false,
    }
}

fn share(one: &Token, other: &Token) -> bool {
    let contains = |negated: bool, ranges: &[(char, char)], it: char| {
        ranges.iter().any(|(low, high)| (*low..=*high).contains(&it)) != negated
    };
    match (one, other) {
        // On a disk that does not tell the cases apart they are the same.
        (Token::Char(one), Token::Char(other)) => one.to_lowercase().eq(other.to_lowercase()),
        (Token::Char(it), Token::Class { negated, ranges })
        | (Token::Class { negated, ranges }, Token::Char(it)) => {
            let mut cases = it.to_lowercase().chain(it.to_uppercase());
            cases.any(|it| contains(*negated, ranges, it))
        }
        _ => true,
    }
}

/// A name in syncthing's words. A blank at the end of a line would be cut off.
fn written(tokens: &[Token], last: bool) -> String {
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Any => text.push('*'),
            Token::One => text.push('?'),
            Token::Char(it) if it.is_whitespace() && last && at + 1 == tokens.len() => {
                text.push_str(&format!("[{it}]"));
            }
            Token::Char(it) => {
                if "\\*?[]{}".contains(*it) {
                    text.push('\\');
                }
                text.push(*it);
            }
            Token::Class { negated, ranges } => text.push_str(&class_text(*negated, ranges)),
        }
    }
    text
}

/// A list of characters. What would be read as a sign is put where it is none: `-` first, `!` not first.
fn class_text(negated: bool, ranges: &[(char, char)]) -> String {
    let mut characters: Vec<char> = ranges.iter().flat_map(|(low, high)| *low..=*high).collect();
    characters.extend(negated.then_some('/'));
    characters.sort_by_key(|it| (*it != '-', *it == '!', *it));
    characters.dedup();
    if characters == ['!'] && !negated {
        return "!".to_owned();
    }
    let mut text = String::from(if negated { "[!" } else { "[" });
    for it in characters {
        if it == ']' || it == '\\' {
            text.push('\\');
        }
        text.push(it);
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(line: &str, folder: &str) -> Option<Vec<String>> {
        Pattern::parse(&significant(line).unwrap(), Some(Path::new(folder))).lines(false)
    }

    #[test]
    fn a_line_of_git_is_written_in_the_words_of_syncthing() {
        let check = |line, folder, expect: &[&str]| {
            let expect = expect.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
            assert_eq!(lines_of(line, folder), Some(expect), "{line} in {folder:?}");
        };
        check("target", "", &["**/target"]);
        check("/target", "", &["/target"]);
        check("node_modules/", "", &["**/node_modules"]);
        check("*.o", "a/b", &["/a/b/*.o", "/a/b/**/*.o"]);
        check("docs/*.txt", "", &["/docs/*.txt"]);
        check("docs/*.txt", "a", &["/a/docs/*.txt"]);
        check("a/**/b", "", &["/a/b", "/a/**/b"]);
        check("**/logs/x", "", &["**/logs/x"]);
        check("logs/**", "", &["/logs/**"]);
        check("{a,b}", "", &["**/\\{a,b\\}"]);
        check("\\#x\\ ", "", &["**/#x[ ]"]);
        check("\\!x", "", &["**/!x"]);
        check("[a-c!-]", "", &["**/[-abc!]"]);
        check("[^]x]", "", &["**/[!/\\]x]"]);
        check("x ", "", &["**/x"]);
        assert_eq!(lines_of("**", ""), None);
        assert_eq!(lines_of("[[:alpha:]]", ""), None);
        assert_eq!(lines_of("[a", ""), None);
        assert_eq!(Pattern::parse("/a", None).lines(false), None);
        assert_eq!(Pattern::parse("a", None).lines(false), Some(vec!["**/a".to_owned()]));
        assert_eq!(literal_line(Path::new("a*b/c{d ")), "/a\\*b/c\\{d[ ]");
    }

    #[test]
    fn lines_that_say_nothing_are_told() {
        for line in ["", "   ", "# comment", "\r"] {
            assert_eq!(significant(line), None, "{line:?}");
        }
    }

    #[test]
    fn patterns_that_no_path_matches_both_of_are_told_apart() {
        let check = |one, other, expect| {
            let parse = |line: &str| Pattern::parse(line, Some(Path::new("")));
            assert_eq!(parse(one).may_meet(&parse(other)), expect, "{one} {other}");
            assert_eq!(parse(other).may_meet(&parse(one)), expect, "{other} {one}");
        };
        check("*.o", "!settings.json", false);
        check("*.log", "!keep.log", true);
        check(".vscode/*", "!.vscode/settings.json", true);
        check("/*", "!/src", true);
        check("/*", "!/src/keep", false);
        check("build", "!tools/build", true);
        check("/build", "!tools/build", false);
        check("a*c", "*b*", true);
        check("a?c", "abcd", false);
        check("[a-c]x", "dx", false);
        check("logs/**", "!keep", true);
    }
}
