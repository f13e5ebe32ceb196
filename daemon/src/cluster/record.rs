//! The record of a session in the cluster: a Secret that is the sidecar's identity, the lock and the way back.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use data_encoding::BASE64;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use nhd_plan::Edit;
use nhd_protocol::Timestamp;
use nhd_protocol::listing::DevModeOwner;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::{ClusterError, OrAbsent as _};
use super::objects::{Delete, Mode, Objects, SECRETS};
use super::pages::Part;

/// The key of the record's own data; the others are files for the sidecar.
const RECORD_KEY: &str = "nhd.json.gz";

/// The Kubernetes API refuses Secrets whose data is larger.
pub const SECRET_LIMIT: usize = 1024 * 1024;

/// No record unpacks to more; a larger one is not ours.
const UNPACKED_LIMIT: u64 = 32 * 1024 * 1024;

/// Of a record that every nhd understands.
const FIRST_VERSION: u32 = 1;
/// Of one with autoscalers: an nhd that does not know them must leave it to one that does.
const WITH_AUTOSCALERS: u32 = 2;
/// The same of one with persistent folders, whose mounts are to be told from the workload's own.
const RECORD_VERSION: u32 = 3;

/// What anybody needs who gives the workload back, with nothing but the cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub version: u32,
    pub session: String,
    pub owner: Owner,
    pub nhd: String,
    #[serde(flatten)]
    pub edit: Edit,
}

/// Who has the workload in DevMode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    pub user: String,
    pub host: String,
    pub since: Timestamp,
}

impl From<Owner> for DevModeOwner {
    fn from(Owner { user, host, since }: Owner) -> Self {
        Self { user, host, since }
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{} since {}", self.user, self.host, self.since)
    }
}

impl std::str::FromStr for Owner {
    type Err = ();

    /// Reads what `Display` writes, which every record has in an annotation.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (who, since) = text.rsplit_once(" since ").ok_or(())?;
        let (user, host) = who.rsplit_once('@').ok_or(())?;
        Ok(Self { user: user.to_owned(), host: host.to_owned(), since: since.to_owned() })
    }
}

/// What a record says of itself without its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHead {
    pub session: String,
    pub owner: Option<Owner>,
}

/// The label that all records have.
pub const SELECTOR: &str = "app.kubernetes.io/managed-by=nhd";

/// The records of a namespace, or of all, by namespace and name.
pub async fn list(
    objects: &Objects,
    namespace: Option<&str>,
) -> Result<BTreeMap<(String, String), RecordHead>, ClusterError> {
    let items = objects.pages(SECRETS, namespace, Some(SELECTOR), Part::Metadata).await?;
    Ok(items.iter().map(head).collect())
}

/// A record by its namespace and name, told from its metadata.
pub fn head(object: &Value) -> ((String, String), RecordHead) {
    let metadata = &object["metadata"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let session = text(&metadata["annotations"]["nhd.dev/session"]);
    let owner = text(&metadata["annotations"]["nhd.dev/owner"]).parse().ok();
    ((text(&metadata["namespace"]), text(&metadata["name"])), RecordHead { session, owner })
}

/// What the sidecar mounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidecarFiles {
    pub config: String,
    pub certificate: String,
    pub key: String,
}

/// The Secret as it stands in the cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordSeen {
    pub uid: String,
    pub resource_version: String,
    /// When it was made, by the API server's clock.
    pub created: String,
    /// The session that the Secret says it is of, beside its data.
    pub session: Option<String>,
    /// Who it says has the workload in DevMode.
    pub owner: Option<Owner>,
    /// Whether its label says that nhd made it.
    pub labelled: bool,
    pub contents: Contents,
}

/// What the data of a Secret is.
#[derive(Debug, Clone, PartialEq)]
pub enum Contents {
    Record(Box<Record>),
    /// A record of an nhd that knows more than this one, of this version.
    Later(u32),
    /// Lost or damaged, or never a record.
    Unreadable,
}

impl RecordSeen {
    pub fn record(&self) -> Option<&Record> {
        match &self.contents {
            Contents::Record(record) => Some(record),
            Contents::Later(_) | Contents::Unreadable => None,
        }
    }

    /// Whether it is the record of this session, also where its data is lost.
    pub fn is_of(&self, session: &str) -> bool {
        match &self.contents {
            Contents::Record(record) => record.session == session,
            Contents::Later(_) => false,
            Contents::Unreadable => self.session.as_deref() == Some(session),
        }
    }

    /// Whether nhd made it, whatever became of its data.
    pub fn is_of_nhd(&self) -> bool {
        self.labelled || self.session.is_some() || self.contents != Contents::Unreadable
    }
}

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error("the record of the original manifest takes {size} bytes, and a Secret holds {SECRET_LIMIT}")]
    TooLarge { size: usize },
}

