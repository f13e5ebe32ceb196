//! What a client asked for, checked; and what is asked for once the configuration has had its say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use nhd_protocol::error::ErrorInfo;
use nhd_protocol::forward::PortPair;
use nhd_protocol::message::error;
use nhd_protocol::session::{SidecarPreset, StartParams};
use nhd_protocol::sync::SyncType;
use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use crate::cluster::ClusterAddress;
use crate::config::files::IN_SOURCE;
use crate::config::{DevSettings, Flags, Values, image};
use crate::session::forwards::wanted::FORWARDS_LIMIT;
use crate::store::session::StoredRequest;
use crate::sync::Selection;
use nhd_plan::{DEFAULT_WORK_DIR, EnvSourceKind, Folder, PatchKind};

/// How long a start may take where the client does not say.
const DEFAULT_TIMEOUT_MS: u64 = 120_000;
const TIMEOUTS_MS: std::ops::RangeInclusive<u64> = 1_000..=3_600_000;

/// A start that makes sense by itself; whether the cluster agrees is found out later.
#[derive(Debug, Clone)]
pub struct Request {
    pub address: ClusterAddress,
    pub kind: WorkloadKind,
    pub name: String,
    /// `None` stands for the context's own.
    pub namespace: Option<String>,
    /// What the request itself says of the dev configuration.
    pub flags: Flags,
    /// An existing folder, its links resolved.
    pub source: PathBuf,
    pub sidecar_preset: SidecarPreset,
    pub timeout_ms: u64,
    pub force: bool,
}

impl Request {
    pub fn check(params: StartParams) -> Result<Self, ErrorInfo> {
        filled("name", &params.name)?;
        image_reference("image", params.image.as_deref())?;
        image_reference("sidecarImage", params.sidecar_image.as_deref())?;
        let timeout_ms = params.timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS);
        if !TIMEOUTS_MS.contains(&timeout_ms) {
            let (least, most) = (TIMEOUTS_MS.start() / 1000, TIMEOUTS_MS.end() / 1000);
            return Err(ErrorInfo::of(&error::TIMEOUT_OUT_OF_RANGE, &[("least", &least), ("most", &most)]));
        }
        Ok(Self {
            address: address(params.kubeconfig.as_deref(), params.context, params.environment)?,
            kind: params.kind,
            name: params.name,
            namespace: params.namespace.filter(|namespace| !namespace.is_empty()),
            source: source_folder(&params.source)?,
            sidecar_preset: params.sidecar_preset.unwrap_or_default(),
            timeout_ms,
            force: params.force,
            flags: Flags {
                image: params.image,
                container: params.container,
                work_dir: params.work_dir,
                sidecar_image: params.sidecar_image,
                env: params.env,
                keep_security_context: params.security_context.is_some(),
                port_forward: port_pairs(&params.port_forward)?,
                sync_type: params.sync_type.map(|sync_type| sync_type_word(sync_type).to_owned()),
            },
        })
    }

    /// What is asked for, request and configuration put together.
    pub fn complete(&self, values: Values) -> Result<StoredRequest, ErrorInfo> {
        let Some(image) = values.image else {
            let workload = format!("{}/{}", self.kind.word(), self.name);
            let hint = format!("name one in the request, or in {IN_SOURCE} of the source folder");
            // Why one that is named there counts for nothing, such as a variable that is not set.
            let hint = [vec![hint], values.dev.warnings].concat().join("; ");
            return Err(ErrorInfo::of(&error::IMAGE_MISSING, &[("workload", &workload)]).with_hint(hint));
        };
        if values.dev.forwards.len() > FORWARDS_LIMIT {
            return Err(ErrorInfo::of(&error::TOO_MANY_FORWARDS, &[("limit", &FORWARDS_LIMIT)]));
        }
        let work_dir = values.work_dir.unwrap_or_else(|| DEFAULT_WORK_DIR.to_owned());
        let mut dev = values.dev;
        dev.selection.apart = apart(&dev, &work_dir);
        Ok(StoredRequest {
            container: values.container,
            image,
            source: self.source.clone(),
            work_dir,
            sidecar_image: values.sidecar_image,
            sidecar_preset: self.sidecar_preset,
            timeout_ms: self.timeout_ms,
            force: self.force,
            dev,
        })
    }
}

