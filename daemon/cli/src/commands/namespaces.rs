//! `nhd-cli namespaces`: where one could work, also where listing is forbidden.

use nhd_client::Client;
use nhd_protocol::browse::contexts::{NamespaceList, NamespaceListParams};
use nhd_protocol::methods;

use crate::arguments::NamespacesArguments;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::render::Screen;
use crate::render::style::{Style, Tone};
use crate::render::table::{Cell, table};

pub(crate) async fn run(
    arguments: &NamespacesArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let params = NamespaceListParams {
        kubeconfig: arguments.cluster.kubeconfig.named(here)?,
        context: arguments.cluster.context.clone(),
        environment: here.environment(),
    };
    let list = client.call::<methods::Namespaces>(params).await?;
    screen.result(&list, |style| text(style, &list))?;
    let warning = list.refused.as_ref().map(|refused| {
        format!("these are only the namespaces that kubeconfig and sessions name: {}", refused.message)
    });
    Ok(screen.warnings(warning.as_slice())?)
}

fn text(style: Style, list: &NamespaceList) -> String {
    let rows: Vec<Vec<Cell>> = list
        .namespaces
        .iter()
        .map(|namespace| {
            let own = namespace.name == list.own;
            let state = if namespace.terminating { "being deleted" } else { "" };
            vec![
                Cell::new(Tone::Good, if own { "*" } else { "" }),
                Cell::plain(namespace.name.clone()),
                Cell::new(Tone::Busy, state),
            ]
        })
        .collect();
    table(style, &["", "NAMESPACE", "STATE"], &rows)
}

#[cfg(test)]
mod tests {
    use nhd_protocol::browse::contexts::NamespaceEntry;

    use super::*;

    #[test]
    fn the_contexts_own_namespace_has_a_star_and_one_that_goes_says_so() {
        let entry = |name: &str, terminating| NamespaceEntry { name: name.into(), terminating };
        let list = NamespaceList {
            context: "dev".into(),
            server: "https://10.0.0.1".into(),
            own: "team".into(),
            namespaces: vec![entry("old", true), entry("team", false)],
            refused: None,
        };
        let expect = "   NAMESPACE  STATE\n   old        being deleted\n*  team\n";
        assert_eq!(text(Style::PLAIN, &list), expect);
    }
}
