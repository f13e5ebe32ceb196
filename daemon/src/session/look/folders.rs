//! The claims of persistent folders, as a look finds them, and what that means for a start.

use nhd_plan::FolderClaim;
use nhd_protocol::error::ErrorInfo;
use serde_json::Value;

use crate::cluster::error::OrAbsent as _;
use crate::cluster::objects::{CLAIMS, Objects, is_leaving};
use crate::cluster::{ClusterError, volumes};
use crate::session::look::Sight;
use crate::session::next::Volumes;
use crate::store::StoredSession;
use crate::store::session::StoredPlan;

/// A folder's claim. One of somebody else under its name is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderSeen {
    pub name: String,
    /// It has a volume.
    pub bound: bool,
    /// It goes with the last pod that uses it, and takes no new one.
    pub leaving: bool,
    /// What the cluster said last of one that has none.
    pub event: Option<String>,
}

/// Reads the claims of the planned folders, those that are there.
pub async fn read(
    objects: &Objects,
    namespace: &str,
    plan: &StoredPlan,
) -> Result<Vec<FolderSeen>, ClusterError> {
    let mut seen = Vec::with_capacity(plan.edit.folders.len());
    for folder in &plan.edit.folders {
        let name = folder.name();
        let Some(claim) = objects.get(CLAIMS, Some(namespace), name).await.or_absent()? else { continue };
        if !folder.is(&claim) {
            continue;
        }
        let leaving = is_leaving(&claim);
        let bound = claim["status"]["phase"] == "Bound";
        let event = match claim.pointer("/metadata/uid").and_then(Value::as_str) {
            Some(uid) if folder.awaited && !bound => volumes::last_event(objects, namespace, uid).await,
            _ => None,
        };
        seen.push(FolderSeen { name: name.to_owned(), bound, leaving, event });
    }
    Ok(seen)
}

/// The folders whose claims are yet to be made, or made again.
pub fn missing<'a>(plan: &'a StoredPlan, sight: &'a Sight) -> impl Iterator<Item = &'a FolderClaim> {
    plan.edit.folders.iter().filter(|folder| seen(folder, sight).is_none())
}

/// The first folder that has no volume, although it should by itself, or is about to lose it.
pub fn unbound<'a>(
    plan: &'a StoredPlan,
    sight: &'a Sight,
) -> Option<(&'a FolderClaim, Option<&'a FolderSeen>)> {
    plan.edit.folders.iter().find_map(|folder| {
        let seen = seen(folder, sight);
        let has_none = folder.awaited && !seen.is_some_and(|seen| seen.bound);
        (has_none || seen.is_some_and(|seen| seen.leaving)).then_some((folder, seen))
    })
}

/// What a start has to do about them.
pub fn state(plan: &StoredPlan, sight: &Sight) -> Volumes {
    match (missing(plan, sight).next(), unbound(plan, sight)) {
        (Some(_), _) => Volumes::Missing,
        (None, Some(_)) => Volumes::Unbound,
        (None, None) => Volumes::Free,
    }
}

/// Before a plan, as much as the request says.
pub fn foreseen(stored: &StoredSession) -> Volumes {
    if stored.request.dev.folders.is_empty() { Volumes::Free } else { Volumes::Missing }
}

/// An error of a start, which takes none of these claims away.
#[must_use]
pub fn with_kept(error: ErrorInfo, claims: &[&str]) -> ErrorInfo {
    if claims.is_empty() {
        return error;
    }
    let kept = format!("volume claim {} was made and is kept: see the list of volumes", claims.join(", "));
    error.with_more_hint(&kept)
}

/// The claims that this session made, which stay when its start is undone.
pub fn made<'a>(plan: &'a StoredPlan, sight: &'a Sight) -> impl Iterator<Item = &'a str> {
    let made = plan.edit.folders.iter().filter(|folder| !folder.existed);
    made.filter(|folder| seen(folder, sight).is_some()).map(FolderClaim::name)
}

fn seen<'a>(folder: &FolderClaim, sight: &'a Sight) -> Option<&'a FolderSeen> {
    sight.folders.iter().find(|seen| seen.name == folder.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::look::sight::tests::sight_of;
    use nhd_plan::Edit;
    use serde_json::json;

    #[test]
    fn only_what_should_have_a_volume_by_itself_is_waited_for() {
        let folder = |name: &str, awaited| FolderClaim {
            path: "/go".into(),
            claim: json!({"metadata": {"name": name}}),
            existed: name == "old",
            awaited,
        };
        let seen = |name: &str, bound| FolderSeen { name: name.into(), bound, leaving: false, event: None };
        let check = |folders: Vec<FolderClaim>, there: Vec<FolderSeen>, expect: Volumes, stay: &[&str]| {
            let edit = Edit { folders, ..Edit::new("web".into(), json!({}), json!({})) };
            let plan = StoredPlan { edit, warnings: Vec::new() };
            let sight = Sight { folders: there, ..sight_of(Vec::new()) };
            assert_eq!(state(&plan, &sight), expect, "{plan:?} {sight:?}");
            assert_eq!(made(&plan, &sight).collect::<Vec<_>>(), stay);
        };
        check(vec![], vec![], Volumes::Free, &[]);
        check(vec![folder("a", false)], vec![], Volumes::Missing, &[]);
        check(vec![folder("a", false)], vec![seen("a", false)], Volumes::Free, &["a"]);
        check(vec![folder("a", true)], vec![seen("a", false)], Volumes::Unbound, &["a"]);
        check(vec![folder("a", true)], vec![seen("a", true)], Volumes::Free, &["a"]);
        check(vec![folder("old", true)], vec![seen("old", true)], Volumes::Free, &[]);
        let going = FolderSeen { leaving: true, ..seen("a", true) };
        check(vec![folder("a", false)], vec![going], Volumes::Unbound, &["a"]);
        let two = || vec![folder("old", true), folder("b", true)];
        check(two(), vec![seen("old", true)], Volumes::Missing, &[]);
        check(two(), vec![seen("old", true), seen("b", false)], Volumes::Unbound, &["b"]);
    }
}
