//! Writes kubeconfig files; it does not know who reads them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::certificates::Identity;

/// Writes a kubeconfig with one context, certificates inline, so that the file can be copied and kept.
pub(super) fn write(path: &Path, server: &str, authority: &str, identity: &Identity) -> Result<()> {
    let user = json!({
        "client-certificate-data": BASE64.encode(&identity.certificate),
        "client-key-data": BASE64.encode(&identity.key),
    });
    let cluster = json!({ "server": server, "certificate-authority-data": BASE64.encode(authority) });
    save(
        path,
        &json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "nhd-tests",
            "clusters": [{ "name": "nhd-tests", "cluster": cluster }],
            "users": [{ "name": "nhd-tests", "user": user }],
            "contexts": [{ "name": "nhd-tests", "context": { "cluster": "nhd-tests", "user": "nhd-tests" } }],
        }),
    )
}

/// Writes a copy of the kubeconfig `from` whose users act as `user` in `groups` (impersonation): the way to a
/// restricted user on a cluster whose authority we do not have.
pub(super) fn write_impersonating(path: &Path, from: &Path, user: &str, groups: &[&str]) -> Result<()> {
    let text = fs::read_to_string(from).with_context(|| format!("read {from:?}"))?;
    let mut config: Value = serde_yaml_ng::from_str(&text).with_context(|| format!("parse {from:?}"))?;
    for entry in config["users"].as_array_mut().into_iter().flatten() {
        entry["user"]["as"] = json!(user);
        entry["user"]["as-groups"] = json!(groups);
    }
    save(path, &config)
}

/// The API server's address in the kubeconfig at `path`.
pub(super) fn server(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("read {path:?}"))?;
    let config: Value = serde_yaml_ng::from_str(&text).with_context(|| format!("parse {path:?}"))?;
    let server = config["clusters"][0]["cluster"]["server"].as_str();
    Ok(server.with_context(|| format!("no server in {path:?}"))?.to_owned())
}

/// JSON is YAML, so a kubeconfig may be written as either.
fn save(path: &Path, config: &Value) -> Result<()> {
    fs::write(path, serde_json::to_vec_pretty(config)?).with_context(|| format!("write {path:?}"))
}
