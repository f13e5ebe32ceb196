//! Where a text refers to variables and to other files, in the words of Nocalhost's preprocessing. It knows no values.

/// Nocalhost's name for an include.
const INCLUDE: &str = "_INCLUDE_";

/// A piece of a template: how it stands there, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'t> {
    pub(super) source: &'t str,
    pub(super) meaning: Meaning<'t>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning<'t> {
    /// Itself.
    Literal,
    /// `$$`, a dollar.
    Dollar,
    Variable {
        name: &'t str,
        otherwise: Option<Otherwise<'t>>,
    },
    /// What an include names: a file, and what is done with its text.
    Include(&'t str),
    /// Braces around something else; itself.
    Foreign,
    /// Braces that are never closed.
    Open,
}

/// What may take a variable's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Otherwise<'t> {
    pub(super) when: When,
    pub(super) operand: &'t str,
    /// Where the operand begins in the part's source.
    pub(super) offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Unset,
    UnsetOrEmpty,
    /// Empty, too; and nothing otherwise.
    Set,
}

impl Otherwise<'_> {
    /// Only what begins with a dollar is a template itself; after anything else Nocalhost takes dollars as they are.
    pub(super) fn is_template(&self) -> bool {
        self.operand.starts_with('$')
    }
}

/// The parts of a file's text. Lines that are comments are left alone.
pub(super) fn of_file(text: &str) -> Vec<Part<'_>> {
    parts(text, true)
}

/// The parts of an operand.
pub(super) fn of_operand(text: &str) -> Vec<Part<'_>> {
    parts(text, false)
}

fn parts(text: &str, has_comments: bool) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut literal, mut at) = (0, 0);
    while let Some(dollar) = text[at..].find('$').map(|found| at + found) {
        if has_comments && is_in_comment(text, dollar) {
            at = text[dollar..].find('\n').map_or(text.len(), |end| dollar + end);
            continue;
        }
        let Some((length, meaning)) = reference(&text[dollar..]) else {
            at = dollar + 1;
            continue;
        };
        if literal < dollar {
            parts.push(Part { source: &text[literal..dollar], meaning: Meaning::Literal });
        }
        at = dollar + length;
        literal = at;
        parts.push(Part { source: &text[dollar..at], meaning });
    }
    if literal < text.len() {
        parts.push(Part { source: &text[literal..], meaning: Meaning::Literal });
    }
    parts
}

fn is_in_comment(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[line..].trim_start_matches([' ', '\t']).starts_with('#')
}

/// What the dollar at the beginning of a text introduces, and how long it is; `None` if that is nothing.
fn reference(text: &str) -> Option<(usize, Meaning<'_>)> {
    let rest = &text[1..];
    if rest.starts_with('$') {
        return Some((2, Meaning::Dollar));
    }
    let Some(inner) = rest.strip_prefix('{') else {
        let name = name(rest)?;
        return Some((1 + name.len(), variable(name, None)));
    };
    let name = name(inner)?;
    let offset = 2 + name.len();
    let rest = &text[offset..];
    if rest.starts_with('}') {
        return Some((offset + 1, variable(name, None)));
    }
    let Some((operator, when)) = operator(rest) else {
        return Some(match rest.find('}') {
            Some(end) => (offset + end + 1, Meaning::Foreign),
            None => (offset, Meaning::Open),
        });
    };
    let offset = offset + operator;
    let Some(length) = operand(&text[offset..]) else {
        return Some((offset, Meaning::Open));
    };
    let otherwise = Otherwise { when, operand: &text[offset..offset + length], offset };
    Some((offset + length + 1, variable(name, Some(otherwise))))
}

fn variable<'t>(name: &'t str, otherwise: Option<Otherwise<'t>>) -> Meaning<'t> {
    if name == INCLUDE {
        Meaning::Include(otherwise.map_or("", |it| it.operand))
    } else {
        Meaning::Variable { name, otherwise }
    }
}

/// The name that a text begins with: letters, digits and underscores, but not a single underscore.
fn name(text: &str) -> Option<&str> {
    let end = text.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len());
    Some(&text[..end]).filter(|name| !matches!(*name, "" | "_"))
}

