//! What editors are told, and what they have written for them: places, fixes, the schema, a first file, one key.

use std::collections::BTreeSet;

use jsonschema::Draft;
use nhd_protocol::workload::WorkloadKind;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::check::{Problem, check};
use super::document::{self, Content, Node};
use super::edit::{Change, EditError, set};
use super::expand::{Surroundings, expand_all};
use super::keys::{DEV, Key, Shape};
use super::scaffold::{Container, Known, containers_of, scaffold};
use super::text::{expanded, offset_of};
use super::*;

const REVIEWS: Wanted<'static> = Wanted { kind: WorkloadKind::Deployment, name: "reviews", container: None };

fn problems(text: &str) -> Vec<Problem> {
    let surroundings =
        Surroundings { variable: &|_| None, include: &|_, _| Err("there are no files".to_owned()) };
    let (whole, unread) = expand_all("f".to_owned(), std::path::Path::new("f"), text, &surroundings);
    check(&whole, &unread, SourceKind::File, None)
}

fn shown(problem: &Problem) -> String {
    let Problem { is_error, key, at, end, message, fix, .. } = problem;
    let severity = if *is_error { "error" } else { "warning" };
    let fix = fix.as_ref().map(|fix| format!(" [{}]", fix.title)).unwrap_or_default();
    let (key, over) = (key.as_deref().unwrap_or("-"), format!("{}:{}", end.line, end.column));
    format!("{severity} {}:{}-{over} {key}: {message}{fix}", at.line, at.column)
}

fn mended(text: &str, problem: &Problem) -> Option<String> {
    let fix = problem.fix.as_ref()?;
    let change = Change {
        start: offset_of(text, fix.at)?,
        // The line after the last one is where the text is over.
        end: offset_of(text, fix.end).unwrap_or(text.len()),
        text: fix.text.clone(),
    };
    Some(change.apply(text))
}

const BROKEN: &str = "\
name: reviews
serviceType: deploymnt
containers:
  - name: \"\"
    dev:
      image: 7
      imagee: x
      Shell: bash
      workDir: here
      sync: {type: sendreceive, mod: pattern}
      command:
        run: go
      portForward: ['80', '8080:x', 'y']
      persistentVolumeDirs:
        - {path: x}
        - {path: /x, capacity: 5Gi, size: 1}
        - {path: /y, capacity: 0}
        - {capacity: 1Gi}
      gitUrl: x
      env:
        - {name: A, value: 1, valueFrom: x}
        - {value: 2}
      resources:
        limits: {memory: lots, cpu: 1}
  - name: other
    dev: 1
";

#[test]
fn all_that_is_wrong_is_told_with_its_place_and_what_mends_it() {
    let told: Vec<String> = problems(BROKEN).iter().map(shown).collect();
    let dev = "containers[0].dev";
    let expect = [
        "warning 2:14-2:23 serviceType: serviceType deploymnt is not a kind of workload: deployment, statefulset, daemonset, job, cronjob, pod [change to deployment]".to_owned(),
        format!("error 6:14-6:15 {dev}.image: image must be text, not a number [put it in quotes]"),
        format!("warning 7:7-7:13 {dev}.imagee: imagee is not a key of the dev configuration [remove imagee]"),
        format!("warning 8:7-8:12 {dev}.Shell: Shell is not a key of the dev configuration [change to shell]"),
        format!("error 9:16-9:20 {dev}.workDir: workDir must be an absolute path, not \"here\""),
        format!("error 10:20-10:31 {dev}.sync.type: sync.type must be send or sendReceive, not \"sendreceive\" [change to sendReceive]"),
        format!("warning 10:33-10:36 {dev}.sync.mod: sync.mod is not a key of the dev configuration [change to mode]"),
        format!("error 12:14-12:16 {dev}.command.run: command.run must be a list, not text [make it a list]"),
        format!("error 13:27-13:35 {dev}.portForward: an item of portForward must be a port from 1 to 65535, or two as LOCAL:REMOTE, not \"8080:x\""),
        format!("error 13:37-13:40 {dev}.portForward: an item of portForward must be a port from 1 to 65535, or two as LOCAL:REMOTE, not \"y\""),
        format!("error 15:18-15:19 {dev}.persistentVolumeDirs[0].path: persistentVolumeDirs[0].path must be an absolute path without a colon, `.`, `..` and a slash at its end, such as /go/pkg, not \"x\""),
        format!("warning 16:37-16:41 {dev}.persistentVolumeDirs[1].size: persistentVolumeDirs[1].size is not a key of the dev configuration"),
        format!("error 17:32-17:33 {dev}.persistentVolumeDirs[2].capacity: persistentVolumeDirs[2].capacity must be a quantity above nought such as 10Gi, not \"0\""),
        format!("error 18:11-18:11 {dev}.persistentVolumeDirs[3]: persistentVolumeDirs[3] has no path"),
        format!("warning 19:7-19:13 {dev}.gitUrl: gitUrl is not supported yet and has no effect [remove gitUrl]"),
        format!("warning 21:31-21:40 {dev}.env.A: valueFrom: env.A: valueFrom is not supported and has no effect"),
        format!("error 22:11-22:11 {dev}.env: a variable of env has no name"),
        format!("error 24:26-24:30 {dev}.resources.limits.memory: resources.limits.memory must be a quantity such as 500m or 2Gi, not \"lots\""),
        "error 26:10-26:11 containers[1].dev.the dev configuration: the dev configuration must be a mapping, not a number".to_owned(),
    ];
    assert_eq!(told, expect, "{told:#?}");
}

