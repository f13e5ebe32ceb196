use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

const FIRST: &str = "
apiVersion: v1
kind: Config
current-context: ''
contexts:
- {name: token, context: {cluster: local, user: token, namespace: team}}
- {name: token-file, context: {cluster: local, user: token-file}}
- {name: certificate, context: {cluster: files, user: certificate}}
- {name: lost, context: {cluster: nowhere, user: nobody}}
- {name: half, context: {cluster: half, user: ''}}
- {name: both, context: {cluster: local, user: basic}}
- {name: both, context: {cluster: local, user: token}}
clusters:
- {name: local, cluster: {server: 'https://ann:SECRET1@10.0.0.1:6443/path'}}
- {name: files, cluster: {server: 'https://10.0.0.2', certificate-authority: ca.crt}}
- {name: half, cluster: {}}
users:
- {name: token, user: {token: SECRET2}}
- {name: token-file, user: {tokenFile: token}}
- {name: certificate, user: {client-certificate: absent.crt, client-key-data: U0VDUkVUMw==}}
- {name: basic, user: {username: ann, password: SECRET4}}
";

const SECOND: &str = "
apiVersion: v1
kind: Config
current-context: plugin
contexts:
- {name: plugin, context: {cluster: local, user: plugin}}
- {name: no-plugin, context: {cluster: local, user: no-plugin}}
- {name: beside, context: {cluster: local, user: beside}}
- {name: provider, context: {cluster: local, user: provider}}
- {name: token, context: {cluster: other, user: other}}
clusters:
- {name: local, cluster: {server: 'https://does.not.count'}}
users:
- {name: plugin, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: sign-in, args: [SECRET5], env: [{name: A, value: SECRET6}]}}}
- {name: no-plugin, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such, installHint: 'brew install it'}}}
- {name: beside, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./sign-in}}}
- {name: provider, user: {auth-provider: {name: oidc, config: {id-token: SECRET7}}}}
";

/// As one that was being edited: a token stands right at the mistake.
const BROKEN: &str = "
apiVersion: v1
kind: Config
users:
- {name: a, user: {token: SECRET8, exec: SECRET9}}
contexts: {SECRET10: [
";

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in
            [("first", FIRST), ("second", SECOND), ("broken", BROKEN), ("token", "SECRET11"), ("ca.crt", "")]
        {
            fs::write(folder.path().join(name), text).unwrap();
        }
        fs::write(folder.path().join("sign-in"), "#!/bin/false").unwrap();
        fs::set_permissions(folder.path().join("sign-in"), fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn list(&self, names: &[&str]) -> ContextList {
        let files: Vec<PathBuf> = names.iter().map(|name| self.folder.path().join(name)).collect();
        read(&files, self.folder.path().as_os_str())
    }

    /// Without the folder that the test happens to be in.
    fn plain(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

#[test]
fn contexts_of_several_files_are_merged_as_kubectl_does_and_told_with_how_their_users_sign_in() {
    let files = Files::new();
    let list = files.list(&["first", "second"]);
    let shown: Vec<String> = list
        .contexts
        .iter()
        .map(|entry| {
            let credential = entry.credential.as_ref();
            let kind = credential.map(|it| format!("{:?}", it.kind)).unwrap_or_default();
            let name = credential.and_then(|it| it.name.clone()).unwrap_or_default();
            let words = [
                &entry.name,
                &entry.cluster,
                entry.server.as_deref().unwrap_or("-"),
                entry.namespace.as_deref().unwrap_or("-"),
                &kind,
                &name,
            ];
            format!(
                "{} {}{}",
                words.join(" "),
                files.plain(&entry.file),
                if entry.current { " *" } else { "" }
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "token local https://10.0.0.1:6443/path team Token  first",
            "token-file local https://10.0.0.1:6443/path - Token  first",
            "certificate files https://10.0.0.2 - ClientCertificate  first",
            "lost nowhere - -   first",
            "half half - - None  first",
            "both local https://10.0.0.1:6443/path - Basic  first",
            "plugin local https://10.0.0.1:6443/path - Exec sign-in second *",
            "no-plugin local https://10.0.0.1:6443/path - Exec no-such second",
            "beside local https://10.0.0.1:6443/path - Exec sign-in second",
            "provider local https://10.0.0.1:6443/path - AuthProvider oidc second",
        ]
    );
    assert_eq!(list.current.as_deref(), Some("plugin"), "an empty current context names none");
}

#[test]
fn what_is_wrong_with_a_context_is_said_in_its_entry() {
    let files = Files::new();
    let list = files.list(&["first", "second"]);
    let problems: Vec<String> = list
        .contexts
        .iter()
        .flat_map(|entry| entry.problems.iter().map(move |it| (entry, it)))
        .map(|(entry, problem)| {
            format!("{}: {:?}: {}", entry.name, problem.kind, files.plain(&problem.message))
        })
        .collect();
    assert_eq!(
        problems,
        [
            "token: Duplicate: second has a context of this name too, which does not count",
            "certificate: FileMissing: the client certificate absent.crt: there is no such file",
            "lost: ClusterMissing: there is no cluster \"nowhere\"",
            "lost: UserMissing: there is no user \"nobody\"",
            "half: ClusterMissing: cluster \"half\" has no server",
            "both: Duplicate: first has a context of this name too, which does not count",
            "no-plugin: PluginMissing: the exec plugin no-such is not on the PATH; brew install it",
        ]
    );
}

#[test]
fn a_file_that_gives_nothing_is_a_warning_and_the_others_are_listed() {
    let files = Files::new();
    let mut list = files.list(&["absent", "broken", "second", "token"]);
    let warnings: Vec<String> =
        list.warnings.iter().map(|it| files.plain(&format!("{}: {}", it.file, it.message))).collect();
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    assert_eq!(warnings[0], "absent: there is no such file");
    assert!(warnings[1].starts_with("broken: failed to parse kubeconfig broken, line "), "{warnings:?}");
    assert!(warnings[2].starts_with("token: failed to parse kubeconfig token"), "{warnings:?}");
    assert_eq!(list.contexts.len(), 5);
    list = read(&[PathBuf::from("relative"), files.folder.path().join("second")], std::ffi::OsStr::new(""));
    assert!(list.warnings[0].message.contains("no absolute path"), "{list:?}");
    assert_eq!(list.contexts.len(), 5);
    assert_eq!(list.files.len(), 2);
}

#[test]
fn no_secret_leaves_and_no_file_is_touched() {
    let files = Files::new();
    let names = ["first", "second", "broken", "token"];
    let look = || {
        names.map(|name| {
            let path = files.folder.path().join(name);
            (fs::read(&path).unwrap(), path.metadata().unwrap().modified().unwrap())
        })
    };
    let before = look();
    let list = files.list(&names);
    let answer = serde_json::to_string(&list).unwrap();
    assert!(!answer.contains("SECRET") && !answer.contains("U0VD"), "{answer}");
    assert!(answer.contains("auth") || answer.contains("plugin"));
    assert_eq!(look(), before);
    assert_eq!(fs::read_dir(files.folder.path()).unwrap().count(), 6, "something was made beside them");
}

#[test]
fn an_address_is_shown_without_what_stands_before_the_host() {
    for (server, expect) in [
        ("https://10.0.0.1:6443", "https://10.0.0.1:6443"),
        ("https://a:b@host/p@th", "https://host/p@th"),
        ("https://token@host?q=@", "https://host?q=@"),
        ("https://a@b@[::1]:6443/", "https://[::1]:6443/"),
        ("host:6443", "host:6443"),
    ] {
        assert_eq!(without_password(server), expect);
    }
}
