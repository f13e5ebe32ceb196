//! The dev configuration on a real pod: what is written beside the source is what the dev container has.

use anyhow::{Context, Result, ensure};
use nhd_protocol::config::{ConfigEntry, ConfigSource, ConfigSourceKind, ConfigValue};
use nhd_protocol::editor::{ConfigCheckParams, ConfigScaffoldParams, ConfigSetParams};
use nhd_protocol::error::ErrorKind;
use nhd_protocol::methods::{ConfigCheck, ConfigScaffold, ConfigSet, Resolve, Start};
use nhd_protocol::session::StartParams;
use nhd_tests::laptop::{DEV_IMAGE, Laptop};
use nhd_tests::stage::{Stage, answered, pod_of};
use nhd_tests::workload::app;
use serde_json::json;

use crate::shared_cluster;

const FILE: &str = ".nocalhost/config.yaml";

fn service(image: &str) -> String {
    format!(
        "name: reviews
serviceType: deployment
containers:
  - name: app
    dev:
      image: {image}
      imagePullPolicy: Never
      shell: sh
      env:
        - {{name: LOG_DIR, value: /tmp/dev}}
        - {{name: EXTRA, value: from the file}}
      resources: {{limits: {{memory: 256Mi}}}}
"
    )
}

fn entry<'a>(entries: &'a [ConfigEntry], key: &str) -> Result<&'a ConfigEntry> {
    entries.iter().find(|entry| entry.key == key).with_context(|| format!("no {key} in {entries:#?}"))
}

#[tokio::test]
async fn the_dev_container_is_as_configured_and_the_workload_comes_back() -> Result<()> {
    let mut manifest = app("reviews");
    let annotation =
        "{name: reviews, containers: [{dev: {shell: bash, env: [{name: NOTED, value: above}]}}]}";
    manifest["metadata"]["annotations"]["dev.nocalhost"] = json!(annotation);
    let stage = Stage::set(shared_cluster().await, "config", manifest).await?;
    stage.laptop.save(FILE, &service(DEV_IMAGE))?;
    std::fs::write(stage.laptop.home().join("config.yaml"), "dev: {shell: zsh, workDir: /home/work}")?;
    let params = StartParams {
        image: None,
        env: [("EXTRA".to_owned(), "from the request".to_owned())].into(),
        ..stage.params()
    };

    every_value_says_where_it_came_from(&stage, params.clone()).await?;

    let status = stage.laptop.start_synced(&stage.nhd, params.clone()).await?;
    ensure!(status.image == DEV_IMAGE && status.work_dir == "/home/work", "{status:?}");
    ensure!(
        status.shell.as_deref() == Some("sh") && status.container.as_deref() == Some("app"),
        "{status:?}"
    );
    let pod = pod_of(&status)?;
    let script = "echo $LOG_DIR, $EXTRA, $NOTED, $(pwd)";
    stage.workload.prints(pod, script, "/tmp/dev, from the request, above, /home/work").await?;
    let spec = stage.workload.pods().get(pod).await?.spec.context("a spec")?;
    let dev = spec.containers.iter().find(|it| it.name == "nocalhost-dev").context("a dev container")?;
    ensure!(dev.image_pull_policy.as_deref() == Some("Never"), "{:?}", dev.image_pull_policy);
    let limits = dev.resources.as_ref().and_then(|it| it.limits.clone()).context("limits")?;
    ensure!(limits["memory"].0 == "256Mi", "{limits:?}");

    // The session has what it was started with; who starts again learns what the file says otherwise.
    stage.laptop.save(FILE, &service("another:1"))?;
    let error = answered(stage.nhd.call::<Start>(params).await.err().context("it differs")?)?;
    ensure!(error.kind == ErrorKind::SessionExists && error.message.contains("not another:1"), "{error:?}");
    stage.end(&status.session).await?;
    stage.close().await
}