fn operator(text: &str) -> Option<(usize, When)> {
    let (colon, rest) = text.strip_prefix(':').map_or((0, text), |rest| (1, rest));
    let when = match (colon, rest.as_bytes().first()?) {
        (0, b'-' | b'=') => When::Unset,
        (_, b'-' | b'=') => When::UnsetOrEmpty,
        (_, b'+') => When::Set,
        _ => return None,
    };
    Some((colon + 1, when))
}

/// How long the operand is that a text begins with: to the first brace, or if it is a template to the one that closes it.
fn operand(text: &str) -> Option<usize> {
    if !text.starts_with('$') {
        return text.find('}');
    }
    let mut open = 0;
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let next = rest.find(['$', '}'])?;
        at += next + 1;
        match (rest.as_bytes()[next], rest.as_bytes().get(next + 1)) {
            (b'$', Some(b'$')) => at += 1,
            (b'$', Some(b'{')) => {
                open += 1;
                at += 1;
            }
            (b'}', _) if open == 0 => return Some(at - 1),
            (b'}', _) => open -= 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every part but literals, in short.
    fn said(text: &str) -> Vec<String> {
        let parts = of_file(text);
        assert_eq!(parts.iter().map(|part| part.source).collect::<String>(), text);
        let short = |part: &Part<'_>| match part.meaning {
            Meaning::Literal => None,
            Meaning::Dollar => Some("$".to_owned()),
            Meaning::Variable { name, otherwise: None } => Some(name.to_owned()),
            Meaning::Variable { name, otherwise: Some(Otherwise { when, operand, offset }) } => {
                assert!(part.source[offset..].starts_with(operand), "{part:?}");
                Some(format!("{name} {when:?} {operand}"))
            }
            Meaning::Include(operand) => Some(format!("include {operand}")),
            Meaning::Foreign => Some(format!("foreign {}", part.source)),
            Meaning::Open => Some(format!("open {}", part.source)),
        };
        parts.iter().filter_map(short).collect()
    }

    #[test]
    fn references_are_those_of_nocalhost() {
        for (text, expect) in [
            ("", vec![]),
            ("no dollar {A} }", vec![]),
            ("$A ${B}$C-d", vec!["A", "B", "C"]),
            ("$1 $Ä_2x.", vec!["1", "Ä_2x"]),
            ("$ $- $_ ${_} ${} ${-a} ${{ x }} $(A) a$", vec![]),
            ("$$A $$${A} $$$$", vec!["$", "$", "A", "$", "$"]),
            ("${A:-b c} ${A-} ${A:=}", vec!["A UnsetOrEmpty b c", "A Unset ", "A UnsetOrEmpty "]),
            ("${A=b}${A+b}${A:+b}", vec!["A Unset b", "A Set b", "A Set b"]),
            ("${A:-http://h:80/a-b}", vec!["A UnsetOrEmpty http://h:80/a-b"]),
            ("${A:-\n\n- b\n}", vec!["A UnsetOrEmpty \n\n- b\n"]),
            ("${A:-b$C} ${A:-b${C}}", vec!["A UnsetOrEmpty b$C", "A UnsetOrEmpty b${C"]),
            ("${A:-$B} ${A:-${B:-${C}}x}", vec!["A UnsetOrEmpty $B", "A UnsetOrEmpty ${B:-${C}}x"]),
            ("${A:-$$}", vec!["A UnsetOrEmpty $$"]),
            ("${_INCLUDE_:- ./a.yaml | nindent 4}", vec!["include  ./a.yaml | nindent 4"]),
            ("$_INCLUDE_ ${_INCLUDE_}", vec!["include ", "include "]),
            (
                "${a.b} ${A%x} ${A:0:1} ${A[0]}",
                vec!["foreign ${a.b}", "foreign ${A%x}", "foreign ${A:0:1}", "foreign ${A[0]}"],
            ),
            ("${A", vec!["open ${A"]),
            ("${A:-b", vec!["open ${A:-"]),
            ("${A:-${B}", vec!["open ${A:-", "B"]),
            ("# $A\na: $B # $C\n \t# ${D}\r\n#$E", vec!["B", "C"]),
        ] {
            assert_eq!(said(text), expect, "{text}");
        }
        assert_eq!(of_operand("# $A").len(), 2, "an operand has no comments");
    }
}
