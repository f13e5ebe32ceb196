//! The JSON Schema of a text that configures, made of the table of keys by which such texts are read. What each key is for
//! stands here; a test holds the two together.
//!
//! It takes what the reader takes, as far as a schema can say that: keys that nobody knows have no effect and are let be,
//! and so is a key with nothing in it. Texts are meant with their variables and includes in place.

use nhd_plan::DEFAULT_CAPACITY;
use serde_json::{Map, Value, json};

use super::keys::{DEV, Key, Shape};
use super::layers::DAEMON;

/// What is said of a key: its path, what it is for, what holds without it, and what its texts look like.
struct About {
    path: &'static str,
    doc: &'static str,
    default: Option<&'static str>,
    pattern: Option<&'static str>,
}

const fn about(path: &'static str, doc: &'static str) -> About {
    About { path, doc, default: None, pattern: None }
}

impl About {
    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    const fn like(self, pattern: &'static str) -> Self {
        Self { pattern: Some(pattern), ..self }
    }
}

/// The grammar of the distribution project, as `image` checks it; that a name has 255 characters at most is not in it.
const IMAGE: &str = "^(?![0-9a-f]{64}$)(?:(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}))?$";
const ONE_LINE: &str = "^[^\\n\\r\\u0000]*$";
const WANTED: &str = "^(?!!)[^\\n\\r\\u0000\\[\\\\]*$";
/// A port, `LOCAL:REMOTE`, or `:REMOTE`.
const PORTS: &str = "^(?:(?:0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?:)?0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$";
const QUANTITY: &str =
    "^(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]+)?$";
/// A quantity with a digit that is not nought.
const CAPACITY: &str = "^(?=[0-9.]*[1-9])(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]+)?$";
/// An absolute path of names none of which is empty, `.` or `..`.
const FOLDER: &str = "^(?:/(?!\\.{1,2}(?:/|$))[^/:]+)+$";
/// A DNS subdomain.
const OBJECT: &str = "^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$";
/// All that is printed in ASCII but `=`.
const VARIABLE: &str = "^[!-<>-~]+$";

const ABOUT: &[About] = &[
    about("image", "The image of the dev container. A start needs one, here or in its arguments.").like(IMAGE),
    about("imagePullPolicy", "When the node pulls the dev image; without it as the workload's own container."),
    about("shell", "The shell that clients open in the dev container."),
    about("workDir", "The folder in the dev container that is kept in sync with the source folder.")
        .or("/home/nocalhost-dev")
        .like("^/"),
    about("devContainerName", "The container of the workload to develop in; may be left out where there is only one.")
        .like("^\\S*$"),
    about("sidecarImage", "The image of the sidecar that syncs the files; without it that of the preset.").like(IMAGE),
    about("sidecarResources", "What the sidecar asks for and may have at most."),
    about("sidecarResources.limits", "At most so much, by resource: `cpu`, `memory`."),
    about("sidecarResources.requests", "So much is asked for, by resource."),
    about("resources", "What the dev container asks for and may have at most."),
    about("resources.limits", "At most so much, by resource: `cpu`, `memory`. What is not named is the container's own."),
    about("resources.requests", "So much is asked for, by resource. What is not named is the container's own."),
    about("env", "Variables of the dev container. Each takes the place of the container's own of that name."),
    about("envFrom", "Where further variables of the dev container come from."),
    about("envFrom.envFile", "Files of lines NAME=VALUE. A variable that `env` names counts instead, and a later file before an earlier one."),
    about("envFrom.envFile.path", "The file, from the folder of the file that names it; it must be in the source folder."),
    about("envFrom.configMapRef", "ConfigMaps of the workload's namespace, of which each entry is a variable."),
    about("envFrom.configMapRef.name", "The name of the ConfigMap.").like(OBJECT),
    about("envFrom.configMapRef.prefix", "What the names of the variables begin with.").like(VARIABLE),
    about("envFrom.secretRef", "Secrets of the workload's namespace, of which each entry is a variable."),
    about("envFrom.secretRef.name", "The name of the Secret.").like(OBJECT),
    about("envFrom.secretRef.prefix", "What the names of the variables begin with.").like(VARIABLE),
    about("sync", "Which files go where."),
    about("sync.type", "`send`: into the pod only. `sendReceive`: what the pod changes comes back.").or("send"),
    about("sync.mode", "What says which files are left out: the patterns below, or what git ignores.").or("pattern"),
    about("sync.filePattern", "What is synced: paths that match, with all below them. Everything without it.").like(WANTED),
    about("sync.ignoreFilePattern", "What of that is left out, in the patterns of a .gitignore.").like(ONE_LINE),
    about("sync.deleteProtection", "Nocalhost's; not supported yet."),
    about("command", "How the program is built and run in the dev container, for IDEs. Each is a program with its arguments."),
    about("command.build", "Builds the program."),
    about("command.run", "Runs the program."),
    about("command.debug", "Runs the program under a debugger."),
    about("command.hotReloadRun", "Runs the program so that it starts anew when files change."),
    about("command.hotReloadDebug", "The same under a debugger."),
    about("hotReload", "Whether `command.hotReloadRun` or `command.hotReloadDebug` is run instead, and again after each completed sync.")
        .or("false"),
    about("portForward", "Ports of 127.0.0.1 that lead into the dev pod while the session lasts: `8080:80`, `:80` for whichever is free, or `80`.")
        .like(PORTS),
    about("debug", "How a debugger attaches."),
    about("debug.remoteDebugPort", "The port on which the debugger listens in the dev container; it is forwarded.").like(PORTS),
    about("debug.language", "The program's language, for IDEs."),
    about("securityContext", "`keep` leaves the security contexts of pod and container as they are."),
    about("persistentVolumeDirs", "Folders of the dev container that outlive its pod and the session, each in a volume claim of its own. Those below the work dir are not synced."),
    about("storageClass", "The storage class of those claims; without it the cluster's default.").like(OBJECT),
    about("patches", "Changes of the object that has the dev pod (the workload, or the dev workload beside it), applied last and in their order. Only the pod template can be patched, and not what DevMode itself needs."),
    about("patches.type", "How the patch is read, as by `kubectl patch --type`: `strategic` merge, JSON `merge`, or `json` patch.")
        .or("strategic"),
    about("patches.patch", "The patch, a text in JSON or YAML."),
    about("gitUrl", "Nocalhost's; not supported yet."),
    about("useDevContainer", "Nocalhost's; not supported yet."),
];

