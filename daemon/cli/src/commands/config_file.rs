//! `nhd-cli config check`, `schema`, `init`, `set`: the file of a dev configuration.

use std::io::Write as _;
use std::path::Path;

use nhd_client::Client;
use nhd_protocol::config::ConfigValue;
use nhd_protocol::editor::{
    ConfigCheckParams, ConfigCheckResult, ConfigProblem, ConfigScaffoldParams, ConfigSchemaParams,
    ConfigSetParams, Severity,
};
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::methods;

use crate::arguments::{ConfigCheckArguments, ConfigFileCommand, ConfigInitArguments, ConfigSetArguments};
use crate::caller::Caller;
use crate::failure::{Exit, Failure};
use crate::params::text;
use crate::render::Screen;
use crate::render::style::{Style, Tone};
use crate::variables::{self, CONFIGURATION};

/// Keys of which several values, or one, are a list.
const LISTS: [&str; 4] = ["command.", "persistentVolumeDirs", "portForward", "sync."];
/// Those below `sync` that are none.
const NO_LISTS: [&str; 2] = ["sync.type", "sync.mode"];

pub(crate) async fn run(
    command: &ConfigFileCommand,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    match command {
        ConfigFileCommand::Check(arguments) => check(arguments, here, client, screen).await,
        ConfigFileCommand::Schema { daemon } => {
            let result = client.call::<methods::ConfigSchema>(ConfigSchemaParams { daemon: *daemon }).await?;
            Ok(screen.result(&result, |_| result.schema.clone())?)
        }
        ConfigFileCommand::Init(arguments) => init(arguments, here, client, screen).await,
        ConfigFileCommand::Set(arguments) => set(arguments, here, client, screen).await,
    }
}

async fn check(
    arguments: &ConfigCheckArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let file = here.absolute(&arguments.file);
    let source = file.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    let params = ConfigCheckParams {
        path: text("FILE", &file)?,
        text: Some(std::fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?),
        kind: arguments.workload.as_ref().map(|target| target.kind),
        name: arguments.workload.as_ref().map(|target| target.name.clone()),
        container: None,
        environment: here.environment_with(&variables::named(source)),
    };
    let result = client.call::<methods::ConfigCheck>(params).await?;
    screen.result(&result, |style| lines(style, &result, &arguments.file))?;
    let errors = result.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    if errors == 0 {
        return Ok(());
    }
    let message = format!("{} has {errors} {}", file.display(), if errors == 1 { "error" } else { "errors" });
    let failure = Failure::new(Exit::Failed, ErrorInfo::new(ErrorKind::ConfigInvalid, message));
    // Of JSON there is one value, which says it all.
    Err(if screen.json() { failure.told() } else { failure })
}

fn lines(style: Style, result: &ConfigCheckResult, file: &Path) -> String {
    let line = |problem: &ConfigProblem| {
        let file = problem.file.clone().unwrap_or_else(|| file.display().to_string());
        let (tone, word) = match problem.severity {
            Severity::Error => (Tone::Bad, "error"),
            Severity::Warning => (Tone::Busy, "warning"),
        };
        let fix = problem.fix.as_ref().map(|fix| format!(" ({})", fix.title)).unwrap_or_default();
        let word = style.paint(tone, word);
        format!("{file}:{}:{}: {word}: {}{fix}\n", problem.line, problem.column, problem.message)
    };
    match result.problems.as_slice() {
        [] => format!("{}: nothing is wrong\n", file.display()),
        problems => problems.iter().map(line).collect(),
    }
}

async fn init(
    arguments: &ConfigInitArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let source = here.absolute(&arguments.source);
    let file = source.join(CONFIGURATION);
    // Before anything is asked; the file itself is made only where there is none.
    if !arguments.print && file.exists() {
        return Err(is_there(&file));
    }
    let params = ConfigScaffoldParams {
        kind: arguments.target.kind,
        name: arguments.target.name.clone(),
        namespace: arguments.at.namespace.clone(),
        kubeconfig: arguments.at.cluster.kubeconfig.named(here)?,
        context: arguments.at.cluster.context.clone(),
        environment: here.environment(),
        source: Some(text("--source", &source)?),
        image: arguments.image.clone(),
        offline: arguments.offline,
    };
    let result = client.call::<methods::ConfigScaffold>(params).await?;
    if arguments.print {
        screen.result(&result, |_| result.text.clone())?;
    } else {
        create(&file, &result.text)?;
        screen.result(&result, |_| format!("wrote {}\n", file.display()))?;
    }
    Ok(screen.warnings(&result.warnings)?)
}

