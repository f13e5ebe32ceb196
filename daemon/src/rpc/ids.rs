//! Ids that the server behind does not know: it takes a request whose id is negative or a fraction for a notification and
//! says nothing. Such an id travels as a word and comes back as it was. Pure; it knows messages as text.

use std::borrow::Cow;

use nhd_protocol::methods::CANCEL_REQUEST;
use serde::Deserialize;
use serde_json::value::RawValue;

/// How the word of such an id begins; what follows is the id as it was written.
const PREFIX: &str = "nhd-id:";

/// An id that is neither a number nor text, or is there twice.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of a request is a number or a string, and there once")]
pub(super) struct NoId;

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<&'a RawValue>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Cancel<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
}

/// A message with ids that the server knows. What is no message passes: the server says so.
pub(super) fn disguised(text: &str) -> Result<Cow<'_, str>, NoId> {
    let mut ids = Vec::new();
    for message in messages(text) {
        let head: Head<'_> = match serde_json::from_str(message) {
            Ok(head) => head,
            Err(error) if error.to_string().starts_with("duplicate field `id`") => return Err(NoId),
            Err(_) => continue,
        };
        ids.extend(head.id.map(RawValue::get));
        let cancels = head.method.and_then(|method| serde_json::from_str::<Cow<'_, str>>(method.get()).ok());
        if cancels.is_some_and(|method| method == CANCEL_REQUEST)
            && let Some(params) = head.params
            && let Ok(cancel) = serde_json::from_str::<Cancel<'_>>(params.get())
            && needs_disguise(cancel.id.get()).is_ok()
        {
            ids.push(cancel.id.get());
        }
    }
    let mut edits = Vec::new();
    for id in ids {
        if needs_disguise(id)? {
            edits.push((id, serde_json::Value::from(format!("{PREFIX}{id}")).to_string()));
        }
    }
    Ok(replaced(text, edits))
}

/// An answer with the ids that the client gave.
pub(super) fn revealed(text: &str) -> Cow<'_, str> {
    if !text.contains(PREFIX) {
        return Cow::Borrowed(text);
    }
    let ids = messages(text).into_iter().filter_map(|message| {
        let id = serde_json::from_str::<Head<'_>>(message).ok()?.id?.get();
        let word: String = serde_json::from_str(id).ok()?;
        Some((id, word.strip_prefix(PREFIX)?.to_owned()))
    });
    replaced(text, ids.collect())
}

/// The messages of a batch, or the one that it is.
fn messages(text: &str) -> Vec<&str> {
    if text.trim_ascii_start().starts_with('[') {
        let batch = serde_json::from_str::<Vec<&RawValue>>(text).unwrap_or_default();
        return batch.into_iter().map(RawValue::get).collect();
    }
    vec![text]
}

fn needs_disguise(id: &str) -> Result<bool, NoId> {
    match id.as_bytes().first() {
        Some(b'"') => Ok(id[1..].starts_with(PREFIX)),
        Some(b'-' | b'0'..=b'9') => Ok(id.parse::<u64>().is_err()),
        Some(b'n') => Ok(false),
        _ => Err(NoId),
    }
}

/// The text with pieces of it replaced, which are given in their order.
fn replaced<'a>(text: &'a str, mut edits: Vec<(&'a str, String)>) -> Cow<'a, str> {
    if edits.is_empty() {
        return Cow::Borrowed(text);
    }
    let place = |piece: &str| piece.as_ptr() as usize - text.as_ptr() as usize;
    edits.sort_by_key(|(piece, _)| place(piece));
    let (mut new, mut at) = (String::with_capacity(text.len() + 32), 0);
    for (piece, by) in edits {
        new.push_str(&text[at..place(piece)]);
        new.push_str(&by);
        at = place(piece) + piece.len();
    }
    new.push_str(&text[at..]);
    Cow::Owned(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_the_server_knows_pass_untouched_and_others_come_back_as_they_were() {
        for (id, touched) in [
            ("1", false),
            ("18446744073709551615", false),
            (r#""word""#, false),
            ("null", false),
            ("-1", true),
            ("-0", true),
            ("1.50", true),
            ("1e3", true),
            ("18446744073709551616", true),
            (r#""nhd-id:1""#, true),
            (r#""nhd-id:\u0041""#, true),
        ] {
            let request = format!(r#" {{"method":"a","params":{{"id":-7}}, "id" : {id} }}"#);
            let sent = disguised(&request).expect("it is an id");
            assert_eq!(matches!(sent, Cow::Owned(_)), touched, "{sent}");
            let head: Head<'_> = serde_json::from_str(&sent).expect("JSON");
            let answer = format!(
                r#"{{"jsonrpc":"2.0","id":{},"result":"nhd-id:"}}"#,
                head.id.map_or("null", RawValue::get)
            );
            assert_eq!(revealed(&answer), format!(r#"{{"jsonrpc":"2.0","id":{id},"result":"nhd-id:"}}"#));
        }
    }

    #[test]
    fn what_is_no_id_is_refused_and_what_is_no_message_passes() {
        for id in ["true", "{}", "[1]", r#"1,"id":2"#] {
            assert_eq!(disguised(&format!(r#"{{"id":{id}}}"#)), Err(NoId), "{id}");
        }
        for text in ["", "{", "[", "nonsense", "[1]", "{}", r#"{"method":7}"#] {
            assert_eq!(disguised(text), Ok(Cow::Borrowed(text)));
        }
    }

    #[test]
    fn each_request_of_a_batch_and_the_id_of_a_cancellation_are_seen() {
        let batch = r#"[{"id":-1},{"id":2},{"method":"$/cancelRequest","params":{"id":-1}}]"#;
        let expect =
            r#"[{"id":"nhd-id:-1"},{"id":2},{"method":"$/cancelRequest","params":{"id":"nhd-id:-1"}}]"#;
        assert_eq!(disguised(batch).expect("ids"), expect);
        assert_eq!(revealed(r#"[{"id":"nhd-id:-1"},{"id":2}]"#), r#"[{"id":-1},{"id":2}]"#);
    }
}
