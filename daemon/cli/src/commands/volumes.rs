//! `nhd-cli volumes`: the claims of persistent folders, and deleting one.

use nhd_client::Client;
use nhd_protocol::methods;
use nhd_protocol::volume::{
    VolumeDeleteParams, VolumeList, VolumeListParams, VolumePhase, VolumeSummary, VolumeUse,
};
use time::OffsetDateTime;

use crate::arguments::{ListArguments, VolumesArguments, VolumesCommand, VolumesDeleteArguments};
use crate::caller::Caller;
use crate::failure::Failure;
use crate::render::Screen;
use crate::render::session::{age, short_name};
use crate::render::style::{Style, Tone};
use crate::render::table::{Cell, table};

pub(crate) async fn run(
    arguments: &VolumesArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    match &arguments.command {
        None => list(&arguments.list, here, client, screen).await,
        Some(VolumesCommand::List(arguments)) => list(arguments, here, client, screen).await,
        Some(VolumesCommand::Delete(arguments)) => delete(arguments, here, client, screen).await,
    }
}

async fn list(
    arguments: &ListArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params = VolumeListParams {
        namespace: arguments.namespace.clone(),
        all_namespaces: arguments.all_namespaces,
        kubeconfig: arguments.cluster.kubeconfig.named(here)?,
        context: arguments.cluster.context.clone(),
        environment: here.environment(),
    };
    let list = client.call::<methods::Volumes>(params).await?;
    screen.result(&list, |style| text(style, &list, OffsetDateTime::now_utc()))?;
    Ok(screen.warnings(&list.warnings)?)
}

async fn delete(
    arguments: &VolumesDeleteArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params = VolumeDeleteParams {
        name: arguments.name.clone(),
        namespace: arguments.at.namespace.clone(),
        force: arguments.force,
        kubeconfig: arguments.at.cluster.kubeconfig.named(here)?,
        context: arguments.at.cluster.context.clone(),
        environment: here.environment(),
    };
    let volume = client.call::<methods::VolumeDelete>(params).await?;
    Ok(screen.result(&volume, |_| deleted(&volume))?)
}

fn deleted(volume: &VolumeSummary) -> String {
    let VolumeSummary { name, path, .. } = volume;
    let workload = short_name(&volume.workload);
    match volume.used_by.is_empty() {
        true => format!("deleted {name}, which had {path} of {workload}\n"),
        false => {
            format!(
                "{name}, which has {path} of {workload}, goes with the last of {}\n",
                users(&volume.used_by)
            )
        }
    }
}

fn text(style: Style, list: &VolumeList, now: OffsetDateTime) -> String {
    if list.volumes.is_empty() {
        return format!("no volumes of persistent folders in context {}\n", list.context);
    }
    let rows: Vec<Vec<Cell>> = list.volumes.iter().map(|volume| row(volume, now)).collect();
    let heads = [
        "NAME",
        "NAMESPACE",
        "WORKLOAD",
        "CONTAINER",
        "FOLDER",
        "CAPACITY",
        "CLASS",
        "STATE",
        "USED BY",
        "AGE",
    ];
    table(style, &heads, &rows)
}

fn row(volume: &VolumeSummary, now: OffsetDateTime) -> Vec<Cell> {
    let (tone, state) = match volume.phase {
        VolumePhase::Pending => (Tone::Busy, "pending"),
        VolumePhase::Bound => (Tone::Good, "bound"),
        VolumePhase::Lost => (Tone::Bad, "lost"),
        VolumePhase::Terminating => (Tone::Busy, "being deleted"),
    };
    vec![
        Cell::plain(volume.name.clone()),
        Cell::plain(volume.workload.namespace.clone()),
        Cell::plain(short_name(&volume.workload)),
        Cell::plain(volume.container.clone()),
        Cell::plain(volume.path.clone()),
        Cell::plain(volume.capacity.clone()),
        Cell::plain(volume.storage_class.clone().unwrap_or_default()),
        Cell::new(tone, state),
        Cell::plain(users(&volume.used_by)),
        Cell::plain(age(&volume.created_at, now).unwrap_or_default()),
    ]
}

fn users(uses: &[VolumeUse]) -> String {
    let one = |it: &VolumeUse| match (&it.pod, &it.session) {
        (Some(pod), Some(session)) => format!("{pod} (session {session})"),
        (Some(pod), None) => pod.clone(),
        (None, session) => format!("session {}", session.as_deref().unwrap_or_default()),
    };
    uses.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use nhd_protocol::workload::{WorkloadKind, WorkloadRef};
    use time::macros::datetime;

    use super::*;

    fn volume(name: &str, phase: VolumePhase, used_by: Vec<VolumeUse>) -> VolumeSummary {
        VolumeSummary {
            name: name.into(),
            workload: WorkloadRef { namespace: "n".into(), kind: WorkloadKind::Job, name: "load".into() },
            container: "app".into(),
            path: "/go".into(),
            capacity: "5Gi".into(),
            storage_class: Some("fast".into()),
            phase,
            used_by,
            created_at: "2026-01-01T00:00:00Z".into(),
        }
    }

    #[test]
    fn each_claim_has_a_line_that_says_what_it_is_for_and_who_uses_it() {
        let used = VolumeUse { pod: Some("p".into()), session: Some("s".into()) };
        let volumes = vec![
            volume("one", VolumePhase::Bound, vec![used.clone()]),
            volume("two", VolumePhase::Pending, Vec::new()),
        ];
        let list =
            VolumeList { context: "dev".into(), server: "https://one".into(), volumes, warnings: Vec::new() };
        let expect = "\
NAME  NAMESPACE  WORKLOAD  CONTAINER  FOLDER  CAPACITY  CLASS  STATE    USED BY        AGE
one   n          job/load  app        /go     5Gi       fast   bound    p (session s)  3 min
two   n          job/load  app        /go     5Gi       fast   pending                 3 min
";
        assert_eq!(text(Style::PLAIN, &list, datetime!(2026-01-01 00:03:00 UTC)), expect);
        let gone = volume("one", VolumePhase::Terminating, Vec::new());
        assert_eq!(deleted(&gone), "deleted one, which had /go of job/load\n");
        let held = volume("one", VolumePhase::Terminating, vec![used]);
        assert_eq!(deleted(&held), "one, which has /go of job/load, goes with the last of p (session s)\n");
    }
}
