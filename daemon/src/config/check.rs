//! All that is wrong with a text that configures, with the places and, where there is one, what mends it. It decides nothing:
//! what a start makes of the text is for `resolve`.

use nhd_protocol::message::Notice;
use nhd_protocol::workload::WorkloadKind;

use super::document::{self, Content, Node, PlacedKey};
use super::keys::{DEV, Key, Shape};
use super::model::{ENV_FILES, Setting, SourceKind};
use super::nearest::nearest;
use super::read::{Found, Idle, Reading};
use super::services::{self, CONTAINER_KEYS, SERVICE_KEYS, Wanted};
use super::text::{Place, Text};
use super::{ConfigError, Fault, Position};

/// More than anybody mends at once.
const MOST_PROBLEMS: usize = 200;

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// It stops a start; otherwise it has no effect.
    pub is_error: bool,
    /// What kind of problem it is, for programs.
    pub code: String,
    /// The path of the key from the top of the file.
    pub key: Option<String>,
    /// The file that has it: that of the text, or one that it includes.
    pub file: String,
    /// Whether that is the text's own file.
    pub is_own: bool,
    pub at: Position,
    pub end: Position,
    pub message: String,
    pub fix: Option<Fix>,
}

/// What mends a problem: a stretch of the text's own file that becomes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub title: String,
    pub at: Position,
    pub end: Position,
    pub text: String,
}

/// A fix, in positions of the text as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remedy {
    Replace {
        at: Position,
        end: Position,
        text: String,
        title: String,
    },
    /// The member goes, with its key.
    Remove {
        key: Position,
        end: Position,
        name: String,
    },
}

/// What is wrong with a text, its includes with it, in the order of the places.
pub fn check(
    text: &Text,
    unread: &[ConfigError],
    kind: SourceKind,
    wanted: Option<Wanted<'_>>,
) -> Vec<Problem> {
    let mut checking = Checking { text, problems: Vec::new() };
    unread.iter().for_each(|error| checking.unread(error));
    for note in &text.notes {
        checking.note(note.place, &note.message);
    }
    match document::parse(&text.text) {
        Err(fault) => checking.fault(&fault, None, "configSyntax"),
        Ok(root) if kind == SourceKind::Daemon => checking.daemon(&root),
        Ok(root) => checking.services(&root, wanted),
    }
    let mut problems = checking.problems;
    problems.sort_by(|a, b| (!a.is_own, &a.file, a.at).cmp(&(!b.is_own, &b.file, b.at)));
    problems.dedup();
    problems.truncate(MOST_PROBLEMS);
    problems
}

struct Checking<'t> {
    text: &'t Text,
    problems: Vec<Problem>,
}

