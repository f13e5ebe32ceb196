//! YAML with its secrets taken out: what is plainly none is kept, and everything else is a secret, whatever it is called.

use serde_yaml_ng::Value;

/// Keys whose values say where things are and what is chosen. A value below any other key is taken out.
const PLAIN: &[&str] = &[
    // Kubeconfigs.
    "apiVersion",
    "kind",
    "current-context",
    "name",
    "cluster",
    "user",
    "namespace",
    "server",
    "insecure-skip-tls-verify",
    "tls-server-name",
    "certificate-authority",
    "client-certificate",
    "client-key",
    "tokenFile",
    "command",
    "interactiveMode",
    "provideClusterInfo",
    // Dev configurations.
    "serviceType",
    "image",
    "sidecarImage",
    "imagePullPolicy",
    "workDir",
    "shell",
    "type",
    "mode",
    "deleteProtection",
    "filePattern",
    "ignoreFilePattern",
    "cpu",
    "memory",
    "portForward",
    "remoteDebugPort",
    "language",
    "hotReload",
    "storageClass",
    "path",
    "capacity",
    "envFile",
];

/// Below these everything is a secret, whatever its key.
const SECRET: &[&str] = &["env", "envFrom", "args", "auth-provider", "extensions"];

/// A text without its secrets, and the secrets. One that is not YAML is a secret as a whole.
pub(super) fn redacted(text: &str) -> (String, Vec<String>) {
    let mut secrets = Vec::new();
    let documents: Result<Vec<Value>, _> =
        serde_yaml_ng::Deserializer::from_str(text).map(serde::Deserialize::deserialize).collect();
    let Ok(documents) = documents else {
        let delimiter = |c: char| c.is_whitespace() || "\"',{}[]".contains(c);
        let words = text.split(delimiter).filter(|word| word.chars().count() >= 8 && !word.ends_with(':'));
        return ("(left out: it is not YAML)\n".to_owned(), words.map(str::to_owned).collect());
    };
    let shown: Vec<String> = documents
        .into_iter()
        .map(|mut document| {
            redact(&mut document, None, None, &mut secrets);
            serde_yaml_ng::to_string(&document).unwrap_or_default()
        })
        .collect();
    (shown.join("---\n"), secrets)
}

/// `below` is the key of [`SECRET`] that the value is under.
fn redact(value: &mut Value, key: Option<&str>, below: Option<&'static str>, secrets: &mut Vec<String>) {
    match value {
        Value::Mapping(members) => {
            for (name, member) in members.iter_mut() {
                let name = name.as_str();
                let opens = || SECRET.iter().copied().find(|secret| Some(*secret) == name);
                redact(member, name, below.or_else(opens), secrets);
            }
        }
        Value::Sequence(items) => items.iter_mut().for_each(|item| redact(item, key, below, secrets)),
        Value::Tagged(tagged) => redact(&mut tagged.value, key, below, secrets),
        Value::Null => {}
        scalar => {
            let is_plain = key.is_some_and(|key| PLAIN.contains(&key));
            // The names of variables stay.
            if is_plain && (below.is_none() || (below == Some("env") && key == Some("name"))) {
                return;
            }
            let text = match &*scalar {
                Value::String(text) => text.clone(),
                other => serde_yaml_ng::to_string(other).unwrap_or_default().trim().to_owned(),
            };
            *scalar = Value::String(format!("(redacted, {} bytes)", text.len()));
            secrets.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plainly_harmless_is_taken_out_and_told() {
        let kubeconfig = "
current-context: one
contexts: [{name: one, context: {cluster: c, user: u, namespace: n}}]
clusters: [{name: c, cluster: {server: 'https://host', certificate-authority-data: Q0VSVA==}}]
users:
- {name: u, user: {token: SECRET1, client-key-data: U0VDUkVU, password: SECRET2}}
- name: p
  user: {exec: {command: aws, args: [--token, SECRET3], env: [{name: A, value: SECRET4}]}}
- {name: o, user: {auth-provider: {name: oidc, config: {id-token: SECRET5, name: SECRET6}}}}
# SECRET7 in a comment
";
        let (text, secrets) = redacted(kubeconfig);
        assert!(!text.contains("SECRET") && !text.contains("U0VDUkVU") && !text.contains("Q0VSVA"), "{text}");
        for kept in ["https://host", "current-context: one", "command: aws", "namespace: n", "name: A"] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        for secret in ["SECRET1", "SECRET2", "SECRET3", "SECRET4", "SECRET5", "U0VDUkVU", "Q0VSVA=="] {
            assert!(secrets.iter().any(|found| found == secret), "{secret}: {secrets:?}");
        }
        let dev = "containers: [{name: '', dev: {image: golang, env: [{name: A, value: SECRET8}],
            command: {run: [sh, -c, 'x --password SECRET9']}, unknown: SECRET10}}]";
        let (text, secrets) = redacted(dev);
        assert!(
            text.contains("image: golang") && !text.contains("SECRET8") && !text.contains("SECRET10"),
            "{text}"
        );
        assert!(secrets.contains(&"SECRET8".to_owned()), "{secrets:?}");
        assert!(!text.contains("SECRET9"), "{text}");
    }

    #[test]
    fn what_is_not_yaml_is_left_out_and_all_of_it_is_secret() {
        let (text, secrets) = redacted("token: SECRET-TOKEN\n a: 1: 2\n");
        assert!(!text.contains("SECRET"), "{text}");
        assert_eq!(secrets, ["SECRET-TOKEN"]);
    }
}
