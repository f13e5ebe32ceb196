//! Plants secrets wherever nhd could meet one, and looks for them in every byte of the unpacked archive.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use flate2::read::GzDecoder;
use nhd_client::fake::paths_in;
use nhd_protocol::doctor::{DoctorCheck, DoctorGroup, DoctorState};
use serde_json::json;

use super::*;

const TOKEN: &str = "planted-token-in-the-kubeconfig";
const TOKEN_FILE: &str = "planted-token-in-a-file";
const ENVIRONMENT: &str = "planted \"in\" the environment";
const DEV_ENV: &str = "planted-in-the-dev-configuration";
const ENV_FILE: &str = "planted-in-the-env-file";
const CLOUD: &str = "planted-argument-of-a-plugin";
const KEY: &str = "MHcCAQEEIPlantedPrivateKeyPlantedPrivateKey";
const CERTIFICATE: &str = "MIIBPlantedCertificatePlantedCertificate";
const API_KEY: &str = "planted-api-key-of-syncthing";
const ORIGIN: &str = "planted-variable-of-the-workload";

const PLANTED: [&str; 10] =
    [TOKEN, TOKEN_FILE, ENVIRONMENT, DEV_ENV, ENV_FILE, CLOUD, KEY, CERTIFICATE, API_KEY, ORIGIN];

fn pem(kind: &str, body: &str) -> String {
    format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n")
}

struct Home {
    folder: tempfile::TempDir,
    collected: Collected,
    here: Caller,
    params: DoctorParams,
}

fn planted() -> Home {
    let folder = tempfile::tempdir().expect("temporary folder");
    let (key, certificate) = (pem("EC PRIVATE KEY", KEY), pem("CERTIFICATE", CERTIFICATE));
    let (key_data, certificate_data) = (BASE64.encode(key.as_bytes()), BASE64.encode(certificate.as_bytes()));
    plant(folder.path(), &key, &certificate, (&key_data, &certificate_data));
    // Everything that could have been written to a log, in every form.
    let forms = |secret: &&str| {
        format!("a {secret} b {secret:?} c {} d {}\n", json!(secret), BASE64.encode(secret.as_bytes()))
    };
    let all: String = PLANTED.iter().map(forms).collect();
    let log =
        format!("the daemon said\n{all}{key}{key_data} {certificate_data}\n{certificate:?}\nat the end\n");
    for name in ["nhd.log", "nhd.log.1", "sessions/s1/syncthing.log", "sessions/s1/syncthing.log.old"] {
        save(folder.path(), name, &log);
    }
    let shown = |name: &str| folder.path().join(name).display().to_string();
    let (home, kubeconfig) = (shown(""), shown("kubeconfig"));
    let variables = [
        ("HOME", home.as_str()),
        ("DB_CREDENTIAL_OF_MINE", ENVIRONMENT),
        ("KUBECONFIG", kubeconfig.as_str()),
    ];
    let here = Caller::of_test(&shown("source"), &variables);
    let environment = BTreeMap::from([("KUBECONFIG".to_owned(), kubeconfig.clone())]);
    let params = DoctorParams { environment, ..DoctorParams::default() };
    let check = DoctorCheck {
        id: "a.b".into(),
        group: DoctorGroup::Machine,
        title: "a".into(),
        state: DoctorState::Failed,
        detail: all,
        remedies: Vec::new(),
        elapsed_ms: 1,
    };
    let report = DoctorReport {
        version: "1".into(),
        at: "2026-01-01T00:00:00.000Z".into(),
        context: Some("here".into()),
        server: None,
        namespace: None,
        checks: vec![check],
    };
    let root = folder.path().to_owned();
    let paths = Paths { config: root.join("config.yaml"), home: root.clone(), ..paths_in(&root) };
    let collected = Collected { report, paths, sessions: None, events: None };
    Home { folder, collected, here, params }
}

fn save(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("in a folder")).expect("folder");
    std::fs::write(path, text).expect("file");
}