/// The persistent folders below the work dir, by their paths from there: nothing of the source folder goes into them.
fn apart(dev: &DevSettings, work_dir: &str) -> Vec<String> {
    let below = |folder: &Folder| Some(folder.path.strip_prefix(work_dir)?.strip_prefix('/')?.to_owned());
    dev.folders.iter().filter_map(below).collect()
}

/// The parameters in which two requests differ, each with both values, but for what may be secret or long. The timeout is
/// not a property of a session.
pub fn differences(there: &StoredRequest, asked: &StoredRequest) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "(not given)".to_owned());
    let path = |path: &Path| path.display().to_string();
    let preset = |request: &StoredRequest| format!("{:?}", request.sidecar_preset).to_lowercase();
    let (dev, asked_dev) = (&there.dev, &asked.dev);
    let both = |limits: &BTreeMap<String, String>, requests: &BTreeMap<String, String>| {
        format!("limits {}, requests {}", listed(limits.iter()), listed(requests.iter()))
    };
    let resources = |dev: &DevSettings| both(&dev.limits, &dev.requests);
    let sidecar_resources = |dev: &DevSettings| both(&dev.sidecar_limits, &dev.sidecar_requests);
    let context =
        |dev: &DevSettings| if dev.keep_security_context { "keep" } else { "(not given)" }.to_owned();
    let sync_type = |dev: &DevSettings| if dev.two_way { "sendReceive" } else { "send" }.to_owned();
    let selection = |dev: &DevSettings| selected(&dev.selection);
    [
        ("container", text(&there.container), text(&asked.container)),
        ("image", there.image.clone(), asked.image.clone()),
        ("source", path(&there.source), path(&asked.source)),
        ("work dir", there.work_dir.clone(), asked.work_dir.clone()),
        ("sidecar image", text(&there.sidecar_image), text(&asked.sidecar_image)),
        ("sidecar preset", preset(there), preset(asked)),
        ("image pull policy", text(&dev.image_pull_policy), text(&asked_dev.image_pull_policy)),
        ("shell", text(&dev.shell), text(&asked_dev.shell)),
        ("env from", env_from(dev), env_from(asked_dev)),
        ("resources", resources(dev), resources(asked_dev)),
        ("sidecar resources", sidecar_resources(dev), sidecar_resources(asked_dev)),
        ("security context", context(dev), context(asked_dev)),
        ("port forwards", ports(dev), ports(asked_dev)),
        ("persistent folders", folders(dev), folders(asked_dev)),
        ("storage class", text(&dev.storage_class), text(&asked_dev.storage_class)),
        ("sync type", sync_type(dev), sync_type(asked_dev)),
        ("what is synced", selection(dev), selection(asked_dev)),
    ]
    .into_iter()
    .filter(|(_, there, asked)| there != asked)
    .map(|(name, there, asked)| format!("{name} is {there}, not {asked}"))
    .chain(other_variables(dev, asked_dev))
    .chain((patches(dev) != patches(asked_dev)).then(|| "the patches are others".to_owned()))
    .collect()
}

/// The persistent folders, on one line.
fn folders(dev: &DevSettings) -> String {
    on_a_line(dev.folders.iter().map(|it| format!("{} ({})", it.path, it.capacity)), " ")
}

/// The variables that are not the same in both. Their values may come from a file that nobody else is to see.
fn other_variables(there: &DevSettings, asked: &DevSettings) -> Option<String> {
    let differ = |one: &DevSettings, other: &DevSettings| -> Vec<String> {
        let only = one.env.iter().filter(|variable| !other.env.contains(variable));
        only.map(|(name, _)| name.clone()).collect()
    };
    let names: BTreeSet<String> = differ(there, asked).into_iter().chain(differ(asked, there)).collect();
    match (names.is_empty(), there.env == asked.env) {
        (_, true) => None,
        (true, _) => Some("env is in another order".to_owned()),
        (false, _) => {
            Some(format!("env has other values of {}", names.into_iter().collect::<Vec<_>>().join(", ")))
        }
    }
}

/// The objects that variables come from, on one line.
fn env_from(dev: &DevSettings) -> String {
    let sources = dev.env_from.iter().map(|it| {
        let kind = match it.kind {
            EnvSourceKind::ConfigMap => "configmap",
            EnvSourceKind::Secret => "secret",
        };
        let prefix = if it.prefix.is_empty() { String::new() } else { format!(" as {}*", it.prefix) };
        format!("{kind}/{}{prefix}", it.name)
    });
    on_a_line(sources, ", ")
}