/// The schema of `.nocalhost/config.yaml` in a source folder, and of a workload's annotation.
#[must_use]
pub fn of_source() -> Value {
    let scalar_or_null = json!({"type": ["string", "number", "boolean", "null"]});
    let described = |schema: &Value, doc: &str| {
        let mut schema = schema.clone();
        schema["description"] = doc.into();
        schema
    };
    let container = json!({
        "type": "object",
        "properties": {
            "name": described(&scalar_or_null, "The container; empty or left out for any."),
            "dev": {"$ref": "#/definitions/dev"},
        },
    });
    let kind_doc =
        "The kind of the workload: deployment, statefulset, daemonset, job, cronjob or pod; any without it.";
    let service = json!({
        "type": "object",
        "properties": {
            "name": described(&scalar_or_null, "The name of the workload."),
            "serviceType": described(&scalar_or_null, kind_doc),
            "containers": {
                "description": "What holds for its containers.",
                "type": ["array", "null"],
                "items": container,
            },
        },
    });
    let services = json!({"type": ["array", "null"], "items": {"$ref": "#/definitions/service"}});
    let has = |key: &str| json!({"required": [key]});
    let file = json!({
        "if": {"anyOf": [has("serviceType"), has("containers")]},
        "then": {"$ref": "#/definitions/service"},
        "else": {
            "if": has("application"),
            "then": {"properties": {"application": {"$ref": "#/definitions/file"}}},
            "else": {
                "if": has("services"),
                "then": {"properties": {"services": services}},
                "else": {"$ref": "#/definitions/service"},
            },
        },
    });
    let list = json!({"type": "array", "items": {"$ref": "#/definitions/service"}});
    let any_form = json!({
        "if": {"type": "object"},
        "then": {"$ref": "#/definitions/file"},
        "else": {"anyOf": [{"type": "null"}, list]},
    });
    let definitions = json!({
        "dev": dev(),
        "service": service,
        "file": file,
        "nothing": nothing(),
    });
    document("The dev configuration of workloads", any_form, definitions)
}

/// The schema of the daemon's own `config.yaml`.
#[must_use]
pub fn of_daemon() -> Value {
    let dev = json!({"anyOf": [{"$ref": "#/definitions/dev"}, {"$ref": "#/definitions/nothing"}]});
    debug_assert!(DAEMON.len() == 1, "the daemon's own file has one key");
    let form = json!({"type": ["object", "null"], "properties": {"dev": dev}});
    let definitions = json!({"dev": self::dev(), "nothing": nothing()});
    document("The dev configuration for every workload", form, definitions)
}