/// Of the shape of the configuration that the seed's own example has.
const SHOP: &str = "\
configProperties:
  version: v2
  envFile: env.dev

application:
  name: shop
  services:
    ${_INCLUDE_:-./base-services.yaml | nindent 4}
";

const SERVICES: &str = "\
- name: ratings
  serviceType: deployment
  containers:
    - dev:
        image: ${RATINGS_IMAGE}
- name: reviews
  serviceType: deployment
  containers:
    - dev:
        image: ${DEV_IMAGE}
        shell: ${SHELL_WANTED:-sh}
        workDir: /go/src/${TEAM}/reviews
        sync: {type: send, filePattern: [./], ignoreFilePattern: [.git]}
        env:
          - {name: DEBUG, value: 'false'}
        portForward:
          - :9080
        env:
          - {name: DEBUG, value: \"${DEBUG:-false}\"}
          - {name: PRICE, value: 5$$}
";

#[tokio::test]
async fn a_configuration_in_parts_is_read_as_nocalhost_reads_it() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "config-parts", app("reviews")).await?;
    stage.laptop.save(FILE, SHOP)?;
    stage.laptop.save(".nocalhost/env.dev", "TEAM=shop\nDEBUG=true\nDEV_IMAGE=Never/used\n")?;
    stage.laptop.save(".nocalhost/base-services.yaml", SERVICES)?;
    let mut params = StartParams { image: None, ..stage.params() };
    params.environment.insert("DEV_IMAGE".to_owned(), DEV_IMAGE.to_owned());

    let config = stage.nhd.call::<Resolve>(params.clone()).await?;
    let folder = stage.laptop.source().canonicalize()?.join(".nocalhost").display().to_string();
    let at = |line, column| format!("{folder}/base-services.yaml:{line}:{column}");
    let again = format!("{}: env is given again, and counts instead of {}", at(18, 9), at(14, 9));
    ensure!(config.warnings == [again], "{:?}", config.warnings);
    for (key, place) in [("image", at(10, 16)), ("shell", at(11, 32)), ("env.DEBUG", at(19, 34))] {
        let ConfigSource { file, line, column, .. } = entry(&config.entries, key)?.source.clone();
        let found = (file, line, column);
        let (Some(file), Some(line), Some(column)) = found else { anyhow::bail!("{found:?}") };
        ensure!(format!("{file}:{line}:{column}") == place, "{key} is from {file}:{line}:{column}");
    }

    let status = stage.laptop.start_synced(&stage.nhd, params).await?;
    ensure!(status.image == DEV_IMAGE && status.work_dir == "/go/src/shop/reviews", "{status:?}");
    let script = "echo $DEBUG, $PRICE, $(pwd)";
    stage.workload.prints(pod_of(&status)?, script, "true, 5$, /go/src/shop/reviews").await?;
    stage.end(&status.session).await?;
    stage.close().await
}

