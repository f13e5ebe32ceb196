//! What is left out: as git leaves out, as patterns say, as a file of the user says.

use std::path::Path;
use std::time::Duration;

use nhd::sync::{LeftOutBy, Selection, SyncState, end_omissions};

use crate::bed::{Bed, FOLDER, files_below};

fn of_git() -> Selection {
    Selection { git_ignore: true, ..Selection::default() }
}

fn patterns(files: &[&str], ignored: &[&str]) -> Selection {
    let owned = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
    Selection { git_ignore: false, files: owned(files), ignored: owned(ignored), ..Selection::default() }
}

#[expect(clippy::disallowed_methods, reason = "a test may ask git")]
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git").current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What git would take into a commit.
fn not_ignored(folder: &Path) -> Vec<String> {
    let listed = git(folder, &["ls-files", "--others", "--exclude-standard", "-z"]);
    let mut names: Vec<String> = listed.split_terminator('\0').map(str::to_owned).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_git_ignores_is_left_out_and_the_rules_follow_the_files() {
    let mut bed = Bed { selection: of_git(), ..Bed::new().await };
    git(&bed.here(""), &["init", "--quiet"]);
    for name in [
        "src/a.go",
        "src/a.o",
        "src/keep.o",
        "node_modules/x/y.js",
        "app/node_modules/z.js",
        "app/build/out",
        "app/src/build",
        "docs/a.txt",
        "docs/deep/a.txt",
        ".vscode/settings.json",
        ".vscode/other.json",
        "logs/keep/x.log",
        "logs/x.log",
        "we{i}rd",
        "we[i]rd",
        "w e*rd",
        "tr ail ",
        "excluded/x",
        "a/x/b",
        "a/b",
        "lib/x.pyc",
        "frontend/lib/x.pyc",
        "frontend/lib/x.py",
        "back\\slash",
        "#hash",
        "!bang",
    ] {
        std::fs::create_dir_all(bed.here(name).parent().unwrap()).unwrap();
        bed.save(name, name);
    }
    bed.save(
        ".gitignore",
        "# comment\n*.o\n!keep.o\nnode_modules/\nbuild/\n/docs/*.txt\n.vscode/*\n!.vscode/settings.json\n\
         logs/*\n!logs/keep/\nwe{i}rd\nwe\\[i]rd\n\\#hash\n\\!bang\na/**/b\n*.pyc\nlib/\n!frontend/lib/\n",
    );
    bed.save("app/.gitignore", "!/build/\n*.tmp\n");
    bed.save(".git/info/exclude", "excluded\n");
    bed.start_remote().await;
    bed.start_engine().await;
    let status = bed.wait_for(|status| status.in_sync).await;
    assert_eq!(status.left_out_by, LeftOutBy::Git);
    assert_eq!(files_below(&bed.there("")), not_ignored(&bed.here("")), "{}", bed.stignore());
    assert!(bed.there("app/build/out").exists() && !bed.there(".git").exists());

    // What comes later, in new folders as well.
    for name in ["src/b.o", "new/deep/node_modules/x", "new/deep/b.txt", ".vscode/third.json", "app/x.tmp"] {
        std::fs::create_dir_all(bed.here(name).parent().unwrap()).unwrap();
        bed.save(name, name);
    }
    bed.barrier().await.unwrap();
    assert_eq!(files_below(&bed.there("")), not_ignored(&bed.here("")), "{}", bed.stignore());

    // Other rules: what they leave out stays in both places, what they let through arrives.
    bed.save("new/.gitignore", "b.txt\n");
    bed.save(".gitignore", "node_modules\n");
    bed.barrier().await.unwrap();
    bed.arrives("src/a.o", "src/a.o").await;
    bed.barrier().await.unwrap();
    assert!(bed.there("new/deep/b.txt").exists() && bed.here("new/deep/b.txt").exists());
    let mut expected = not_ignored(&bed.here(""));
    expected.push("new/deep/b.txt".to_owned());
    expected.sort();
    assert_eq!(files_below(&bed.there("")), expected, "{}", bed.stignore());

    bed.engine().stop().await;
    end_omissions(&bed.here(""), FOLDER).unwrap();
    assert!(!bed.here(".stignore").exists());
    let exclude = std::fs::read_to_string(bed.here(".git/info/exclude")).unwrap();
    assert!(!exclude.contains("nhd") && !exclude.contains(".stignore"), "{exclude}");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_of_rules_leaves_out_stays_here_while_the_file_is_written_anew() {
    let mut bed = Bed { selection: of_git(), ..Bed::new().await };
    git(&bed.here(""), &["init", "--quiet"]);
    for name in ["secret/key", "new/a", "b"] {
        std::fs::create_dir_all(bed.here(name).parent().unwrap()).unwrap();
        bed.save(name, name);
    }
    bed.save(".gitignore", "secret/\n");
    bed.start_remote().await;
    bed.start_engine().await;
    bed.wait_for(|status| status.in_sync).await;

    let mut file = std::fs::File::create(bed.here(".gitignore")).unwrap();
    // The rules are read again for another reason.
    bed.save("new/.gitignore", "a\n");
    tokio::time::sleep(Duration::from_millis(500)).await;
    std::io::Write::write_all(&mut file, b"secret\n").unwrap();
    drop(file);
    bed.barrier().await.unwrap();
    bed.arrives(".gitignore", "secret\n").await;
    assert!(!bed.there("secret").exists(), "{:?}", files_below(&bed.there("")));
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_patterns_of_a_configuration_select_what_is_synced() {
    let mut bed = Bed { selection: patterns(&["./src", "pom.xml"], &["*.class"]), ..Bed::new().await };
    for name in ["src/main/A.java", "src/main/A.class", "deep/pom.xml", "deep/other", "target/x"] {
        std::fs::create_dir_all(bed.here(name).parent().unwrap()).unwrap();
        bed.save(name, name);
    }
    bed.start_remote().await;
    bed.start_engine().await;
    let status = bed.wait_for(|status| status.in_sync).await;
    assert_eq!(status.left_out_by, LeftOutBy::Patterns);
    assert_eq!(files_below(&bed.there("")), ["deep/pom.xml", "src/main/A.java"], "{}", bed.stignore());
    bed.save("src/main/B.java", "b");
    bed.save("src/main/B.class", "b");
    bed.save("top", "no");
    bed.barrier().await.unwrap();
    let expected = ["deep/pom.xml", "src/main/A.java", "src/main/B.java"];
    assert_eq!(files_below(&bed.there("")), expected, "{}", bed.stignore());
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stignore_of_the_user_counts_and_stays() {
    let mut bed = Bed { selection: patterns(&[], &["a"]), ..Bed::new().await };
    bed.save(".stignore", "/b\n");
    bed.save("a", "1");
    bed.save("b", "1");
    bed.start_remote().await;
    bed.start_engine().await;
    let status = bed.wait_for(|status| status.in_sync).await;
    assert_eq!(status.left_out_by, LeftOutBy::OwnFile);
    assert_eq!(files_below(&bed.there("")), ["a"]);
    bed.engine().stop().await;
    end_omissions(&bed.here(""), FOLDER).unwrap();
    assert_eq!(bed.stignore(), "/b\n");
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_folder_is_lost_although_our_own_file_is_in_it() {
    let mut bed = Bed { selection: patterns(&[], &["a"]), ..Bed::new().await };
    bed = bed.started().await;
    std::fs::remove_file(bed.here("first")).unwrap();
    bed.wait_for(|status| status.state == SyncState::SourceLost).await;
    assert!(bed.there("first").exists());
    bed.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_above_what_is_wanted_may_go_or_become_a_file() {
    let mut bed = Bed { selection: patterns(&["target/demo.jar", "src", "*.txt"], &[]), ..Bed::new().await };
    let make = |bed: &Bed| {
        for (name, text) in
            [("target/demo.jar", "jar"), ("target/other", "o"), ("a/b/c.txt", "text"), ("src/x", "x")]
        {
            std::fs::create_dir_all(bed.here(name).parent().unwrap()).unwrap();
            bed.save(name, text);
        }
    };
    make(&bed);
    bed.start_remote().await;
    bed.start_engine().await;
    bed.wait_for(|status| status.in_sync).await;
    let everything = ["a/b/c.txt", "src/x", "target/demo.jar"];
    assert_eq!(files_below(&bed.there("")), everything);
    for as_a_file in [false, true] {
        for name in ["target", "a/b"] {
            std::fs::remove_dir_all(bed.here(name)).unwrap();
            if as_a_file {
                bed.save(name, "not wanted");
            }
        }
        bed.barrier().await.unwrap();
        assert_eq!(files_below(&bed.there("")), ["src/x"], "as a file: {as_a_file}");
        if as_a_file {
            for name in ["target", "a/b"] {
                std::fs::remove_file(bed.here(name)).unwrap();
            }
        }
        make(&bed);
        bed.barrier().await.unwrap();
        assert_eq!(files_below(&bed.there("")), everything, "as a file: {as_a_file}");
    }
    std::fs::rename(bed.here("target"), bed.here("elsewhere")).unwrap();
    bed.barrier().await.unwrap();
    assert_eq!(files_below(&bed.there("")), ["a/b/c.txt", "src/x"]);
    bed.end().await;
}