fn document(title: &str, form: Value, definitions: Value) -> Value {
    let mut document = form;
    document["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    document["title"] = title.into();
    document["definitions"] = definitions;
    document
}

fn dev() -> Value {
    let mut dev = group(DEV, "");
    dev["type"] = json!(["object", "null"]);
    dev["description"] = "What holds while the workload is in DevMode.".into();
    dev
}

/// A key that is there and says nothing: Nocalhost writes out every key that it knows.
fn nothing() -> Value {
    json!({"anyOf": [
        {"enum": [null, "", false]},
        {"type": "array", "maxItems": 0},
        {"type": "object", "additionalProperties": {"$ref": "#/definitions/nothing"}},
    ]})
}

fn group(table: &[Key], path: &str) -> Value {
    let members: Map<String, Value> =
        table.iter().map(|key| (key.name.to_owned(), member(key, &format!("{path}{}", key.name)))).collect();
    json!({"type": "object", "properties": members})
}

fn member(Key { shape, .. }: &Key, path: &str) -> Value {
    let about = ABOUT.iter().find(|about| about.path == path);
    let pattern = about.and_then(|about| about.pattern);
    let mut member = match value(shape, path, pattern) {
        Some(value) => json!({"anyOf": [value, {"$ref": "#/definitions/nothing"}]}),
        None => json!({"deprecated": true}),
    };
    if let Some(about) = about {
        member["description"] = about.doc.into();
        if let Some(default) = about.default {
            member["default"] = default.into();
        }
    }
    member
}

fn value(shape: &Shape, path: &str, pattern: Option<&str>) -> Option<Value> {
    let like = |mut schema: Value| {
        if let Some(pattern) = pattern {
            schema["pattern"] = pattern.into();
        }
        schema
    };
    // Where a text is wanted, whatever looks like a number has to be quoted; in lists it has not.
    let scalar = ["string", "number", "boolean"];
    Some(match shape {
        Shape::Text(_) => like(json!({"type": "string"})),
        Shape::OneOf(words) => json!({"enum": words}),
        Shape::Truth => json!({"enum": [true, false, "true", "false"]}),
        Shape::Texts(_) if pattern == Some(PORTS) => {
            json!({"type": "array", "items": {"anyOf": [port(), like(json!({"type": "string"}))]}})
        }
        Shape::Texts(_) => json!({"type": "array", "items": like(json!({"type": scalar}))}),
        Shape::Port => json!({"anyOf": [port(), like(json!({"type": "string"}))]}),
        Shape::Variables => {
            let name = json!({"type": scalar, "pattern": VARIABLE, "description": "The variable's name."});
            let value = json!({"type": ["string", "number", "boolean", "null"], "description": "Its value."});
            let variable = json!({
                "type": "object", "required": ["name"], "properties": {"name": name, "value": value},
            });
            json!({"type": "array", "items": variable})
        }
        Shape::Quantities => {
            let quantity = json!({"anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": QUANTITY},
                {"$ref": "#/definitions/nothing"},
            ]});
            json!({"type": "object", "additionalProperties": quantity})
        }
        Shape::Folders => {
            let capacity = json!({"anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": CAPACITY},
                {"$ref": "#/definitions/nothing"},
            ], "description": "At least so much room is asked for.", "default": DEFAULT_CAPACITY});
            let path = json!({"type": "string", "pattern": FOLDER, "description": "The folder in the dev container."});
            let properties = json!({"path": path, "capacity": capacity});
            let folder = json!({"type": "object", "required": ["path"], "properties": properties});
            json!({"type": "array", "items": folder})
        }
        Shape::Group(table) => group(table, &format!("{path}.")),
        Shape::Items(table, needed) => {
            let mut item = group(table, &format!("{path}."));
            item["required"] = json!([needed]);
            json!({"type": "array", "items": {"anyOf": [item, {"$ref": "#/definitions/nothing"}]}})
        }
        Shape::Unsupported => return None,
    })
}

fn port() -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 65_535})
}

/// The paths that something is said of.
#[cfg(test)]
pub(super) fn documented() -> Vec<&'static str> {
    ABOUT.iter().map(|about| about.path).collect()
}
