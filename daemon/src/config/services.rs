//! Finds in a file of Nocalhost's format what it says about one container of one workload.
//!
//! The format has three forms: one service, a list of services, and an application (or a bare mapping) with `services`.

use nhd_protocol::workload::WorkloadKind;

use super::document::{Content, Node};
use super::read::{Idle, text};
use super::{Fault, Position};

pub(super) const SERVICE_KEYS: [&str; 4] = ["name", "serviceType", "containers", "configProperties"];
pub(super) const CONTAINER_KEYS: [&str; 2] = ["name", "dev"];
/// Keys of Nocalhost about installing an application, which nhd does not do.
const NOCALHOSTS: [&str; 13] = [
    "priorityClass",
    "dependLabelSelector",
    "hub",
    "install",
    "manifestType",
    "resourcePath",
    "ignoredPath",
    "onPreInstall",
    "helmValues",
    "helmVals",
    "helmVersion",
    "env",
    "envFrom",
];

/// What a file says about a container, and which one it is.
#[derive(Debug, Default)]
pub(super) struct Choice<'a> {
    pub(super) dev: Option<&'a Node>,
    /// The service and the container that it is about.
    pub(super) service: Option<&'a Node>,
    pub(super) chosen_container: Option<&'a Node>,
    /// The container that the file names, and where.
    pub(super) container: Option<(String, Position)>,
    pub(super) idle: Vec<Idle>,
    /// From where to where it is about other services.
    pub(super) others: Vec<(Position, Position)>,
}

/// The workload that is looked for; its container where that is known already.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub kind: WorkloadKind,
    pub name: &'a str,
    pub container: Option<&'a str>,
}

pub(super) fn choose<'a>(root: &'a Node, wanted: Wanted<'_>) -> Result<Choice<'a>, Fault> {
    let mut choice = Choice::default();
    let services = services(root, &mut choice.idle)?;
    if let Some(properties) = root.get("configProperties") {
        note_others(properties, &["version", "envFile"], &mut choice.idle);
    }
    let mut others = Vec::new();
    let mut elsewhere = Vec::new();
    let mut chosen: Option<&Node> = None;
    for service in services {
        let name = member_text(service, "name")?.unwrap_or_default();
        let kind = member_text(service, "serviceType")?.unwrap_or_default();
        let fits = kind.is_empty() || kind.parse() == Ok(wanted.kind);
        if fits && name == wanted.name {
            // Of two entries for one service the last one counts, as Nocalhost takes it.
            if let Some(earlier) = chosen.replace(service) {
                choice.idle.push(Idle::again(service.at, earlier.at, &format!("service {name}")));
            }
            continue;
        }
        elsewhere.push((service.at, service.end));
        if !name.is_empty() {
            others.push(if kind.is_empty() { name } else { format!("{}/{name}", kind.to_lowercase()) });
        }
    }
    match chosen {
        Some(service) => {
            choice.others = elsewhere;
            choice.service = Some(service);
            container(service, wanted, &mut choice)?;
        }
        None if root.content == Content::Null => {}
        None => {
            let others = if others.is_empty() { "nothing".to_owned() } else { others.join(", ") };
            let message = format!(
                "nothing is said about {}/{} here, only about {others}",
                wanted.kind.word(),
                wanted.name
            );
            choice.idle.push(Idle::new(root.at, message));
        }
    }
    Ok(choice)
}

/// The services of a file, whichever form it has.
pub(super) fn services<'a>(root: &'a Node, idle: &mut Vec<Idle>) -> Result<Vec<&'a Node>, Fault> {
    match &root.content {
        Content::Null => Ok(Vec::new()),
        Content::List(items) => items.iter().map(|item| mapping(item, "a service")).collect(),
        Content::Map(members) => {
            if members.iter().any(|(key, _)| SERVICE_KEYS[1..3].contains(&key.name.as_str())) {
                return Ok(vec![root]);
            }
            if let Some(application) = root.get("application") {
                note_others(root, &["application", "configProperties"], idle);
                return services(mapping(application, "application")?, idle);
            }
            if let Some(list) = root.get("services") {
                note_others(root, &["services", "name", "configProperties"], idle);
                return match &list.content {
                    Content::List(items) => items.iter().map(|item| mapping(item, "a service")).collect(),
                    Content::Null => Ok(Vec::new()),
                    _ => {
                        Err(Fault::new(list.at, format!("services must be a list, not {}", list.described())))
                    }
                };
            }
            Ok(vec![root])
        }
        Content::Scalar { .. } => {
            let message = format!("this must be a service or a list of services, not {}", root.described());
            Err(Fault::new(root.at, message))
        }
    }
}

