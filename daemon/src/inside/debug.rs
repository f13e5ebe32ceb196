//! What a debugger needs to know: language, port, command, where the source is on both sides, and what is in the container,
//! which one small script finds out.

use std::path::Path;

use nhd_client::paths::Paths;
use nhd_protocol::config::{ConfigEntry, ConfigValue};
use nhd_protocol::error::ErrorInfo;
use nhd_protocol::inside::{DebugDescription, Debugger, LanguageSource};
use nhd_protocol::session::{SessionSelector, StartParams};

use super::container::DevContainer;
use crate::blocking::blocking;
use crate::cluster::exec::ExecEnd;
use crate::session::SessionManager;
use crate::session::manager::SessionPlace;
use crate::session::requests::configure;

/// What the script prints is a few lines.
const PROBE_BYTES: usize = 256 << 10;

/// Prints `tool NAME PATH`, `module NAME VERSION` and `process COMMAND LINE`. Where nothing can be translated, the words of
/// a command line run together, which still tells.
const PROBE: &str = r#"
: nhd-probe
for t in dlv gdb gdbserver lldb-server node rdbg rdebug-ide vsdbg netcoredbg; do
  w=$(command -v "$t" 2>/dev/null) && echo "tool $t $w"
done
for y in python3 python; do
  command -v "$y" >/dev/null 2>&1 || continue
  v=$("$y" -c 'import debugpy; print(debugpy.__version__)' 2>/dev/null) && { echo "module debugpy $v"; break; }
done
for c in /proc/[0-9]*/cmdline; do
  [ "$c" != "/proc/$$/cmdline" ] || continue
  if command -v tr >/dev/null 2>&1; then l=$(tr '\000\n' '  ' <"$c" 2>/dev/null); else l=$(cat "$c" 2>/dev/null); fi
  # Another of these at work is not a debugger.
  case "$l" in *nhd-probe*) ;; *jdwp=*|*--inspect*|*debugpy*--listen*|*dlv*--listen*) echo "process $l" ;; esac
done
:
"#;

/// What in the name of an image, or as a file in the source, tells a language.
const BY_FILE: &[(&str, &str)] = &[
    ("go.mod", "go"),
    ("pom.xml", "java"),
    ("build.gradle", "java"),
    ("build.gradle.kts", "java"),
    ("Cargo.toml", "rust"),
    ("composer.json", "php"),
    ("Gemfile", "ruby"),
    ("pyproject.toml", "python"),
    ("requirements.txt", "python"),
    ("setup.py", "python"),
    ("package.json", "node"),
];
const BY_IMAGE: &[(&str, &str)] = &[
    ("golang", "go"),
    ("openjdk", "java"),
    ("temurin", "java"),
    ("corretto", "java"),
    ("maven", "java"),
    ("gradle", "java"),
    ("python", "python"),
    ("node", "node"),
    ("php", "php"),
    ("ruby", "ruby"),
    ("rust", "rust"),
    ("dotnet", "dotnet"),
];

pub async fn describe(
    manager: &SessionManager,
    paths: &Paths,
    selector: &SessionSelector,
) -> Result<DebugDescription, ErrorInfo> {
    let place = manager.place(selector).await?;
    let (config, probed) = futures::join!(configure::show(paths, start_params(&place)), probe(&place));
    let entries = config.map(|config| config.entries).unwrap_or_default();
    let request = &place.at.request;
    let (language, language_from) = language(&entries, &request.source, &request.image).unzip();
    let (debuggers, unknown) = match probed {
        Ok(debuggers) => (debuggers, None),
        Err(error) => (Vec::new(), Some(error.message)),
    };
    let configured =
        request.dev.forwards.iter().find(|it| it.reason == nhd_protocol::forward::ForwardReason::Debug);
    let found = debuggers.iter().find_map(|debugger| debugger.port);
    let container = DevContainer::at(&place);
    Ok(DebugDescription {
        language,
        language_from,
        port: configured.map(|forward| forward.remote).or(found),
        command: text(&entries, "command.debug"),
        local_folder: request.source.display().to_string(),
        remote_folder: request.work_dir.clone(),
        pod: container.map(|container| container.dev.pod),
        container: nhd_plan::DEV_CONTAINER.to_owned(),
        debuggers,
        unknown,
    })
}

/// The start whose configuration is read anew: commands are not a session's own.
fn start_params(place: &SessionPlace) -> StartParams {
    let request = &place.at.request;
    StartParams {
        container: request.container.clone(),
        image: Some(request.image.clone()),
        work_dir: Some(request.work_dir.clone()),
        ..place.start_params()
    }
}