impl Record {
    pub fn new(session: &str, owner: Owner, edit: Edit) -> Self {
        Self {
            version: match (edit.autoscalers.is_empty(), edit.folders.is_empty()) {
                (_, false) => RECORD_VERSION,
                (false, true) => WITH_AUTOSCALERS,
                (true, true) => FIRST_VERSION,
            },
            session: session.to_owned(),
            owner,
            nhd: crate::VERSION.to_owned(),
            edit,
        }
    }

    /// The Secret that holds the record and the sidecar's files.
    pub fn secret(&self, name: &str, files: &SidecarFiles) -> Result<Value, RecordError> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        let json = serde_json::to_vec(self).expect("a record is made of JSON values and strings");
        packed.write_all(&json).expect("writing to memory does not fail");
        let packed = packed.finish().expect("writing to memory does not fail");
        let size = packed.len() + files.config.len() + files.certificate.len() + files.key.len();
        if size > SECRET_LIMIT {
            return Err(RecordError::TooLarge { size });
        }
        Ok(json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "Opaque",
            "metadata": {
                "name": name,
                "labels": {"app.kubernetes.io/managed-by": "nhd"},
                "annotations": {"nhd.dev/session": self.session, "nhd.dev/owner": self.owner.to_string()},
            },
            "data": {
                "config.xml": BASE64.encode(files.config.as_bytes()),
                "cert.pem": BASE64.encode(files.certificate.as_bytes()),
                "key.pem": BASE64.encode(files.key.as_bytes()),
                RECORD_KEY: BASE64.encode(&packed),
            },
        }))
    }
}

/// Reads the record of a workload.
pub async fn read(
    objects: &Objects,
    namespace: &str,
    name: &str,
) -> Result<Option<RecordSeen>, ClusterError> {
    Ok(objects.get(SECRETS, Some(namespace), name).await.or_absent()?.map(|secret| see(&secret)))
}

/// Creates the record, or only tries to.
pub async fn create(
    objects: &Objects,
    namespace: &str,
    secret: &Value,
    mode: Mode,
) -> Result<(), ClusterError> {
    objects.create(SECRETS, Some(namespace), secret, mode).await.map(drop)
}

/// Replaces the record that was seen; one that changed since is a conflict.
pub async fn replace(
    objects: &Objects,
    namespace: &str,
    mut secret: Value,
    seen: &RecordSeen,
) -> Result<(), ClusterError> {
    secret["metadata"]["uid"] = json!(seen.uid);
    secret["metadata"]["resourceVersion"] = json!(seen.resource_version);
    objects.replace(SECRETS, Some(namespace), &secret, Mode::Real).await.map(drop)
}

/// Deletes exactly the record that was seen, never one that somebody else put in its place.
pub async fn delete(
    objects: &Objects,
    namespace: &str,
    name: &str,
    seen: &RecordSeen,
) -> Result<(), ClusterError> {
    let delete = Delete {
        uid: Some(seen.uid.clone()),
        resource_version: Some(seen.resource_version.clone()),
        ..Delete::default()
    };
    objects.delete(SECRETS, Some(namespace), name, delete).await
}

