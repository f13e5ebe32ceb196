//! `nhd-cli config`: shows what a start would use, and where each value comes from.

use std::path::Path;

use nhd_protocol::config::{ConfigResult, ConfigSource, ConfigSourceKind, ConfigValue};
use nhd_protocol::methods;

use crate::arguments::ConfigArguments;
use crate::caller::Caller;
use crate::failure::Failure;
use crate::params::{source, start_params};
use crate::render::Screen;
use crate::render::style::{Style, Tone};
use crate::render::table::{Cell, table};
use nhd_client::Client;

pub(crate) async fn run(
    arguments: &ConfigArguments,
    here: &Caller,
    client: &Client,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let target = arguments.target.0.as_ref().ok_or_else(|| Failure::usage("no workload is named"))?;
    let source = source(arguments.source.as_deref(), here);
    let asked = start_params(target, &source, &arguments.dev, here)?;
    let folder = here.absolute(&source);
    let config = client.call::<methods::Resolve>(asked).await?;
    screen.result(&config, |style| text(style, &config, &folder))?;
    Ok(screen.warnings(&config.warnings)?)
}

fn text(style: Style, config: &ConfigResult, folder: &Path) -> String {
    let rows: Vec<Vec<Cell>> = config
        .entries
        .iter()
        .map(|entry| {
            let value = match &entry.value {
                Some(value) => Cell::plain(written(value)),
                None => Cell::new(Tone::Dim, "-"),
            };
            vec![Cell::plain(entry.key.as_str()), value, Cell::new(Tone::Dim, from(&entry.source, folder))]
        })
        .collect();
    table(style, &["KEY", "VALUE", "FROM"], &rows)
}

/// On one line, whatever it is.
fn written(value: &ConfigValue) -> String {
    let text = match value {
        ConfigValue::Text(text) => text.clone(),
        ConfigValue::Number(number) => number.to_string(),
        ConfigValue::List(items) => format!("[{}]", items.join(", ")),
    };
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn from(source: &ConfigSource, folder: &Path) -> String {
    let word = match source.kind {
        ConfigSourceKind::Flag => "flag",
        ConfigSourceKind::File => "file",
        ConfigSourceKind::Annotation => "annotation",
        ConfigSourceKind::Daemon => "daemon",
        ConfigSourceKind::Default => "default",
    };
    let Some(file) = &source.file else { return word.to_owned() };
    let file = Path::new(file).strip_prefix(folder).unwrap_or(Path::new(file)).display();
    match (source.line, source.column) {
        (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        _ => file.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use nhd_protocol::config::ConfigEntry;
    use nhd_protocol::workload::{WorkloadKind, WorkloadRef};

    use super::*;

    #[test]
    fn a_table_says_where_each_value_comes_from() {
        let source = |kind, file: Option<&str>| ConfigSource {
            kind,
            file: file.map(str::to_owned),
            line: file.map(|_| 5),
            column: file.map(|_| 12),
        };
        let entry = |key: &str, value, source| ConfigEntry { key: key.to_owned(), value, source };
        let text_of = |text: &str| Some(ConfigValue::Text(text.to_owned()));
        let config = ConfigResult {
            workload: WorkloadRef {
                namespace: "bookinfo".to_owned(),
                kind: WorkloadKind::Deployment,
                name: "reviews".to_owned(),
            },
            entries: vec![
                entry("image", text_of("golang:1.24"), source(ConfigSourceKind::Flag, None)),
                entry("shell", None, source(ConfigSourceKind::Default, None)),
                entry(
                    "env.A",
                    text_of("one\ntwo"),
                    source(ConfigSourceKind::File, Some("/src/.nocalhost/config.yaml")),
                ),
                entry(
                    "command.run",
                    Some(ConfigValue::List(vec!["go".to_owned(), "run".to_owned()])),
                    source(
                        ConfigSourceKind::Annotation,
                        Some("annotation dev.nocalhost of deployment/reviews"),
                    ),
                ),
            ],
            notices: Vec::new(),
            warnings: Vec::new(),
        };
        let expect = "\
KEY          VALUE        FROM
image        golang:1.24  flag
shell        -            default
env.A        one two      .nocalhost/config.yaml:5:12
command.run  [go, run]    annotation dev.nocalhost of deployment/reviews:5:12
";
        assert_eq!(text(Style::PLAIN, &config, Path::new("/src")), expect);
    }
}