async fn every_value_says_where_it_came_from(stage: &Stage, params: StartParams) -> Result<()> {
    let config = stage.nhd.call::<Resolve>(params).await?;
    ensure!(config.warnings.is_empty(), "{:?}", config.warnings);
    let text = |text: &str| Some(ConfigValue::Text(text.to_owned()));
    let file = stage.laptop.source().canonicalize()?.join(FILE).display().to_string();
    for (key, value, kind, place) in [
        ("image", text(DEV_IMAGE), ConfigSourceKind::File, Some((6, 14))),
        ("imagePullPolicy", text("Never"), ConfigSourceKind::File, Some((7, 24))),
        ("devContainerName", text("app"), ConfigSourceKind::File, Some((4, 11))),
        ("shell", text("sh"), ConfigSourceKind::File, Some((8, 14))),
        ("workDir", text("/home/work"), ConfigSourceKind::Daemon, Some((1, 28))),
        ("env.NOTED", text("above"), ConfigSourceKind::Annotation, Some((1, 77))),
        ("env.LOG_DIR", text("/tmp/dev"), ConfigSourceKind::File, Some((10, 34))),
        ("env.EXTRA", text("from the request"), ConfigSourceKind::Flag, None),
        ("resources.limits.memory", text("256Mi"), ConfigSourceKind::File, Some((12, 36))),
        ("sync.type", text("send"), ConfigSourceKind::Default, None),
        ("portForward", None, ConfigSourceKind::Default, None),
    ] {
        let entry = entry(&config.entries, key)?;
        let at = entry.source.line.zip(entry.source.column);
        ensure!(entry.value == value && entry.source.kind == kind && at == place, "{entry:?}");
        ensure!((kind != ConfigSourceKind::File) || entry.source.file.as_ref() == Some(&file), "{entry:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_workload_that_cannot_be_read_is_resolved_without_its_annotation_and_with_a_warning() -> Result<()>
{
    let stage = Stage::set(shared_cluster().await, "config-unread", app("reviews")).await?;
    let there = stage.nhd.call::<Resolve>(stage.params()).await?;
    ensure!(there.warnings.is_empty(), "{:?}", there.warnings);
    let absent = StartParams { name: "absent".to_owned(), ..stage.params() };
    let config = stage.nhd.call::<Resolve>(absent).await?;
    ensure!(entry(&config.entries, "image")?.value.is_some(), "{config:?}");
    let [warning] = config.warnings.as_slice() else { anyhow::bail!("{:?}", config.warnings) };
    ensure!(
        warning.starts_with("annotation dev.nocalhost of deployment/absent is left out: ")
            && warning.contains("not found"),
        "{warning}"
    );
    stage.close().await
}

#[tokio::test]
async fn a_wrong_value_is_refused_with_its_place_before_anything_is_written() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "config-wrong", app("reviews")).await?;
    let version = stage.workload.version().await?;
    stage.laptop.save(FILE, "name: reviews\ncontainers:\n  - dev:\n      image: [a]\n")?;
    let error = stage.refusal(StartParams { image: None, ..stage.params() }).await?;
    ensure!(error.kind == ErrorKind::ConfigInvalid, "{error:?}");
    let place = format!("{FILE}:4:14: image must be text, not a list");
    ensure!(error.message.ends_with(&place), "{error:?}");

    stage.laptop.save(FILE, "name: reviews\n")?;
    let error = stage.refusal(StartParams { image: None, ..stage.params() }).await?;
    ensure!(
        error.kind == ErrorKind::InvalidRequest && error.message.starts_with("no dev image"),
        "{error:?}"
    );
    ensure!(stage.workload.version().await? == version, "the workload was written");
    stage.assert_untouched().await?;
    stage.close().await
}

/// What an editor does with a workload on the node: a first file, checked, changed, used.
#[tokio::test]
async fn a_first_file_is_written_checked_changed_and_started_with() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "editor", app("reviews")).await?;
    let params = stage.params();
    let scaffold = ConfigScaffoldParams {
        kind: params.kind,
        name: params.name.clone(),
        namespace: params.namespace.clone(),
        kubeconfig: params.kubeconfig.clone(),
        context: None,
        environment: params.environment.clone(),
        source: Some(params.source.clone()),
        image: None,
        offline: false,
    };
    let first = stage.nhd.call::<ConfigScaffold>(scaffold).await?;
    ensure!(first.from_cluster && first.warnings.is_empty(), "{first:?}");
    ensure!(first.text.contains("- name: app\n"), "{}", first.text);

    let path = format!("{}/{FILE}", params.source);
    let set = |key: &str, value: ConfigValue, text: Option<String>| ConfigSetParams {
        path: path.clone(),
        text,
        kind: params.kind,
        name: params.name.clone(),
        container: None,
        key: key.to_owned(),
        value,
        environment: Default::default(),
        write: true,
    };
    let image = set("image", ConfigValue::Text(DEV_IMAGE.to_owned()), Some(first.text.clone()));
    let written = stage.nhd.call::<ConfigSet>(image).await?;
    ensure!(written.written && written.edits.len() == 1, "{written:?}");
    let command = ConfigValue::List(vec!["sh".to_owned(), "-c".to_owned(), "echo $HOME".to_owned()]);
    let written = stage.nhd.call::<ConfigSet>(set("command.run", command.clone(), None)).await?;
    ensure!(std::fs::read_to_string(&path)? == written.text, "the file is not what was said");
    let comments = |text: &str| text.matches('#').count();
    ensure!(comments(&written.text) == comments(&first.text), "{}", written.text);
    let again = stage.nhd.call::<ConfigSet>(set("command.run", command.clone(), None)).await?;
    ensure!(again.edits.is_empty() && again.text == written.text, "{again:?}");

    let check = |text: Option<String>| ConfigCheckParams {
        path: path.clone(),
        text,
        kind: Some(params.kind),
        name: Some(params.name.clone()),
        container: None,
        environment: Default::default(),
    };
    let found = stage.nhd.call::<ConfigCheck>(check(None)).await?;
    ensure!(found.problems.is_empty(), "{found:?}");
    let broken = written.text.replace("      image:", "      imgae: \u{1f600}\n      image:");
    let found = stage.nhd.call::<ConfigCheck>(check(Some(broken))).await?;
    let problem = found.problems.first().context("a problem")?;
    ensure!(found.problems.len() == 1 && problem.fix.is_some(), "{found:?}");
    ensure!(problem.range.start.character == 6 && problem.range.end.character == 11, "{problem:?}");

    let start = StartParams { image: None, ..params };
    let resolved = stage.nhd.call::<Resolve>(start.clone()).await?;
    ensure!(entry(&resolved.entries, "command.run")?.value == Some(command), "{resolved:?}");
    let status = stage.laptop.start_synced(&stage.nhd, start).await?;
    ensure!(status.image == DEV_IMAGE && status.warnings.is_empty(), "{status:?}");
    stage.end(&status.session).await?;
    stage.close().await
}

