//! A doctor's report as people read it: a line a check with a mark and a word, what to do below it.

use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorRemedy, DoctorReport, DoctorState};

use crate::arguments::DoctorArguments;
use crate::render::session::short_name;
use crate::render::style::{Style, Tone};
use crate::render::wrap::wrapped;

/// Below a check's mark and word.
const INDENT: usize = 13;

pub(super) fn text(style: Style, report: &DoctorReport, asked: &DoctorArguments) -> String {
    let mut text = String::new();
    let mut group = None;
    for check in &report.checks {
        if group != Some(check.group) {
            if group.is_some() {
                text.push('\n');
            }
            text += &format!("{}\n", style.paint(Tone::Strong, heading(check.group)));
            group = Some(check.group);
        }
        text += &lines(style, check, asked);
    }
    text + "\n" + &summary(style, &report.checks) + "\n"
}

fn heading(group: DoctorGroup) -> &'static str {
    match group {
        DoctorGroup::Daemon => "daemon",
        DoctorGroup::Machine => "this machine",
        DoctorGroup::Kubeconfig => "kubeconfig",
        DoctorGroup::Cluster => "cluster",
        DoctorGroup::Permissions => "permissions",
        DoctorGroup::Leftovers => "leftovers",
    }
}

/// Nothing is told by a colour alone, and nothing by a sign alone.
fn mark(state: DoctorState) -> (Tone, &'static str, &'static str) {
    match state {
        DoctorState::Ok => (Tone::Good, "✓", "ok"),
        DoctorState::Warning => (Tone::Busy, "!", "warning"),
        DoctorState::Failed => (Tone::Bad, "✗", "failed"),
        DoctorState::Skipped => (Tone::Dim, "-", "skipped"),
    }
}

fn lines(style: Style, check: &DoctorCheck, asked: &DoctorArguments) -> String {
    let (tone, sign, word) = mark(check.state);
    let width = style.width.map(|width| width.saturating_sub(INDENT).max(20));
    let indent = " ".repeat(INDENT);
    let mut lines = wrapped(&format!("{}: {}", check.title, check.detail), width).into_iter();
    let first = lines.next().unwrap_or_default();
    let mut text = format!("  {} {first}\n", style.paint(tone, &format!("{sign} {word:<8}")));
    lines.for_each(|line| text += &format!("{indent}{line}\n"));
    check.remedies.iter().for_each(|remedy| text += &what_to_do(style, remedy, &indent, width, asked));
    text
}

fn what_to_do(
    style: Style,
    remedy: &DoctorRemedy,
    indent: &str,
    width: Option<usize>,
    asked: &DoctorArguments,
) -> String {
    let mut text = String::new();
    for (number, line) in wrapped(&remedy.text, width.map(|width| width - 2)).iter().enumerate() {
        let arrow = if number == 0 { "→" } else { " " };
        text += &format!("{indent}{} {line}\n", style.paint(Tone::Dim, arrow));
    }
    let command = remedy.release.as_ref().map(|workload| {
        let mut command =
            format!("nhd-cli end {} -n {} --takeover", short_name(workload), workload.namespace);
        if let Some(context) = &asked.cluster.context {
            command += &format!(" --context {context}");
        }
        if let Some(kubeconfig) = &asked.cluster.kubeconfig.file {
            command += &format!(" --kubeconfig {}", kubeconfig.display());
        }
        command
    });
    for command in remedy.command.iter().chain(&command) {
        match &remedy.manifest {
            // As it is, so that it can be copied into a shell.
            Some(manifest) => text += &format!("{command} <<'END'\n{}\nEND\n", manifest.trim_end()),
            None => text += &format!("{indent}  $ {command}\n"),
        }
    }
    text
}

