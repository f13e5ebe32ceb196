//! The kubeconfig: its files, the context that a start would use, and the plugins that it names. Sends no request.

use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy};
use nhd_protocol::error::{ErrorInfo, error_chain};
use tokio::time::Instant;

use super::check::{Finding, Subject, at_disk, counted, look, quoted};
use super::plugins;
use crate::cluster::client::survey::{Content, ContextSeen, FileSeen, Survey};
use crate::cluster::{ClusterAddress, ConnectError};

const FILES: Subject =
    Subject { id: "kubeconfig.files", group: DoctorGroup::Kubeconfig, title: "kubeconfig" };
const CONTEXT: Subject =
    Subject { id: "kubeconfig.context", group: DoctorGroup::Kubeconfig, title: "context" };

pub(super) async fn checks(address: &Result<ClusterAddress, ErrorInfo>) -> Vec<DoctorCheck> {
    let address = match address {
        Ok(address) => address.clone(),
        Err(error) => {
            let finding = Finding::failed(error.message.clone()).hint(error.hint.clone());
            return vec![look(FILES, async { finding }).await];
        }
    };
    let begun = Instant::now();
    let mut found = None;
    let files = look(FILES, async {
        let survey = at_disk(move || address.survey()).await;
        let finding = judge_files(&survey.files);
        found = Some(survey);
        finding
    })
    .await;
    let Some(Survey { chosen, plugins, .. }) = found else { return vec![files] };
    let (context, plugin) = (judge_context(&chosen), plugins::judge(&plugins));
    let elapsed = begun.elapsed();
    vec![files, context.of(CONTEXT, elapsed), plugin.of(plugins::PLUGINS, elapsed)]
}

fn judge_files(files: &[FileSeen]) -> Finding {
    let lines: Vec<String> = files.iter().map(line).collect();
    let detail = lines.join("\n");
    let word = |file: &FileSeen| quoted(&file.path.to_string_lossy());
    let bad = |file: &&FileSeen| matches!(file.content, Content::Unreadable(_) | Content::Malformed);
    if let Some(file) = files.iter().find(bad) {
        let remedy = match file.content {
            Content::Malformed => DoctorRemedy::command(
                "mend the file; kubectl says where it is wrong",
                format!("KUBECONFIG={} kubectl config view", word(file)),
            ),
            _ => DoctorRemedy::command("make it readable for yourself", format!("ls -l {}", word(file))),
        };
        return Finding::failed(detail).with(remedy);
    }
    if files.iter().all(|file| matches!(file.content, Content::Missing)) {
        return Finding::failed(detail)
            .with(DoctorRemedy::text("get one from whoever runs the cluster, or name one that is there"));
    }
    let open: Vec<String> = files.iter().filter(|file| file.open_to_others).map(word).collect();
    if open.is_empty() {
        return Finding::ok(detail);
    }
    let command = format!("chmod go= {}", open.join(" "));
    Finding::warning(format!("{detail}\nothers on this machine can read the credentials"))
        .with(DoctorRemedy::command("keep them to yourself", command))
}

fn line(file: &FileSeen) -> String {
    let what = match &file.content {
        Content::Missing => "is not there".to_owned(),
        Content::Unreadable(error) => format!("cannot be read: {error}"),
        Content::Malformed => "is not a kubeconfig".to_owned(),
        Content::Contexts(count) => format!("has {}", counted(*count, "context")),
    };
    format!("{} {what}", file.path.display())
}

fn judge_context(chosen: &Result<ContextSeen, ConnectError>) -> Finding {
    match chosen {
        Ok(context) => {
            let user = context.user.as_deref().unwrap_or("nobody");
            let server = context.server.as_deref().unwrap_or("an address that is missing");
            Finding::ok(format!(
                "{}: {} of cluster {} at {server}, by {}, namespace {}",
                context.name,
                user,
                context.cluster,
                context.credentials,
                context.namespace.as_deref().unwrap_or("default"),
            ))
        }
        // The parser's words may quote a credential; the check of the files has said what is wrong.
        Err(error @ (ConnectError::KubeconfigParse { .. } | ConnectError::KubeconfigMerge { .. })) => {
            Finding::failed(error.to_string()).hint(Some(error.hint()))
        }
        Err(error) => Finding::failed(error_chain(error)).hint(Some(error.hint())),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use nhd_protocol::doctor::DoctorState::{self, Failed, Ok as Fine, Skipped, Warning};

    use super::*;

    const GOOD: &str = "
current-context: here
contexts:
- {name: here, context: {cluster: local, user: me, namespace: team}}
- {name: plugin, context: {cluster: local, user: plugin}}
- {name: lost, context: {cluster: nowhere, user: me}}
clusters: [{name: local, cluster: {server: 'https://ann:hidden@127.0.0.1:6443'}}]
users:
- {name: me, user: {token: hidden}}
- {name: plugin, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sign-in, installHint: get it}}}
";

    async fn states(
        folder: &Path,
        files: &[&str],
        context: Option<&str>,
    ) -> Vec<(String, DoctorState, String)> {
        let path = BTreeMap::from([("PATH".to_owned(), folder.display().to_string())]);
        let address = ClusterAddress {
            kubeconfig: files.iter().map(|file| folder.join(file)).collect(),
            context: context.map(str::to_owned),
            environment: path.into(),
        };
        let found = checks(&Ok(address)).await;
        assert!(!format!("{found:?}").contains("hidden"), "{found:?}");
        found.into_iter().map(|check| (check.id, check.state, check.detail)).collect()
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_kubeconfig_is_told_without_its_secrets() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let write = |name: &str, text: &str, mode| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("file");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("mode");
        };
        write("good", GOOD, 0o600);
        write("open", GOOD, 0o644);
        write("broken", "users: [{name: a, user: hidden}]\n clusters: 1: 2", 0o600);
        write("empty", "kind: Config", 0o600);
        let check = async |files: &[&str], context: Option<&str>, expect: [DoctorState; 3], says: &str| {
            let found = states(folder.path(), files, context).await;
            let states: Vec<DoctorState> = found.iter().map(|(_, state, _)| *state).collect();
            assert_eq!(states, expect, "{files:?} {context:?}: {found:?}");
            assert!(found.iter().any(|(_, _, detail)| detail.contains(says)), "{says}: {found:?}");
        };
        check(&["good"], None, [Fine, Fine, Warning], "me of cluster local at https://127.0.0.1:6443").await;
        check(&["good"], None, [Fine, Fine, Warning], "has 3 contexts").await;
        check(&["open"], None, [Warning, Fine, Warning], "others on this machine").await;
        check(&["absent", "good"], None, [Fine, Fine, Warning], "is not there").await;
        check(&["absent"], None, [Failed, Failed, Skipped], "no kubeconfig found").await;
        check(&["broken"], None, [Failed, Failed, Skipped], "is not a kubeconfig").await;
        check(&["empty"], None, [Fine, Failed, Skipped], "no current context").await;
        check(&["good"], Some("typo"), [Fine, Failed, Warning], "no context typo").await;
        check(&["good"], Some("lost"), [Fine, Failed, Warning], "no cluster nowhere").await;
        check(&["good"], Some("plugin"), [Fine, Fine, Failed], "sign-in is not on the PATH").await;
        std::os::unix::fs::symlink("/bin/sh", folder.path().join("sign-in")).expect("link");
        check(&["good"], Some("plugin"), [Fine, Fine, Fine], "sign-in").await;
    }
}
