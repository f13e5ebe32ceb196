//! The languages of a folder, told from the files that their tools keep at its top, with the version that these ask for.
//! It reads little of each and runs none of the tools.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use nhd_protocol::browse::images::{ImageReason, ImageSuggestion};

use super::name_of;

/// More of a file is not read: what is looked for stands at the beginning.
const READ_LIMIT: u64 = 256 << 10;

/// More files of a folder are not looked at.
const FILES_LIMIT: usize = 2000;

/// A language, or a tool that builds it.
struct Language {
    /// For people.
    name: &'static str,
    /// Files that tell of it, with what finds a version in each; the first that says one counts.
    files: &'static [(&'static str, Find)],
    /// The image for a version.
    image: fn(&str) -> String,
    /// The image where nobody asks for a version.
    latest: &'static str,
    /// How many parts of a version the image's tags have.
    parts: usize,
}

/// Finds the version that a text asks for.
type Find = fn(&str) -> Option<String>;

/// The one that a folder is more likely about comes first: a service in Go has a `package.json` more often than the
/// other way round.
const LANGUAGES: &[Language] = &[
    Language {
        name: "Go",
        files: &[("go.mod", |text| directive(text, "go ")), ("go.work", |text| directive(text, "go "))],
        image: |version| format!("golang:{version}"),
        latest: "golang:1",
        parts: 2,
    },
    Language {
        name: "Rust",
        files: &[
            ("rust-toolchain.toml", |text| toml(text, &["toolchain", "channel"])),
            ("rust-toolchain", whole),
            ("Cargo.toml", |text| {
                toml(text, &["package", "rust-version"])
                    .or_else(|| toml(text, &["workspace", "package", "rust-version"]))
            }),
        ],
        image: |version| format!("rust:{version}"),
        latest: "rust:1",
        parts: 2,
    },
    Language {
        name: "Java",
        files: &[("pom.xml", |text| {
            let elements = ["maven.compiler.release", "release", "java.version", "maven.compiler.source"];
            elements.iter().find_map(|name| java(&element(text, name)?))
        })],
        image: |version| format!("maven:3-eclipse-temurin-{version}"),
        latest: "maven:3-eclipse-temurin-21",
        parts: 1,
    },
    Language {
        name: "Java",
        files: &[("build.gradle", gradle), ("build.gradle.kts", gradle)],
        image: |version| format!("gradle:jdk{version}"),
        latest: "gradle:jdk21",
        parts: 1,
    },
    Language {
        name: ".NET",
        files: &[
            ("global.json", |text| json(text, &["sdk", "version"])),
            ("*.csproj", target_framework),
            ("*.fsproj", target_framework),
        ],
        image: |version| format!("mcr.microsoft.com/dotnet/sdk:{version}"),
        latest: "mcr.microsoft.com/dotnet/sdk:8.0",
        parts: 2,
    },
    Language {
        name: "Python",
        files: &[
            (".python-version", whole),
            ("pyproject.toml", |text| {
                toml(text, &["project", "requires-python"])
                    .or_else(|| toml(text, &["tool", "poetry", "dependencies", "python"]))
            }),
            ("Pipfile", |text| toml(text, &["requires", "python_version"])),
            ("requirements.txt", |_| None),
            ("setup.py", |_| None),
        ],
        image: |version| format!("python:{version}"),
        latest: "python:3",
        parts: 2,
    },
    Language {
        name: "PHP",
        files: &[("composer.json", |text| json(text, &["require", "php"]))],
        image: |version| format!("php:{version}-cli"),
        latest: "php:8-cli",
        parts: 2,
    },
    Language {
        name: "Ruby",
        files: &[(".ruby-version", whole), ("Gemfile", |text| directive(text, "ruby "))],
        image: |version| format!("ruby:{version}"),
        latest: "ruby:3",
        parts: 2,
    },
    Language {
        name: "Node.js",
        files: &[
            (".nvmrc", whole),
            (".node-version", whole),
            ("package.json", |text| {
                json(text, &["volta", "node"]).or_else(|| json(text, &["engines", "node"]))
            }),
        ],
        image: |version| format!("node:{version}"),
        latest: "node:lts",
        parts: 1,
    },
];

/// Images for the languages of a folder, the likeliest first.
pub(super) fn of_folder(folder: &Path) -> io::Result<Vec<ImageSuggestion>> {
    let names: Vec<String> = std::fs::read_dir(folder)?
        .take(FILES_LIMIT)
        .filter_map(|entry| Some(name_of(&entry.ok()?.path())))
        .collect();
    Ok(LANGUAGES.iter().filter_map(|language| language.suggestion(folder, &names)).collect())
}

