//! Values as YAML in a text that is prepared before it is read: plain where that is certain, else in double quotes.

/// A text as one scalar. `is_text` where what looks like a number or a truth value is text all the same.
pub(super) fn scalar(text: &str, is_text: bool) -> String {
    if is_plain(text, is_text) { text.to_owned() } else { quoted(text) }
}

/// Texts as a list on one line.
pub(super) fn flow(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| scalar(item, false)).collect();
    format!("[{}]", items.join(", "))
}

/// Only what cannot be misread by anybody: also not within brackets, nor as the beginning of something else.
fn is_plain(text: &str, is_text: bool) -> bool {
    let first = text.chars().next();
    let begins = first.is_some_and(|it| it.is_ascii_alphanumeric() || matches!(it, '/' | '_' | '.'));
    let inside =
        |it: char| it.is_ascii_alphanumeric() || matches!(it, '/' | '_' | '.' | '-' | '+' | '@' | ':');
    let looks_like_more =
        matches!(text, "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
            || ["yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    let is_number = text.parse::<f64>().is_ok() || text.starts_with("0x") || text.starts_with("0o");
    let is_dotted = text.starts_with('.') || text.starts_with("---") || text.starts_with("...");
    // Older readers take `1:30` for a number of the base sixty.
    let is_base_sixty = text.contains(':') && first.is_some_and(|it| it.is_ascii_digit());
    let is_misread = looks_like_more || is_dotted || is_base_sixty || (is_text && is_number);
    begins && text.chars().all(inside) && !text.ends_with(':') && !is_misread
}

/// In double quotes. A dollar is doubled, as the text is prepared first.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' => quoted += "\\\"",
            '\\' => quoted += "\\\\",
            '\n' => quoted += "\\n",
            '\r' => quoted += "\\r",
            '\t' => quoted += "\\t",
            '$' => quoted += "$$",
            other if other.is_control() || matches!(other, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
                quoted += &format!("\\u{:04x}", u32::from(other));
            }
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_misread_is_quoted() {
        for (text, expect) in [
            ("golang:1.24", "golang:1.24"),
            ("/home/dev", "/home/dev"),
            ("", "\"\""),
            ("true", "\"true\""),
            ("No", "\"No\""),
            ("1.5", "\"1.5\""),
            ("8080:80", "\"8080:80\""),
            (":80", "\":80\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            ("*.log", "\"*.log\""),
            ("$HOME", "\"$$HOME\""),
            ("a\n\"b\"\\", "\"a\\n\\\"b\\\"\\\\\""),
            ("ü", "\"ü\""),
            ("- x", "\"- x\""),
        ] {
            assert_eq!(scalar(text, true), expect, "{text:?}");
        }
        assert_eq!(scalar("15", false), "15");
        assert_eq!(flow(&["go".to_owned(), "run".to_owned(), ".".to_owned()]), "[go, run, \".\"]");
    }
}
