use nhd_protocol::listing::ReplicaCount;
use nhd_protocol::workload::WorkloadKind;
use proptest::prelude::*;

use super::*;

fn workload(kind: WorkloadKind, name: &str) -> WorkloadRef {
    WorkloadRef { namespace: "n".into(), kind, name: name.into() }
}

fn item(kind: WorkloadKind, name: &str) -> Item {
    Item {
        workload: workload(kind, name),
        listed: true,
        parent: None,
        mark: Mark::None,
        containers: vec!["main".into()],
        replicas: Some(ReplicaCount { ready: 1, desired: 1 }),
        trouble: None,
    }
}

fn trouble(reason: &str, container: Option<&str>) -> Trouble {
    Trouble { reason: reason.into(), message: None, container: container.map(str::to_owned) }
}

fn pod(name: &str, trouble: Option<(WorkloadRef, Trouble)>) -> PodGlance {
    PodGlance { namespace: "n".into(), name: name.into(), item: None, trouble }
}

fn nobody(_: &WorkloadRef) -> Option<String> {
    None
}

fn key(workload: &WorkloadRef) -> Key {
    (workload.namespace.clone(), record_name(workload))
}

fn head(session: &str) -> RecordHead {
    let owner = "ann@laptop since 2026-01-01T00:00:00.000Z".parse().ok();
    RecordHead { session: session.into(), owner }
}