/// Wherever they are written.
fn patches(dev: &DevSettings) -> Vec<(PatchKind, &Value)> {
    dev.patches.iter().map(|patch| (patch.kind, &patch.patch)).collect()
}

/// The forwards that a session begins with, on one line.
fn ports(dev: &DevSettings) -> String {
    on_a_line(dev.forwards.iter().map(|forward| forward.pair().to_string()), " ")
}

fn on_a_line(items: impl Iterator<Item = String>, separator: &str) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { "(not given)".to_owned() } else { items.join(separator) }
}

fn port_pairs(texts: &[String]) -> Result<Vec<PortPair>, ErrorInfo> {
    let pair = |text: &String| text.parse().map_err(|expected: &str| wrong("portForward", expected, text));
    texts.iter().map(pair).collect()
}

/// The word of the dev configuration.
fn sync_type_word(sync_type: SyncType) -> &'static str {
    match sync_type {
        SyncType::Send => "send",
        SyncType::SendReceive => "sendReceive",
    }
}

fn selected(selection: &Selection) -> String {
    let Selection { git_ignore, files, ignored, apart: _ } = selection;
    match (git_ignore, files.is_empty() && ignored.is_empty()) {
        (true, _) => "what git does not ignore".to_owned(),
        (false, true) => "everything".to_owned(),
        (false, false) => format!("[{}] without [{}]", files.join(" "), ignored.join(" ")),
    }
}

/// Names with values, on one line.
fn listed<'a>(pairs: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    if pairs.is_empty() { "(not given)".to_owned() } else { pairs.join(" ") }
}

/// A member whose value is not what it must be.
pub fn wrong(member: &str, expected: &str, value: impl std::fmt::Debug) -> ErrorInfo {
    let value = format!("{value:?}");
    ErrorInfo::of(&error::MEMBER_WRONG, &[("member", &member), ("expected", &expected), ("value", &value)])
}

fn filled(name: &str, value: &str) -> Result<(), ErrorInfo> {
    match value.trim().is_empty() {
        true => Err(ErrorInfo::of(&error::MEMBER_EMPTY, &[("member", &name)])),
        false => Ok(()),
    }
}

fn image_reference(name: &str, given: Option<&str>) -> Result<(), ErrorInfo> {
    let Some(text) = given else { return Ok(()) };
    filled(name, text)?;
    image::check(text).map_err(|expected| {
        wrong(name, expected, text).with_hint("an image is named like registry.example/team/name:tag")
    })
}

/// The source folder with all links resolved, so that one folder has one name.
fn source_folder(source: &str) -> Result<PathBuf, ErrorInfo> {
    let missing = |why: String| {
        let source = format!("{source:?}");
        ErrorInfo::of(&error::SOURCE_UNUSABLE, &[("source", &source), ("cause", &why)])
    };
    if !Path::new(source).is_absolute() {
        return Err(wrong("source", "an absolute path", source));
    }
    let folder = std::fs::canonicalize(source).map_err(|error| missing(error.to_string()))?;
    std::fs::read_dir(&folder).map_err(|error| missing(error.to_string()))?;
    if folder.parent().is_none() {
        return Err(missing("it is the root of this machine".to_owned()));
    }
    Ok(folder)
}

/// Where a client's requests go.
pub fn address(
    kubeconfig: Option<&str>,
    context: Option<String>,
    environment: BTreeMap<String, String>,
) -> Result<ClusterAddress, ErrorInfo> {
    let kubeconfig = kubeconfig_files(kubeconfig, &environment)?;
    if let Some(relative) = kubeconfig.iter().find(|path| !path.is_absolute()) {
        return Err(wrong("kubeconfig", "an absolute path", relative));
    }
    Ok(ClusterAddress { kubeconfig, context, environment: environment.into() })
}