#[test]
fn what_mends_a_problem_mends_that_and_nothing_else() {
    let before = problems(BROKEN);
    let mut fixes = 0;
    for problem in &before {
        let Some(text) = mended(BROKEN, problem) else { continue };
        let left: BTreeSet<String> = problems(&text).into_iter().map(|it| it.message).collect();
        let expect: BTreeSet<String> =
            before.iter().map(|it| it.message.clone()).filter(|it| *it != problem.message).collect();
        assert_eq!(left, expect, "{}\n{text}", shown(problem));
        fixes += 1;
    }
    assert_eq!(fixes, 8);
}

#[test]
fn other_trouble_is_told_as_well() {
    let check = |text: &str, expect: &[&str]| {
        let told: Vec<String> = problems(text).iter().map(shown).collect();
        assert_eq!(told, expect, "{text}");
    };
    check("", &[]);
    check("{name: a, containers: [{dev: {image: \"${IMAGE:-x}\"}}]}", &[]);
    check(
        "name: $UNSET\n",
        &[
            "warning 1:7-1:7 -: the variable UNSET is not set and has no default: it counts as empty (a plain $ is written $$)",
        ],
    );
    check(
        "name: a\ny: \"${_INCLUDE_:-z}\"\nx: \"${OPEN\"\n",
        &[
            "warning 2:1-2:2 y: y is not a key of the dev configuration [remove y]",
            "error 2:5-2:5 -: failed to include z: there are no files",
            "warning 3:1-3:2 x: x is not a key of the dev configuration [remove x]",
            "error 3:5-3:5 -: ${OPEN is not closed by a }",
        ],
    );
    check("text", &["error 1:1-1:1 -: this must be a service or a list of services, not text"]);
    check("- 1\n- {name: [a]}\n", &["error 1:3-1:3 -: a service must be a mapping, not a number"]);
    check(
        "services:\n- name: a\n  hub: x\n  nmae: b\n",
        &[
            "warning 3:3-3:6 services[0].hub: hub is not supported yet and has no effect [remove hub]",
            "warning 4:3-4:7 services[0].nmae: nmae is not a key of the dev configuration [remove nmae]",
        ],
    );
    check(
        "{name: a, containers: [{dev: {shell: a, shell: b}}]}",
        &["warning 1:41-1:46 containers[0].dev: shell is given again, and counts instead of f:1:31"],
    );
    let told = problems("a: [1, 2\nb: 3\n");
    assert_eq!((told.len(), told[0].code.as_str(), told[0].is_error), (1, "configSyntax", true));
    let wanted = Wanted { name: "ratings", ..REVIEWS };
    let told = super::check::check(&expanded("f", "name: reviews"), &[], SourceKind::File, Some(wanted));
    assert_eq!(told.len(), 1);
    assert!(told[0].message.starts_with("nothing is said about deployment/ratings"), "{told:?}");
    assert_eq!(told[0].code, "configSaysNothing");
}

