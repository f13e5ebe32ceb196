//! The scripts, run by the shells of this machine on names of any bytes.
#![expect(clippy::disallowed_methods, reason = "the shells that containers have are tried by running them")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;

use super::*;

/// The shells that are here, of those that containers have.
fn shells() -> Vec<Vec<&'static str>> {
    let all = [vec!["/bin/dash"], vec!["/bin/busybox", "sh"], vec!["/bin/bash"], vec!["/bin/sh"]];
    all.into_iter().filter(|shell| Path::new(shell[0]).exists()).collect()
}

fn run(shell: &[&str], script: &str, path: &[u8], most: usize) -> Vec<u8> {
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).args(["-c", script, "sh", &octal(path), &most.to_string()]);
    command.output().expect("a shell").stdout
}

fn after(answer: &[u8]) -> Option<&[u8]> {
    answer.strip_prefix(b"here\n")
}

/// Names that a script could trip over.
const ODD: &[&[u8]] = &[
    b"plain",
    b"two words",
    b"-rf",
    b"$(touch pwned)",
    b"`touch pwned`",
    b"; touch pwned",
    b"\"quoted\" 'twice'",
    b"line\nbreak",
    b"ends with a break\n",
    b"back\\slash\\0101",
    b"*",
    b"[a-z]?",
    b"~",
    b".hidden",
    b"..two",
    b"%s%n",
    b"gr\xc3\xb6\xc3\x9fe",
    b"no \xff unicode \xfe",
    b"x",
];

fn holds(names: &BTreeMap<Vec<u8>, Vec<u8>>) {
    let folder = tempfile::tempdir().expect("temporary folder");
    // The folder's own name is odd, too.
    let root = folder.path().join(OsStr::from_bytes(b"a $(b) *'\n"));
    std::fs::create_dir(&root).expect("folder");
    for (name, content) in names {
        std::fs::write(root.join(OsStr::from_bytes(name)), content).expect("file");
    }
    for shell in shells() {
        let listed = run(&shell, &[PATH, LIST].concat(), root.as_os_str().as_bytes(), ENTRIES);
        let list = entries(after(&listed).expect("is there"));
        let found: Vec<Vec<u8>> = list
            .entries
            .iter()
            .map(|entry| match &entry.name_base64 {
                Some(name) => BASE64.decode(name.as_bytes()).expect("base64"),
                None => entry.name.clone().into_bytes(),
            })
            .collect();
        assert_eq!(found, names.keys().cloned().collect::<Vec<_>>(), "by {shell:?}");
        for (name, content) in names {
            let path = root.join(OsStr::from_bytes(name));
            let read = run(&shell, &[PATH, READ].concat(), path.as_os_str().as_bytes(), FILE_BYTES + 1);
            assert_eq!(after(&read), Some(content.as_slice()), "{name:?} by {shell:?}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1, "nothing was made");
    assert_eq!(std::fs::read_dir(&root).expect("folder").count(), names.len(), "nothing was made");
    assert!(!Path::new("pwned").exists());
}

#[test]
fn odd_names_are_read_and_listed_as_they_are_and_run_by_nobody() {
    let contents = |name: &&[u8]| (name.to_vec(), [name, b"\0\xff\r\n".as_slice()].concat());
    holds(&ODD.iter().map(contents).collect());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn names_of_any_bytes_are_read_and_listed_as_they_are(
        names in proptest::collection::btree_map(
            proptest::collection::vec(any::<u8>().prop_filter("no name has it", |b| *b != 0 && *b != b'/'), 1..40)
                .prop_filter("not a name of its own", |name| name != b"." && name != b".."),
            proptest::collection::vec(any::<u8>(), 0..200),
            1..5,
        )
    ) {
        holds(&names);
    }
}

#[test]
fn what_cannot_be_read_or_listed_says_why() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("file"), "x").expect("file");
    std::fs::create_dir(at("folder")).expect("folder");
    std::os::unix::fs::symlink("nowhere", at("broken")).expect("link");
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).expect("socket");
    for shell in shells() {
        let word = |script: &str, name: &str| {
            let said = run(&shell, &[PATH, script].concat(), at(name).as_os_str().as_bytes(), 100);
            String::from_utf8_lossy(&said).lines().next().unwrap_or_default().to_owned()
        };
        for (script, name, expect) in [
            (READ, "file", "here"),
            (READ, "folder", "isADirectory"),
            (READ, "none", "notFound"),
            (READ, "none/below", "notFound"),
            (READ, "file/below", "notADirectory"),
            (READ, "broken", "notFound"),
            (READ, "socket", "notAFile"),
            (LIST, "folder", "here"),
            (LIST, "file", "notADirectory"),
            (LIST, "none", "notFound"),
        ] {
            assert_eq!(word(script, name), expect, "{name} by {shell:?}");
        }
    }
}

#[test]
fn links_are_told_with_where_they_lead_and_a_long_list_is_cut() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("folder")).expect("folder");
    for (name, target) in [("broken", "nowhere"), ("to-folder", "folder"), ("to-link", "to-folder")] {
        std::os::unix::fs::symlink(target, at(name)).expect("link");
    }
    for shell in shells() {
        let listed = run(&shell, &[PATH, LIST].concat(), folder.path().as_os_str().as_bytes(), ENTRIES);
        let list = entries(after(&listed).expect("is there"));
        let told: Vec<_> = list
            .entries
            .iter()
            .map(|entry| (entry.name.as_str(), entry.kind, entry.target.as_deref(), entry.target_kind))
            .collect();
        let (link, directory) = (FileKind::Symlink, Some(FileKind::Directory));
        let expect = [
            ("broken", link, Some("nowhere"), None),
            ("folder", FileKind::Directory, None, None),
            ("to-folder", link, Some("folder"), directory),
            ("to-link", link, Some("to-folder"), directory),
        ];
        assert_eq!(told, expect, "by {shell:?}");
        let listed = run(&shell, &[PATH, LIST].concat(), folder.path().as_os_str().as_bytes(), 2);
        let list = entries(after(&listed).expect("is there"));
        assert!(list.cut && list.entries.len() == 2, "{list:?}");
    }
}

#[test]
fn a_path_is_absolute_and_given_once() {
    let check = |path: Option<&str>, encoded: Option<&str>, expect: Option<&[u8]>| {
        let params = FileParams {
            path: path.map(str::to_owned),
            path_base64: encoded.map(str::to_owned),
            ..FileParams::default()
        };
        assert_eq!(super::path(&params).ok().as_deref(), expect, "{params:?}");
    };
    check(Some("/a b"), None, Some(b"/a b"));
    check(None, Some("L/8="), Some(b"/\xff"));
    check(Some("/a"), Some("L2E="), None);
    check(None, None, None);
    check(Some("a"), None, None);
    check(Some(""), None, None);
    check(Some("/a\0b"), None, None);
    check(None, Some("%"), None);
    check(Some(&format!("/{}", "a".repeat(PATH_BYTES))), None, None);
}