/// The kubeconfig files: as given, else as the client's environment says, else the client's `~/.kube/config`.
pub fn kubeconfig_files(
    given: Option<&str>,
    environment: &BTreeMap<String, String>,
) -> Result<Vec<PathBuf>, ErrorInfo> {
    let set = |name: &str| environment.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let paths: Vec<PathBuf> = match given.or_else(|| set("KUBECONFIG")) {
        Some(list) => std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect(),
        None => match set("HOME").map(PathBuf::from).or_else(std::env::home_dir) {
            Some(home) => vec![home.join(".kube").join("config")],
            None => Vec::new(),
        },
    };
    if paths.is_empty() {
        return Err(ErrorInfo::of(&error::KUBECONFIG_UNNAMED, &[]));
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nhd_plan::{ConfigPlace, Patch};
    use nhd_protocol::error::ErrorKind;

    fn params(source: &str) -> StartParams {
        serde_json::from_value(serde_json::json!({
            "kind": "Deployment", "name": "reviews", "image": "dev:1", "source": source,
            "environment": {"HOME": "/home/ann"},
        }))
        .expect("is a start")
    }

    fn values() -> Values {
        Values { image: Some("dev:1".to_owned()), ..Values::default() }
    }

    #[test]
    fn defaults_are_filled_in() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let source = folder.path().to_str().expect("UTF-8");
        let request = Request::check(params(source)).expect("is fine");
        assert_eq!(request.address.kubeconfig, [PathBuf::from("/home/ann/.kube/config")]);
        let details = request.complete(values()).expect("has an image");
        assert_eq!(details.work_dir, "/home/nocalhost-dev");
        assert_eq!(details.timeout_ms, DEFAULT_TIMEOUT_MS);
        let dev = DevSettings { warnings: vec!["f:1:1: IMAGE is not set".to_owned()], ..Default::default() };
        let error = request.complete(Values { dev, ..Values::default() }).expect_err("there is no image");
        assert!(error.hint.is_some_and(|hint| hint.ends_with("folder; f:1:1: IMAGE is not set")));
    }

    #[test]
    fn a_request_that_makes_no_sense_says_why() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let good = params(folder.path().to_str().expect("UTF-8"));
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("file");
        type Change = fn(&mut StartParams);
        let cases: [(Change, ErrorKind); 10] = [
            (|params| params.name = " ".into(), ErrorKind::InvalidRequest),
            (|params| params.image = Some("a b".into()), ErrorKind::InvalidRequest),
            (|params| params.image = Some("Dev:1".into()), ErrorKind::InvalidRequest),
            (|params| params.sidecar_image = Some(String::new()), ErrorKind::InvalidRequest),
            (|params| params.sidecar_image = Some("dev@1".into()), ErrorKind::InvalidRequest),
            (|params| params.timeout_ms = Some(10), ErrorKind::InvalidRequest),
            (|params| params.source = "relative".into(), ErrorKind::InvalidRequest),
            (|params| params.port_forward = vec!["80:".into()], ErrorKind::InvalidRequest),
            (|params| params.source = format!("{}/none", params.source), ErrorKind::SourceMissing),
            (|params| params.source = format!("{}/file", params.source), ErrorKind::SourceMissing),
        ];
        for (change, kind) in cases {
            let mut changed = good.clone();
            change(&mut changed);
            assert_eq!(
                Request::check(changed.clone()).map_err(|error| error.kind).err(),
                Some(kind),
                "{changed:?}"
            );
        }
    }

    #[test]
    fn equal_requests_differ_in_nothing_and_others_say_in_what() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let request = Request::check(params(folder.path().to_str().expect("UTF-8"))).expect("is fine");
        let one = request.complete(values()).expect("has an image");
        assert!(differences(&one, &StoredRequest { timeout_ms: 5_000, ..one.clone() }).is_empty());
        let other = StoredRequest { image: "dev:2".into(), container: Some("web".into()), ..one.clone() };
        assert_eq!(
            differences(&one, &other),
            ["container is (not given), not web", "image is dev:1, not dev:2"]
        );
        let with = |env: &[(&str, &str)]| {
            let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            StoredRequest { dev: DevSettings { env, ..one.dev.clone() }, ..one.clone() }
        };
        let there = with(&[("A", "secret"), ("B", "b"), ("C", "c")]);
        let other = with(&[("A", "changed"), ("B", "b"), ("D", "d")]);
        assert_eq!(differences(&there, &other), ["env has other values of A, C, D"]);
        let turned = with(&[("B", "b"), ("A", "secret"), ("C", "c")]);
        assert_eq!(differences(&there, &turned), ["env is in another order"]);
        let patch = |line| Patch {
            kind: PatchKind::Merge,
            patch: serde_json::json!({"spec": {}}),
            place: ConfigPlace { file: "f".to_owned(), line, column: 1 },
        };
        let patched =
            |patches| StoredRequest { dev: DevSettings { patches, ..one.dev.clone() }, ..one.clone() };
        assert!(differences(&patched(vec![patch(1)]), &patched(vec![patch(2)])).is_empty());
        assert_eq!(differences(&patched(vec![patch(1)]), &one), ["the patches are others"]);
    }
}
