//! A connection that speaks LSP framing to a daemon, as a plugin without a library of ours does; it does not know what
//! is said.

use std::collections::VecDeque;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::laptop::Laptop;

pub struct LspConnection {
    socket: UnixStream,
    last_id: u64,
    /// What came while an answer was waited for.
    notifications: VecDeque<Value>,
}

impl LspConnection {
    pub async fn connect(laptop: &Laptop) -> Result<Self> {
        let socket = UnixStream::connect(laptop.socket()).await?;
        Ok(Self { socket, last_id: 0, notifications: VecDeque::new() })
    }

    /// Sends a request and answers with its id.
    pub async fn send(&mut self, method: &str, params: &Value) -> Result<u64> {
        self.last_id += 1;
        let body =
            json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params }).to_string();
        let message = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.socket.write_all(message.as_bytes()).await?;
        Ok(self.last_id)
    }

    /// The next message, whatever it is.
    pub async fn next(&mut self) -> Result<Value> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.socket.read_u8().await?);
        }
        let head = String::from_utf8(head)?;
        let length = head.trim().strip_prefix("Content-Length: ").context("a length")?.parse()?;
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body).await?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// Sends a request and waits for its answer, the whole message.
    pub async fn call(&mut self, method: &str, params: &Value) -> Result<Value> {
        let id = self.send(method, params).await?;
        loop {
            let message = self.next().await?;
            if message["id"] == id {
                return Ok(message);
            }
            ensure!(message.get("id").is_none(), "an answer to nothing that was asked: {message}");
            self.notifications.push_back(message);
        }
    }

    /// The next notification of a method, in the order in which they came. Those of others stay to be asked for.
    pub async fn notification(&mut self, method: &str) -> Result<Value> {
        let place = self.notifications.iter().position(|message| message["method"] == method);
        if let Some(message) = place.and_then(|place| self.notifications.remove(place)) {
            return Ok(message);
        }
        loop {
            let message = self.next().await?;
            if message["method"] == method {
                return Ok(message);
            }
            self.notifications.push_back(message);
        }
    }
}