/// The list that another service can be added to, where the file has that form.
pub(super) fn list_of(root: &Node) -> Option<&Node> {
    match &root.content {
        Content::List(_) => Some(root),
        Content::Map(members)
            if members.iter().any(|(key, _)| SERVICE_KEYS[1..3].contains(&key.name.as_str())) =>
        {
            None
        }
        Content::Map(_) => match root.get("application") {
            Some(application) => list_of(application),
            None => root.get("services").filter(|list| matches!(list.content, Content::List(_))),
        },
        Content::Null | Content::Scalar { .. } => None,
    }
}

/// Finds the container: the one that is wanted, or else the only one, or the one without a name, which stands for any.
fn container<'a>(service: &'a Node, wanted: Wanted<'_>, choice: &mut Choice<'a>) -> Result<(), Fault> {
    note_others(service, &SERVICE_KEYS, &mut choice.idle);
    let Some(list) = service.get("containers").filter(|list| list.content != Content::Null) else {
        return Ok(());
    };
    let Content::List(items) = &list.content else {
        return Err(Fault::new(list.at, format!("containers must be a list, not {}", list.described())));
    };
    let mut named = Vec::with_capacity(items.len());
    for item in items {
        let name = member_text(mapping(item, "a container")?, "name")?.unwrap_or_default();
        named.push((name, item));
    }
    let by_name = |wanted: &str| named.iter().find(|(name, _)| name == wanted);
    let found = match (wanted.container, named.as_slice()) {
        (Some(container), _) => by_name(container).or_else(|| by_name("")),
        (None, [only]) => Some(only),
        (None, _) => by_name(""),
    };
    let names = || named.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    match (found, wanted.container) {
        (Some((name, item)), _) => {
            note_others(item, &CONTAINER_KEYS, &mut choice.idle);
            let at = item.get("name").map_or(item.at, |node| node.at);
            choice.container = (!name.is_empty()).then(|| (name.clone(), at));
            choice.dev = item.get("dev");
            choice.chosen_container = Some(item);
            Ok(())
        }
        (None, _) if named.is_empty() => Ok(()),
        (None, Some(container)) => {
            let message = format!("nothing is said about container {container} here, only about {}", names());
            choice.idle.push(Idle::new(list.at, message));
            Ok(())
        }
        (None, None) => {
            let message = format!("several containers ({}) are configured and none was chosen", names());
            let choices = named.iter().map(|(name, _)| name.clone()).collect();
            Err(Fault { choices, ..Fault::new(list.at, message) })
        }
    }
}

pub(super) fn mapping<'a>(node: &'a Node, what: &str) -> Result<&'a Node, Fault> {
    match node.content {
        Content::Map(_) => Ok(node),
        _ => Err(Fault::new(node.at, format!("{what} must be a mapping, not {}", node.described()))),
    }
}

/// A name, which may be a number where nobody has quoted it.
pub(super) fn member_text(node: &Node, key: &str) -> Result<Option<String>, Fault> {
    match node.get(key) {
        Some(Node { content: Content::Scalar { text, .. }, .. }) => Ok(Some(text.clone())),
        Some(node) if node.content != Content::Null => text(key, node, |_| Ok(())).map(Some),
        _ => Ok(None),
    }
}

/// Notes every member that is none of `known`, and every one that is given twice.
pub(super) fn note_others(node: &Node, known: &[&str], idle: &mut Vec<Idle>) {
    let Content::Map(members) = &node.content else { return };
    idle.extend(Idle::repeated(node, ""));
    for (key, value) in members.iter().filter(|(key, _)| !known.contains(&key.name.as_str())) {
        let name = &key.name;
        if !NOCALHOSTS.contains(&name.as_str()) {
            let message = format!("{name} is not a key of the dev configuration");
            let absent = known.iter().copied().filter(|name| node.get(name).is_none());
            idle.push(Idle::of_key((key, value), name, message, absent));
        } else if !value.is_empty() {
            let message = format!("{name} is not supported yet and has no effect");
            idle.push(Idle::of_key((key, value), name, message, []));
        }
    }
}
