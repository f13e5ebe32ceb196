//! `nhd-cli workloads`: what there is to develop in, and who has which in DevMode.

use nhd_protocol::listing::{DevModeSummary, WorkloadList, WorkloadListParams, WorkloadSummary};
use nhd_protocol::methods;
use time::OffsetDateTime;

use crate::arguments::ListArguments;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::render::Screen;
use crate::render::session::{age, short_name};
use crate::render::style::{Style, Tone};
use crate::render::table::{Cell, table};
use nhd_client::Client;

pub(crate) async fn run(
    arguments: &ListArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params = WorkloadListParams {
        namespace: arguments.namespace.clone(),
        all_namespaces: arguments.all_namespaces,
        kubeconfig: arguments.cluster.kubeconfig.named(here)?,
        context: arguments.cluster.context.clone(),
        environment: here.environment(),
    };
    let list = client.call::<methods::Workloads>(params).await?;
    screen.result(&list, |style| text(style, &list, OffsetDateTime::now_utc()))?;
    Ok(screen.warnings(&list.warnings)?)
}

fn text(style: Style, list: &WorkloadList, now: OffsetDateTime) -> String {
    if list.workloads.is_empty() {
        return format!("no workloads in context {}\n", list.context);
    }
    let rows: Vec<Vec<Cell>> = list.workloads.iter().map(|workload| row(workload, now)).collect();
    table(style, &["WORKLOAD", "NAMESPACE", "READY", "CONTAINERS", "IN DEVMODE BY", "SINCE"], &rows)
}

fn row(summary: &WorkloadSummary, now: OffsetDateTime) -> Vec<Cell> {
    let ready = summary.replicas.map(|count| format!("{}/{}", count.ready, count.desired));
    let since = summary.dev_mode.as_ref().and_then(|dev_mode| dev_mode.owner.as_ref());
    vec![
        Cell::plain(short_name(&summary.workload)),
        Cell::plain(summary.workload.namespace.clone()),
        Cell::plain(ready.unwrap_or_default()),
        Cell::plain(summary.containers.join(",")),
        summary.dev_mode.as_ref().map_or_else(|| Cell::plain(""), who),
        Cell::plain(since.and_then(|owner| age(&owner.since, now)).unwrap_or_default()),
    ]
}

pub(crate) fn who(dev_mode: &DevModeSummary) -> Cell {
    if dev_mode.by_nocalhost {
        return Cell::new(Tone::Busy, "Nocalhost");
    }
    let owner = dev_mode.owner.as_ref().map(|owner| format!("{}@{}", owner.user, owner.host));
    let owner = owner.unwrap_or_else(|| "(owner not readable)".to_owned());
    if dev_mode.here {
        Cell::new(Tone::Good, format!("{owner} (here)"))
    } else {
        Cell::new(Tone::Busy, owner)
    }
}

#[cfg(test)]
mod tests {
    use nhd_protocol::listing::{DevModeOwner, ReplicaCount};
    use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
    use time::macros::datetime;

    use super::*;

    #[test]
    fn each_workload_has_a_line_that_says_whose_it_is() {
        let owner = DevModeOwner {
            user: "ann".to_owned(),
            host: "laptop".to_owned(),
            since: "2026-01-01T00:00:00.000Z".to_owned(),
        };
        let summary = |name: &str, dev_mode| WorkloadSummary {
            workload: WorkloadRef {
                namespace: "n".into(),
                kind: WorkloadKind::Deployment,
                name: name.into(),
            },
            replicas: Some(ReplicaCount { ready: 1, desired: 2 }),
            containers: vec!["a".into(), "b".into()],
            dev_mode,
            trouble: None,
        };
        let here = DevModeSummary { owner: Some(owner.clone()), here: true, ..DevModeSummary::default() };
        let elsewhere = DevModeSummary { owner: Some(owner), ..DevModeSummary::default() };
        let nocalhost = DevModeSummary { by_nocalhost: true, ..DevModeSummary::default() };
        let list = WorkloadList {
            context: "dev".into(),
            server: "https://one".into(),
            workloads: vec![
                summary("free", None),
                summary("mine", Some(here)),
                summary("theirs", Some(elsewhere)),
                summary("hidden", Some(DevModeSummary::default())),
                summary("old", Some(nocalhost)),
            ],
            warnings: Vec::new(),
        };
        let expect = "\
WORKLOAD           NAMESPACE  READY  CONTAINERS  IN DEVMODE BY         SINCE
deployment/free    n          1/2    a,b
deployment/mine    n          1/2    a,b         ann@laptop (here)     3 min
deployment/theirs  n          1/2    a,b         ann@laptop            3 min
deployment/hidden  n          1/2    a,b         (owner not readable)
deployment/old     n          1/2    a,b         Nocalhost
";
        assert_eq!(text(Style::PLAIN, &list, datetime!(2026-01-01 00:03:00 UTC)), expect);
    }
}
