//! What texts mean: every form, every fault, every order of sources.

use nhd_plan::Folder;
use nhd_protocol::forward::ForwardReason;
use nhd_protocol::workload::WorkloadKind;

use super::WantedForward;
use super::*;

const FULL: &str = "\
name: reviews
serviceType: deployment
containers:
  - name: \"\"
    dev:
      image: golang:1.24
      imagePullPolicy: IfNotPresent
      shell: bash
      workDir: /home/work
      resources: {limits: {memory: 2Gi, cpu: 1}, requests: {cpu: 500m}}
      sidecarResources: {limits: {memory: 512Mi}, requests: {cpu: 50m}}
      sync: {type: send, mode: \"pattern\", filePattern: [./]}
      env:
        - {name: LOG, value: debug}
        - {name: LEVEL, value: 3}
      command: {run: [go, run, .]}
      debug: {remoteDebugPort: 5005, language: java}
      portForward: [\"8080:80\"]
      securityContext: keep
      gitUrl: \"\"
      patches: []
      storageClass: null
      useDevContainer: false
";

fn layer(kind: SourceKind, text: &str) -> Layer {
    let file = match kind {
        SourceKind::File => "f",
        SourceKind::Annotation => "a",
        _ => "d",
    };
    Layer { kind, text: text::expanded(file, text) }
}

fn resolved(flags: &Flags, layers: &[Layer]) -> Result<Resolved, String> {
    resolve(WorkloadKind::Deployment, "reviews", flags, layers).map_err(|error| error.to_string())
}

fn of_file(text: &str) -> Resolved {
    let resolved = resolved(&Flags::default(), &[layer(SourceKind::File, text)]);
    let resolved = resolved.unwrap_or_else(|error| panic!("{error}\n{text}"));
    for warning in &resolved.warnings {
        assert!(nhd_protocol::message::Notice::of(warning).code.is_some(), "{warning} has no code");
    }
    resolved
}

fn image(resolved: &Resolved) -> Option<String> {
    Values::of(resolved).image
}

fn port(pair: &str, reason: ForwardReason) -> WantedForward {
    WantedForward::new(pair.parse().expect(pair), reason)
}

/// The values below `dev` of a service, from line 1.
fn dev(members: &str) -> String {
    format!("{{name: reviews, containers: [{{dev: {{\n{members}\n}}}}]}}")
}

#[test]
fn every_key_of_a_service_is_read() {
    let resolved = of_file(FULL);
    let values = Values::of(&resolved);
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(values.image.as_deref(), Some("golang:1.24"));
    assert_eq!(values.dev.image_pull_policy.as_deref(), Some("IfNotPresent"));
    assert_eq!(values.dev.shell.as_deref(), Some("bash"));
    assert_eq!(values.work_dir.as_deref(), Some("/home/work"));
    assert_eq!(values.container, None);
    assert_eq!(values.dev.env, pairs(&[("LOG", "debug"), ("LEVEL", "3")]));
    assert_eq!(values.dev.limits, pairs(&[("memory", "2Gi"), ("cpu", "1")]).into_iter().collect());
    assert_eq!(values.dev.requests, pairs(&[("cpu", "500m")]).into_iter().collect());
    assert_eq!(values.dev.sidecar_limits, pairs(&[("memory", "512Mi")]).into_iter().collect());
    assert_eq!(values.dev.sidecar_requests, pairs(&[("cpu", "50m")]).into_iter().collect());
    assert!(values.dev.keep_security_context);
    assert_eq!(
        values.dev.forwards,
        [port("5005", ForwardReason::Debug), port("8080:80", ForwardReason::PortForward)]
    );
    assert!(resolved.warnings.is_empty(), "{:?}", resolved.warnings);
    let entry = resolved.entries.iter().find(|entry| entry.key == "command.run").expect("a command");
    let place = Some(("f".to_owned(), Position { line: 16, column: 22 }));
    assert_eq!(entry.origin, Origin { kind: SourceKind::File, place });
    assert_eq!(entry.value, Some(Setting::List(vec!["go".into(), "run".into(), ".".into()])));
    let order: Vec<&str> = resolved.entries.iter().map(|entry| entry.key.as_str()).take(4).collect();
    assert_eq!(order, ["image", "imagePullPolicy", "shell", "workDir"]);
}

#[test]
fn every_form_of_a_file_leads_to_the_workload() {
    let one = "name: reviews, serviceType: Deployment, containers: [{name: '', dev: {image: one}}]";
    let other = "name: reviews, serviceType: statefulset, containers: [{dev: {image: other}}]";
    for text in [
        format!("{{{one}}}"),
        format!("[{{{other}}}, {{{one}}}]"),
        format!("services: [{{{other}}}, {{{one}}}]"),
        format!("application: {{name: bookinfo, services: [{{{one}}}]}}"),
        "{name: reviews, containers: [{dev: {image: one}}]}".to_owned(),
    ] {
        assert_eq!(image(&of_file(&text)).as_deref(), Some("one"), "{text}");
        assert_eq!(of_file(&text).warnings, [""; 0], "{text}");
    }
    for text in ["", "[]", "{name: ratings, containers: []}", "services:", "{name: reviews}"] {
        assert_eq!(image(&of_file(text)), None, "{text}");
    }
    let text = format!("[{{{other}}}, {{name: ratings}}]");
    let expect =
        "f:1:1: nothing is said about deployment/reviews here, only about statefulset/reviews, ratings";
    assert_eq!(of_file(&text).warnings, [expect]);
}

#[test]
fn the_container_is_the_wanted_one_or_the_only_one_or_any() {
    let check = |containers: &str,
                 wanted: Option<&str>,
                 expect: Result<(Option<&str>, Option<&str>), &str>| {
        let flags = Flags { container: wanted.map(str::to_owned), ..Flags::default() };
        let text = format!("{{name: reviews, containers: [{containers}]}}");
        let found = resolved(&flags, &[layer(SourceKind::File, &text)]).map(|resolved| Values::of(&resolved));
        let found = found.as_ref().map(|it| (it.image.as_deref(), it.container.as_deref()));
        assert_eq!(found.map_err(String::as_str), expect, "{containers} {wanted:?}");
    };
    let two = "{name: web, dev: {image: w}}, {name: db, dev: {image: d}}";
    let any = "{name: web, dev: {image: w}}, {name: '', dev: {image: e}}";
    check("{name: web, dev: {image: w}}", None, Ok((Some("w"), Some("web"))));
    check("{name: web, dev: {image: w}}", Some("db"), Ok((None, Some("db"))));
    check("{name: '', dev: {image: e}}", Some("db"), Ok((Some("e"), Some("db"))));
    check("{name: '', dev: {image: e, devContainerName: db}}", None, Ok((Some("e"), Some("db"))));
    check(two, Some("db"), Ok((Some("d"), Some("db"))));
    check(any, None, Ok((Some("e"), None)));
    check(any, Some("web"), Ok((Some("w"), Some("web"))));
    check(two, None, Err("f:1:29: several containers (web, db) are configured and none was chosen"));
}

#[test]
fn a_wrong_value_is_named_with_its_place() {
    for (members, expect) in [
        ("image: [a]", "f:2:8: image must be text, not a list"),
        ("image: 7", "f:2:8: image must be text, not a number"),
        ("image: 'a b'", "f:2:8: image must be an image without a space in it, not \"a b\""),
        ("image: Dev:1", "f:2:8: image must be an image whose name is in lower case, not \"Dev:1\""),
        (
            "sidecarImage: 'dev:'",
            "f:2:15: sidecarImage must be an image whose tag has 1 to 128 letters, digits, _ . and -, and begins with none of the last two, not \"dev:\"",
        ),
        (
            "portForward: ['53:53/udp']",
            "f:2:15: an item of portForward must be a port of TCP (UDP cannot be forwarded), not \"53:53/udp\"",
        ),
        ("shell: true", "f:2:8: shell must be text, not a truth value"),
        ("workDir: src", "f:2:10: workDir must be an absolute path, not \"src\""),
        (
            "imagePullPolicy: Sometimes",
            "f:2:18: imagePullPolicy must be Always or IfNotPresent or Never, not \"Sometimes\"",
        ),
        (
            "resources: {limits: {memory: lots}}",
            "f:2:30: resources.limits.memory must be a quantity such as 500m or 2Gi, not \"lots\"",
        ),
        ("resources: big", "f:2:12: resources must be a mapping, not text"),
        ("env: {A: 1}", "f:2:6: env must be a list of names with values, not a mapping"),
        ("env: [A]", "f:2:7: a variable of env must be a name with a value, not text"),
        ("env: [{value: a}]", "f:2:7: a variable of env has no name"),
        ("env: [{name: 'a b'}]", "f:2:14: \"a b\" is not the name of a variable"),
        ("sync: {type: both}", "f:2:14: sync.type must be send or sendReceive, not \"both\""),
        ("command: {run: go}", "f:2:16: command.run must be a list, not text"),
        (
            "portForward:\n  ['80', '8080:x']",
            "f:3:10: an item of portForward must be a port from 1 to 65535, or two as LOCAL:REMOTE, not \"8080:x\"",
        ),
        (
            "debug: {remoteDebugPort: 0}",
            "f:2:26: debug.remoteDebugPort must be a port from 1 to 65535, or two as LOCAL:REMOTE, not \"0\"",
        ),
        ("securityContext: drop", "f:2:18: securityContext must be keep, not \"drop\""),
        ("envFrom: [a]", "f:2:10: envFrom must be a mapping, not a list"),
        ("envFrom: {secretRef: [{prefix: A}]}", "f:2:23: an item of envFrom.secretRef has no name"),
        (
            "envFrom: {configMapRef: [{name: Upper}]}",
            "f:2:33: envFrom.configMapRef.0.name must be the name of an object, of lower case letters, digits, - and ., not \"Upper\"",
        ),
        (
            "envFrom: {secretRef: [{name: a, prefix: 'a b'}]}",
            "f:2:41: envFrom.secretRef.0.prefix must be what the name of a variable can begin with, not \"a b\"",
        ),
        ("envFrom: {envFile: [{path: [a]}]}", "f:2:28: envFrom.envFile.0.path must be text, not a list"),
        ("patches: x", "f:2:10: patches must be a list, not text"),
        ("patches: [7]", "f:2:11: patches.0 must be a mapping, not a number"),
        ("patches: [{type: json}]", "f:2:11: an item of patches has no patch"),
        ("patches: [{patch: {spec: {a: 1}}}]", "f:2:19: patches.0.patch must be text, not a mapping"),
        (
            "patches: [{patch: '{}', type: json-patch}]",
            "f:2:31: patches.0.type must be strategic or merge or json, not \"json-patch\"",
        ),
        ("patches: [{patch: '[]'}]", "f:2:19: the patch must be a mapping, as its type is strategic"),
        (
            "patches:\n  [{patch: '{}'}, {type: json, patch: '{}'}]",
            "f:3:39: the patch must be a list of JSON patch operations, as its type is json: invalid type: map, expected a sequence",
        ),
    ] {
        let found = resolved(&Flags::default(), &[layer(SourceKind::File, &dev(members))]);
        assert_eq!(found.expect_err(members), expect);
    }
    for (text, expect) in [
        ("text", "f:1:1: this must be a service or a list of services, not text"),
        ("[1]", "f:1:2: a service must be a mapping, not a number"),
        ("services: 1", "f:1:11: services must be a list, not a number"),
        ("{name: reviews, containers: {}}", "f:1:29: containers must be a list, not a mapping"),
        ("{name: reviews, containers: [web]}", "f:1:30: a container must be a mapping, not text"),
        (
            "{name: reviews, containers: [{dev: 1}]}",
            "f:1:36: the dev configuration must be a mapping, not a number",
        ),
    ] {
        let found = resolved(&Flags::default(), &[layer(SourceKind::File, text)]);
        assert_eq!(found.expect_err(text), expect);
    }
}

#[test]
fn persistent_folders_have_a_capacity_and_each_counts_once() {
    let text = dev(
        "storageClass: fast,\npersistentVolumeDirs: [{path: /go, capacity: 5Gi},\n{path: /root/.m2},\n{path: /go, capacity: 7}]",
    );
    let found = of_file(&text);
    let folder = |path: &str, capacity: &str| Folder { path: path.into(), capacity: capacity.into() };
    let values = Values::of(&found);
    assert_eq!(values.dev.folders, [folder("/root/.m2", "10Gi"), folder("/go", "7")]);
    assert_eq!(values.dev.storage_class.as_deref(), Some("fast"));
    assert_eq!(
        found.warnings,
        ["f:5:1: persistentVolumeDirs: /go is given again, and counts instead of f:3:24"]
    );
    let shown = Setting::List(vec!["/root/.m2:10Gi".to_owned(), "/go:7".to_owned()]);
    assert_eq!(found.get("persistentVolumeDirs"), Some(&shown));
    let none = Values::of(&of_file(&dev("persistentVolumeDirs: [],\nstorageClass: ''"))).dev;
    assert_eq!((none.folders, none.storage_class), (Vec::new(), None));
}

#[test]
fn what_is_given_again_counts_as_it_is_given_last_and_both_places_are_named() {
    let text = dev("image: a,\nenv: [{name: A, value: 1}],\nimage: b,\nenv: [{name: B, value: 2}]");
    let found = of_file(&text);
    assert_eq!(image(&found).as_deref(), Some("b"));
    assert_eq!(Values::of(&found).dev.env, [("B".to_owned(), "2".to_owned())]);
    assert_eq!(
        found.warnings,
        [
            "f:4:1: image is given again, and counts instead of f:2:1",
            "f:5:1: env is given again, and counts instead of f:3:1",
        ]
    );
    let env = "env: [{name: A, value: 1},\n{name: B},\n{name: A, value: 3, value: 2}],\n";
    let found = of_file(&dev(&format!("{env}resources: {{limits: {{cpu: 1,\ncpu: 2}}}}")));
    let expect = [("B", ""), ("A", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(Values::of(&found).dev.env, expect);
    assert_eq!(
        found.warnings,
        [
            "f:4:21: env.A: value is given again, and counts instead of f:4:11",
            "f:4:1: env.A is given again, and counts instead of f:2:24",
            "f:6:1: resources.limits.cpu is given again, and counts instead of f:5:22",
        ]
    );
    let service = |image: &str| format!("{{name: reviews, containers: [{{dev: {{image: {image}}}}}]}}");
    let found = of_file(&format!("services: []\nservices:\n- {}\n- {}\n", service("a"), service("b")));
    assert_eq!(image(&found).as_deref(), Some("b"));
    assert_eq!(
        found.warnings,
        [
            "f:2:1: services is given again, and counts instead of f:1:1",
            "f:4:3: service reviews is given again, and counts instead of f:3:3",
        ]
    );
}

#[test]
fn what_has_no_effect_is_named() {
    let text = dev("imagee: a,\ngitUrl: x,\nsync: {deleteProtection: true, mod: x}");
    assert_eq!(
        of_file(&text).warnings,
        [
            "f:2:1: imagee is not a key of the dev configuration",
            "f:3:1: gitUrl is not supported yet and has no effect",
            "f:4:8: sync.deleteProtection is not supported yet and has no effect",
            "f:4:32: sync.mod is not a key of the dev configuration",
        ]
    );
    let text =
        dev("sync: {type: sendReceive, mode: gitIgnore, filePattern: [src], ignoreFilePattern: [.git]}");
    let idle = ["57: sync.filePattern", "83: sync.ignoreFilePattern"];
    let idle = idle.map(|key| format!("f:2:{key} has no effect with sync.mode gitIgnore"));
    assert_eq!(of_file(&text).warnings, idle);
    let text = "{name: reviews, priorityClass: high, hubs: 1, containers: [{install: {env: [{name: A}]}}]}";
    assert_eq!(
        of_file(text).warnings,
        [
            "f:1:17: priorityClass is not supported yet and has no effect",
            "f:1:38: hubs is not a key of the dev configuration",
            "f:1:61: install is not supported yet and has no effect",
        ]
    );
}

#[test]
fn the_strongest_source_of_each_key_counts() {
    let service = |members: &str| format!("{{name: reviews, containers: [{{dev: {{{members}}}}}]}}");
    let layers = [
        layer(SourceKind::File, &service("shell: f, env: [{name: A, value: f}, {name: B, value: f}]")),
        layer(
            SourceKind::Annotation,
            &service("shell: a, workDir: /a, env: [{name: B, value: a}, {name: C, value: a}]"),
        ),
        layer(SourceKind::Daemon, "dev: {shell: d, workDir: /d, image: d, sidecarImage: d}"),
    ];
    let flags = Flags {
        image: Some("flag".to_owned()),
        env: [("A".to_owned(), "flag".to_owned())].into(),
        ..Flags::default()
    };
    let resolved = resolved(&flags, &layers).expect("resolves");
    let said: Vec<String> = resolved
        .entries
        .iter()
        .filter_map(|entry| match &entry.value {
            Some(Setting::Text(text)) => Some(format!("{}={text} {:?}", entry.key, entry.origin.kind)),
            _ => None,
        })
        .collect();
    assert_eq!(
        said,
        [
            "image=flag Flag",
            "shell=f File",
            "workDir=/a Annotation",
            "sidecarImage=d Daemon",
            "env.A=flag Flag",
            "env.B=f File",
            "env.C=a Annotation",
        ]
    );
}

#[test]
fn the_strongest_source_names_all_ports_and_the_debugger_has_its_own() {
    use ForwardReason::{Debug, PortForward, Request};
    let file = layer(SourceKind::File, &dev("portForward: ['8080:80', 9090, ':80', '8080:80']"));
    let daemon = layer(SourceKind::Daemon, "dev: {portForward: ['1:1'], debug: {remoteDebugPort: 9090}}");
    let none = layer(SourceKind::File, &dev("portForward: []"));
    let flags = Flags { port_forward: vec![":7".parse().expect("a pair")], ..Flags::default() };
    for (flags, layers, expect) in [
        (
            Flags::default(),
            vec![file.clone(), daemon.clone()],
            vec![port("9090", Debug), port("8080:80", PortForward), port(":80", PortForward)],
        ),
        (flags, vec![file, daemon.clone()], vec![port("9090", Debug), port(":7", Request)]),
        (Flags::default(), vec![none, daemon], vec![port("9090", Debug), port("1:1", PortForward)]),
        (Flags::default(), Vec::new(), Vec::new()),
    ] {
        let found = Values::of(&resolved(&flags, &layers).expect("resolves")).dev.forwards;
        assert_eq!(found, expect);
    }
}

#[test]
fn the_strongest_source_has_all_patches_and_each_knows_its_place() {
    let file = layer(
        SourceKind::File,
        &dev("patches: [{patch: '{spec: {a: 1}}'}, {},\n{type: merge, patch: \"spec: {b: $$x}\"}]"),
    );
    let three = "{patch: '{}', type: merge}, {patch: '{}', type: merge}, {patch: '{}', type: merge}";
    let daemon = layer(SourceKind::Daemon, &format!("dev: {{patches: [{three}]}}"));
    let found = resolved(&Flags::default(), &[file, daemon.clone()]).expect("resolves");
    assert_eq!(found.warnings, [""; 0]);
    let patches = Values::of(&found).dev.patches;
    let said: Vec<_> =
        patches.iter().map(|it| (it.kind.word(), it.patch.to_string(), it.place.to_string())).collect();
    let expect = [
        ("strategic", r#"{"spec":{"a":1}}"#.to_owned(), "f:2:19".to_owned()),
        ("merge", r#"{"spec":{"b":"$x"}}"#.to_owned(), "f:3:22".to_owned()),
    ];
    assert_eq!(said, expect);
    let of_daemon = resolved(&Flags::default(), &[daemon]).expect("resolves");
    assert_eq!(Values::of(&of_daemon).dev.patches.len(), 3);
}

#[test]
fn objects_that_variables_come_from_are_told_with_their_prefixes() {
    let text = "envFrom: {configMapRef: [{name: settings}, {name: more, prefix: M_}],
secretRef: [{name: keys.shop}]}";
    let found = Values::of(&of_file(&dev(text))).dev.env_from;
    let said: Vec<_> =
        found.iter().map(|it| (it.kind, it.name.as_str(), it.prefix.as_str(), it.place.line)).collect();
    use nhd_plan::EnvSourceKind::{ConfigMap, Secret};
    let expect = [(ConfigMap, "settings", "", 2), (ConfigMap, "more", "M_", 2), (Secret, "keys.shop", "", 3)];
    assert_eq!(said, expect);
}

#[test]
fn the_daemons_own_file_has_the_keys_below_dev() {
    let of_daemon = |text: &str| resolved(&Flags::default(), &[layer(SourceKind::Daemon, text)]);
    assert_eq!(
        of_daemon("deb: 1").expect("resolves").warnings,
        ["d:1:1: deb is not a key of the dev configuration"]
    );
    assert_eq!(
        of_daemon("dev: {image: [a]}").expect_err("wrong"),
        "d:1:14: dev.image must be text, not a list"
    );
    assert_eq!(image(&of_daemon("").expect("resolves")), None);
}
