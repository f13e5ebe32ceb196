//! `docs/walkthrough.md` is what it says: every exchange on that page is played, in order, between a plugin and a real
//! daemon on the real node, and every answer is as shown.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use nhd_protocol::stream::frame::{FrameType, GREETING, HEADER, header, read_header};
use nhd_tests::lsp::LspConnection;
use nhd_tests::process::call;
use nhd_tests::stage::Stage;
use nhd_tests::workload::app;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::shared_cluster;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/walkthrough.md");

/// How long an answer or an event may take.
const LIMIT: Duration = Duration::from_secs(90);

/// What a name such as `$SESSION` on the page stands for.
type Names = BTreeMap<String, Value>;

/// A line of a block ```` ```jsonrpc ````, or several.
#[derive(Debug)]
enum Line {
    /// `→ METHOD PARAMS`
    Request { method: String, params: Value },
    /// `← RESULT`, or `← error ERROR`
    Answer { member: &'static str, shown: Value },
    /// `⇠ EVENT`: some notification of the subscription whose method this is, others before it passed over.
    Event { method: String, shown: Value },
    /// `⇒ TOKEN`: another connection, for a stream.
    Stream(String),
    /// `⇒ TYPE PAYLOAD`: a frame of it from the plugin, its payload as JSON, or none.
    Sent { kind: FrameType, payload: Vec<u8> },
    /// `⇐ TYPE PAYLOAD`: a frame of it from the daemon; of output, all that came of that type.
    Came { kind: FrameType, shown: Value },
    /// `$ COMMAND`: what the developer does meanwhile, in a shell in the source folder.
    Command(String),
}

fn lines(page: &str) -> Result<Vec<Line>> {
    let blocks = page.split("```jsonrpc\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut entries: Vec<String> = Vec::new();
    for line in blocks.flat_map(str::lines) {
        match entries.last_mut() {
            Some(entry) if !line.starts_with(['→', '←', '⇠', '⇒', '⇐', '$']) => {
                entry.push_str(line)
            }
            _ => entries.push(line.to_owned()),
        }
    }
    entries.iter().map(|entry| line(entry).with_context(|| entry.clone())).collect()
}

fn line(entry: &str) -> Result<Line> {
    let (mark, rest) = entry.split_once(' ').context("a mark")?;
    let named = || -> Result<(String, Value)> {
        let (method, value) = rest.split_once(' ').context("a method and a value")?;
        Ok((method.to_owned(), serde_json::from_str(value)?))
    };
    Ok(match mark {
        "→" => named().map(|(method, params)| Line::Request { method, params })?,
        "⇠" => named().map(|(method, shown)| Line::Event { method, shown })?,
        "←" => match rest.strip_prefix("error ") {
            Some(error) => Line::Answer { member: "error", shown: serde_json::from_str(error)? },
            None => Line::Answer { member: "result", shown: serde_json::from_str(rest)? },
        },
        "⇒" if rest.starts_with('$') => Line::Stream(rest.to_owned()),
        "⇒" => match rest.split_once(' ') {
            Some((kind, payload)) => {
                let payload = serde_json::from_str::<String>(payload)?.into_bytes();
                Line::Sent { kind: frame_type(kind)?, payload }
            }
            None => Line::Sent { kind: frame_type(rest)?, payload: Vec::new() },
        },
        "⇐" => named().and_then(|(kind, shown)| Ok(Line::Came { kind: frame_type(&kind)?, shown }))?,
        "$" => Line::Command(rest.to_owned()),
        _ => bail!("an unknown mark"),
    })
}

/// By the name that the table in `docs/protocol.md` has for it.
fn frame_type(name: &str) -> Result<FrameType> {
    let of = FrameType::ALL.iter().find(|kind| format!("{kind:?}").eq_ignore_ascii_case(name));
    of.copied().context("an unknown type of frame")
}

/// Params with names replaced by what they stand for.
fn filled(params: &Value, names: &Names) -> Result<Value> {
    Ok(match params {
        Value::String(text) if text.starts_with('$') => names.get(text).context(text.clone())?.clone(),
        Value::Array(items) => items.iter().map(|item| filled(item, names)).collect::<Result<_>>()?,
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| Ok((name.clone(), filled(value, names)?)))
            .collect::<Result<_>>()?,
        other => other.clone(),
    })
}

/// Whether what came is as shown. Members and elements that are not shown may be there; `…` in a text stands for any
/// text, a name for what it stood for before, or from now on; a number for any number.
fn is_as_shown(shown: &Value, came: &Value, names: &mut Names) -> bool {
    match (shown, came) {
        (Value::Object(shown), Value::Object(came)) => shown
            .iter()
            .all(|(name, value)| came.get(name).is_some_and(|came| is_as_shown(value, came, names))),
        (Value::Array(shown), Value::Array(came)) => {
            shown.iter().all(|value| came.iter().any(|came| is_as_shown(value, came, names)))
        }
        (Value::String(name), came) if name.starts_with('$') => {
            names.entry(name.clone()).or_insert_with(|| came.clone()) == came
        }
        (Value::String(shown), Value::String(came)) => globs(shown, came),
        (Value::Number(_), Value::Number(_)) => true,
        (shown, came) => shown == came,
    }
}

fn globs(shown: &str, came: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = parts.next().and_then(|first| came.strip_prefix(first)) else { return false };
    let Some(last) = shown.rsplit_once('…').map(|(_, last)| last) else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    came.ends_with(last)
}

struct Player<'a> {
    stage: &'a Stage,
    plugin: LspConnection,
    names: Names,
    answer: Value,
    stream: Option<Stream>,
}

/// A second connection, and the output that came on it.
struct Stream {
    socket: UnixStream,
    output: BTreeMap<u8, Vec<u8>>,
}