fn text(entries: &[ConfigEntry], key: &str) -> Option<String> {
    let entry = entries.iter().find(|entry| entry.key == key)?;
    let text = match entry.value.as_ref()? {
        ConfigValue::Text(text) => text.clone(),
        ConfigValue::Number(number) => number.to_string(),
        // As Nocalhost joins them.
        ConfigValue::List(words) => words.join(" "),
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

fn language(entries: &[ConfigEntry], source: &Path, image: &str) -> Option<(String, LanguageSource)> {
    if let Some(language) = text(entries, "debug.language") {
        return Some((language.to_lowercase(), LanguageSource::Config));
    }
    let there = |file: &str| blocking(|| source.join(file).is_file());
    if let Some((_, language)) = BY_FILE.iter().find(|(file, _)| there(file)) {
        return Some(((*language).to_owned(), LanguageSource::Source));
    }
    let name = image.split('@').next().unwrap_or(image).rsplit('/').next().unwrap_or(image);
    let (_, language) = BY_IMAGE.iter().find(|(part, _)| name.contains(part))?;
    Some(((*language).to_owned(), LanguageSource::Image))
}

async fn probe(place: &SessionPlace) -> Result<Vec<Debugger>, ErrorInfo> {
    let container = DevContainer::at(place).ok_or_else(|| super::container::absent(place))?;
    let ran = container.script(PROBE, &[], PROBE_BYTES).await?;
    if ran.end != ExecEnd::Exited(0) {
        return Err(container.without_tools(&format!("has a shell that ended with {:?}", ran.end)));
    }
    Ok(debuggers(&String::from_utf8_lossy(&ran.stdout)))
}

fn debuggers(said: &str) -> Vec<Debugger> {
    let mut found: Vec<Debugger> = Vec::new();
    for line in said.lines() {
        let Some((what, rest)) = line.split_once(' ') else { continue };
        match (what, rest.split_once(' ')) {
            ("tool" | "module", Some((name, detail))) => {
                found.push(Debugger { name: name.to_owned(), detail: Some(detail.to_owned()), port: None });
            }
            ("process", _) => {
                let Some((name, port)) = listens(rest) else { continue };
                match found.iter_mut().find(|debugger| debugger.name == name) {
                    Some(there) => there.port = there.port.or(port),
                    None => found.push(Debugger { name: name.to_owned(), detail: None, port }),
                }
            }
            _ => {}
        }
    }
    found
}

/// The debugger that a command line starts, and the port that it is told to listen on.
fn listens(line: &str) -> Option<(&'static str, Option<u16>)> {
    let after = |word: &str| line.split_once(word).map(|(_, rest)| rest);
    if let Some(options) = after("jdwp=") {
        let options = options.split(' ').next().unwrap_or_default();
        let address = options.split_once("address=").map(|(_, address)| address);
        return Some(("jdwp", address.and_then(|address| port(address.split(',').next()?))));
    }
    if line.contains("dlv")
        && let Some(rest) = after("--listen")
    {
        return Some(("dlv", port(rest)));
    }
    if line.contains("debugpy")
        && let Some(rest) = after("--listen")
    {
        return Some(("debugpy", port(rest)));
    }
    let rest = after("--inspect-brk").or_else(|| after("--inspect"))?;
    // Without one, Node.js takes this.
    Some(("node", rest.strip_prefix('=').map_or(Some(9229), port)))
}

/// The port of `=HOST:PORT`, ` PORT` or `PORT`.
fn port(text: &str) -> Option<u16> {
    let word = text.trim_start_matches(['=', ' ']).split(' ').next()?;
    let digits = word.rsplit(':').next()?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_tells_its_debugger_and_the_port() {
        for (line, expect) in [
            (
                "java -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005 -jar a.jar",
                Some(("jdwp", Some(5005))),
            ),
            (
                "java -Xrunjdwp:transport=dt_socket,server=y -agentlib:jdwp=transport=x -jar a",
                Some(("jdwp", None)),
            ),
            ("java -agentlib:jdwp=transport=dt_socket,address=5006,server=y", Some(("jdwp", Some(5006)))),
            ("node --inspect server.js", Some(("node", Some(9229)))),
            ("node --inspect=0.0.0.0:9230 server.js", Some(("node", Some(9230)))),
            ("node --inspect-brk=9231 server.js", Some(("node", Some(9231)))),
            ("dlv debug --headless --listen=:2345 --api-version=2", Some(("dlv", Some(2345)))),
            ("python -m debugpy --listen 0.0.0.0:5678 app.py", Some(("debugpy", Some(5678)))),
            ("python -m debugpy--listen0.0.0.0:5678app.py", Some(("debugpy", Some(5678)))),
            ("nginx", None),
        ] {
            assert_eq!(listens(line), expect, "{line}");
        }
    }

    #[test]
    fn what_the_probe_says_is_gathered_by_debugger() {
        let said = "tool node /usr/bin/node\nmodule debugpy 1.8.0\nprocess node --inspect=9300 a.js\nnoise\n\
                    process java -agentlib:jdwp=address=5005\n";
        let debugger = |name: &str, detail: Option<&str>, port| Debugger {
            name: name.to_owned(),
            detail: detail.map(str::to_owned),
            port,
        };
        let expect = [
            debugger("node", Some("/usr/bin/node"), Some(9300)),
            debugger("debugpy", Some("1.8.0"), None),
            debugger("jdwp", None, Some(5005)),
        ];
        assert_eq!(debuggers(said), expect);
    }

    #[test]
    fn the_configuration_says_the_language_else_the_source_else_the_image() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let check = |image: &str, expect: Option<(&str, LanguageSource)>| {
            let found = language(&[], folder.path(), image);
            assert_eq!(found.as_ref().map(|(language, from)| (language.as_str(), *from)), expect, "{image}");
        };
        check("registry.example/python/team:1", None);
        check("registry.example/team/golang:1.24", Some(("go", LanguageSource::Image)));
        check("node@sha256:0", Some(("node", LanguageSource::Image)));
        std::fs::write(folder.path().join("package.json"), "{}").expect("file");
        check("golang:1.24", Some(("node", LanguageSource::Source)));
        std::fs::write(folder.path().join("go.mod"), "").expect("file");
        check("node:22", Some(("go", LanguageSource::Source)));
    }
}
