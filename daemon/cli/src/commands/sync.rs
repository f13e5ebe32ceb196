//! `nhd-cli sync`: the files of one session.

use nhd_protocol::methods;
use nhd_protocol::sync::{LeftOutBy, RescanParams, SyncReport, SyncType};

use crate::arguments::{SyncAction, SyncArguments};
use crate::failure::Failure;
use crate::params::selector;
use crate::render::Screen;
use crate::render::words;
use nhd_client::Client;

pub(crate) async fn run(
    arguments: &SyncArguments,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let report = match &arguments.action {
        SyncAction::Status(target) => client.call::<methods::SyncState>(selector(target)).await?,
        SyncAction::Pause(target) => client.call::<methods::SyncPause>(selector(target)).await?,
        SyncAction::Resume(target) => client.call::<methods::SyncResume>(selector(target)).await?,
        SyncAction::Rescan { target, path } => {
            let params = RescanParams { of: selector(target), paths: path.clone() };
            client.call::<methods::SyncRescan>(params).await?
        }
    };
    Ok(screen.result(&report, |_| text(&report))?)
}

fn text(report: &SyncReport) -> String {
    let mut text = format!("{}\n", report.workload);
    let mut line = |name: &str, value: String| text.push_str(&format!("  {name:<10} {value}\n"));
    let Some(sync) = &report.sync else {
        line("sync", "not started".to_owned());
        return text;
    };
    let arrow = if sync.sync_type == SyncType::SendReceive { "⇄" } else { "→" };
    line("files", format!("{} {arrow} {}", report.source, report.work_dir));
    line("sync", words::sync(sync).1);
    line("left out", left_out(sync.left_out_by).to_owned());
    line("total", format!("{} files, {} bytes", sync.total_files, sync.total_bytes));
    line("missing", format!("{} paths, {} bytes", sync.need_files, sync.need_bytes));
    if let Some(at) = &sync.last_synced {
        line("in sync at", at.to_string());
    }
    if let Some(error) = &sync.last_error {
        line("trouble", error.clone());
    }
    for problem in &sync.problems {
        line("", format!("{}: {}", problem.path, problem.error.trim()));
    }
    text
}

fn left_out(by: LeftOutBy) -> &'static str {
    match by {
        LeftOutBy::Nothing => "nothing",
        LeftOutBy::Patterns => "what the patterns of the dev configuration say",
        LeftOutBy::Git => "what git ignores",
        LeftOutBy::OwnFile => "what your own .stignore says",
    }
}
