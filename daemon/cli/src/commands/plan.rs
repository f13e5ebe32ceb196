//! `nhd-cli plan`: says what a start would change, and changes nothing.

use nhd_protocol::methods;
use nhd_protocol::session::{PlanResult, PlannedAction, StartParams};

use crate::failure::Failure;
use crate::render::Screen;
use crate::render::style::{Style, Tone};
use nhd_client::Client;

pub(crate) async fn run(params: StartParams, client: &Client, screen: &mut Screen) -> Result<(), Failure> {
    let plan = client.call::<methods::Plan>(params).await?;
    screen.result(&plan, |style| text(style, &plan))?;
    Ok(screen.warnings(&plan.warnings)?)
}

fn text(style: Style, plan: &PlanResult) -> String {
    let workload = style.paint(Tone::Strong, &plan.workload.to_string());
    let mut text =
        format!("{workload}, container {}, in context {} ({})\n", plan.container, plan.context, plan.server);
    for change in &plan.changes {
        let action = match change.action {
            PlannedAction::Create => "create",
            PlannedAction::Update => "update",
            PlannedAction::Replace => "delete and make again",
        };
        let object = format!("{action} {}/{}", change.kind.to_lowercase(), change.name);
        text += &format!("\n{}\n{}", style.paint(Tone::Strong, &object), style.paint_diff(&change.diff));
    }
    text
}

#[cfg(test)]
mod tests {
    use nhd_protocol::session::PlannedChange;
    use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

    use super::*;

    #[test]
    fn a_plan_is_a_diff_of_every_object() {
        let change = |action, kind: &str, diff: &str| PlannedChange {
            action,
            kind: kind.to_owned(),
            name: "x".to_owned(),
            diff: diff.to_owned(),
            before: None,
            after: None,
            truncated: false,
        };
        let plan = PlanResult {
            workload: WorkloadRef {
                namespace: "bookinfo".to_owned(),
                kind: WorkloadKind::Deployment,
                name: "reviews".to_owned(),
            },
            context: "dev".to_owned(),
            server: "https://one".to_owned(),
            container: "main".to_owned(),
            changes: vec![
                change(PlannedAction::Create, "Secret", "+a: 1\n"),
                change(PlannedAction::Update, "Deployment", "@@ -1 +1 @@\n-a: 1\n+a: 2"),
            ],
            notices: Vec::new(),
            warnings: Vec::new(),
        };
        let expect = "\
deployment/reviews in namespace bookinfo, container main, in context dev (https://one)

create secret/x
+a: 1

update deployment/x
@@ -1 +1 @@
-a: 1
+a: 2
";
        assert_eq!(text(Style::PLAIN, &plan), expect);
    }
}
