//! The shell scripts by which something is run, signalled and ended in a container. Pure: they are made here and run
//! elsewhere.
//!
//! Kubernetes runs a command in a container and knows no more of it: it has no signals for it, and leaves it running when
//! whoever started it is gone. So what nhd starts has `NHD_STREAM=ID` in its environment, which whatever it starts inherits, and by which all of it is found in `/proc`. What clears its environment or becomes another user cannot be
//! found so.

use std::collections::BTreeMap;

use nhd_protocol::stream::Signal;

/// What is run, in which circumstances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub what: What,
    /// The folder to be in; the container's own without it.
    pub work_dir: Option<String>,
    /// Whether it goes on elsewhere where the folder is not there.
    pub any_dir: bool,
    pub env: BTreeMap<String, String>,
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The first of these shells that there is; words of one are its arguments.
    Shell(Vec<String>),
    /// A program and its arguments.
    Command(Vec<String>),
    /// A line for a shell: the configured one where there is one, else `sh`.
    Line { shell: Option<String>, line: String },
}

/// The shells that are looked for, after the configured one.
pub const SHELLS: &[&str] = &["bash", "zsh", "ash", "sh"];

/// Where a shell is found that can run the scripts. Images without one may have that of busybox, in a place of its own.
pub const INTERPRETERS: &[&str] = &["sh", "/bin/sh", "/busybox/sh"];

/// Marks itself, goes to the folder, and becomes what is to be run. Takes the mark, the folder, `1` for a folder that need not
/// be there, the variables as `NAME=VALUE`, `--`, then `shell` with the shells to look for, or `run` with the program.
const BEGIN: &str = r#"export NHD_STREAM="$1"; nhd_dir=$2; nhd_any=$3; shift 3
while [ "$1" != -- ]; do export "$1"; shift; done; shift
if [ -n "$nhd_dir" ] && ! cd "$nhd_dir" 2>/dev/null; then
  if [ -z "$nhd_any" ]; then echo "nhd: there is no folder $nhd_dir in the container" >&2; exit 126; fi
fi
nhd_how=$1; shift; unset nhd_dir nhd_any
if [ "$nhd_how" = run ]; then unset nhd_how; exec "$@"; fi
unset nhd_how
for nhd_shell in "$@"; do
  set -- $nhd_shell
  if command -v "$1" >/dev/null 2>&1; then unset nhd_shell; exec "$@"; fi
done
echo "nhd: there is no shell in the container" >&2; exit 127"#;

/// The command of an exec that runs a program by one of the [`INTERPRETERS`].
pub fn begin(interpreter: &str, mark: &str, program: &Program) -> Vec<String> {
    let Program { what, work_dir, any_dir, env } = program;
    let any = if *any_dir { "1" } else { "" };
    let mut words: Vec<String> =
        [interpreter, "-c", BEGIN, "nhd", mark, work_dir.as_deref().unwrap_or_default(), any]
            .map(str::to_owned)
            .to_vec();
    words.extend(env.iter().map(|(name, value)| format!("{name}={value}")));
    words.push("--".to_owned());
    match what {
        What::Shell(shells) => {
            words.push("shell".to_owned());
            words.extend(shells.iter().cloned());
        }
        What::Command(command) => {
            words.push("run".to_owned());
            words.extend(command.iter().cloned());
        }
        What::Line { shell, line } => {
            words.push("run".to_owned());
            let shell = shell.as_deref().unwrap_or(interpreter);
            words.extend(shell.split_whitespace().map(str::to_owned));
            words.extend(["-c".to_owned(), line.clone()]);
        }
    }
    words
}

/// What is common to both: calls `each PID SESSION` for every marked process; `SESSION` is the pid of whoever leads its
/// session, which is the process that was started first.
const FIND: &str = r#"find_all() { for nhd_p in /proc/[0-9]*; do
  { nhd_e=$(cat "$nhd_p/environ"); } 2>/dev/null || continue
  case "$nhd_e" in *"NHD_STREAM=$nhd_mark"*) ;; *) continue ;; esac
  { nhd_s=$(cat "$nhd_p/stat"); } 2>/dev/null || continue
  nhd_s=${nhd_s##*) }; set -- $nhd_s
  case "$1" in Z|X) continue ;; esac
  each "${nhd_p#/proc/}" "$4"
done; }
nhd_mark=$1
"#;

