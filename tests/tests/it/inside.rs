//! What goes on inside a real dev container: what listens, what a debugger finds, files of any name.

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use nhd_protocol::error::ErrorKind;
use nhd_protocol::inside::{FileKind, FileParams, ForwardWaitParams, LanguageSource, PortReason};
use nhd_protocol::methods::{DebugDescribe, FileEntries, FileRead, ForwardSuggest, ForwardWait};
use nhd_protocol::session::{SessionSelector, SessionStatus};
use nhd_tests::stage::{Stage, answered, pod_of};
use nhd_tests::workload::app;

use crate::shared_cluster;

const PORT: u16 = 8123;
const LOOPBACK: u16 = 8124;

fn waiting(status: &SessionStatus, remote_port: u16, timeout_ms: u64) -> ForwardWaitParams {
    ForwardWaitParams {
        selector: SessionSelector::of_session(&status.session),
        remote_port,
        timeout_ms: Some(timeout_ms),
    }
}

#[tokio::test]
async fn what_listens_is_waited_for_suggested_and_named_in_the_error() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "inside", app("web")).await?;
    stage.laptop.save("go.mod", "module web")?;
    let dev = "name: web\ncontainers: [{name: '', dev: {debug: {remoteDebugPort: 9009}, command: {debug: [dlv, debug]}}}]\n";
    stage.laptop.save(".nocalhost/config.yaml", dev)?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?;
    let error = stage.nhd.call::<ForwardWait>(waiting(&status, PORT, 600)).await;
    let error = answered(error.err().context("nothing listens")?)?;
    let says = format!("nothing listens on {PORT} in container nocalhost-dev of pod");
    ensure!(error.kind == ErrorKind::Timeout && error.message.contains(&says), "{error:?}");
    ensure!(error.session.as_deref() == Some(status.session.as_str()), "{error:?}");

    let waited = stage.nhd.call::<ForwardWait>(waiting(&status, PORT, 60_000));
    let serving = async {
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        let server = |address: String| format!("httpd -p {address} -h /tmp </dev/null >/dev/null 2>&1");
        stage.workload.exec(pod, &server(PORT.to_string())).await?;
        stage.workload.exec(pod, &server(format!("127.0.0.1:{LOOPBACK}"))).await
    };
    let (found, served) = tokio::join!(waited, serving);
    served?;
    let found = found?;
    ensure!((found.port, found.loopback_only) == (PORT, false), "{found:?}");
    let found = stage.nhd.call::<ForwardWait>(waiting(&status, LOOPBACK, 60_000)).await?;
    ensure!(found.loopback_only, "{found:?}");
    let error = stage.nhd.call::<ForwardWait>(waiting(&status, 9, 300)).await;
    let error = answered(error.err().context("nothing listens")?)?;
    ensure!(error.message.contains(&format!("listening are {PORT}, {LOOPBACK}")), "{error:?}");

    let suggested = stage.nhd.call::<ForwardSuggest>(SessionSelector::of_session(&status.session)).await?;
    let reasons = |port: u16| -> Result<Vec<PortReason>> {
        let found = suggested.ports.iter().find(|suggested| suggested.port == port);
        Ok(found.with_context(|| format!("{port} is not in {suggested:?}"))?.reasons.clone())
    };
    ensure!(reasons(PORT)? == [PortReason::Listening { loopback_only: false }], "{suggested:?}");
    ensure!(matches!(reasons(9009)?[..], [PortReason::Configured { .. }]), "{suggested:?}");
    let own = status.forward.as_ref().map(|forward| forward.remote_port);
    ensure!(suggested.ports.iter().all(|suggested| Some(suggested.port) != own), "{suggested:?}");

    // A shell that only looks like a program in a debugger, which is all that is told by.
    let java = "sh -c 'sleep 300; :' java -agentlib:jdwp=transport=dt_socket,address=*:5005 </dev/null >/dev/null 2>&1 &";
    stage.workload.exec(pod, java).await?;
    let described = stage.nhd.call::<DebugDescribe>(SessionSelector::of_session(&status.session)).await?;
    ensure!(described.language.as_deref() == Some("go"), "{described:?}");
    ensure!(described.language_from == Some(LanguageSource::Source), "{described:?}");
    ensure!(
        (described.port, described.command.as_deref()) == (Some(9009), Some("dlv debug")),
        "{described:?}"
    );
    ensure!(
        described.local_folder == status.source && described.remote_folder == status.work_dir,
        "{described:?}"
    );
    ensure!(described.unknown.is_none(), "{described:?}");
    let java = described.debuggers.iter().find(|debugger| debugger.name == "jdwp");
    ensure!(java.is_some_and(|java| java.port == Some(5005)), "{described:?}");
    stage.end(&status.session).await?;
    stage.close().await
}