/// Texts of one service, right and wrong.
fn fixtures() -> Vec<String> {
    let dev = |members: &str| format!("{{name: reviews, containers: [{{dev: {{{members}}}}}]}}");
    let mut all: Vec<String> = [
        "",
        "~",
        "text",
        "[]",
        "[1]",
        "services:",
        "services: 1",
        "services: [{name: reviews}]",
        "{name: reviews}",
        "{name: 7}",
        "{name: [a]}",
        "{name: reviews, serviceType: {a: b}}",
        "{name: reviews, containers: {}}",
        "{name: reviews, containers: [web]}",
        "{name: reviews, containers: [{dev: 1}]}",
        "{name: reviews, containers: [{dev: null}]}",
        "{name: reviews, containers: [{name: [a]}]}",
        "application: {name: a, services: [{name: reviews, containers: [{dev: {image: go}}]}]}",
        "application: {services: [{name: reviews, containers: 1}]}",
    ]
    .map(str::to_owned)
    .to_vec();
    let members = [
        "image: golang:1.24",
        "image: 7",
        "image: [a]",
        "image: ''",
        "image: null",
        "image: false",
        "image: true",
        "image: 'a b'",
        "image: Dev:1",
        "image: 'dev:'",
        "image: host.example:5000/a/b:v1",
        "image: Host/web",
        "image: a..b",
        "image: a/",
        "sidecarImage: go_",
        "imagePullPolicy: Never",
        "imagePullPolicy: Sometimes",
        "imagePullPolicy: ''",
        "shell: bash",
        "shell: 1",
        "workDir: /a",
        "workDir: a",
        "devContainerName: a b",
        "devContainerName: a",
        "resources: {}",
        "resources: big",
        "resources: {limits: {memory: 2Gi, cpu: 1}}",
        "resources: {limits: {memory: lots}}",
        "resources: {limits: {cpu: 0.5}}",
        "resources: {limits: [a]}",
        "resources: {limits: {cpu: -1}}",
        "resources: {limits: {cpu: ''}}",
        "resources: {requests: {a.b/c: [1]}}",
        "env: []",
        "env: {A: 1}",
        "env: [A]",
        "env: [{value: a}]",
        "env: [{name: 'a b'}]",
        "env: [{name: A}]",
        "env: [{name: A, value: 1}, {name: B, value: true}]",
        "env: [{name: A, value: [1]}]",
        "env: [{name: ''}]",
        "sync: {type: send}",
        "sync: {type: both}",
        "sync: {mode: gitIgnore}",
        "sync: {mode: x}",
        "sync: 1",
        "sync: {filePattern: [a, ./b]}",
        "sync: {filePattern: ['!a']}",
        "sync: {filePattern: ['a[b']}",
        "sync: {ignoreFilePattern: ['!a', '*.log']}",
        "sync: {ignoreFilePattern: [[a]]}",
        "sync: {ignoreFilePattern: a}",
        "command: {run: [go, 1, true]}",
        "command: {run: go}",
        "command: {run: []}",
        "command: {run: {a: b}}",
        "portForward: ['80', 90, '8080:80', ':80']",
        "portForward: ['0']",
        "portForward: [65536]",
        "portForward: ['53/udp']",
        "portForward: ['80:']",
        "portForward: 80",
        "debug: {remoteDebugPort: 5005}",
        "debug: {remoteDebugPort: 0}",
        "debug: {remoteDebugPort: '5005:5005'}",
        "debug: {remoteDebugPort: x}",
        "debug: {language: java}",
        "debug: {language: 1}",
        "securityContext: keep",
        "securityContext: drop",
        "securityContext: ''",
        "persistentVolumeDirs: []",
        "persistentVolumeDirs: /go",
        "persistentVolumeDirs: [/go]",
        "persistentVolumeDirs: [{path: /go}]",
        "persistentVolumeDirs: [{path: /go, capacity: 5Gi}, {path: /root/.m2, capacity: ''}]",
        "persistentVolumeDirs: [{path: /go, capacity: 1000}]",
        "persistentVolumeDirs: [{path: /go, capacity: 0}]",
        "persistentVolumeDirs: [{path: /go, capacity: '0.0'}]",
        "persistentVolumeDirs: [{path: /go, capacity: 0.5Gi}]",
        "persistentVolumeDirs: [{path: /go, capacity: large}]",
        "persistentVolumeDirs: [{path: /go, capacity: [1]}]",
        "persistentVolumeDirs: [{path: /go, capacity: -1}]",
        "persistentVolumeDirs: [{capacity: 5Gi}]",
        "persistentVolumeDirs: [{path: ''}]",
        "persistentVolumeDirs: [{path: 7}]",
        "persistentVolumeDirs: [{path: go}]",
        "persistentVolumeDirs: [{path: /}]",
        "persistentVolumeDirs: [{path: /a/../b}]",
        "persistentVolumeDirs: [{path: /a/.b/..c/d.}]",
        "persistentVolumeDirs: [{path: /a//b}]",
        "persistentVolumeDirs: [{path: /a/}]",
        "persistentVolumeDirs: [{path: '/a:b'}]",
        "persistentVolumeDirs: [{path: /a, more: 1}]",
        "persistentVolumeDirs: [{path: /a}, {path: /a}]",
        "storageClass: fast",
        "storageClass: fast.example-1",
        "storageClass: Fast",
        "storageClass: -a",
        "storageClass: a..b",
        "storageClass: 7",
        "storageClass: ''",
        "patches: 1",
        "hotReload: true",
        "unknown: [1]",
        "env: [{name: A, valueFrom: {}}]",
        "sync: {type: ''}",
        "resources: {limits: ''}",
        "command: {run: ''}",
        "portForward: false",
    ];
    all.extend(members.map(dev));
    all
}

