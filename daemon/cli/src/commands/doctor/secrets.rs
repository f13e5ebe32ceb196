//! Takes secrets out of any text: those that are known to be some, wherever they stand and however they are written, and
//! what looks like one.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use data_encoding::{BASE64, BASE64_NOPAD};
use regex::Regex;
use serde_json::Value;

/// What stands in their place.
const TAKEN_OUT: &str = "(redacted)";

/// A shorter text is found everywhere, and says nothing.
const SHORTEST: usize = 6;

/// What looks like a secret, whoever's it is. The first group, where there is one, stays.
static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // Keys and certificates, also with their lines' ends escaped, also cut off.
        r"(?s)-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\z)",
        // What JSON web tokens, keys of AWS and of GitHub look like.
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?",
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"\bgh[pousr]_[A-Za-z0-9]{20,}",
        r"(?i)(\b(?:bearer|basic) )[A-Za-z0-9._~+/=-]{6,}",
        // Passwords in addresses.
        r"([a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s@]+@",
        r#"(?i)((?:token|secret|passw(?:or)?d|api[-_]?key|private[-_]?key|credential)s?["']?\s*[:=]\s*["']?)[^\s"',;)}<]{4,}"#,
        r"(?i)(<apikey>)[^<]+",
    ]
    .iter()
    .map(|pattern| Regex::new(pattern).expect("a constant pattern"))
    .collect()
});

/// The secrets that are known.
#[derive(Default)]
pub(super) struct Secrets(BTreeSet<String>);

impl Secrets {
    /// Takes note of a secret, line by line where it has several; what is too short, or plainly none, is passed over.
    pub(super) fn add(&mut self, secret: &str) {
        for line in secret.lines().map(str::trim) {
            let is_number = line.len() < 8 && line.bytes().all(|byte| byte.is_ascii_digit());
            if line.chars().count() >= SHORTEST && !is_number {
                self.0.insert(line.to_owned());
            }
        }
        let decoded = BASE64.decode(secret.trim().as_bytes()).ok();
        if let Some(text) = decoded.and_then(|bytes| String::from_utf8(bytes).ok())
            && text.lines().count() > 1
        {
            self.add(&text);
        }
    }

    pub(super) fn add_all(&mut self, secrets: impl IntoIterator<Item = String>) {
        secrets.into_iter().for_each(|secret| self.add(&secret));
    }

    /// Those of a stored session: its keys, and the variables that containers are given.
    pub(super) fn add_stored(&mut self, value: &Value) {
        self.walk(value, false);
    }

    fn walk(&mut self, value: &Value, is_secret: bool) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let name = name.to_ascii_lowercase();
                    let says_so = ["key", "token", "secret", "password", "pem", "certificate"];
                    let is_env = name == "env" || name == "annotations";
                    let says_so = is_env || says_so.iter().any(|word| name.contains(word));
                    // The name of a variable is none.
                    self.walk(member, (is_secret && name != "name") || says_so);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(item, is_secret)),
            Value::String(text) if is_secret => self.add(text),
            _ => {}
        }
    }

    /// A text without any of them, and without what looks like one.
    pub(super) fn scrubbed(&self, text: &str) -> String {
        let mut text = text.to_owned();
        // The longest first, since one may be a part of another.
        let mut forms: Vec<String> = self.0.iter().flat_map(|secret| forms(secret)).collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        for form in forms {
            if text.contains(&form) {
                text = text.replace(&form, TAKEN_OUT);
            }
        }
        for pattern in PATTERNS.iter() {
            let kept =
                if pattern.captures_len() > 1 { format!("${{1}}{TAKEN_OUT}") } else { TAKEN_OUT.to_owned() };
            text = pattern.replace_all(&text, kept.as_str()).into_owned();
        }
        text
    }
}

/// How a secret may be written: as it is, in a JSON text, in a debugging text, in base64.
fn forms(secret: &str) -> Vec<String> {
    let json = Value::from(secret).to_string();
    let debug = format!("{secret:?}");
    let inner = |text: &str| text[1..text.len() - 1].to_owned();
    vec![
        secret.to_owned(),
        inner(&json),
        inner(&debug),
        BASE64.encode(secret.as_bytes()),
        BASE64_NOPAD.encode(secret.as_bytes()),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_known_secret_is_found_however_it_is_written() {
        let mut secrets = Secrets::default();
        let secret = "pass\"word\\größe 1";
        secrets.add(secret);
        for text in [
            secret.to_owned(),
            json!({ "error": secret }).to_string(),
            format!("{secret:?}"),
            BASE64.encode(secret.as_bytes()),
            format!("before{secret}after"),
        ] {
            let clean = secrets.scrubbed(&text);
            assert!(clean.contains(TAKEN_OUT) && !clean.contains("größe"), "{text} → {clean}");
        }
        assert_eq!(secrets.scrubbed("nothing of it"), "nothing of it");
    }

    #[test]
    fn what_is_encoded_in_a_kubeconfig_is_known_decoded_line_by_line() {
        let mut secrets = Secrets::default();
        let key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIHiddenHidden\n-----END EC PRIVATE KEY-----\n";
        secrets.add(&BASE64.encode(key.as_bytes()));
        assert_eq!(secrets.scrubbed("x MHcCAQEEIHiddenHidden y"), "x (redacted) y");
        secrets.add("short");
        secrets.add("8080");
        assert_eq!(secrets.scrubbed("a short port 8080"), "a short port 8080");
    }

    #[test]
    fn what_looks_like_a_secret_is_taken_out_and_the_rest_stays() {
        let secrets = Secrets::default();
        for (text, expect) in [
            ("Authorization: Bearer abcdef123", "Authorization: Bearer (redacted)"),
            ("https://ann:pw@host/x", "https://(redacted)host/x"),
            ("API_TOKEN=abcdef rest", "API_TOKEN=(redacted) rest"),
            (r#"{"apiKey":"abcdef"}"#, r#"{"apiKey":"(redacted)"}"#),
            ("<apikey>abcdef</apikey>", "<apikey>(redacted)</apikey>"),
            ("a eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.sig b", "a (redacted) b"),
            ("-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----.", "(redacted)."),
            ("-----BEGIN PRIVATE KEY-----\nMIIB", "(redacted)"),
            ("the Secret reviews-deployment-nocalhost-syncthing-secret is there", ""),
            ("read https://syncthing.net/downloads", ""),
        ] {
            let expect = if expect.is_empty() { text } else { expect };
            assert_eq!(secrets.scrubbed(text), expect);
        }
    }

    #[test]
    fn the_keys_and_variables_of_a_stored_session_are_secrets_and_its_names_are_not() {
        let mut secrets = Secrets::default();
        secrets.add_stored(&json!({
            "id": "w7zf59c186zc",
            "workload": {"name": "reviews"},
            "request": {"image": "golang:1.24", "dev": {"env": {"DB": "hidden-one"}}},
            "sync": {"identity": {"api_key": "hidden-two", "local": {"private_key_pem": "hidden-three"}}},
            "plan": {"origin": {"spec": {"env": [{"name": "VARIABLE", "value": "hidden-four"}]}}},
        }));
        let text = "w7zf59c186zc reviews golang:1.24 VARIABLE hidden-one hidden-two hidden-three hidden-four";
        let expect = "w7zf59c186zc reviews golang:1.24 VARIABLE (redacted) (redacted) (redacted) (redacted)";
        assert_eq!(secrets.scrubbed(text), expect);
    }
}
