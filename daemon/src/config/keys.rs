//! The keys of the dev configuration with what each takes. The format is that of Nocalhost's `containers[].dev`; keys
//! of its that nhd does not act on are here, too, so that they can be named.

use nhd_plan::PatchKind;
use nhd_protocol::forward::PortPair;

use super::image;

/// A key below `dev`, and what its value must be.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
}

#[derive(Debug)]
pub(super) enum Shape {
    Text(Check),
    OneOf(&'static [&'static str]),
    Texts(Check),
    /// `true` or `false`.
    Truth,
    /// A port, or `LOCAL:REMOTE`.
    Port,
    /// A list of names with values.
    Variables,
    /// Names of resources with how much of each.
    Quantities,
    Group(&'static [Key]),
    /// A list of folders with how much each may hold.
    Folders,
    /// A list of mappings, in each of which this key is needed.
    Items(&'static [Key], &'static str),
    /// Nocalhost's, and not nhd's.
    Unsupported,
}

/// Says what a text must be, where it is not.
pub(super) type Check = fn(&str) -> Result<(), &'static str>;

const fn key(name: &'static str, shape: Shape) -> Key {
    Key { name, shape }
}

/// In the order in which they are shown.
pub(super) const DEV: &[Key] = &[
    key("image", Shape::Text(image::check)),
    key("imagePullPolicy", Shape::OneOf(&["Always", "IfNotPresent", "Never"])),
    key("shell", Shape::Text(any)),
    key("workDir", Shape::Text(absolute)),
    key("devContainerName", Shape::Text(one_word)),
    key("sidecarImage", Shape::Text(image::check)),
    key("sidecarResources", Shape::Group(RESOURCES)),
    key("resources", Shape::Group(RESOURCES)),
    key("env", Shape::Variables),
    key("envFrom", Shape::Group(ENV_FROM)),
    key("sync", Shape::Group(SYNC)),
    key("command", Shape::Group(COMMAND)),
    key("hotReload", Shape::Truth),
    key("portForward", Shape::Texts(forwarded)),
    key("debug", Shape::Group(DEBUG)),
    key("securityContext", Shape::OneOf(&["keep"])),
    key("persistentVolumeDirs", Shape::Folders),
    key("storageClass", Shape::Text(object_name)),
    key("patches", Shape::Items(PATCHES, "patch")),
    key("gitUrl", Shape::Unsupported),
    key("useDevContainer", Shape::Unsupported),
];

const ENV_FROM: &[Key] = &[
    key("envFile", Shape::Items(&[key("path", Shape::Text(any))], "path")),
    key("configMapRef", Shape::Items(REFERENCE, "name")),
    key("secretRef", Shape::Items(REFERENCE, "name")),
];

const REFERENCE: &[Key] = &[key("name", Shape::Text(object_name)), key("prefix", Shape::Text(prefix))];

const PATCHES: &[Key] = &[key("type", Shape::OneOf(&PatchKind::WORDS)), key("patch", Shape::Text(any))];

const RESOURCES: &[Key] = &[key("limits", Shape::Quantities), key("requests", Shape::Quantities)];

const SYNC: &[Key] = &[
    key("type", Shape::OneOf(&["send", "sendReceive"])),
    key("mode", Shape::OneOf(&["pattern", "gitIgnore"])),
    key("filePattern", Shape::Texts(wanted)),
    key("ignoreFilePattern", Shape::Texts(pattern)),
    key("deleteProtection", Shape::Unsupported),
];

const COMMAND: &[Key] = &[
    key("build", Shape::Texts(any)),
    key("run", Shape::Texts(any)),
    key("debug", Shape::Texts(any)),
    key("hotReloadRun", Shape::Texts(any)),
    key("hotReloadDebug", Shape::Texts(any)),
];

const DEBUG: &[Key] = &[key("remoteDebugPort", Shape::Port), key("language", Shape::Text(any))];

fn any(_: &str) -> Result<(), &'static str> {
    Ok(())
}

