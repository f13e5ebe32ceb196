//! The images of the test cluster, made from this machine's busybox and syncthing, as one docker archive in the
//! cache; it does not know who imports it.

mod tar;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use self::tar::Tar;
use crate::process::run;

const BUSYBOX: &str = "/bin/busybox";
const SYNCTHING: &str = "/usr/bin/syncthing";

/// The port of the app image's HTTP server; it is the one of the seed's `reviews`.
pub const APP_PORT: u16 = 9080;

/// What the app image's HTTP server answers at `/`.
pub const APP_ANSWER: &str = "nhd-tests app\n";

const PAUSE: &[&str] = &["nhd-tests/pause:1"];
const APP: &[&str] =
    &["nhd-tests/app:1", "codingcorp-docker.pkg.coding.net/nocalhost/bookinfo/reviews:latest"];
const DEV: &[&str] =
    &["nhd-tests/dev:1", "codingcorp-docker.pkg.coding.net/nocalhost/dev-images/java:latest"];
/// Has no shell.
const BARE: &[&str] = &["nhd-tests/bare:1"];
const SIDECAR: &[&str] = &[
    "docker.io/syncthing/syncthing:1.30.0",
    "codingcorp-docker.pkg.coding.net/nocalhost/public/nocalhost-sidecar:syncthing",
];

/// The official image's entrypoint changes owners and then becomes its arguments; the seed calls it without any.
const ENTRYPOINT: &str = "#!/bin/sh\n[ $# -eq 0 ] || exec \"$@\"\n";

/// The archive of all images in the folder `cache`, made when it is not there yet.
pub(super) fn archive(cache: &Path) -> Result<PathBuf> {
    let path = cache.join(format!("images-{}.tar", key()?));
    if !path.exists() {
        fs::create_dir_all(cache).with_context(|| format!("make {cache:?}"))?;
        let unfinished = tempfile::NamedTempFile::new_in(cache)?;
        fs::write(unfinished.path(), build()?)?;
        unfinished.persist(&path).with_context(|| format!("write {path:?}"))?;
    }
    Ok(path)
}

/// What the archive depends on: this program text, and the machine's files by size and time (their content would
/// take longer to read than all the rest of a start).
fn key() -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(include_str!("images.rs"));
    hash.update(include_str!("images/tar.rs"));
    for path in [BUSYBOX, SYNCTHING] {
        let file = fs::metadata(path).with_context(|| format!("look at {path}"))?;
        hash.update(format!("{path} {} {} {}", file.len(), file.mtime(), file.mtime_nsec()));
    }
    Ok(hex(hash)[..16].to_owned())
}

struct Layer {
    id: String,
    bytes: Vec<u8>,
}

impl Layer {
    fn new(tar: Tar) -> Self {
        let bytes = tar.finish();
        Self { id: hex(Sha256::new_with_prefix(&bytes)), bytes }
    }

    fn file_name(&self) -> String {
        format!("{}.tar", self.id)
    }
}

fn build() -> Result<Vec<u8>> {
    let (base, app, sidecar) = (base_layer()?, app_layer(), sidecar_layer()?);
    let mut archive = Tar::default();
    for layer in [&base, &app, &sidecar] {
        archive.file(&layer.file_name(), 0o644, &layer.bytes);
    }
    let pause = json!({ "Cmd": ["/bin/sleep", "2147483647"] });
    // A shell as pid 1 passes no signal on, and a program as pid 1 ignores SIGTERM: without the trap every pod of the
    // app would take its whole grace period to end.
    let serve = format!("trap 'exit 0' TERM; httpd -f -p {APP_PORT} -h /www & wait");
    let app_command = json!({ "Cmd": ["/bin/sh", "-c", serve] });
    let dev = json!({ "Cmd": ["/bin/sh"] });
    // As the official image has it: what these variables do to a sidecar is for the presets to mind.
    let syncthing = json!({
        "Entrypoint": ["/bin/entrypoint.sh", "/bin/syncthing", "-home", "/var/syncthing/config"],
        "Env": ["PUID=1000", "PGID=1000", "HOME=/var/syncthing", "STGUIADDRESS=0.0.0.0:8384"],
    });
    let images = [
        (PAUSE, &[&base][..], pause),
        (APP, &[&base, &app][..], app_command),
        (DEV, &[&base][..], dev),
        (BARE, &[&app][..], json!({ "Cmd": ["/none"] })),
        (SIDECAR, &[&base, &sidecar][..], syncthing),
    ];
    let mut manifest = Vec::new();
    for (tags, layers, run) in images {
        let config = serde_json::to_vec(&config(layers, run))?;
        let name = format!("{}.json", hex(Sha256::new_with_prefix(&config)));
        let layers: Vec<String> = layers.iter().map(|layer| layer.file_name()).collect();
        manifest.push(json!({ "Config": name, "RepoTags": tags, "Layers": layers }));
        archive.file(&name, 0o644, &config);
    }
    archive.file("manifest.json", 0o644, &serde_json::to_vec(&manifest)?);
    Ok(archive.finish())
}

fn config(layers: &[&Layer], mut run: Value) -> Value {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    run["WorkingDir"] = json!("/");
    if let Some(environment) = run.as_object_mut().map(|run| run.entry("Env").or_insert(json!([]))) {
        environment
            .as_array_mut()
            .expect("it is one")
            .push(json!("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
    }
    let ids: Vec<String> = layers.iter().map(|layer| format!("sha256:{}", layer.id)).collect();
    json!({
        "architecture": architecture,
        "os": "linux",
        "config": run,
        "rootfs": { "type": "layers", "diff_ids": ids },
    })
}

/// busybox and a link for each of its applets.
fn base_layer() -> Result<Layer> {
    let mut tar = Tar::default();
    add_program(&mut tar, BUSYBOX, "bin/busybox")?;
    for applet in run(BUSYBOX, ["--list"])?.lines().filter(|&applet| applet != "busybox") {
        tar.link(&format!("bin/{applet}"), "busybox");
    }
    tar.folder("tmp", 0o1777);
    tar.folder("root", 0o700);
    tar.file("etc/passwd", 0o644, b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n");
    tar.file("etc/group", 0o644, b"root:x:0:\nnogroup:x:65534:\n");
    Ok(Layer::new(tar))
}

fn app_layer() -> Layer {
    let mut tar = Tar::default();
    tar.file("www/index.html", 0o644, APP_ANSWER.as_bytes());
    Layer::new(tar)
}

fn sidecar_layer() -> Result<Layer> {
    let mut tar = Tar::default();
    add_program(&mut tar, SYNCTHING, "bin/syncthing")?;
    tar.file("bin/entrypoint.sh", 0o755, ENTRYPOINT.as_bytes());
    tar.folder("var/syncthing", 0o777);
    Ok(Layer::new(tar))
}

/// Adds a program, and the libraries and the loader that it needs where it looks for them.
fn add_program(tar: &mut Tar, from: &str, to: &str) -> Result<()> {
    let read = |path: &str| fs::read(path).with_context(|| format!("read {path}"));
    tar.file(to, 0o755, &read(from)?);
    // ldd fails for a static program, which needs none.
    for line in run("ldd", [from]).unwrap_or_default().lines() {
        let path = line.split_whitespace().find(|word| word.starts_with('/'));
        if let Some(path) = path {
            tar.file(path.trim_start_matches('/'), 0o755, &read(path)?);
        }
    }
    Ok(())
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
