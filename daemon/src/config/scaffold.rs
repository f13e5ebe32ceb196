//! A first configuration for a workload, with what is known of it filled in and the rest in comments. It knows no cluster
//! and no disk: what was found there is handed to it.

use nhd_protocol::workload::WorkloadKind;
use serde_json::Value;

use super::yaml::scalar;

/// The image that a program is mostly built and run with, by a file at the top of its source folder.
const BY_FILE: [(&str, &str); 12] = [
    ("go.mod", "golang:1"),
    ("Cargo.toml", "rust:1"),
    ("pom.xml", "maven:3-eclipse-temurin-21"),
    ("build.gradle", "gradle:8-jdk21"),
    ("build.gradle.kts", "gradle:8-jdk21"),
    ("package.json", "node:22"),
    ("pyproject.toml", "python:3"),
    ("requirements.txt", "python:3"),
    ("Gemfile", "ruby:3"),
    ("composer.json", "php:8-cli"),
    ("mix.exs", "elixir:1"),
    ("CMakeLists.txt", "gcc:14"),
];

/// What stands where nobody knows better. It has a shell, and little else.
const ANY_IMAGE: &str = "debian:stable";

/// A container of the workload, as far as it matters here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Container {
    pub name: String,
    pub image: String,
    /// Its ports, each with its name where it has one.
    pub ports: Vec<(u16, Option<String>)>,
    pub working_dir: Option<String>,
}

/// What is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known<'a> {
    pub kind: WorkloadKind,
    pub name: &'a str,
    /// None where the cluster could not be asked.
    pub containers: Vec<Container>,
    /// The names of what is at the top of the source folder.
    pub files: Vec<String>,
    pub image: Option<&'a str>,
}

/// The containers of a workload's object.
#[must_use]
pub fn containers_of(template: &Value) -> Vec<Container> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let port = |port: &Value| {
        let is_tcp = port["protocol"].as_str().is_none_or(|protocol| protocol == "TCP");
        let number = port["containerPort"].as_u64().filter(|_| is_tcp);
        Some((u16::try_from(number?).ok().filter(|port| *port > 0)?, text(&port["name"])))
    };
    let container = |container: &Value| Container {
        name: text(&container["name"]).unwrap_or_default(),
        image: text(&container["image"]).unwrap_or_default(),
        ports: container["ports"].as_array().into_iter().flatten().filter_map(port).collect(),
        working_dir: text(&container["workingDir"]),
    };
    let containers = template.pointer("/spec/containers").and_then(Value::as_array);
    containers.into_iter().flatten().map(container).collect()
}

/// The image to begin with, and why it.
fn image(known: &Known<'_>, container: Option<&Container>) -> (String, String) {
    if let Some(image) = known.image {
        return (image.to_owned(), "as asked for".to_owned());
    }
    let by_file = BY_FILE.iter().find(|(file, _)| known.files.iter().any(|there| there == file));
    if let Some((file, image)) = by_file {
        return (
            (*image).to_owned(),
            format!("for the {file} in the source folder; choose the version that you need"),
        );
    }
    match container.filter(|container| super::image::check(&container.image).is_ok()) {
        Some(container) => (
            container.image.clone(),
            "the container's own; choose one with a shell and your tools".to_owned(),
        ),
        None => {
            (ANY_IMAGE.to_owned(), "choose one with a shell and the tools that your program needs".to_owned())
        }
    }
}

/// The text of the file.
#[must_use]
pub fn scaffold(known: &Known<'_>) -> String {
    let (kind, name) = (known.kind.word(), known.name);
    let mut text = format!(
        "# How {kind}/{name} is developed in: what is not said here stays as the workload has it.\n\
         # docs/config.md of nhd has every key.\n\
         name: {}\n\
         serviceType: {kind}\n\
         containers:\n",
        scalar(name, true)
    );
    if known.containers.is_empty() {
        text += &of_container(known, None);
    }
    for container in &known.containers {
        text += &of_container(known, Some(container));
    }
    text
}

fn of_container(known: &Known<'_>, container: Option<&Container>) -> String {
    let (image, why) = image(known, container);
    let name = container.map_or("", |container| container.name.as_str());
    let remark = if name.is_empty() { "   # any container; or the name of one" } else { "" };
    let work_dir = container.and_then(|container| container.working_dir.as_deref());
    let work_dir = work_dir.filter(|dir| dir.starts_with('/') && *dir != "/");
    let mut text = format!(
        "  - name: {}{remark}\n    dev:\n      # {why}\n      image: {}\n      # shell: bash\n",
        scalar(name, true),
        scalar(&image, true)
    );
    text += "      # The folder in the container that is kept in sync.";
    text += &match work_dir {
        Some(dir) => format!(" The container itself works in {}.\n", one_line(dir)),
        None => "\n".to_owned(),
    };
    text += "      # workDir: /home/nocalhost-dev\n";
    text +=
        "      # Ports of this machine that lead into the pod: LOCAL:REMOTE, or :REMOTE for any local one.\n";
    let ports = container.map(|container| container.ports.as_slice()).unwrap_or_default();
    text += "      # portForward:\n";
    if ports.is_empty() {
        text += "      #   - 8080:80\n";
    }
    for (port, name) in ports {
        let name = name.as_ref().map(|name| format!("   # {}", one_line(name))).unwrap_or_default();
        text += &format!("      #   - \":{port}\"{name}\n");
    }
    text + "      # env:\n      #   - name: LOG_LEVEL\n      #     value: debug\n      # envFrom:\n      #   secretRef:\n      #     - name: settings\n      # command:\n      #   run: [\"./run.sh\"]\n      #   \
            debug: [\"./debug.sh\"]\n      # debug:\n      #   remoteDebugPort: 5005\n      # sync:\n      #   mode: gitIgnore   # \
            leave out what git ignores\n      # Folders that outlive the pod, such as the cache of a package manager.\n      # \
            persistentVolumeDirs:\n      #   - path: /root/.cache\n      #     capacity: 10Gi\n"
        + &patches(known.kind)
}

/// An example of a patch, which is of the object that has the dev pod.
fn patches(kind: WorkloadKind) -> String {
    let containers = "{containers: [{name: nocalhost-dev, tty: true}]}";
    let spec = match kind {
        WorkloadKind::Pod => containers.to_owned(),
        _ => format!("{{template: {{spec: {containers}}}}}"),
    };
    format!(
        "      # What else the dev pod is to have, as a patch of what DevMode makes; a plan shows it.\n      # \
         patches:\n      #   - type: strategic\n      #     patch: \"{{spec: {spec}}}\"\n"
    )
}

/// For a comment, which ends with its line.
fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect()
}