/// Never over a file that somebody has made meanwhile.
fn create(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: &std::io::Error| {
        let message = format!("failed to write {}: {error}", file.display());
        Failure::new(Exit::Failed, ErrorInfo::new(ErrorKind::ConfigInvalid, message))
    };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let mut created = match std::fs::File::create_new(file) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(is_there(file)),
        other => other.map_err(|error| failed(&error))?,
    };
    created.write_all(text.as_bytes()).map_err(|error| failed(&error))
}

async fn set(
    arguments: &ConfigSetArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let source = here.absolute(&arguments.source);
    let file = source.join(CONFIGURATION);
    let params = ConfigSetParams {
        path: text("--source", &file)?,
        text: None,
        kind: arguments.target.kind,
        name: arguments.target.name.clone(),
        container: arguments.container.clone(),
        key: arguments.key.clone(),
        value: value(&arguments.key, &arguments.values)?,
        environment: here.environment_with(&variables::named(&source)),
        write: true,
    };
    let result = client.call::<methods::ConfigSet>(params).await?;
    let said = if result.edits.is_empty() { "says so already" } else { "says so now" };
    Ok(screen.result(&result, |_| format!("{} {said}\n", file.display()))?)
}

fn value(key: &str, values: &[String]) -> Result<ConfigValue, Failure> {
    let is_list = LISTS.iter().any(|list| key.starts_with(list)) && !NO_LISTS.contains(&key);
    match values {
        values if is_list => Ok(ConfigValue::List(values.to_vec())),
        [one] => Ok(ConfigValue::Text(one.clone())),
        _ => Err(Failure::usage(format!("{key} takes one value"))),
    }
}

fn is_there(file: &Path) -> Failure {
    let message = format!("{} is there already", file.display());
    Failure::new(Exit::Failed, ErrorInfo::new(ErrorKind::InvalidRequest, message))
        .with_hint("change it with `nhd-cli config set`, or look at a new one with --print")
}

fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    let message = format!("failed to read {}: {error}", file.display());
    Failure::new(Exit::Failed, ErrorInfo::new(ErrorKind::ConfigInvalid, message))
}

#[cfg(test)]
mod tests {
    use nhd_protocol::editor::{ConfigFix, TextPosition, TextRange};

    use super::*;

    #[test]
    fn problems_are_lines_that_editors_jump_to() {
        let start = TextPosition { line: 1, character: 2 };
        let problem = ConfigProblem {
            severity: Severity::Warning,
            code: "configKeyUnknown".to_owned(),
            message: "imagee is not a key".to_owned(),
            key: None,
            range: TextRange { start, end: start },
            line: 2,
            column: 3,
            file: None,
            fix: Some(ConfigFix { title: "change to image".to_owned(), edits: Vec::new() }),
        };
        let included = ConfigProblem { file: Some("/x/y".to_owned()), fix: None, ..problem.clone() };
        let told = |problems| lines(Style::PLAIN, &ConfigCheckResult { problems }, Path::new("a.yaml"));
        let expect = "a.yaml:2:3: warning: imagee is not a key (change to image)\n/x/y:2:3: warning: imagee is not a key\n";
        assert_eq!(told(vec![problem, included]), expect);
        assert_eq!(told(Vec::new()), "a.yaml: nothing is wrong\n");
    }

    #[test]
    fn values_of_lists_are_lists() {
        let of = |key: &str, values: &[&str]| {
            value(key, &values.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
        };
        let list = ConfigValue::List(vec!["go".to_owned()]);
        assert_eq!(of("command.run", &["go"]), Ok(list));
        assert_eq!(of("sync.type", &["send"]), Ok(ConfigValue::Text("send".to_owned())));
        assert!(matches!(of("sync.filePattern", &["a", "b"]), Ok(ConfigValue::List(_))));
        assert_eq!(of("image", &["a", "b"]).expect_err("one").exit, Exit::WrongUsage);
    }
}
