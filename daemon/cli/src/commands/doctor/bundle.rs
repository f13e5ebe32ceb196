//! The archive for a bug report: what was found, logs, events and configuration. Every text in it has its secrets taken
//! out; what is binary, and what holds nothing but secrets, is not in it.

#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use nhd_client::paths::Paths;
use nhd_protocol::doctor::{DoctorParams, DoctorReport};
use nhd_protocol::event::EventList;
use nhd_protocol::session::SessionList;
use serde::Serialize;

use super::secrets::Secrets;
use super::{report, yaml};
use crate::arguments::DoctorArguments;
use crate::arguments::place::{ClusterArguments, KubeconfigArgument};
use crate::caller::Caller;
use crate::failure::Failure;
use crate::render::style::Style;
use crate::variables::CONFIGURATION;

/// The end of a log is what tells.
const LOG_BYTES: u64 = 4 << 20;
/// No configuration and no stored session is larger; one that is counts up to here.
const FILE_BYTES: u64 = 4 << 20;
/// The folder in the archive.
const FOLDER: &str = "nhd-doctor";

/// What the daemon said.
pub(super) struct Collected {
    pub(super) report: DoctorReport,
    pub(super) paths: Paths,
    pub(super) sessions: Option<SessionList>,
    pub(super) events: Option<EventList>,
}

pub(super) fn failed(file: &Path, error: &io::Error) -> Failure {
    let message = format!("failed to write {}: {error}", file.display());
    let hint = "name a file that is not there yet, in a folder of yours with room";
    Failure::internal(message).with_hint(hint)
}

/// Writes the archive, for its owner alone. Nothing that is there is written over, and half an archive is removed.
pub(super) fn write(
    file: &Path,
    collected: &Collected,
    here: &Caller,
    params: &DoctorParams,
) -> io::Result<()> {
    let texts = texts(collected, here, params);
    let output = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    pack(output, &texts).inspect_err(|_| drop(std::fs::remove_file(file)))
}

fn pack(output: File, texts: &[(String, String)]) -> io::Result<()> {
    let mut archive = tar::Builder::new(GzEncoder::new(output, Compression::default()));
    for (name, text) in texts {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o600);
        archive.append_data(&mut header, format!("{FOLDER}/{name}"), text.as_bytes())?;
    }
    archive.into_inner()?.finish()?.flush()
}