#[test]
fn a_check_finds_an_error_where_a_start_would_and_only_there() {
    for text in fixtures().into_iter().chain([BROKEN.to_owned()]) {
        let layer = Layer { kind: SourceKind::File, text: expanded("f", &text) };
        let resolved = resolve(REVIEWS.kind, REVIEWS.name, &Flags::default(), &[layer]);
        let told = super::check::check(&expanded("f", &text), &[], SourceKind::File, Some(REVIEWS));
        let errors: Vec<&Problem> = told.iter().filter(|it| it.is_error).collect();
        match resolved {
            Ok(resolved) => {
                // What is wrong with a part that is not asked for is wrong all the same.
                if text != BROKEN {
                    assert_eq!(errors, [] as [&Problem; 0], "{text}");
                }
                for warning in resolved.warnings {
                    let is_told = told.iter().any(|it| warning.ends_with(&it.message));
                    assert!(is_told, "{text}: {warning}");
                }
            }
            Err(error) => {
                let error = error.to_string();
                let is_told = errors.iter().any(|it| error.ends_with(&it.message));
                assert!(is_told, "{text}: {error} is not among {errors:?}");
            }
        }
    }
}

/// As an editor reads YAML.
fn json_of(node: &Node) -> Value {
    match &node.content {
        Content::Null => Value::Null,
        Content::Scalar { text, plain: true } => match (node.truth(), text.parse::<f64>()) {
            (Some(truth), _) => truth.into(),
            (None, Ok(_)) => serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into()),
            (None, Err(_)) => text.as_str().into(),
        },
        Content::Scalar { text, .. } => text.as_str().into(),
        Content::List(items) => items.iter().map(json_of).collect(),
        Content::Map(members) => {
            members.iter().map(|(key, value)| (key.name.clone(), json_of(value))).collect()
        }
    }
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let schema = schema::of_source();
    assert!(jsonschema::meta::is_valid(&schema), "the schema is no schema");
    let validator = jsonschema::options().with_draft(Draft::Draft7).build(&schema).expect("a schema");
    let mut refused = 0;
    for text in fixtures().into_iter().chain([BROKEN.to_owned()]) {
        let root = document::parse(&text).expect("YAML");
        let has_error = problems(&text).iter().any(|it| it.is_error);
        let errors: Vec<String> = validator.iter_errors(&json_of(&root)).map(|it| it.to_string()).collect();
        assert_eq!(!errors.is_empty(), has_error, "{text}: {errors:?}");
        refused += usize::from(has_error);
    }
    assert!(refused > 35 && fixtures().len() - refused > 35, "{refused} of {}", fixtures().len());
}