/// The same on the command line, without a cluster.
#[tokio::test]
async fn the_command_line_checks_begins_and_changes_a_file() -> Result<()> {
    let mut laptop = Laptop::new(shared_cluster().await.kubeconfig())?;
    laptop.start_daemon().await?;
    let source = laptop.source().display().to_string();
    let init = ["config", "init", "sts/db", "--source", &source, "--offline"];
    let done = laptop.cli(&init).await?;
    ensure!(done.code == Some(0), "{done:?}");
    let again = laptop.cli(&init).await?;
    ensure!(again.code == Some(1) && again.stderr.contains("is there already"), "{again:?}");
    let file = laptop.source().join(FILE);
    let set = ["config", "set", "sts/db", "env.LEVEL", "debug: all", "--source", &source];
    ensure!(laptop.cli(&set).await?.code == Some(0), "{}", std::fs::read_to_string(&file)?);
    let text = std::fs::read_to_string(&file)?;
    ensure!(text.contains("- name: LEVEL\n") && text.contains("value: \"debug: all\""), "{text}");
    let path = file.display().to_string();
    let good = laptop.cli(&["config", "check", &path, "--workload", "sts/db"]).await?;
    ensure!(good.code == Some(0) && good.stdout.contains("nothing is wrong"), "{good:?}");
    std::fs::write(&file, text.replace("image: debian", "image: Debian"))?;
    let bad = laptop.cli(&["config", "check", &path]).await?;
    ensure!(bad.code == Some(1) && bad.stdout.contains("error: image must be"), "{bad:?}");
    let schema = laptop.cli(&["config", "schema"]).await?;
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout)?;
    ensure!(schema["definitions"]["dev"]["properties"]["image"].is_object(), "{schema}");
    laptop.stop_daemon().await
}