fn one_word(text: &str) -> Result<(), &'static str> {
    if text.contains(char::is_whitespace) { Err("a word without a space in it") } else { Ok(()) }
}

/// A name that the API server takes for a ConfigMap or a Secret (a DNS subdomain).
fn object_name(text: &str) -> Result<(), &'static str> {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        let ends = bytes.first().is_some_and(|it| inner(*it)) && bytes.last().is_some_and(|it| inner(*it));
        ends && bytes.iter().all(|it| inner(*it) || *it == b'-')
    };
    match text.len() <= 253 && text.split('.').all(is_label) {
        true => Ok(()),
        false => Err("the name of an object, of lower case letters, digits, - and ."),
    }
}

fn prefix(text: &str) -> Result<(), &'static str> {
    if is_variable_name(text) { Ok(()) } else { Err("what the name of a variable can begin with") }
}

fn absolute(text: &str) -> Result<(), &'static str> {
    if text.starts_with('/') { Ok(()) } else { Err("an absolute path") }
}

/// As the Kubernetes API has it: a path that may be mounted on, with no way out of it.
pub(super) fn folder(text: &str) -> Result<(), &'static str> {
    let is_clean = |path: &str| !path.split('/').any(|part| matches!(part, "" | "." | ".."));
    match text.strip_prefix('/') {
        Some(path) if is_clean(path) && !text.contains(':') => Ok(()),
        _ => Err("an absolute path without a colon, `.`, `..` and a slash at its end, such as /go/pkg"),
    }
}

/// A pattern is a line of its own for syncthing.
fn pattern(text: &str) -> Result<(), &'static str> {
    if text.contains(['\n', '\r', '\0']) { Err("a pattern of one line") } else { Ok(()) }
}

/// What syncthing has words for, and takes nothing back.
fn wanted(text: &str) -> Result<(), &'static str> {
    pattern(text)?;
    if text.starts_with('!') || text.contains(['[', '\\']) {
        return Err("a pattern without `!`, `[` and `\\`; leave out with sync.ignoreFilePattern");
    }
    Ok(())
}

pub(super) fn forwarded(text: &str) -> Result<(), &'static str> {
    text.parse::<PortPair>().map(drop)
}

/// A name that the API server takes for a variable: it allows all that a shell could not have misread.
pub(super) fn is_variable_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'=';
    !text.is_empty() && text.bytes().all(allowed)
}

/// A quantity as the Kubernetes API writes it: digits, perhaps a fraction, and a suffix or an exponent.
pub(super) fn is_quantity(text: &str) -> bool {
    const SUFFIXES: [&str; 16] =
        ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let number = text.find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text, |end| &text[..end]);
    let rest = &text[number.len()..];
    let exponent = rest.strip_prefix(['e', 'E']).map(|it| it.strip_prefix(['+', '-']).unwrap_or(it));
    let has_exponent =
        exponent.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()));
    number.bytes().any(|byte| byte.is_ascii_digit())
        && number.matches('.').count() <= 1
        && (SUFFIXES.contains(&rest) || has_exponent)
}

/// How much a folder may hold: a quantity, and not none.
pub(super) fn is_capacity(text: &str) -> bool {
    let number = text.split(|it: char| !it.is_ascii_digit() && it != '.').next().unwrap_or_default();
    is_quantity(text) && number.contains(|it: char| matches!(it, '1'..='9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_those_of_the_api() {
        for good in ["1", "0.5", "500m", "2Gi", "1e3", "1E", "100M", ".5", "1.", "12e-1"] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in ["", "Gi", "1 Gi", "2gb", "-1", "1.2.3", "1e", "0x10", "1KB", "."] {
            assert!(!is_quantity(bad), "{bad}");
        }
    }

    #[test]
    fn names_of_variables_are_those_of_the_api() {
        for (name, good) in
            [("A", true), ("a.b-c", true), ("", false), ("A=B", false), ("A B", false), ("Ä", false)]
        {
            assert_eq!(is_variable_name(name), good, "{name}");
        }
    }
}