fn paths(table: &[Key], path: &str, into: &mut BTreeSet<String>) {
    for Key { name, shape } in table {
        let name = format!("{path}{name}");
        if let Shape::Group(inner) | Shape::Items(inner, _) = shape {
            paths(inner, &format!("{name}."), into);
        }
        into.insert(name);
    }
}

/// The keys that a schema's own members and those below them are for.
fn paths_of(schema: &Value, path: &str, into: &mut BTreeSet<String>) {
    let group = schema["anyOf"].get(0).unwrap_or(schema);
    for (name, member) in group["properties"].as_object().into_iter().flatten() {
        let name = format!("{path}{name}");
        // A variable's own members are no keys.
        let value = &member["anyOf"][0];
        if value["type"] == "object" {
            paths_of(member, &format!("{name}."), into);
        } else if value["items"]["anyOf"][0]["type"] == "object" {
            paths_of(&value["items"], &format!("{name}."), into);
        }
        into.insert(name);
    }
}

#[test]
fn the_schema_has_the_keys_of_the_reader_and_says_what_each_is_for() {
    let (mut known, mut described) = (BTreeSet::new(), BTreeSet::new());
    paths(DEV, "", &mut known);
    for document in [schema::of_source(), schema::of_daemon()] {
        described.clear();
        paths_of(&document["definitions"]["dev"], "", &mut described);
        assert_eq!(described, known);
    }
    let said: BTreeSet<String> = schema::documented().into_iter().map(str::to_owned).collect();
    assert_eq!(said, known, "what is said in schema.rs is about other keys than there are");
    let dev = &schema::of_source()["definitions"]["dev"]["properties"];
    assert_eq!(dev["workDir"]["default"], "/home/nocalhost-dev");
    assert_eq!(dev["imagePullPolicy"]["anyOf"][0]["enum"], json!(["Always", "IfNotPresent", "Never"]));
}

#[test]
fn a_first_file_is_right_whatever_the_workload_is_called() {
    let template = json!({"spec": {"containers": [
        {"name": "web", "image": "shop/web:2", "workingDir": "/app", "ports": [
            {"containerPort": 8080, "name": "http"}, {"containerPort": 53, "protocol": "UDP"},
        ]},
        {"name": "1", "image": "not an image"},
    ]}});
    let containers = containers_of(&template);
    assert_eq!(containers[0].ports, [(8080, Some("http".to_owned()))]);
    for kind in WorkloadKind::ALL {
        for (name, containers, files) in [
            ("reviews", Vec::new(), Vec::new()),
            ("true", containers.clone(), vec!["README.md".to_owned(), "go.mod".to_owned()]),
            ("0815", vec![Container::default()], Vec::new()),
        ] {
            let known = Known { kind, name, containers, files, image: None };
            let text = scaffold(&known);
            let container = known.containers.first().map(|it| it.name.as_str()).filter(|it| !it.is_empty());
            let wanted = Wanted { kind, name, container };
            let told = super::check::check(&expanded("f", &text), &[], SourceKind::File, Some(wanted));
            assert_eq!(told, [], "{text}");
            // With all its comments taken for said it is right as well.
            let (comments, lines): (Vec<&str>, Vec<&str>) =
                text.lines().partition(|line| line.trim_start().starts_with('#'));
            assert!(comments.len() > 10 && lines.len() >= 6, "{text}");
            let said: String = text
                .lines()
                .skip(2)
                .map(|line| match line.trim_start().strip_prefix("# ") {
                    Some(rest)
                        if rest.trim_start().starts_with('-')
                            || rest.contains(": ")
                            || rest.ends_with(':') =>
                    {
                        let is_prose = rest.trim_start().split([':', ' ']).next().unwrap_or_default();
                        if is_prose.starts_with(|c: char| c.is_uppercase())
                            || is_prose.len() < 2 && !rest.trim_start().starts_with('-')
                            || ["for", "the", "choose", "as"].contains(&is_prose)
                        {
                            String::new()
                        } else {
                            format!("      {rest}\n")
                        }
                    }
                    Some(_) => String::new(),
                    None => format!("{line}\n"),
                })
                .collect();
            let told = super::check::check(&expanded("f", &said), &[], SourceKind::File, Some(wanted));
            assert_eq!(told, [], "{said}");
        }
    }
    let known = Known {
        kind: WorkloadKind::Deployment,
        name: "web",
        containers,
        files: vec!["go.mod".to_owned()],
        image: None,
    };
    let text = scaffold(&known);
    assert!(text.contains("image: golang:1\n") && text.contains("\":8080\"   # http"), "{text}");
}