/// The archive's files by name, without secrets.
fn texts(collected: &Collected, here: &Caller, params: &DoctorParams) -> Vec<(String, String)> {
    let mut secrets = Secrets::default();
    let mut texts = configurations(collected, here, params, &mut secrets);
    of_environment(here, &mut secrets);
    of_home(&collected.paths, &mut secrets);
    texts.push(("doctor.json".to_owned(), json(&collected.report)));
    let (kubeconfig, namespace, bundle) = (KubeconfigArgument { file: None }, None, None);
    let asked =
        DoctorArguments { namespace, cluster: ClusterArguments { context: None, kubeconfig }, bundle };
    texts.push(("doctor.txt".to_owned(), report::text(Style::PLAIN, &collected.report, &asked)));
    texts.push(("versions.txt".to_owned(), versions(&collected.report)));
    texts.extend(collected.sessions.iter().map(|sessions| ("sessions.json".to_owned(), json(sessions))));
    texts.extend(collected.events.iter().map(|events| ("events.json".to_owned(), json(events))));
    texts.extend(logs(&collected.paths));
    texts
        .iter_mut()
        .for_each(|(name, text)| (*name, *text) = (secrets.scrubbed(name), secrets.scrubbed(text)));
    texts
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn versions(report: &DoctorReport) -> String {
    let system = rustix::system::uname();
    let text = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    format!(
        "nhd-cli {}\nnhd {}\n{} {} {}\n",
        env!("CARGO_PKG_VERSION"),
        report.version,
        text(system.sysname()),
        text(system.release()),
        text(system.machine()),
    )
}

/// The daemon's logs and those of its syncthings.
fn logs(paths: &Paths) -> Vec<(String, String)> {
    let named = |folder: &Path, begins: &str| -> Vec<PathBuf> {
        let is_log = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begins)) && path.is_file()
        };
        entries(folder).into_iter().filter(is_log).collect()
    };
    let mut logs: Vec<(String, PathBuf)> =
        named(&paths.home, "nhd.log").into_iter().map(|path| (name_of(&path), path)).collect();
    for session in entries(&paths.home.join("sessions")) {
        let of_session = named(&session, "syncthing.log").into_iter();
        logs.extend(
            of_session.map(|path| (format!("sessions/{}/{}", name_of(&session), name_of(&path)), path)),
        );
    }
    logs.into_iter()
        .map(|(name, path)| (name, end_of(&path).unwrap_or_else(|error| error.to_string())))
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// From the first whole line on, where it is long: half a line could be half a secret.
fn end_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(LOG_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(LOG_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match text.split_once('\n') {
        Some((_, rest)) if start > 0 => Ok(rest.to_owned()),
        _ => Ok(text),
    }
}

fn read(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(FILE_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Kubeconfigs and dev configurations with everything taken out that is not plainly harmless.
fn configurations(
    collected: &Collected,
    here: &Caller,
    params: &DoctorParams,
    secrets: &mut Secrets,
) -> Vec<(String, String)> {
    let kubeconfigs = kubeconfigs(params);
    let sources =
        collected.sessions.iter().flat_map(|list| &list.sessions).map(|it| PathBuf::from(&it.source));
    let sources: std::collections::BTreeSet<PathBuf> = sources.chain(here.source()).collect();
    let dev = sources.iter().map(|source| source.join(CONFIGURATION));
    let files = kubeconfigs
        .iter()
        .enumerate()
        .map(|(number, path)| (format!("config/kubeconfig-{number}.yaml"), path.clone()))
        .chain([("config/daemon.yaml".to_owned(), collected.paths.config.clone())])
        .chain(dev.enumerate().map(|(number, path)| (format!("config/dev-{number}.yaml"), path)));
    let mut texts = Vec::new();
    for (name, path) in files {
        let Some(text) = read(&path) else { continue };
        let (shown, found) = yaml::redacted(&text);
        secrets.add_all(found);
        of_files_beside(&text, &path, secrets);
        texts.push((name, format!("# {}\n{shown}", path.display())));
    }
    texts
}

fn kubeconfigs(params: &DoctorParams) -> Vec<PathBuf> {
    let set = |name: &str| params.environment.get(name).filter(|value| !value.is_empty());
    match params.kubeconfig.as_ref().or_else(|| set("KUBECONFIG")) {
        Some(list) => std::env::split_paths(list).collect(),
        None => set("HOME").map(|home| Path::new(home).join(".kube/config")).into_iter().collect(),
    }
}

/// Files that hold nothing but secrets, which a configuration names: tokens, keys, variables.
fn of_files_beside(text: &str, path: &Path, secrets: &mut Secrets) {
    const NAMING: &[&str] = &["tokenFile:", "client-key:", "client-certificate:", "envFile:"];
    let folder = path.parent().unwrap_or(path);
    for rest in NAMING.iter().flat_map(|key| text.split(key).skip(1)) {
        let end = rest.find(['\n', ',', '}']).unwrap_or(rest.len());
        let named = rest[..end].trim().trim_matches(['"', '\'']);
        let Some(content) = read(&folder.join(named)).filter(|_| !named.is_empty()) else { continue };
        for line in content.lines() {
            secrets.add(line);
            secrets.add(line.split_once('=').map_or(line, |(_, value)| value.trim_matches(['"', '\''])));
        }
    }
}

/// Every variable whose name is not known to be harmless; a path that is there is none.
fn of_environment(here: &Caller, secrets: &mut Secrets) {
    for (name, value) in here.variables() {
        let is_path = value.starts_with('/') && value.split(':').all(|path| Path::new(path).exists());
        if !Caller::is_harmless(name, value) && !name.starts_with("NHD_") && !is_path && value.len() >= 8 {
            secrets.add(value);
        }
    }
}

/// The keys of the daemon's home.
fn of_home(paths: &Paths, secrets: &mut Secrets) {
    for session in entries(&paths.home.join("sessions")) {
        for name in ["key.pem", "cert.pem"] {
            secrets.add(&read(&session.join(name)).unwrap_or_default());
        }
        let config = read(&session.join("config.xml")).unwrap_or_default();
        let key = config.split("<apikey>").nth(1).and_then(|rest| rest.split('<').next());
        secrets.add(key.unwrap_or_default());
        of_json(&session.join("process.json"), secrets);
    }
    entries(&paths.copies()).iter().for_each(|path| of_json(path, secrets));
    of_json(&paths.earlier_copies(), secrets);
}

fn of_json(path: &Path, secrets: &mut Secrets) {
    let value = read(path).and_then(|text| serde_json::from_str(&text).ok());
    if let Some(value) = value {
        secrets.add_stored(&value);
    }
}
