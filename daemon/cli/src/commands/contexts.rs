//! `nhd-cli contexts`: the clusters that the kubeconfig names, and how one signs in to each.

use nhd_client::Client;
use nhd_protocol::browse::contexts::{ContextEntry, ContextList, ContextListParams, CredentialKind};
use nhd_protocol::methods;

use crate::arguments::ContextsArguments;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::render::Screen;
use crate::render::style::{Style, Tone};
use crate::render::table::{Cell, table};

pub(crate) async fn run(
    arguments: &ContextsArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params =
        ContextListParams { kubeconfig: arguments.kubeconfig.named(here)?, environment: here.environment() };
    let list = client.call::<methods::Contexts>(params).await?;
    screen.result(&list, |style| text(style, &list))?;
    let of_files = list.warnings.iter().map(|warning| format!("{}: {}", warning.file, warning.message));
    let of_contexts = list.contexts.iter().flat_map(|entry| {
        entry.problems.iter().map(|problem| format!("context {}: {}", entry.name, problem.message))
    });
    let warnings: Vec<String> = of_files.chain(of_contexts).collect();
    Ok(screen.warnings(&warnings)?)
}

fn text(style: Style, list: &ContextList) -> String {
    if list.contexts.is_empty() {
        return format!("no contexts in {}\n", list.files.join(", "));
    }
    let rows: Vec<Vec<Cell>> = list.contexts.iter().map(row).collect();
    table(style, &["", "CONTEXT", "NAMESPACE", "SIGN-IN", "SERVER", "FILE"], &rows)
}

fn row(entry: &ContextEntry) -> Vec<Cell> {
    let tone = if entry.problems.is_empty() { Tone::Plain } else { Tone::Bad };
    vec![
        Cell::new(Tone::Good, if entry.current { "*" } else { "" }),
        Cell::new(tone, entry.name.clone()),
        Cell::plain(entry.namespace.clone().unwrap_or_else(|| "default".to_owned())),
        Cell::plain(sign_in(entry)),
        Cell::plain(entry.server.clone().unwrap_or_default()),
        Cell::plain(entry.file.clone()),
    ]
}

fn sign_in(entry: &ContextEntry) -> String {
    let Some(credential) = &entry.credential else { return String::new() };
    let name = credential.name.as_deref().unwrap_or_default();
    match credential.kind {
        CredentialKind::AuthProvider => format!("provider {name}"),
        CredentialKind::Basic => "password".to_owned(),
        CredentialKind::Token => "token".to_owned(),
        CredentialKind::Exec => name.to_owned(),
        CredentialKind::ClientCertificate => "certificate".to_owned(),
        CredentialKind::None => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use nhd_protocol::browse::contexts::{ContextProblem, ContextProblemKind, Credential};

    use super::*;

    #[test]
    fn each_context_has_a_line_and_the_current_one_a_star() {
        let entry = |name: &str, current, kind, plugin: Option<&str>| ContextEntry {
            name: name.into(),
            current,
            cluster: "c".into(),
            server: Some("https://10.0.0.1".into()),
            namespace: current.then(|| "team".into()),
            user: Some("u".into()),
            credential: Some(Credential { kind, name: plugin.map(str::to_owned) }),
            file: "/k".into(),
            problems: Vec::new(),
        };
        let lost = ContextEntry {
            server: None,
            credential: None,
            problems: vec![ContextProblem { kind: ContextProblemKind::UserMissing, message: "no".into() }],
            ..entry("lost", false, CredentialKind::None, None)
        };
        let contexts = vec![
            entry("dev", true, CredentialKind::Exec, Some("aws")),
            entry("old", false, CredentialKind::AuthProvider, Some("oidc")),
            lost,
        ];
        let list =
            ContextList { contexts, current: Some("dev".into()), files: vec!["/k".into()], warnings: vec![] };
        let expect = [
            "   CONTEXT  NAMESPACE  SIGN-IN        SERVER            FILE\n",
            "*  dev      team       aws            https://10.0.0.1  /k\n",
            "   old      default    provider oidc  https://10.0.0.1  /k\n",
            "   lost     default                                     /k\n",
        ];
        assert_eq!(text(Style::PLAIN, &list), expect.concat());
    }
}