/// Prints how many processes were sent the signal.
const SIGNAL: &str = r#"nhd_n=0; nhd_sig=$2; nhd_first=$3
each() { if [ -n "$nhd_first" ] && [ "$1" != "$2" ]; then return; fi
  kill -s "$nhd_sig" "$1" 2>/dev/null && nhd_n=$((nhd_n + 1)); }
find_all; echo $nhd_n"#;

/// Asks to end, waits as long as it is told (in tenths of a second), and kills. Prints how many are left.
const END: &str = r#"nhd_sigs=$2; nhd_wait=$3
each() { nhd_n=$((nhd_n + 1)); for nhd_sig in $nhd_sigs; do kill -s "$nhd_sig" "$1" 2>/dev/null; done; }
nhd_n=0; find_all
nhd_sigs=; while [ $nhd_wait -gt 0 ]; do
  nhd_n=0; find_all; if [ $nhd_n = 0 ]; then break; fi
  if sleep 0.1 2>/dev/null; then nhd_wait=$((nhd_wait - 1)); else sleep 1; nhd_wait=$((nhd_wait - 10)); fi
done
nhd_sigs=KILL; nhd_n=0; find_all
nhd_sigs=; nhd_wait=10; while [ $nhd_wait -gt 0 ]; do
  nhd_n=0; find_all; if [ $nhd_n = 0 ]; then break; fi
  sleep 0.1 2>/dev/null || sleep 1; nhd_wait=$((nhd_wait - 1))
done
echo $nhd_n"#;

/// Sends a signal: to everything of the stream, or to its first process alone.
pub fn signal(interpreter: &str, mark: &str, signal: Signal) -> Vec<String> {
    let first = if matches!(signal, Signal::Usr1 | Signal::Usr2) { "1" } else { "" };
    let script = format!("{FIND}{SIGNAL}");
    [interpreter, "-c", &script, "nhd", mark, signal.word(), first].map(str::to_owned).to_vec()
}

/// How a process is asked to end. An interactive shell listens to HUP alone, as of a terminal that is closed; others may
/// have something to do before they go, and do it at TERM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Hangup,
    Terminate,
}

/// Ends everything of a stream, and by KILL what is still there after the tenths of a second.
pub fn end(interpreter: &str, mark: &str, manner: Manner, tenths: u32) -> Vec<String> {
    let script = format!("{FIND}{END}");
    // What is stopped hears nothing until it goes on.
    let signals = match manner {
        Manner::Hangup => "HUP CONT",
        Manner::Terminate => "TERM CONT",
    };
    [interpreter, "-c", &script, "nhd", mark, signals, &tenths.to_string()].map(str::to_owned).to_vec()
}

/// Whether a shell can export a variable of this name.
pub fn is_variable_name(name: &str) -> bool {
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(what: What) -> Program {
        Program {
            what,
            work_dir: Some("/w".into()),
            any_dir: false,
            env: BTreeMap::from([("A".into(), "b c".into())]),
        }
    }

    #[test]
    fn what_is_run_follows_what_is_marked() {
        let words = |what| begin("sh", "m", &program(what)).split_off(3).join("|");
        assert_eq!(words(What::Command(vec!["ls".into(), "a b".into()])), "nhd|m|/w||A=b c|--|run|ls|a b");
        assert_eq!(
            words(What::Shell(vec!["bash -l".into(), "sh".into()])),
            "nhd|m|/w||A=b c|--|shell|bash -l|sh"
        );
        let line =
            |shell: Option<&str>| What::Line { shell: shell.map(str::to_owned), line: "a && b".into() };
        assert_eq!(words(line(None)), "nhd|m|/w||A=b c|--|run|sh|-c|a && b");
        assert_eq!(words(line(Some("bash -e"))), "nhd|m|/w||A=b c|--|run|bash|-e|-c|a && b");
    }

    #[test]
    fn user_signals_go_to_the_first_process_alone() {
        let last = |which| signal("sh", "m", which).pop().expect("words");
        assert_eq!((last(Signal::Usr1).as_str(), last(Signal::Int).as_str()), ("1", ""));
    }

    #[test]
    fn names_of_variables_are_those_of_shells() {
        for (name, good) in
            [("A", true), ("_a1", true), ("1a", false), ("a.b", false), ("a b", false), ("", false)]
        {
            assert_eq!(is_variable_name(name), good, "{name}");
        }
    }
}