impl Language {
    fn suggestion(&self, folder: &Path, names: &[String]) -> Option<ImageSuggestion> {
        let mut there = Vec::new();
        for (pattern, find) in self.files {
            let name = names.iter().find(|name| is_meant(name, pattern));
            let Some((name, text)) = name.and_then(|name| Some((name, beginning(&folder.join(name))?)))
            else {
                continue;
            };
            if let Some(version) = find(&text).and_then(|asked| version(&asked, self.parts)) {
                return Some(ImageSuggestion {
                    image: (self.image)(&version),
                    reason: ImageReason::Language,
                    text: format!("{name} asks for {} {version}", self.name),
                });
            }
            there.push(name);
        }
        // A file with nothing but a version, which says none, tells of no language.
        let file = there.into_iter().find(|name| !name.starts_with('.'))?;
        Some(ImageSuggestion {
            image: self.latest.to_owned(),
            reason: ImageReason::Language,
            text: format!("{file} is {}'s; it asks for no version", self.name),
        })
    }
}

fn is_meant(name: &str, pattern: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(ending) => name.len() > ending.len() && name.ends_with(ending),
        None => name == pattern,
    }
}

/// The beginning of a file that is one: a pipe of that name would never end.
fn beginning(path: &Path) -> Option<String> {
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(READ_LIMIT).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first number of a requirement with as many parts as tags have: `>=3.11,<4` is 3.11, `v20.11.0` is 20.
fn version(asked: &str, parts: usize) -> Option<String> {
    // What is only excluded or only an upper bound asks for nothing.
    let lower = asked.split(',').map(str::trim).find(|part| !part.starts_with(['<', '!']))?;
    let start = lower.find(|letter: char| letter.is_ascii_digit())?;
    let number: String =
        lower[start..].chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    let kept: Vec<&str> = number.split('.').filter(|part| !part.is_empty()).take(parts).collect();
    (!kept.is_empty()).then(|| kept.join("."))
}

/// What follows a word at the beginning of a line.
fn directive(text: &str, word: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix(word))?;
    Some(line.trim().trim_matches(['"', '\'']).to_owned())
}

/// A file that holds a version and nothing else.
fn whole(text: &str) -> Option<String> {
    text.lines().next().map(|line| line.trim().to_owned())
}

fn json(text: &str, path: &[&str]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    path.iter().try_fold(&value, |value, key| value.get(key))?.as_str().map(str::to_owned)
}

fn toml(text: &str, path: &[&str]) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    let (last, tables) = path.split_last()?;
    let table = tables.iter().try_fold(&table, |table, key| table.get(*key)?.as_table())?;
    table.get(*last)?.as_str().map(str::to_owned)
}

/// The text of the first element of this name.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (value, _) = rest.split_once(&format!("</{name}>"))?;
    Some(value.trim().to_owned())
}

/// `1.8` is Java 8; a property in place of a number says nothing.
fn java(asked: &str) -> Option<String> {
    let number = asked.strip_prefix("1.").unwrap_or(asked);
    number.starts_with(|letter: char| letter.is_ascii_digit()).then(|| number.to_owned())
}

fn gradle(text: &str) -> Option<String> {
    let words = ["JavaLanguageVersion.of(", "jvmToolchain(", "JavaVersion.VERSION_", "sourceCompatibility"];
    words.iter().find_map(|word| {
        let (_, rest) = text.split_once(word)?;
        let rest = rest.trim_start_matches(['"', '\'', ' ', '=', '\t']);
        java(&rest.replacen("1_", "1.", usize::from(rest.starts_with("1_"))))
    })
}