impl Stream {
    async fn open(stage: &Stage, token: &str) -> Result<Self> {
        let mut socket = UnixStream::connect(stage.laptop.socket()).await?;
        socket.write_all(format!("{GREETING}{token}\n").as_bytes()).await?;
        Ok(Self { socket, output: BTreeMap::new() })
    }

    async fn send(&mut self, kind: FrameType, payload: &[u8]) -> Result<()> {
        self.socket.write_all(&header(kind, payload.len())).await?;
        Ok(self.socket.write_all(payload).await?)
    }

    /// Reads on until a frame of that type is as shown, or all output of that type so far.
    async fn comes(&mut self, wanted: FrameType, shown: &Value, names: &mut Names) -> Result<()> {
        let is_output = matches!(wanted, FrameType::Stdout | FrameType::Stderr);
        loop {
            if let Some(output) = self.output.get(&(wanted as u8)).filter(|_| is_output) {
                let text = String::from_utf8_lossy(output).into_owned();
                if is_as_shown(shown, &text.into(), names) {
                    return Ok(());
                }
            }
            let mut head = [0; HEADER];
            self.socket.read_exact(&mut head).await.with_context(|| format!("came {:?}", self.output))?;
            let (kind, length) = read_header(head);
            let mut payload = vec![0; length];
            self.socket.read_exact(&mut payload).await?;
            if kind != wanted as u8 || is_output {
                self.output.entry(kind).or_default().extend(payload);
                continue;
            }
            let came: Value = serde_json::from_slice(&payload)?;
            ensure!(is_as_shown(shown, &came, names), "came {came:#}");
            return Ok(());
        }
    }
}

impl Player<'_> {
    async fn play(&mut self, line: &Line) -> Result<()> {
        match line {
            Line::Request { method, params } => {
                self.answer = self.plugin.call(method, &filled(params, &self.names)?).await?;
            }
            Line::Answer { member, shown } => {
                let came = self.answer.get(*member).with_context(|| format!("came {:#}", self.answer))?;
                ensure!(is_as_shown(shown, came, &mut self.names), "came {came:#}");
            }
            Line::Event { method, shown } => loop {
                let came = self.plugin.notification(method).await?;
                if is_as_shown(shown, &came["params"]["result"], &mut self.names) {
                    break;
                }
            },
            Line::Stream(token) => {
                let token = self.names.get(token).and_then(Value::as_str).context("a token")?;
                self.stream = Some(Stream::open(self.stage, token).await?);
            }
            Line::Sent { kind, payload } => {
                self.stream.as_mut().context("a stream")?.send(*kind, payload).await?;
            }
            Line::Came { kind, shown } => {
                let stream = self.stream.as_mut().context("a stream")?;
                stream.comes(*kind, shown, &mut self.names).await?;
            }
            Line::Command(command) => {
                let (command, folder) = (command.clone(), self.stage.laptop.source());
                let shell =
                    move || call(Path::new("sh"), &["-ec".to_owned(), command], &BTreeMap::new(), &folder);
                let ended = tokio::task::spawn_blocking(shell).await??;
                ensure!(ended.code == Some(0), "{}", ended.stderr);
            }
        }
        Ok(())
    }
}

#[tokio::test]
async fn every_exchange_of_the_walkthrough_is_as_shown() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "walkthrough", app("reviews")).await?;
    let plugin = LspConnection::connect(&stage.laptop).await?;
    let params = serde_json::to_value(stage.params())?;
    let mut names = Names::new();
    for (name, member) in [
        ("$KUBECONFIG", "kubeconfig"),
        ("$NAMESPACE", "namespace"),
        ("$ENVIRONMENT", "environment"),
        ("$IMAGE", "image"),
        ("$SOURCE", "source"),
    ] {
        names.insert(name.to_owned(), params[member].clone());
    }
    let configuration = stage.laptop.source().join(".nocalhost/config.yaml");
    names.insert("$CONFIGURATION".to_owned(), configuration.to_str().context("a path")?.into());
    let mut player = Player { stage: &stage, plugin, names, answer: Value::Null, stream: None };
    let lines = lines(&std::fs::read_to_string(PAGE)?)?;
    ensure!(lines.len() > 20, "the page has no exchanges");
    for line in &lines {
        let played = tokio::time::timeout(LIMIT, player.play(line)).await;
        played.context("nothing comes")?.with_context(|| format!("{line:#?}"))?;
    }
    stage.assert_untouched().await?;
    stage.close().await
}

#[test]
fn what_is_not_as_shown_is_told() {
    let holds = |shown: &str, came: &str| {
        let parse = |text| serde_json::from_str(text).expect("JSON");
        is_as_shown(&parse(shown), &parse(came), &mut Names::from([("$A".into(), "a".into())]))
    };
    for (shown, came) in [
        (r#"{"a": 1}"#, r#"{"a": 2, "b": 3}"#),
        (r#"["b"]"#, r#"["a", "b"]"#),
        (r#""re…-…x""#, r#""reviews-7-x""#),
        (r#""$A""#, r#""a""#),
        (r#"["$B", "$B"]"#, r#"["b"]"#),
    ] {
        assert!(holds(shown, came), "{shown} {came}");
    }
    for (shown, came) in [
        (r#"{"a": 1}"#, r#"{"b": 1}"#),
        (r#"{"a": 1}"#, r#"{"a": "1"}"#),
        (r#"["c"]"#, r#"["a", "b"]"#),
        (r#""re…-…x""#, r#""reviews-7-y""#),
        (r#""review""#, r#""reviews""#),
        (r#""$A""#, r#""b""#),
        ("true", "false"),
    ] {
        assert!(!holds(shown, came), "{shown} {came}");
    }
}