impl Checking<'_> {
    fn unread(&mut self, error: &ConfigError) {
        let (file, at, message) = match error {
            ConfigError::Wrong { file, at, message, .. } => (file.clone(), *at, message.clone()),
            other => (self.text.own_name().to_owned(), Position::START, other.to_string()),
        };
        let is_own = file == self.text.own_name();
        self.problems.push(Problem {
            is_error: true,
            code: "configInclude".to_owned(),
            key: None,
            file,
            is_own,
            at,
            end: at,
            message,
            fix: None,
        });
    }

    fn note(&mut self, place: Place, message: &str) {
        self.put(false, place, place.at, message, None, None, "configVariable");
    }

    fn fault(&mut self, fault: &Fault, base: Option<&str>, code: &str) {
        let (place, end) = self.text.span(fault.at, fault.end.unwrap_or(fault.at));
        let key = fault.key.as_ref().map(|key| joined(base, key)).or_else(|| base.map(str::to_owned));
        let fix = fault.remedy.as_ref().and_then(|remedy| self.fix(remedy));
        self.put(true, place, end, &fault.message, key, fix, code);
    }

    fn idle(&mut self, idle: &Idle, base: Option<&str>) {
        let earlier = idle.earlier.map(|at| self.text.place(at));
        let (place, end) = self.text.span(idle.at, idle.end.unwrap_or(idle.at));
        if earlier.is_some_and(|earlier| self.text.includes(place.file, earlier.file)) {
            return;
        }
        let instead = earlier
            .map(|it| format!(", and counts instead of {}", self.text.written(it)))
            .unwrap_or_default();
        let message = format!("{}{instead}", idle.message);
        let code = Notice::of(&format!("{}: {message}", self.text.written(place))).code;
        let key = idle.key.as_ref().map(|key| joined(base, key)).or_else(|| base.map(str::to_owned));
        let fix = idle.remedy.as_ref().and_then(|remedy| self.fix(remedy));
        self.put(false, place, end, &message, key, fix, code.as_deref().unwrap_or("configWithoutEffect"));
    }

    #[expect(clippy::too_many_arguments, reason = "the members of a problem, which is made here alone")]
    fn put(
        &mut self,
        is_error: bool,
        place: Place,
        end: Position,
        message: &str,
        key: Option<String>,
        fix: Option<Fix>,
        code: &str,
    ) {
        self.problems.push(Problem {
            is_error,
            code: code.to_owned(),
            key,
            file: self.text.file_of(place).to_owned(),
            is_own: place.file == 0,
            at: place.at,
            end,
            message: message.to_owned(),
            fix,
        });
    }

    /// A remedy in the text's own file; none where what is to be mended comes from elsewhere.
    fn fix(&self, remedy: &Remedy) -> Option<Fix> {
        match remedy {
            Remedy::Replace { at, end, text, title } => {
                let (at, end) = self.text.own_span(*at, *end)?;
                Some(Fix { title: title.clone(), at, end, text: text.clone() })
            }
            Remedy::Remove { key, end, name } => {
                let (at, end) = self.text.own_span(*key, *end)?;
                let (at, end) = self.text.own_lines(at, end)?;
                Some(Fix { title: format!("remove {name}"), at, end, text: String::new() })
            }
        }
    }

    fn daemon(&mut self, root: &Node) {
        let mut reading = Reading::default();
        reading.members(root, super::layers::DAEMON, "");
        self.reading(&reading, None);
    }

    /// What was read of one mapping; keys are below `base`.
    fn reading(&mut self, reading: &Reading, base: Option<&str>) {
        reading.faults.iter().for_each(|fault| self.fault(fault, base, "configWrong"));
        reading.idle.iter().for_each(|idle| self.idle(idle, base));
        reading.found.iter().for_each(|found| self.env_file(found, base));
        let by_git = reading
            .found
            .iter()
            .any(|found| found.key == "sync.mode" && found.value == Setting::Text("gitIgnore".to_owned()));
        let without_effect =
            |key: &str| by_git && ["sync.filePattern", "sync.ignoreFilePattern"].contains(&key);
        for found in reading.found.iter().filter(|found| without_effect(&found.key)) {
            let message = format!("{} has no effect with sync.mode gitIgnore", found.key);
            let idle = Idle { key: Some(found.key.clone()), ..Idle::new(found.at, message) };
            self.idle(&idle, base);
        }
    }

    /// What is wrong with a file of variables, and where it is named.
    fn env_file(&mut self, found: &Found, base: Option<&str>) {
        let Some(file) =
            found.key.starts_with(ENV_FILES).then(|| self.text.env_files.get(&found.at)).flatten()
        else {
            return;
        };
        if let Some(fault) = file.unread(found.at) {
            self.fault(&Fault { key: Some(found.key.clone()), ..fault }, base, "configEnvFile");
        }
        let Ok(read) = &file.read else { return };
        self.problems.extend(read.faults.iter().map(|fault| Problem {
            is_error: true,
            code: "configEnvFile".to_owned(),
            key: None,
            file: read.name.clone(),
            is_own: false,
            at: fault.at,
            end: fault.end.unwrap_or(fault.at),
            message: fault.message.clone(),
            fix: None,
        }));
    }

    /// Every service with every container, whichever a start would take.
    fn services(&mut self, root: &Node, wanted: Option<Wanted<'_>>) {
        let mut idle = Vec::new();
        let services = match services::services(root, &mut idle) {
            Ok(services) => services,
            Err(fault) => return self.fault(&fault, None, "configWrong"),
        };
        if let Some(properties) = root.get("configProperties") {
            services::note_others(properties, &["version", "envFile"], &mut idle);
        }
        idle.iter().for_each(|idle| self.idle(idle, None));
        for service in services {
            let base = path_of(root, service);
            self.service(service, base.as_deref());
        }
        let Some(wanted) = wanted else { return };
        match services::choose(root, wanted) {
            // What is wrong with a value has been said above, in the same place.
            Err(fault) => {
                let is_new = !self.problems.iter().any(|it| it.is_error && it.message == fault.message);
                if is_new {
                    self.fault(&fault, None, "configWrong");
                }
            }
            Ok(choice) => {
                let about_it = choice.idle.iter().filter(|idle| idle.message.starts_with("nothing is said"));
                about_it.for_each(|idle| self.idle(idle, None));
            }
        }
    }

    fn service(&mut self, service: &Node, base: Option<&str>) {
        let mut idle = Vec::new();
        services::note_others(service, &SERVICE_KEYS, &mut idle);
        idle.iter().for_each(|idle| self.idle(idle, base));
        for key in ["name", "serviceType"] {
            if let Err(fault) = services::member_text(service, key) {
                self.fault(&Fault { key: Some(key.to_owned()), ..fault }, base, "configWrong");
            }
        }
        self.kind(service, base);
        let Some(list) = service.get("containers").filter(|list| list.content != Content::Null) else {
            return;
        };
        let Content::List(items) = &list.content else {
            let message = format!("containers must be a list, not {}", list.described());
            let fault = Fault { key: Some("containers".to_owned()), ..Fault::new(list.at, message) };
            return self.fault(&fault, base, "configWrong");
        };
        for (index, item) in items.iter().enumerate() {
            let base = joined(base, &format!("containers[{index}]"));
            self.container(item, &base);
        }
    }

    /// A kind that nobody knows fits no workload.
    fn kind(&mut self, service: &Node, base: Option<&str>) {
        let Ok(Some(word)) = services::member_text(service, "serviceType") else { return };
        if word.is_empty() || word.parse::<WorkloadKind>().is_ok() {
            return;
        }
        let Some(node) = service.get("serviceType") else { return };
        let kinds = WorkloadKind::ALL.map(WorkloadKind::word);
        let message = format!("serviceType {word} is not a kind of workload: {}", kinds.join(", "));
        let remedy = nearest(&word, kinds).map(|kind| Remedy::Replace {
            at: node.at,
            end: node.end,
            text: kind.to_owned(),
            title: format!("change to {kind}"),
        });
        let key = Some("serviceType".to_owned());
        self.idle(&Idle { key, end: Some(node.end), remedy, ..Idle::new(node.at, message) }, base);
    }

    fn container(&mut self, item: &Node, base: &str) {
        if let Err(fault) = services::mapping(item, "a container") {
            return self.fault(&fault, Some(base), "configWrong");
        }
        let mut idle = Vec::new();
        services::note_others(item, &CONTAINER_KEYS, &mut idle);
        idle.iter().for_each(|idle| self.idle(idle, Some(base)));
        if let Err(fault) = services::member_text(item, "name") {
            self.fault(&fault, Some(base), "configWrong");
        }
        if let Some(dev) = item.get("dev") {
            let mut reading = Reading::default();
            reading.members(dev, DEV, "");
            self.reading(&reading, Some(&format!("{base}.dev")));
        }
    }
}

fn joined(base: Option<&str>, key: &str) -> String {
    match base {
        Some("") | None => key.to_owned(),
        Some(base) => format!("{base}.{key}"),
    }
}

/// The path of a node from the top; empty for the top itself.
fn path_of(from: &Node, to: &Node) -> Option<String> {
    if std::ptr::eq(from, to) {
        return Some(String::new());
    }
    match &from.content {
        Content::List(items) => items.iter().enumerate().find_map(|(index, item)| {
            let below = path_of(item, to)?;
            Some(if below.is_empty() { format!("[{index}]") } else { format!("[{index}].{below}") })
        }),
        Content::Map(members) => members.iter().find_map(|(PlacedKey { name, .. }, value)| {
            let below = path_of(value, to)?;
            Some(match below.chars().next() {
                None => name.clone(),
                Some('[') => format!("{name}{below}"),
                Some(_) => format!("{name}.{below}"),
            })
        }),
        Content::Null | Content::Scalar { .. } => None,
    }
}

/// The names that a table has, to find what was meant by another.
pub(super) fn names(table: &[Key]) -> impl Iterator<Item = &'static str> {
    table.iter().filter(|key| !matches!(key.shape, Shape::Unsupported)).map(|key| key.name)
}
