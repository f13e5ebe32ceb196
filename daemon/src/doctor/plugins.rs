//! The exec plugins that the kubeconfig names: whether they are where the client would find them. Runs none.

use nhd_protocol::doctor::{DoctorGroup, DoctorRemedy};

use super::check::{Finding, Subject};
use crate::cluster::client::survey::PluginSeen;

pub(super) const PLUGINS: Subject =
    Subject { id: "kubeconfig.plugins", group: DoctorGroup::Kubeconfig, title: "exec plugins" };

/// A plugin of the chosen context that is missing is a failure; one of another context matters to that alone.
pub(super) fn judge(plugins: &[PluginSeen]) -> Finding {
    if plugins.is_empty() {
        return Finding::skipped("the kubeconfig names none");
    }
    let lines: Vec<String> = plugins.iter().map(line).collect();
    let is_missing = |plugin: &&PluginSeen| trouble(plugin).is_some();
    let detail = lines.join("\n");
    let finding = if plugins.iter().filter(is_missing).any(|plugin| plugin.is_chosen) {
        Finding::failed(detail)
    } else if plugins.iter().any(|plugin| trouble(plugin).is_some()) {
        Finding::warning(detail)
    } else {
        Finding::ok(detail)
    };
    plugins.iter().filter(is_missing).map(remedy).fold(finding, Finding::with)
}

fn trouble(plugin: &PluginSeen) -> Option<&'static str> {
    match (&plugin.found, plugin.interactive) {
        (_, true) => Some("wants a terminal, which a daemon has not"),
        (None, _) if plugin.command.contains('/') => Some("is not there, or not executable"),
        (None, _) => Some("is not on the PATH"),
        (Some(_), false) => None,
    }
}

fn line(plugin: &PluginSeen) -> String {
    let contexts = plugin.contexts.join(", ");
    let of = if plugin.contexts.len() == 1 { "context" } else { "contexts" };
    let what = match (&plugin.found, trouble(plugin)) {
        (_, Some(trouble)) => format!("{} {trouble}", plugin.command),
        (Some(found), None) => format!("{} is {}", plugin.command, found.display()),
        (None, None) => plugin.command.clone(),
    };
    format!("{what} ({of} {contexts})")
}

fn remedy(plugin: &PluginSeen) -> DoctorRemedy {
    if plugin.interactive {
        return DoctorRemedy::text(format!(
            "have the kubeconfig call {} with `interactiveMode: IfAvailable`, and sign in by its own command first",
            plugin.command
        ));
    }
    match &plugin.install_hint {
        Some(hint) => DoctorRemedy::text(hint.trim()),
        None => DoctorRemedy::text(format!(
            "install {}, or start from a shell whose PATH has it: an IDE that was started from a menu has another",
            plugin.command
        )),
    }
}

#[cfg(test)]
mod tests {
    use nhd_protocol::doctor::DoctorState::{self, Failed, Ok, Skipped, Warning};

    use super::*;

    #[test]
    fn a_plugin_that_is_missing_matters_to_the_context_that_uses_it() {
        let plugin = |found: bool, interactive: bool, is_chosen: bool| PluginSeen {
            command: "sign-in".into(),
            found: found.then(|| "/bin/sign-in".into()),
            interactive,
            install_hint: None,
            contexts: vec!["one".into()],
            is_chosen,
        };
        let check = |plugins: &[PluginSeen], expect: DoctorState, remedies: usize| {
            let finding = judge(plugins);
            assert_eq!((finding.state, finding.remedies.len()), (expect, remedies), "{finding:?}");
        };
        check(&[], Skipped, 0);
        check(&[plugin(true, false, true)], Ok, 0);
        check(&[plugin(false, false, true)], Failed, 1);
        check(&[plugin(true, true, true)], Failed, 1);
        check(&[plugin(false, false, false)], Warning, 1);
        check(&[plugin(true, false, true), plugin(false, false, false)], Warning, 1);
        check(&[plugin(false, false, true), plugin(true, true, false)], Failed, 2);
    }
}
