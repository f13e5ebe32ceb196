//! The claims of persistent folders before the first write: which are there, which are to be made, and whether a volume is
//! to be had for each.

use nhd_plan::{FolderClaim, claim_capacity, suffices};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::message::{Arguments, Message, error as said, warning};
use nhd_protocol::workload::WorkloadRef;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{CLAIMS, Mode, Objects, is_leaving};
use crate::cluster::volumes::{self, ClaimUser, Known, StorageClass};
use crate::cluster::{ClusterError, Reason};
use crate::session::failure::Failure;

/// So many classes are named in a hint.
const NAMED: usize = 10;

/// The folders as they are planned, and what is to be said of them beforehand.
pub(super) struct Folders {
    pub(super) claims: Vec<FolderClaim>,
    pub(super) warnings: Vec<String>,
}

/// Looks for the claims of a workload's folders, and tries to make those that are not there.
pub(super) async fn plan(
    objects: &Objects,
    workload: &WorkloadRef,
    planned: Vec<FolderClaim>,
) -> Result<Folders, Failure> {
    let mut folders = Folders { claims: Vec::with_capacity(planned.len()), warnings: Vec::new() };
    if planned.is_empty() {
        return Ok(folders);
    }
    let namespace = workload.namespace.as_str();
    let users = volumes::claim_users(objects, Some(namespace)).await?;
    let class = OnceCell::new();
    for mut folder in planned {
        let of = Subject { objects, workload, folder: &folder, class: &class };
        let there = objects.get(CLAIMS, Some(namespace), folder.name()).await.or_absent()?;
        let awaited = match &there {
            Some(claim) => {
                folders.warnings.extend(of.differences(claim)?);
                claim["status"]["phase"] != "Bound" && of.comes_before_the_pod().await?
            }
            None => {
                let awaited = of.comes_before_the_pod().await?;
                of.try_out().await?;
                awaited
            }
        };
        let uses = |user: &&ClaimUser| !user.is_leaving && user.claims.iter().any(|it| it == folder.name());
        folders.warnings.extend(users.iter().find(uses).map(|user| {
            let arguments: Arguments<'_> =
                &[("path", &folder.path), ("claim", &folder.name()), ("pod", &user.pod)];
            warning::VOLUME_SHARED.say(arguments)
        }));
        (folder.existed, folder.awaited) = (there.is_some(), awaited);
        folders.claims.push(folder);
    }
    Ok(folders)
}

/// A folder of a workload.
struct Subject<'a> {
    objects: &'a Objects,
    workload: &'a WorkloadRef,
    folder: &'a FolderClaim,
    /// That of its claim, once it is known: the folders of a container have one class.
    class: &'a OnceCell<Known<Option<StorageClass>>>,
}