fn see(secret: &Value) -> RecordSeen {
    let text = |pointer: &str| secret.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let annotation = |name: &str| {
        let text = secret["metadata"]["annotations"][name].as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    RecordSeen {
        uid: text("/metadata/uid"),
        resource_version: text("/metadata/resourceVersion"),
        created: text("/metadata/creationTimestamp"),
        session: annotation("nhd.dev/session"),
        owner: annotation("nhd.dev/owner").and_then(|owner| owner.parse().ok()),
        labelled: secret["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "nhd",
        contents: secret["data"][RECORD_KEY].as_str().and_then(unpack).unwrap_or(Contents::Unreadable),
    }
}

fn unpack(data: &str) -> Option<Contents> {
    let packed = BASE64.decode(data.as_bytes()).ok()?;
    let mut json = Vec::new();
    GzDecoder::new(packed.as_slice()).take(UNPACKED_LIMIT).read_to_end(&mut json).ok()?;
    let json: Value = serde_json::from_slice(&json).ok()?;
    // One of a later version need not be understood to be known as such.
    let version = u32::try_from(json["version"].as_u64()?).ok()?;
    if version > RECORD_VERSION {
        return Some(Contents::Later(version));
    }
    serde_json::from_value(json).ok().map(|record| Contents::Record(Box::new(record)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nhd_plan::{FolderClaim, PinnedAutoscaler};

    fn record(origin: Value) -> Record {
        let owner =
            Owner { user: "ann".into(), host: "laptop".into(), since: "2026-01-01T00:00:00.000Z".into() };
        let edited = json!({"spec": {"replicas": 1}});
        let container = "reviews".into();
        Record::new("s1", owner, Edit::new(container, origin, edited))
    }

    fn files() -> SidecarFiles {
        SidecarFiles { config: "<x/>".into(), certificate: "c".into(), key: "k".into() }
    }

    #[test]
    fn an_owner_comes_back_from_its_words() {
        for (user, host) in [("ann", "laptop"), ("ann since@home", "lap since top")] {
            let owner =
                Owner { user: user.into(), host: host.into(), since: "2026-01-01T00:00:00.000Z".into() };
            assert_eq!(owner.to_string().parse(), Ok(owner));
        }
        assert_eq!("nobody".parse::<Owner>(), Err(()));
    }

    #[test]
    fn a_record_comes_back_from_its_secret() {
        let record = record(json!({"spec": {"replicas": 3, "unknown": [null, 1.5]}}));
        let secret = record.secret("name", &files()).expect("fits");
        let seen = see(&secret);
        assert_eq!((seen.session.as_deref(), seen.labelled), (Some("s1"), true));
        assert_eq!(seen.owner.as_ref(), Some(&record.owner));
        assert_eq!(seen.record(), Some(&record));
    }

    #[test]
    fn a_record_that_is_damaged_still_says_whose_it_is() {
        let whole = record(json!({})).secret("name", &files()).expect("fits");
        let owner = record(json!({})).owner;
        let damages: [fn(&mut Value); 5] = [
            |secret| secret["data"][RECORD_KEY] = json!("not base64!"),
            |secret| secret["data"][RECORD_KEY] = json!(BASE64.encode(b"no gzip")),
            |secret| drop(secret["data"].as_object_mut().map(|data| data.remove(RECORD_KEY))),
            |secret| drop(secret.as_object_mut().map(|secret| secret.remove("data"))),
            |secret| {
                let data = secret["data"][RECORD_KEY].as_str().expect("text");
                secret["data"][RECORD_KEY] = json!(data[..data.len() / 8 * 4]);
            },
        ];
        for damage in damages {
            let mut secret = whole.clone();
            damage(&mut secret);
            let seen = see(&secret);
            assert_eq!((seen.session.as_deref(), seen.owner.as_ref()), (Some("s1"), Some(&owner)));
            assert!(seen.contents == Contents::Unreadable && seen.is_of_nhd(), "{secret}");
        }
    }

    #[test]
    fn only_a_record_with_what_earlier_versions_do_not_know_is_one_that_they_leave_alone() {
        let without = record(json!({}));
        assert_eq!(without.version, FIRST_VERSION);
        let written = serde_json::to_value(&without).expect("JSON");
        assert_eq!(written.get("autoscalers"), None);
        let autoscalers = vec![PinnedAutoscaler { origin: json!({}), pinned: json!({"spec": {}}) }];
        let with = Record::new("s1", without.owner, Edit { autoscalers, ..without.edit });
        assert_eq!(with.version, WITH_AUTOSCALERS);
        assert_eq!(see(&with.secret("name", &files()).expect("fits")).record(), Some(&with));
        let folder = FolderClaim { path: "/go".into(), claim: json!({}), existed: false, awaited: true };
        for autoscalers in [Vec::new(), with.edit.autoscalers.clone()] {
            let edit = Edit { autoscalers, folders: vec![folder.clone()], ..with.edit.clone() };
            let kept = Record::new("s1", with.owner.clone(), edit);
            assert_eq!(kept.version, RECORD_VERSION);
            assert_eq!(see(&kept.secret("name", &files()).expect("fits")).record(), Some(&kept));
        }
    }

    #[test]
    fn a_record_that_no_secret_holds_is_refused() {
        let noise: Vec<String> = (0..40_000).map(|_| crate::random_id(40)).collect();
        assert!(matches!(record(json!(noise)).secret("name", &files()), Err(RecordError::TooLarge { .. })));
    }

    #[test]
    fn a_secret_of_others_is_not_a_record_and_one_of_a_later_nhd_is_known_as_such() {
        let mut later = record(json!({}));
        later.version = RECORD_VERSION + 1;
        let seen = see(&later.secret("name", &files()).expect("fits"));
        assert_eq!((seen.record(), &seen.contents), (None, &Contents::Later(RECORD_VERSION + 1)));
        let others = see(&json!({"metadata": {"uid": "u"}}));
        assert!(others.contents == Contents::Unreadable && !others.is_of_nhd());
    }

    #[test]
    fn records_that_earlier_versions_wrote_are_read_and_written_as_they_were() {
        let owner = json!({"user": "ann", "host": "laptop", "since": "2026-01-01T00:00:00.000Z"});
        let plain = json!({
            "version": 1, "session": "w7zf59c186zc", "owner": owner, "nhd": "0.1.0", "container": "reviews",
            "origin": {"kind": "Deployment", "spec": {"replicas": 3}}, "edited": {"spec": {"replicas": 1}},
            "generated": null,
        });
        let mut beside = plain.clone();
        beside["generated"] = json!({"kind": "Job", "metadata": {"name": "reviews-job-dev"}});
        let mut scaled = plain.clone();
        scaled["version"] = json!(2);
        scaled["autoscalers"] = json!([{"origin": {"metadata": {"uid": "u"}}, "pinned": {"spec": {}}}]);
        for earlier in [plain, beside, scaled] {
            let record: Record = serde_json::from_value(earlier.clone()).expect("is understood");
            assert_eq!(serde_json::to_value(&record).expect("JSON"), earlier);
        }
    }
}
