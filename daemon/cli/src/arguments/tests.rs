use clap::CommandFactory as _;

use super::forward::parse_ended;
use super::*;
use nhd_protocol::workload::WorkloadKind;

fn parse(line: &str) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(std::iter::once("nhd-cli").chain(line.split_whitespace()))
}

fn start(line: &str) -> StartArguments {
    match parse(line).unwrap_or_else(|error| panic!("{line}: {error}")).command {
        Command::Start(start) => start,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn every_line_of_the_contract_parses() {
    for line in [
        "start deployment/web --image i --source s",
        "start deployment web --image i --source s",
        "start deploy/web --image i --source s -n ns --context c --kubeconfig f -c web --work-dir /w --sidecar-image x \
         --sidecar-preset nocalhost --timeout 2m --wait ready --json",
        "--json start sts/web --image i --source s --wait none --sidecar-preset syncthing",
        "plan deployment/web --image i --source s -n ns --wait synced --json",
        "start deployment/web --source s --env A=1 --env B=",
        "config deployment/web",
        "config deployment web --source s --image i -n ns -c web --json",
        "config check .nocalhost/config.yaml --workload deploy/web --json",
        "config schema --daemon",
        "config init sts/db --source s --image i -n ns --context c --kubeconfig f --offline --print",
        "config set deploy/web -c web --source s command.run -- go run -v .",
        "end deployment/web",
        "end deployments.apps web -n ns --timeout 5s --json",
        "end --session abc",
        "end --all --json",
        "status",
        "status deployment/web -n ns --json --watch",
        "status deployment web",
        "start deployment/web --source s --forward 8080:80 --forward :81 --forward 90",
        "forward start 8080:80",
        "forward start :80 deployment/web -n ns --context c --json",
        "forward end 8080 deployment web",
        "forward end :80 --session abc --json",
        "forward list",
        "forward list deployment/web -n ns --json",
        "daemon start --json",
        "daemon stop",
        "daemon status --json",
        "daemon install",
        "daemon uninstall",
        "call session.list",
        "call session.list {\"name\":\"web\"}",
        "events",
        "events --since 12 --follow --json",
    ] {
        parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn a_forward_to_end_is_named_by_its_local_port_or_by_a_colon_before_the_other() {
    for (text, local, remote) in
        [("8080", Some(8080), None), (":80", None, Some(80)), ("8080:80", Some(8080), Some(80))]
    {
        assert_eq!(parse_ended(text), Ok(EndedPort { local, remote }), "{text}");
    }
}

#[test]
fn wrong_usage_exits_with_2() {
    for line in [
        "",
        "begin",
        "start",
        "start web --image i --source s",
        "start deployment/web --source s --forward 80:",
        "forward",
        "forward start",
        "forward start 0:80",
        "forward end web",
        "start deployment/ --image i --source s",
        "start deployment/a/b --image i --source s",
        "start deployment a b --image i --source s",
        "start replicaset/web --image i --source s",
        "config",
        "config deployment/web --wait synced",
        "config check",
        "config check f --workload web",
        "config init",
        "config set deploy/web image",
        "config check f --source s",
        "start deployment/web --source s --env A",
        "start deployment/web --source s --env =A",
        "start deployment/web --image= --source s",
        "start deployment/web --image i --source s --wait done",
        "start deployment/web --image i --source s --timeout soon",
        "start deployment/web --image i --source s --sidecar-preset other",
        "end",
        "end deployment/web --all",
        "end --all --session abc",
        "end --session abc -n ns",
        "status replicaset/web",
        "daemon",
        "daemon restart",
        "call",
        "call session.list {",
        "call session.list 7",
        "events --since yesterday",
    ] {
        let error = parse(line).err().unwrap_or_else(|| panic!("{line} parses"));
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

#[test]
fn help_is_no_failure() {
    assert_eq!(parse("--help").expect_err("help").exit_code(), 0);
    assert_eq!(parse("start --help").expect_err("help").exit_code(), 0);
}

#[test]
fn a_workload_is_one_word_or_two() {
    for line in ["start deploy/web --image i --source s", "start Deployments web --image i --source s"] {
        let expect = Target { kind: WorkloadKind::Deployment, name: "web".to_owned() };
        assert_eq!(start(line).target, expect, "{line}");
    }
}

#[test]
fn a_start_waits_until_synced_for_two_minutes() {
    let start = start("start deployment/web --image i --source s");
    assert_eq!((start.wait, start.timeout), (Wait::Synced, Duration::from_secs(120)));
}

#[test]
fn an_unknown_kind_is_answered_with_the_known_ones() {
    let error = parse("start replicaset/web --image i --source s").expect_err("wrong").to_string();
    assert!(error.contains("statefulset"), "{error}");
}