fn plant(root: &Path, key: &str, certificate: &str, (key_data, certificate_data): (&str, &str)) {
    let kubeconfig = format!(
        "current-context: here\n\
         contexts: [{{name: here, context: {{cluster: c, user: u}}}}]\n\
         users:\n\
         - name: u\n  user: {{token: {TOKEN}, client-key-data: {key_data}, client-certificate-data: {certificate_data}}}\n\
         - {{name: f, user: {{tokenFile: token}}}}\n\
         - {{name: p, user: {{exec: {{command: sign-in, args: ['{CLOUD}']}}}}}}\n"
    );
    let dev = format!(
        "configProperties: {{envFile: env.dev}}\n\
         containers: [{{name: '', dev: {{image: golang, env: [{{name: A, value: {DEV_ENV}}}]}}}}]\n"
    );
    let stored = json!({"id": "s1", "plan": {"origin": {"env": [{"name": "X", "value": ORIGIN}]}}});
    save(root, "kubeconfig", &kubeconfig);
    save(root, "token", &format!("{TOKEN_FILE}\n"));
    save(root, "source/.nocalhost/config.yaml", &dev);
    save(root, "source/.nocalhost/env.dev", &format!("B={ENV_FILE}\n"));
    save(root, "sessions/s1/key.pem", key);
    save(root, "sessions/s1/cert.pem", certificate);
    save(root, "sessions/s1/config.xml", &format!("<gui><apikey>{API_KEY}</apikey></gui>"));
    save(root, "sessions.d/s1.json", &stored.to_string());
}

fn unpacked(file: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(file).expect("the archive")));
    let files = archive.entries().expect("entries").map(|entry| {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a name").display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its bytes");
        (name, bytes)
    });
    files.collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn no_planted_secret_is_in_any_byte_of_the_archive() {
    let Home { folder, collected, here, params } = planted();
    let file = folder.path().join("bundle.tar.gz");
    write(&file, &collected, &here, &params).expect("is written");
    let files = unpacked(&file);
    for expected in [
        "doctor.json",
        "doctor.txt",
        "versions.txt",
        "nhd.log",
        "nhd.log.1",
        "sessions/s1/syncthing.log",
        "sessions/s1/syncthing.log.old",
        "config/kubeconfig-0.yaml",
        "config/dev-0.yaml",
    ] {
        assert!(files.contains_key(&format!("nhd-doctor/{expected}")), "{expected}: {:?}", files.keys());
    }
    let mut whole = Vec::new();
    let mut unpacking = GzDecoder::new(File::open(&file).expect("the archive"));
    unpacking.read_to_end(&mut whole).expect("unpacks");
    for secret in PLANTED {
        let escaped = json!(secret).to_string();
        for form in [secret, &escaped[1..escaped.len() - 1], &BASE64.encode(secret.as_bytes())] {
            let holder = files.iter().find(|(_, bytes)| holds(bytes, form)).map(|(name, _)| name);
            assert!(!holds(&whole, form), "{form} is in {holder:?}");
        }
    }
    // What is of use is still there.
    let log = &files["nhd-doctor/nhd.log"];
    assert!(holds(log, "the daemon said") && holds(log, "at the end"), "{}", String::from_utf8_lossy(log));
    assert!(holds(&files["nhd-doctor/config/dev-0.yaml"], "image: golang"));
    assert!(holds(&files["nhd-doctor/config/kubeconfig-0.yaml"], "current-context: here"));
}

#[test]
fn an_archive_is_for_its_owner_alone_and_nothing_is_written_over() {
    use std::os::unix::fs::PermissionsExt as _;
    let Home { folder, collected, here, params } = planted();
    let file = folder.path().join("bundle.tar.gz");
    write(&file, &collected, &here, &params).expect("is written");
    let mode = std::fs::metadata(&file).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let error = write(&file, &collected, &here, &params).expect_err("is there already");
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
}

#[test]
fn the_end_of_a_long_log_begins_with_a_whole_line() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("log");
    let line = "x".repeat(1023) + "\n";
    std::fs::write(&path, line.repeat(5 << 10)).expect("file");
    let end = end_of(&path).expect("is read");
    assert!(end.len() as u64 <= LOG_BYTES && end.lines().all(|line| line.len() == 1023));
}