impl Subject<'_> {
    /// What a claim that is there has that is not asked for. One that is somebody else's, or of no use, is refused.
    fn differences(&self, claim: &Value) -> Result<Vec<String>, Failure> {
        let folder = self.folder;
        if !folder.is(claim) {
            return Err(self.refused(&said::VOLUME_NAME_TAKEN));
        }
        if is_leaving(claim) {
            return Err(self.refused(&said::VOLUME_LEAVING));
        }
        if claim["status"]["phase"] == "Lost" {
            return Err(self.refused(&said::VOLUME_LOST));
        }
        let name = folder.name();
        let mut warnings = Vec::new();
        let capacity = claim_capacity(claim);
        if !suffices(capacity, folder.capacity()) {
            warnings.push(warning::VOLUME_SMALLER.say(&[
                ("path", &folder.path),
                ("claim", &name),
                ("capacity", &capacity),
                ("wanted", &folder.capacity()),
            ]));
        }
        let class = claim["spec"]["storageClassName"].as_str().unwrap_or("(none)");
        if let Some(wanted) = folder.storage_class().filter(|wanted| *wanted != class) {
            warnings.push(warning::VOLUME_OF_CLASS.say(&[
                ("path", &folder.path),
                ("claim", &name),
                ("class", &class),
                ("wanted", &wanted),
            ]));
        }
        Ok(warnings)
    }

    /// Whether the claim gets its volume without a pod, or not at all. That it gets none is an error where that is
    /// certain; where the user may not see it, the start finds out.
    async fn comes_before_the_pod(&self) -> Result<bool, Failure> {
        let Known::Is(class) = self.class.get_or_try_init(|| self.read_class()).await? else {
            return Ok(false);
        };
        if !class.as_ref().is_some_and(|class| class.makes_volumes) {
            self.must_be_there(class.as_ref()).await?;
        }
        Ok(!class.as_ref().is_some_and(|class| class.waits_for_pod))
    }

    async fn read_class(&self) -> Result<Known<Option<StorageClass>>, ClusterError> {
        if let Some(name) = self.folder.storage_class() {
            return volumes::storage_class(self.objects, name).await;
        }
        Ok(match volumes::storage_classes(self.objects).await? {
            Known::Forbidden => Known::Forbidden,
            Known::Is(classes) => Known::Is(classes.into_iter().next().filter(|class| class.is_default)),
        })
    }

    /// Nobody makes a volume of this class, which may be none: there has to be one.
    async fn must_be_there(&self, class: Option<&StorageClass>) -> Result<(), Failure> {
        let folder = self.folder;
        let wanted = class.map(|class| class.name.as_str()).or_else(|| folder.storage_class());
        let namespace = &self.workload.namespace;
        let room = volumes::has_room(self.objects, namespace, &folder.claim, wanted).await?;
        if room != Known::Is(false) {
            return Ok(());
        }
        let choices = if class.is_none() { self.choices().await } else { String::new() };
        let (workload, path, capacity) = (self.workload, &folder.path, folder.capacity());
        let with_class = |class: &str, message: &Message| {
            let arguments: Arguments<'_> =
                &[("path", path), ("workload", workload), ("class", &class), ("capacity", &capacity)];
            ErrorInfo::of(message, arguments)
        };
        let error = match (class, wanted) {
            (Some(class), _) => with_class(&class.name, &said::VOLUME_NOT_MADE),
            (None, Some(name)) => with_class(name, &said::STORAGE_CLASS_UNKNOWN).with_hint(choices),
            (None, None) => {
                let arguments: Arguments<'_> =
                    &[("path", path), ("workload", workload), ("capacity", &capacity)];
                ErrorInfo::of(&said::STORAGE_CLASS_MISSING, arguments).with_hint(choices)
            }
        };
        Err(Failure::fatal(error))
    }

    /// Which class could be named instead.
    async fn choices(&self) -> String {
        let classes = match volumes::storage_classes(self.objects).await {
            Ok(Known::Is(classes)) => classes,
            _ => Vec::new(),
        };
        let names: Vec<&str> = classes.iter().take(NAMED).map(|class| class.name.as_str()).collect();
        if names.is_empty() {
            "the cluster has no storage class: have somebody make one, or a PersistentVolume".to_owned()
        } else {
            format!("name another as storageClass in the dev configuration; there are: {}", names.join(", "))
        }
    }

    async fn try_out(&self) -> Result<(), Failure> {
        let namespace = Some(self.workload.namespace.as_str());
        match self.objects.create(CLAIMS, namespace, &self.folder.claim, Mode::DryRun).await {
            Err(error) if error.reason == Reason::AlreadyExists => Ok(()),
            Err(error) => Err(refused(self.workload, self.folder, error)),
            Ok(_) => Ok(()),
        }
    }

    fn refused(&self, message: &Message) -> Failure {
        name_taken_by(self.workload, self.folder, message)
    }
}

/// What is under the name of the folder's claim cannot be its claim.
pub fn name_taken_by(workload: &WorkloadRef, folder: &FolderClaim, message: &Message) -> Failure {
    let arguments: Arguments<'_> =
        &[("path", &folder.path), ("workload", workload), ("claim", &folder.name())];
    let more = "the list of volumes shows those of nhd, and deletes them";
    Failure::fatal(ErrorInfo::of(message, arguments).with_more_hint(more))
}

/// The API server does not take the folder's claim: a quota, a limit, a policy.
pub fn refused(workload: &WorkloadRef, folder: &FolderClaim, answer: ClusterError) -> Failure {
    let by_authorizer = answer.source.to_string().contains("cannot create resource");
    if !matches!(answer.reason, Reason::Forbidden | Reason::Invalid) || by_authorizer {
        return answer.into();
    }
    let cause = answer.source.to_string();
    let arguments: Arguments<'_> =
        &[("path", &folder.path), ("workload", workload), ("claim", &folder.name()), ("cause", &cause)];
    Failure::fatal(ErrorInfo::of(&said::VOLUME_REFUSED, arguments))
}