/// `net8.0`; one for the old framework alone (`net48`) has no image here.
fn target_framework(text: &str) -> Option<String> {
    let frameworks = element(text, "TargetFramework").or_else(|| element(text, "TargetFrameworks"))?;
    let number = frameworks.split(';').find_map(|framework| framework.trim().strip_prefix("net"))?;
    number.contains('.').then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is suggested for a folder with these files.
    fn suggested(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let found = of_folder(folder.path()).unwrap();
        found.into_iter().map(|it| format!("{}: {}", it.image, it.text)).collect()
    }

    #[test]
    fn each_language_is_known_by_its_files_with_the_version_that_they_ask_for() {
        for (name, text, expect) in [
            ("go.mod", "module a\n\ngo 1.24.3\n", "golang:1.24: go.mod asks for Go 1.24"),
            ("go.mod", "module a\n", "golang:1: go.mod is Go's; it asks for no version"),
            (
                "Cargo.toml",
                "[package]\nrust-version = '1.89.0'\n",
                "rust:1.89: Cargo.toml asks for Rust 1.89",
            ),
            (
                "Cargo.toml",
                "[workspace.package]\nrust-version = \"1.80\"\n",
                "rust:1.80: Cargo.toml asks for Rust 1.80",
            ),
            ("Cargo.toml", "[package]\nname = 'a'\n", "rust:1: Cargo.toml is Rust's; it asks for no version"),
            (
                "rust-toolchain.toml",
                "[toolchain]\nchannel = \"1.85.1\"\n",
                "rust:1.85: rust-toolchain.toml asks for Rust 1.85",
            ),
            (
                "rust-toolchain.toml",
                "[toolchain]\nchannel = \"stable\"\n",
                "rust:1: rust-toolchain.toml is Rust's; it asks for no version",
            ),
            (
                "pom.xml",
                "<properties><java.version>17</java.version></properties>",
                "maven:3-eclipse-temurin-17: pom.xml asks for Java 17",
            ),
            (
                "pom.xml",
                "<maven.compiler.source>1.8</maven.compiler.source>",
                "maven:3-eclipse-temurin-8: pom.xml asks for Java 8",
            ),
            (
                "pom.xml",
                "<java.version>${v}</java.version>",
                "maven:3-eclipse-temurin-21: pom.xml is Java's; it asks for no version",
            ),
            ("build.gradle", "sourceCompatibility = '17'", "gradle:jdk17: build.gradle asks for Java 17"),
            (
                "build.gradle",
                "sourceCompatibility = JavaVersion.VERSION_1_8",
                "gradle:jdk8: build.gradle asks for Java 8",
            ),
            (
                "build.gradle.kts",
                "kotlin { jvmToolchain(21) }",
                "gradle:jdk21: build.gradle.kts asks for Java 21",
            ),
            (
                "build.gradle.kts",
                "languageVersion = JavaLanguageVersion.of(11)",
                "gradle:jdk11: build.gradle.kts asks for Java 11",
            ),
            (
                "shop.csproj",
                "<TargetFramework>net9.0</TargetFramework>",
                "mcr.microsoft.com/dotnet/sdk:9.0: shop.csproj asks for .NET 9.0",
            ),
            (
                "shop.csproj",
                "<TargetFramework>net48</TargetFramework>",
                "mcr.microsoft.com/dotnet/sdk:8.0: shop.csproj is .NET's; it asks for no version",
            ),
            (
                "global.json",
                r#"{"sdk": {"version": "8.0.100"}}"#,
                "mcr.microsoft.com/dotnet/sdk:8.0: global.json asks for .NET 8.0",
            ),
            (
                "pyproject.toml",
                "[project]\nrequires-python = \">=3.11,<4\"\n",
                "python:3.11: pyproject.toml asks for Python 3.11",
            ),
            (
                "pyproject.toml",
                "[project]\nrequires-python = \"<4, >= 3.10\"\n",
                "python:3.10: pyproject.toml asks for Python 3.10",
            ),
            (
                "pyproject.toml",
                "[tool.poetry.dependencies]\npython = \"^3.12\"\n",
                "python:3.12: pyproject.toml asks for Python 3.12",
            ),
            (
                "requirements.txt",
                "flask==3.0\n",
                "python:3: requirements.txt is Python's; it asks for no version",
            ),
            (".python-version", "3.13.1\n", "python:3.13: .python-version asks for Python 3.13"),
            (
                "composer.json",
                r#"{"require": {"php": "^8.2"}}"#,
                "php:8.2-cli: composer.json asks for PHP 8.2",
            ),
            ("Gemfile", "source 'x'\nruby '3.3.0'\n", "ruby:3.3: Gemfile asks for Ruby 3.3"),
            ("Gemfile", "source 'x'\n", "ruby:3: Gemfile is Ruby's; it asks for no version"),
            (
                "package.json",
                r#"{"engines": {"node": ">=20.11 <23"}}"#,
                "node:20: package.json asks for Node.js 20",
            ),
            ("package.json", "{", "node:lts: package.json is Node.js's; it asks for no version"),
            (".nvmrc", "v22.1.0\n", "node:22: .nvmrc asks for Node.js 22"),
        ] {
            assert_eq!(suggested(&[(name, text)]), [expect], "{name} {text}");
        }
    }

    #[test]
    fn a_version_of_its_own_file_counts_before_what_the_others_allow() {
        let files = [("package.json", r#"{"engines": {"node": ">=18"}}"#), (".nvmrc", "22")];
        assert_eq!(suggested(&files), ["node:22: .nvmrc asks for Node.js 22"]);
        let files = [("package.json", "{}"), (".nvmrc", "lts/*")];
        assert_eq!(suggested(&files), ["node:lts: package.json is Node.js's; it asks for no version"]);
        assert!(suggested(&[(".nvmrc", "lts/*")]).is_empty());
    }

    #[test]
    fn several_languages_are_told_the_likeliest_first_and_what_is_none_is_passed_over() {
        let files = [("package.json", "{}"), ("go.mod", "go 1.23\n"), ("README.md", ""), (".csproj", "")];
        let images: Vec<String> =
            suggested(&files).iter().map(|it| it.split(": ").next().unwrap().to_owned()).collect();
        assert_eq!(images, ["golang:1.23", "node:lts"]);
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("go.mod")).unwrap();
        assert_eq!(of_folder(folder.path()).unwrap(), []);
        assert!(of_folder(&folder.path().join("absent")).is_err());
    }
}