/// `upserted | removed` by their names, with what is told of each.
fn shown(changes: &Changes) -> String {
    let of = |summary: &WorkloadSummary| {
        let owner = summary.dev_mode.as_ref().map(|dev_mode| {
            let who = if dev_mode.by_nocalhost { "nocalhost" } else { "?" };
            dev_mode.owner.as_ref().map_or(who.to_owned(), |owner| owner.user.clone())
        });
        let trouble = summary.trouble.as_ref();
        let trouble =
            trouble.map(|it| format!("{}x{} {}", it.reason, it.pods, it.pod.as_deref().unwrap_or("-")));
        let parts = [Some(summary.workload.name.clone()), owner, trouble];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let upserted: Vec<String> = changes.upserted.iter().map(of).collect();
    let removed: Vec<&str> = changes.removed.iter().map(|workload| workload.name.as_str()).collect();
    format!("{} | {}", upserted.join(", "), removed.join(", "))
}

#[test]
fn only_what_is_different_is_told() {
    let mut tree = Tree::default();
    tree.put(item(WorkloadKind::Deployment, "web"));
    tree.put(item(WorkloadKind::Deployment, "api"));
    assert_eq!(shown(&tree.changes(nobody)), "api, web | ");
    tree.put(item(WorkloadKind::Deployment, "web"));
    assert!(tree.changes(nobody).is_empty(), "nothing is different");
    let mut scaled = item(WorkloadKind::Deployment, "web");
    scaled.replicas = Some(ReplicaCount { ready: 0, desired: 1 });
    tree.put(scaled);
    tree.remove(&workload(WorkloadKind::Deployment, "api"));
    tree.remove(&workload(WorkloadKind::Deployment, "never-there"));
    assert_eq!(shown(&tree.changes(nobody)), "web | api");
    assert_eq!(tree.summaries().count(), 1);
}

#[test]
fn a_list_takes_away_what_it_does_not_have_and_only_of_its_kind() {
    let mut tree = Tree::default();
    for kind in [WorkloadKind::Deployment, WorkloadKind::Job] {
        tree.put(item(kind, "a"));
        tree.put(item(kind, "b"));
    }
    tree.changes(nobody);
    let of_jobs = |workload: &WorkloadRef| workload.kind == WorkloadKind::Job;
    tree.replace_items(of_jobs, vec![item(WorkloadKind::Job, "b"), item(WorkloadKind::Job, "c")]);
    assert_eq!(shown(&tree.changes(nobody)), "c | a");
    assert_eq!(tree.summaries().count(), 4);
}

#[test]
fn who_has_it_is_told_by_the_record_and_without_it_the_mark_still_tells_that_somebody_has() {
    let web = workload(WorkloadKind::Deployment, "web");
    let mut tree = Tree::default();
    // The Secret is written before the workload, and told in any order.
    tree.put_record(key(&web), head("s1"));
    tree.put(item(WorkloadKind::Deployment, "web"));
    assert_eq!(shown(&tree.changes(nobody)), "web ann | ");
    tree.put(Item { mark: Mark::InDevMode, ..item(WorkloadKind::Deployment, "web") });
    assert!(tree.changes(nobody).is_empty());
    tree.replace_records([]);
    assert_eq!(shown(&tree.changes(nobody)), "web ? | ");
    tree.put_record(key(&web), head("s1"));
    let known = tree.changes(|workload| (workload.name == "web").then(|| "s1".to_owned())).upserted.remove(0);
    let dev_mode = known.dev_mode.expect("is in DevMode");
    assert_eq!((dev_mode.session.as_deref(), dev_mode.here), (Some("s1"), true));
    tree.remove_record(&key(&web));
    tree.put(item(WorkloadKind::Deployment, "web"));
    assert_eq!(shown(&tree.changes(nobody)), "web | ");
    tree.put(Item { mark: Mark::Nocalhosts, ..item(WorkloadKind::Deployment, "web") });
    assert_eq!(shown(&tree.changes(nobody)), "web nocalhost | ");
}

#[test]
fn what_was_made_beside_a_workload_tells_of_it_and_is_none_itself() {
    let (job, made) = (workload(WorkloadKind::Job, "once"), workload(WorkloadKind::Job, "once-job-dev"));
    let mut tree = Tree::default();
    tree.put(item(WorkloadKind::Job, "once"));
    assert_eq!(shown(&tree.changes(nobody)), "once | ");
    let beside = Item {
        listed: false,
        parent: Some(job),
        mark: Mark::DevWorkload,
        ..item(WorkloadKind::Job, "once-job-dev")
    };
    tree.put_pod(pod("p", Some((made.clone(), trouble("ErrImagePull", Some("c"))))));
    tree.put(beside);
    assert_eq!(shown(&tree.changes(nobody)), "once ? ErrImagePullx1 p | ");
    tree.remove(&made);
    tree.remove_pod(&pod("p", None));
    assert_eq!(shown(&tree.changes(nobody)), "once | ");
}

#[test]
fn the_worst_that_is_the_matter_with_pods_is_told_with_how_many_there_are() {
    let web = workload(WorkloadKind::Deployment, "web");
    let mut tree = Tree::default();
    let own = Some(trouble("FailedCreate", None));
    tree.put(Item { trouble: own, ..item(WorkloadKind::Deployment, "web") });
    assert_eq!(shown(&tree.changes(nobody)), "web FailedCreatex0 - | ");
    tree.put_pod(pod("a", Some((web.clone(), trouble("Unschedulable", None)))));
    assert_eq!(shown(&tree.changes(nobody)), "web Unschedulablex1 a | ");
    tree.put_pod(pod("b", Some((web.clone(), trouble("CrashLoopBackOff", Some("c"))))));
    assert_eq!(shown(&tree.changes(nobody)), "web CrashLoopBackOffx2 b | ");
    tree.put_pod(pod("b", None));
    assert_eq!(shown(&tree.changes(nobody)), "web Unschedulablex1 a | ");
    tree.replace_pods(Vec::new());
    assert_eq!(shown(&tree.changes(nobody)), "web FailedCreatex0 - | ");
    tree.put_pod(pod("a", Some((workload(WorkloadKind::Job, "unseen"), trouble("Error", Some("c"))))));
    assert!(tree.changes(nobody).is_empty(), "nobody is told of a workload that is not there");
}

#[test]
fn a_job_of_a_schedule_tells_of_the_schedule() {
    let nightly = workload(WorkloadKind::CronJob, "nightly");
    let mut tree = Tree::default();
    tree.put(item(WorkloadKind::CronJob, "nightly"));
    tree.put(Item { listed: false, parent: Some(nightly), ..item(WorkloadKind::Job, "nightly-1") });
    assert_eq!(shown(&tree.changes(nobody)), "nightly | ");
    tree.put_pod(pod("p", Some((workload(WorkloadKind::Job, "nightly-1"), trouble("Error", Some("c"))))));
    assert_eq!(shown(&tree.changes(nobody)), "nightly Errorx1 p | ");
    tree.remove(&workload(WorkloadKind::Job, "nightly-1"));
    assert_eq!(shown(&tree.changes(nobody)), "nightly | ");
}

/// A piece of news of a small world, in which names meet.
#[derive(Debug, Clone)]
enum Piece {
    Item(Item),
    Pod(PodGlance),
    Record(WorkloadRef, String),
}

fn piece() -> impl Strategy<Value = Piece> {
    let name = || (0..3_u8).prop_map(|number| format!("w{number}"));
    let kind =
        || prop::sample::select(vec![WorkloadKind::Deployment, WorkloadKind::Job, WorkloadKind::CronJob]);
    let item =
        (kind(), name(), 0..4_u8, name(), any::<bool>()).prop_map(|(kind, name, form, parent, ready)| {
            let mut item = item(kind, &name);
            item.replicas = Some(ReplicaCount { ready: u32::from(ready), desired: 1 });
            match form {
                0 => item.mark = Mark::InDevMode,
                1 => {
                    item.mark = Mark::DevWorkload;
                    item.listed = false;
                    item.parent =
                        Some(workload(WorkloadKind::CronJob, &parent)).filter(|it| *it != item.workload);
                }
                _ => {}
            }
            Piece::Item(item)
        });
    let pod = (0..4_u8, kind(), name(), any::<bool>()).prop_map(|(number, kind, owner, crash)| {
        let reason =
            if crash { trouble("CrashLoopBackOff", Some("c")) } else { trouble("Unschedulable", None) };
        Piece::Pod(pod(&format!("p{number}"), Some((workload(kind, &owner), reason))))
    });
    let record = (kind(), name()).prop_map(|(kind, name)| Piece::Record(workload(kind, &name), "s".into()));
    prop_oneof![item, pod, record]
}

fn put(tree: &mut Tree, piece: Piece) {
    match piece {
        Piece::Item(item) => tree.put(item),
        Piece::Pod(pod) => tree.put_pod(pod),
        Piece::Record(workload, session) => tree.put_record(key(&workload), head(&session)),
    }
}

proptest! {
    /// However it came about, the tree is as one that was told nothing but what holds; and a client that follows the
    /// changes knows what the tree has.
    #[test]
    fn a_tree_depends_on_what_holds_and_not_on_how_it_came_about(
        news in prop::collection::vec((piece(), any::<bool>(), any::<bool>()), 0..60)
    ) {
        let mut tree = Tree::default();
        let mut holds: BTreeMap<String, Piece> = BTreeMap::new();
        let mut client: BTreeMap<WorkloadRef, WorkloadSummary> = BTreeMap::new();
        for (piece, gone, asked) in news {
            let name = match &piece {
                Piece::Item(item) => format!("item {}", item.workload),
                Piece::Pod(pod) => format!("pod {}", pod.name),
                Piece::Record(workload, _) => format!("record {workload}"),
            };
            if gone {
                match &piece {
                    Piece::Item(item) => tree.remove(&item.workload),
                    Piece::Pod(pod) => tree.remove_pod(pod),
                    Piece::Record(workload, _) => tree.remove_record(&key(workload)),
                }
                holds.remove(&name);
            } else {
                put(&mut tree, piece.clone());
                holds.insert(name, piece);
            }
            if asked {
                let changes = tree.changes(nobody);
                for workload in &changes.removed {
                    prop_assert!(client.remove(workload).is_some(), "{workload} was never told");
                }
                client.extend(changes.upserted.into_iter().map(|it| (it.workload.clone(), it)));
            }
        }
        let changes = tree.changes(nobody);
        changes.removed.iter().for_each(|workload| drop(client.remove(workload)));
        client.extend(changes.upserted.into_iter().map(|it| (it.workload.clone(), it)));
        let mut fresh = Tree::default();
        holds.into_values().for_each(|piece| put(&mut fresh, piece));
        fresh.changes(nobody);
        let expect: Vec<_> = fresh.summaries().cloned().collect();
        prop_assert_eq!(tree.summaries().cloned().collect::<Vec<_>>(), expect.clone());
        prop_assert_eq!(client.into_values().collect::<Vec<_>>(), expect);
        prop_assert!(tree.children.values().all(|it| !it.is_empty()) && tree.troubled.values().all(|it| !it.is_empty()));
    }
}