fn resolved(text: &str, wanted: Wanted<'_>) -> Resolved {
    let layer = Layer { kind: SourceKind::File, text: expanded("f", text) };
    let flags = Flags { container: wanted.container.map(str::to_owned), ..Flags::default() };
    resolve(wanted.kind, wanted.name, &flags, &[layer]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn written(text: &str, key: &str, value: &Setting) -> Result<String, EditError> {
    Ok(set(text, &expanded("f", text), REVIEWS, key, value)?.apply(text))
}

#[test]
fn a_key_is_written_into_every_form_and_the_rest_stays() {
    let text = |text: &str| Setting::Text(text.to_owned());
    let check = |before: &str, key: &str, value: Setting, expect: &str| {
        assert_eq!(written(before, key, &value).as_deref(), Ok(expect), "{key} in\n{before}");
    };
    let service =
        "name: reviews\nserviceType: deployment\ncontainers:\n  - name: \"\"\n    dev:\n      image: go\n";
    check("", "image", text("go"), service);
    check("# mine\n", "image", text("go"), &format!("# mine\n{service}"));
    check(service, "image", text("golang:1"), &service.replace("image: go", "image: golang:1"));
    check(service, "hotReload", text("false"), &format!("{service}      hotReload: false\n"));
    check(
        "name: reviews   # a\ncontainers:\n- dev:\n    image: 'x'   # b\n    # c\n\n# d\n",
        "image",
        text("a b"),
        "name: reviews   # a\ncontainers:\n- dev:\n    image: \"a b\"   # b\n    # c\n\n# d\n",
    );
    check(
        "name: reviews\ncontainers:\n- dev:\n    image: x   # b\n\n    # c\n",
        "sync.type",
        text("send"),
        "name: reviews\ncontainers:\n- dev:\n    image: x   # b\n    sync:\n      type: send\n\n    # c\n",
    );
    check(
        "{name: reviews, containers: [{dev: {image: x}}]}",
        "resources.limits.memory",
        text("2Gi"),
        "{name: reviews, containers: [{dev: {image: x, resources: {limits: {memory: 2Gi}}}}]}",
    );
    check(
        "name: reviews\r\ncontainers:\r\n- dev:\r\n    env:\r\n    - name: A\r\n      value: 1\r\n    shell:\r\n",
        "env.B",
        text("$x"),
        "name: reviews\r\ncontainers:\r\n- dev:\r\n    env:\r\n    - name: A\r\n      value: 1\r\n    - name: B\r\n      value: \"$$x\"\r\n    shell:\r\n",
    );
    check(
        "name: reviews\ncontainers:\n- dev:\n    command:\n      run:\n        - a   # first\n        - b\n    shell: sh\n",
        "command.run",
        Setting::List(vec!["go".to_owned(), "run".to_owned()]),
        "name: reviews\ncontainers:\n- dev:\n    command:\n      run:\n        - go\n        - run\n    shell: sh\n",
    );
    check(
        "name: reviews\ncontainers:\n- dev:\n    shell:   # none\n    image: x",
        "shell",
        text("bash"),
        "name: reviews\ncontainers:\n- dev:\n    shell: bash   # none\n    image: x",
    );
    let folders = |folders: &[&str]| Setting::List(folders.iter().map(|it| (*it).to_owned()).collect());
    check(
        service,
        "persistentVolumeDirs",
        folders(&["/go:5Gi", "/root/.m2"]),
        &format!(
            "{service}      persistentVolumeDirs: [{{path: /go, capacity: 5Gi}}, {{path: /root/.m2, capacity: 10Gi}}]\n"
        ),
    );
    check(
        "name: reviews\ncontainers:\n- dev:\n    persistentVolumeDirs:\n    - path: /a   # one\n    storageClass: x\n",
        "persistentVolumeDirs",
        folders(&["/b:1Gi", "/c:2Gi"]),
        "name: reviews\ncontainers:\n- dev:\n    persistentVolumeDirs:\n    - {path: /b, capacity: 1Gi}\n    - {path: /c, capacity: 2Gi}   # one\n    storageClass: x\n",
    );
    check(
        "services:\n- name: ratings\n",
        "image",
        text("x"),
        "services:\n- name: ratings\n- name: reviews\n  serviceType: deployment\n  containers:\n    - name: \"\"\n      dev:\n        image: x\n",
    );
    check(
        service,
        "patches.0.patch",
        text("{spec: {}}"),
        &format!("{service}      patches:\n        - patch: \"{{spec: {{}}}}\"\n"),
    );
    let patches =
        "name: reviews\ncontainers:\n- dev:\n    patches:\n    - patch: '{}'   # one\n    shell: sh\n";
    check(
        patches,
        "patches.0.type",
        text("merge"),
        &patches.replace("# one\n", "# one\n      type: merge\n"),
    );
    check(
        patches,
        "patches.1.patch",
        text("a: 1"),
        &patches.replace("# one\n", "# one\n    - patch: \"a: 1\"\n"),
    );
    check(
        "{name: reviews, containers: [{dev: {image: x}}]}",
        "patches.0.patch",
        text("{}"),
        "{name: reviews, containers: [{dev: {image: x, patches: [{patch: \"{}\"}]}}]}",
    );
    let fails = |before: &str, key: &str, value: Setting| written(before, key, &value).expect_err(before);
    assert!(matches!(fails("name: ratings\n", "image", text("x")), EditError::NoPlace { .. }));
    assert!(matches!(fails("", "imagee", text("x")), EditError::UnknownKey(_)));
    assert!(matches!(fails("", "env", text("x")), EditError::UnknownKey(_)));
    assert!(matches!(fails("", "image.x", text("x")), EditError::UnknownKey(_)));
    for key in ["patches", "patches.0", "patches.x.patch", "patches.0.x", "patches.0.patch.x"] {
        assert!(matches!(fails("", key, text("x")), EditError::UnknownKey(_)), "{key}");
    }
    assert!(matches!(fails("", "command.run", text("x")), EditError::WrongValue { .. }));
    for wrong in [text("/go"), folders(&["go"]), folders(&["/go:none"]), folders(&["/go:1Gi:2"])] {
        assert!(matches!(fails("", "persistentVolumeDirs", wrong), EditError::WrongValue { .. }));
    }
    let meant = |key: &str, value: &Setting| super::edit::meant(key, value);
    assert_eq!(meant("persistentVolumeDirs", &folders(&["/a", "/b:1Gi"])), folders(&["/a:10Gi", "/b:1Gi"]));
    assert_eq!(meant("command.run", &folders(&["/a"])), folders(&["/a"]));
}

/// A file in one of the styles that people write.
fn styles() -> impl Strategy<Value = String> {
    let shell = select(vec!["", "SHELL\n", "shell: sh   # a\nSHELL", "# before\nshell: 'sh'\n# after\n"]);
    let env = select(vec![
        "",
        "env: []\n",
        "env: [{name: A, value: 1}, {name: B, value: ''}]   # vars\n",
        "env:\n- name: A   # first\n  value: \"1\"\n# between\n- value: x\n  name: B\n",
        "env:\n  - {name: A}\n",
    ]);
    let sync =
        select(vec!["", "sync: {type: send}\n", "sync:\n  # c\n  mode: pattern\n", "sync:\n", "sync: {}\n"]);
    let command =
        select(vec!["", "command: {run: [a, b]}\n", "command:\n  run:\n  - a\n  - \"b c\"\n  build:\n"]);
    let image = select(vec!["image: go:1\n", "\nimage: \"go:1\"   # mine\n\n", "image: go:1\nworkDir: /x\n"]);
    let frame = select(vec![0_usize, 1, 2, 3]);
    (shell, env, sync, command, image, frame, any::<bool>()).prop_map(
        |(shell, env, sync, command, image, frame, windows)| {
            let shell = shell.replace("SHELL", "");
            let dev = [image, shell.as_str(), env, sync, command].concat();
            let indented = |by: usize| -> String {
                dev.lines().map(|line| format!("{}{line}\n", " ".repeat(by))).collect()
            };
            let text = match frame {
                0 => format!("name: reviews\ncontainers:\n- name: ''\n  dev:\n{}", indented(4)),
                1 => format!(
                    "# top\n- name: other\n- name: reviews\n  containers:\n    - dev:\n{}# end\n",
                    indented(10)
                ),
                2 => format!("services:\n  - containers:\n      - dev:\n{}    name: reviews\n", indented(12)),
                _ => format!(
                    "application:\n  services:\n  - name: reviews\n    containers:\n    - dev:\n{}",
                    indented(8)
                ),
            };
            if windows { text.replace('\n', "\r\n") } else { text }
        },
    )
}

fn settings() -> impl Strategy<Value = (String, Setting)> {
    let texts = select(vec![
        "x", "a b", "$HOME", "it's", "\"q\"", "#c", "- d", "ü: {y}", "0x10", "true", "a,b", "[z]",
    ]);
    let words = proptest::collection::vec(texts.clone(), 1..4);
    let one = |key: &'static str, value: &'static str| (key.to_owned(), Setting::Text(value.to_owned()));
    prop_oneof![
        texts.clone().prop_map(|text| ("shell".to_owned(), Setting::Text(text.to_owned()))),
        (select(vec!["env.A", "env.B", "env.NEW"]), texts)
            .prop_map(|(key, text)| (key.to_owned(), Setting::Text(text.to_owned()))),
        (select(vec!["command.run", "command.build", "command.debug"]), words).prop_map(|(key, words)| {
            (key.to_owned(), Setting::List(words.into_iter().map(str::to_owned).collect()))
        }),
        select(vec![
            one("image", "host.example:5000/a/b:1"),
            one("workDir", "/home/a b"),
            one("sync.type", "sendReceive"),
            one("sync.mode", "gitIgnore"),
            one("resources.limits.cpu", "1"),
            one("resources.requests.example.com/gpu", "2"),
            one("debug.remoteDebugPort", ":5005"),
            one("securityContext", "keep"),
            one("storageClass", "fast.example"),
        ]),
        proptest::collection::vec(select(vec!["/a:1Gi", "/b/c d:5", "/$e:1e3"]), 1..2).prop_map(|folders| {
            (
                "persistentVolumeDirs".to_owned(),
                Setting::List(folders.into_iter().map(str::to_owned).collect()),
            )
        }),
        proptest::collection::vec(select(vec!["80", "8080:80", ":80"]), 1..3).prop_map(|ports| {
            ("portForward".to_owned(), Setting::List(ports.into_iter().map(str::to_owned).collect()))
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is written is what is read, no other value changes, and no line outside of the change does.
    #[test]
    fn what_is_written_is_read_again_and_all_else_stays(text in styles(), (key, value) in settings()) {
        let change = set(&text, &expanded("f", &text), REVIEWS, &key, &value).expect("it can be written");
        let after = change.apply(&text);
        prop_assert!(after.starts_with(&text[..change.start]) && after.ends_with(&text[change.end..]));
        let (before, now) = (resolved(&text, REVIEWS), resolved(&after, REVIEWS));
        let found = now.get(&key).cloned();
        let is_text = found.as_ref().and_then(Setting::as_text).is_some_and(|text| Some(text) == value.as_text());
        let is_it = found.as_ref() == Some(&value) || is_text;
        prop_assert!(is_it, "{key} is {found:?} in\n{after}");
        for entry in &before.entries {
            if entry.key != key {
                prop_assert_eq!(now.get(&entry.key), entry.value.as_ref(), "{} in\n{}", &entry.key, &after);
            }
        }
        let comments = |text: &str| text.matches('#').count();
        prop_assert!(comments(&after) >= comments(&text) - comments(&text[change.start..change.end]));
        prop_assert!(!text.contains("\r\n") || !after.replace("\r\n", "").contains('\n'), "{after:?}");
    }

    /// Any text is checked without a panic, and every place is one of the text.
    #[test]
    fn any_text_is_checked(text in any::<String>()) {
        for problem in problems(&text) {
            prop_assert!(problem.at <= problem.end);
            prop_assert!(utf16_column(&text, problem.end) as usize <= text.len());
        }
    }
}
