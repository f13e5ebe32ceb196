//! Sentences on lines that fit the terminal.

/// The lines of a text, broken between words where they are longer than `width`. Words are never broken: paths and
/// commands are to be copied.
pub(crate) fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else { return text.lines().map(str::to_owned).collect() };
    text.lines().flat_map(|line| broken(line, width)).collect()
}

fn broken(line: &str, width: usize) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last_mut().expect("there is one");
        if last.is_empty() {
            last.push_str(word);
        } else if length(last) + 1 + length(word) <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_only_on_a_terminal() {
        for (text, width, expect) in [
            ("one two three", None, vec!["one two three"]),
            ("one two three", Some(8), vec!["one two", "three"]),
            ("one\ntwo three", Some(80), vec!["one", "two three"]),
            ("/a/path/that/is/long x", Some(8), vec!["/a/path/that/is/long", "x"]),
            ("größe größe", Some(11), vec!["größe größe"]),
        ] {
            assert_eq!(wrapped(text, width), expect, "{text:?} {width:?}");
        }
    }
}