#[tokio::test]
async fn files_of_any_name_are_read_and_listed_and_what_cannot_be_says_why() -> Result<()> {
    let stage = Stage::set(shared_cluster().await, "inside-files", app("web")).await?;
    let status = stage.start().await?;
    let pod = pod_of(&status)?;
    let make = "mkdir -p '/tmp/odd $(x)/folder'; cd '/tmp/odd $(x)'; printf 'a\\000b\\377' > \"$(printf 'no \\377 unicode')\"; \
                ln -s folder link; ln -s nowhere broken; echo x > file; head -c 5000000 /dev/zero > large; mkfifo pipe";
    stage.workload.exec(pod, make).await?;
    let at = |path: &str| FileParams {
        selector: SessionSelector::of_session(&status.session),
        path: Some(format!("/tmp/odd $(x){path}")),
        path_base64: None,
    };
    let list = stage.nhd.call::<FileEntries>(at("")).await?;
    let told: Vec<(&str, FileKind)> =
        list.entries.iter().map(|entry| (entry.name.as_str(), entry.kind)).collect();
    let expect = [
        ("broken", FileKind::Symlink),
        ("file", FileKind::File),
        ("folder", FileKind::Directory),
        ("large", FileKind::File),
        ("link", FileKind::Symlink),
        ("no \u{fffd} unicode", FileKind::File),
        ("pipe", FileKind::Other),
    ];
    ensure!(told == expect && !list.cut, "{list:?}");
    let link = &list.entries[4];
    ensure!(
        link.target.as_deref() == Some("folder") && link.target_kind == Some(FileKind::Directory),
        "{link:?}"
    );
    ensure!(list.entries[0].target_kind.is_none(), "{list:?}");
    let name = list.entries[5].name_base64.as_deref().context("it is not Unicode")?;
    let path = [b"/tmp/odd $(x)/".as_slice(), &BASE64_STANDARD.decode(name)?].concat();
    let odd = FileParams { path: None, path_base64: Some(BASE64_STANDARD.encode(path)), ..at("") };
    let content = stage.nhd.call::<FileRead>(odd).await?;
    ensure!(BASE64_STANDARD.decode(&content.data)? == b"a\0b\xff" && content.size == 4, "{content:?}");
    for (path, expect) in [
        ("/none", ErrorKind::FileNotFound),
        ("/broken", ErrorKind::FileNotFound),
        ("/file/below", ErrorKind::NotADirectory),
        ("/folder", ErrorKind::NotAFile),
        ("/pipe", ErrorKind::NotAFile),
        ("/large", ErrorKind::FileTooLarge),
    ] {
        let error =
            stage.nhd.call::<FileRead>(at(path)).await.err().with_context(|| format!("{path} is read"))?;
        let error = answered(error)?;
        ensure!(error.kind == expect, "{path}: {error:?}");
    }
    let error = stage.nhd.call::<FileEntries>(at("/file")).await.err().context("it is a file")?;
    ensure!(answered(error)?.kind == ErrorKind::NotADirectory);
    stage.end(&status.session).await?;
    stage.close().await
}