fn summary(style: Style, checks: &[DoctorCheck]) -> String {
    let states = [DoctorState::Failed, DoctorState::Warning, DoctorState::Skipped, DoctorState::Ok];
    let parts: Vec<String> = states
        .into_iter()
        .filter_map(|state| {
            let count = checks.iter().filter(|check| check.state == state).count();
            let (tone, _, word) = mark(state);
            let word = if state == DoctorState::Warning && count > 1 { "warnings" } else { word };
            (count > 0).then(|| style.paint(tone, &format!("{count} {word}")))
        })
        .collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

    use super::*;
    use crate::arguments::place::{ClusterArguments, KubeconfigArgument};

    fn check(state: DoctorState, group: DoctorGroup, title: &str, detail: &str) -> DoctorCheck {
        DoctorCheck {
            id: title.replace(' ', "."),
            group,
            title: title.to_owned(),
            state,
            detail: detail.to_owned(),
            remedies: Vec::new(),
            elapsed_ms: 1,
        }
    }

    fn report() -> DoctorReport {
        let mut disk =
            check(DoctorState::Failed, DoctorGroup::Machine, "disk", "1 MiB free on the disk of /h");
        disk.remedies = vec![DoctorRemedy::command("make room on it", "df -h /h")];
        let mut role = check(DoctorState::Warning, DoctorGroup::Permissions, "Jobs", "missing: create jobs");
        role.remedies = vec![DoctorRemedy {
            manifest: Some("kind: Role\nrules:\n  - {}\n".to_owned()),
            ..DoctorRemedy::command("apply this", "kubectl apply -f -")
        }];
        let mut left = check(DoctorState::Warning, DoctorGroup::Leftovers, "records", "one\nof ann@laptop");
        let workload = WorkloadRef { namespace: "n".into(), kind: WorkloadKind::Job, name: "once".into() };
        left.remedies = vec![DoctorRemedy { release: Some(workload), ..DoctorRemedy::text("give it back") }];
        DoctorReport {
            version: "1".into(),
            at: "2026-01-01T00:00:00.000Z".into(),
            context: None,
            server: None,
            namespace: None,
            checks: vec![
                check(DoctorState::Ok, DoctorGroup::Daemon, "daemon", "runs"),
                disk,
                check(DoctorState::Skipped, DoctorGroup::Cluster, "clock", "not reached"),
                role,
                left,
            ],
        }
    }

    const ASKED: DoctorArguments = DoctorArguments {
        namespace: None,
        cluster: ClusterArguments { context: None, kubeconfig: KubeconfigArgument { file: None } },
        bundle: None,
    };

    #[test]
    fn each_check_has_a_sign_and_a_word_and_below_it_what_to_do() {
        let expect = "\
daemon
  ✓ ok       daemon: runs

this machine
  ✗ failed   disk: 1 MiB free on the disk of /h
             → make room on it
               $ df -h /h

cluster
  - skipped  clock: not reached

permissions
  ! warning  Jobs: missing: create jobs
             → apply this
kubectl apply -f - <<'END'
kind: Role
rules:
  - {}
END

leftovers
  ! warning  records: one
             of ann@laptop
             → give it back
               $ nhd-cli end job/once -n n --takeover

1 failed, 2 warnings, 1 skipped, 1 ok
";
        assert_eq!(text(Style::PLAIN, &report(), &ASKED), expect);
    }

    #[test]
    fn on_a_terminal_sentences_fit_and_without_colours_nothing_is_lost() {
        let mut long = report();
        long.checks[2].detail = "a word and another ".repeat(20).trim().to_owned();
        let narrow = text(Style { width: Some(60), ..Style::PLAIN }, &long, &ASKED);
        assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
        let coloured = text(Style { colours: true, ..Style::PLAIN }, &long, &ASKED);
        let plain =
            regex::Regex::new("\x1b\\[[0-9]*m").expect("a pattern").replace_all(&coloured, "").into_owned();
        assert!(coloured != plain && plain == text(Style::PLAIN, &long, &ASKED), "{coloured:?}");
    }
}
