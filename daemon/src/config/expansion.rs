//! What texts become with their variables and includes in place, and where every part of them says it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nhd_protocol::workload::WorkloadKind;

use super::expand::{Surroundings, expand};
use super::*;

const VARIABLES: [(&str, &str); 6] = [
    ("A", "a"),
    ("EMPTY", ""),
    ("LINES", "x\ny"),
    ("TALL", "x\n      y"),
    ("YAML", "{shell: zsh}"),
    ("DOLLAR", "$A"),
];

/// Expands `f`, which may include the other files by name.
fn expanded(text: &str, files: &[(&str, &str)]) -> Result<Text, String> {
    let variables = BTreeMap::from(VARIABLES);
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    let surroundings = Surroundings {
        variable: &|name| variables.get(name).map(|value| (*value).to_owned()),
        include: &|_, name| {
            let text = files.get(name).ok_or("no such file")?;
            Ok((PathBuf::from(name), (*text).to_owned()))
        },
    };
    expand("f".to_owned(), Path::new("f"), text, &surroundings).map_err(|error| error.to_string())
}

fn resolved(text: &str, files: &[(&str, &str)]) -> Result<Resolved, String> {
    let layer = Layer { kind: SourceKind::File, text: expanded(text, files)? };
    resolve(WorkloadKind::Deployment, "reviews", &Flags::default(), &[layer])
        .map_err(|error| error.to_string())
}

/// Every value with the place that it came from.
fn places(text: &str, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let resolved = resolved(text, files).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let said = resolved.entries.iter().filter_map(|entry| {
        let (file, at) = entry.origin.place.as_ref()?;
        let value = match entry.value.as_ref()? {
            Setting::Text(text) => text.clone(),
            Setting::Number(number) => number.to_string(),
            Setting::List(items) => items.join(" "),
        };
        Some(format!("{}={value} {file}:{}:{}", entry.key, at.line, at.column))
    });
    (said.collect(), resolved.warnings.clone())
}

#[test]
fn variables_stand_for_what_nocalhost_puts_there() {
    for (text, expect) in [
        ("$A ${A}${A:-b}${A-b}${A:=b}", "a aaaa"),
        ("[${NONE:-b}][${NONE-b}][${NONE:=b}][${NONE=b}]", "[b][b][b][b]"),
        ("[${EMPTY:-b}][${EMPTY-b}][${EMPTY:=b}][${EMPTY=b}]", "[b][][b][]"),
        ("[${EMPTY+b}][${EMPTY:+b}][${A+b}][${NONE+b}][${NONE:+b}]", "[b][b][b][][]"),
        ("[${EMPTY}][$EMPTY][${NONE}][$NONE]", "[][][][]"),
        ("${NONE:-$A} ${NONE:-${NONE:-${A}}b}", "a ab"),
        ("${NONE:-b$A}", "b$A"),
        ("$$A $${A} $$$A", "$A ${A} $a"),
        ("$ $_ ${_} $(A) ${{A}} ${A.b}", "$ $_ ${_} $(A) ${{A}} ${A.b}"),
        ("$DOLLAR", "$A"),
        ("- $LINES", "- x\ny"),
        ("# $A ${_INCLUDE_:-x}\n", "# $A ${_INCLUDE_:-x}\n"),
    ] {
        assert_eq!(expanded(text, &[]).map(|text| text.text).as_deref(), Ok(expect), "{text}");
    }
}

#[test]
fn includes_are_put_in_and_indented_as_nocalhost_does() {
    let files = [
        ("list", "- a\n- b\n"),
        ("outer", "x:\n${_INCLUDE_:-list | nindent 2}y: $A"),
        ("bar|red", "r"),
        ("empty", ""),
        ("lines", "l: $LINES"),
    ];
    for (text, expect) in [
        ("s:\n  ${_INCLUDE_:-list | nindent 2}\nt: 1", "s:\n  \n  - a\n  - b\n  \n\nt: 1"),
        ("s: ${_INCLUDE_:-list}", "s: \n- a\n- b\n\n"),
        ("s: ${_INCLUDE_:- list |}", "s: \n- a\n- b\n\n"),
        ("s:\n${_INCLUDE_:=list|indent 2}", "s:\n  - a\n  - b\n  \n"),
        ("${_INCLUDE_:-outer | nindent 1}", "\n x:\n \n   - a\n   - b\n   \n y: a\n"),
        ("${_INCLUDE_-bar\\|red}", "\nr\n"),
        ("${_INCLUDE_-empty} $A", "\n\n a"),
        ("${_INCLUDE_-lines | nindent 1}", "\n l: x\n y\n"),
    ] {
        assert_eq!(expanded(text, &files).map(|text| text.text).as_deref(), Ok(expect), "{text}");
    }
}

#[test]
fn what_cannot_be_put_in_is_named_with_the_place_that_asks_for_it() {
    let files = [
        ("self", "a: 1\n ${_INCLUDE_:-self}"),
        ("one", "${_INCLUDE_:-two}"),
        ("two", "x\ny ${_INCLUDE_:-one}"),
        ("open", "a\nb ${A"),
        ("wide", "\n\n"),
    ];
    for (text, expect) in [
        ("a ${A", "f:1:3: ${A is not closed by a }"),
        ("a\n${A:-b", "f:2:1: ${A:- is not closed by a }"),
        ("ä ${_INCLUDE_:-none}", "f:1:3: failed to include none: no such file"),
        ("${_INCLUDE_:-f}", "f:1:1: failed to include f: no such file"),
        ("${_INCLUDE_:-self}", "self:2:2: failed to include self: it includes itself"),
        ("${_INCLUDE_:-one}", "two:2:3: failed to include one: it includes itself"),
        ("${_INCLUDE_:-open}", "open:2:3: ${A is not closed by a }"),
        (
            "${_INCLUDE_}",
            "f:1:1: an include must name a file, as in ${_INCLUDE_:-./services.yaml | nindent 4}",
        ),
        ("${_INCLUDE_:-wide | nindent}", "f:1:1: nindent must be nindent or indent with a number"),
        ("${_INCLUDE_:-wide | upper}", "f:1:1: upper must be nindent or indent with a number"),
        ("${_INCLUDE_:-wide | nindent -1}", "f:1:1: nindent must be followed by a number up to 256, not -1"),
        (
            "${_INCLUDE_:-wide | nindent 257}",
            "f:1:1: nindent must be followed by a number up to 256, not 257",
        ),
        ("${_INCLUDE_:-a|b|c}", "f:1:1: b|c must be nindent or indent with a number"),
    ] {
        assert_eq!(expanded(text, &files).map(|text| text.text), Err(expect.to_owned()), "{text}");
    }
}

#[test]
fn includes_have_bounds() {
    let deep: Vec<(String, String)> =
        (0..40).map(|it| (it.to_string(), format!("${{_INCLUDE_:-{}}}", it + 1))).collect();
    let deep: Vec<(&str, &str)> = deep.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let error = expanded("${_INCLUDE_:-0}", &deep).expect_err("too deep");
    assert!(error.starts_with("15:1:1: failed to include 16: more than 256 includes, or nested"), "{error}");
    let many = "${_INCLUDE_:-x}\n".repeat(300);
    let error = expanded(&many, &[("x", "")]).expect_err("too many");
    assert!(error.starts_with("f:257:1: failed to include x: more than 256 includes"), "{error}");
    let breaks = "\n".repeat(10_000);
    let error = expanded("${_INCLUDE_:-x | nindent 256}", &[("x", &breaks)]).expect_err("too long");
    assert_eq!(error, "x:1:1: this makes the text longer than 1048576 bytes");
}

/// Of the shape of the seed's own example: services in a file of their own, one of which gives its env twice.
const CONFIG: &str = "\
configProperties:
  version: v2
  envFile: env.dev

application:
  name: shop
  services:
    ${_INCLUDE_:-./services.yaml | nindent 4}
";
const SERVICES: &str = "\
- name: reviews
  serviceType: deployment
  containers:
    - name: web
      dev:
        image: ${REGISTRY:-localhost}/dev:test
        shell: $SHELL_OF_REVIEWS
        workDir: /src/$A
        sync: {type: send, filePattern: [./]}
        env:
          - {name: DEBUG, value: 'false'}
        portForward: [9080]
        env:
          - {name: DEBUG, value: '${DEBUG:-true}'}
- name: ratings
  containers:
    - dev:
        image: $IMAGE_OF_RATINGS
        env: []
        env: []
";

#[test]
fn the_seeds_own_example_is_read_with_the_places_of_its_files() {
    let (values, warnings) = places(CONFIG, &[("./services.yaml", SERVICES)]);
    assert_eq!(
        values,
        [
            "image=localhost/dev:test ./services.yaml:6:28",
            "workDir=/src/a ./services.yaml:8:18",
            "devContainerName=web ./services.yaml:4:13",
            "env.DEBUG=true ./services.yaml:14:34",
            "sync.type=send ./services.yaml:9:22",
            "sync.filePattern=./ ./services.yaml:9:41",
            "portForward=9080 ./services.yaml:12:22",
        ]
    );
    assert_eq!(
        warnings,
        [
            "./services.yaml:7:16: the variable SHELL_OF_REVIEWS is not set and has no default: it counts as empty (a plain $ is written $$)",
            "./services.yaml:13:9: env is given again, and counts instead of ./services.yaml:10:9",
        ]
    );
}

#[test]
fn values_and_faults_have_the_place_of_the_file_they_came_from() {
    let start = "name: reviews\ncontainers:\n- dev:\n";
    let check = |text: &str, files: &[(&str, &str)], expect: &[&str]| {
        let (values, warnings) = places(&format!("{start}{text}"), files);
        assert_eq!([values, warnings].concat(), expect, "{text}");
    };
    check("    shell: ${A}b\n    image: c", &[], &["image=c f:5:12", "shell=ab f:4:12"]);
    check("    ${NONE:-\n    shell: x}", &[], &["shell=x f:5:12"]);
    check("    shell: 'ä $A'\n    image: $A/b\n", &[], &["image=a/b f:5:12", "shell=ä a f:4:12"]);
    check(
        "    $A: $A\n    shell: b",
        &[],
        &["shell=b f:5:12", "f:4:5: a is not a key of the dev configuration"],
    );
    // What a variable has more lines of stands where the variable does.
    check("    shell: '$TALL'\n    image: c", &[], &["image=c f:5:12", "shell=x y f:4:12"]);
    let files =
        [("dev", "image: a\nshell: b\n"), ("more", "workDir: /w\n${_INCLUDE_:-dev}"), ("c", "shell: c")];
    let include = |text: &str| text.replace('<', "    ${_INCLUDE_:-").replace('>', " | nindent 4}");
    check(&include("<dev>"), &files, &["image=a dev:1:8", "shell=b dev:2:8"]);
    // To set anew what comes with an include is what includes are for; two includes that differ are not.
    let text = include("<more>\n    image: c");
    check(&text, &files, &["image=c f:5:12", "shell=b dev:2:8", "workDir=/w more:1:10"]);
    let again = "c:1:1: shell is given again, and counts instead of dev:2:1";
    check(&include("<dev>\n<c>"), &files, &["image=a dev:1:8", "shell=c c:1:8", again]);
    let text = include("    image: c\n<dev>");
    let again = "dev:1:1: image is given again, and counts instead of f:4:5";
    check(&text, &files, &["image=a dev:1:8", "shell=b dev:2:8", again]);
}

#[test]
fn faults_have_the_place_of_the_file_they_are_in() {
    for (included, expect) in [
        ("image: A", "x:1:8: image must be an image whose name is in lower case, not \"A\""),
        ("shell: b\nimage: ]\n", "x:2:8: this is no YAML: "),
        ("shell: b\nimage: [$A]\n", "x:2:8: image must be text, not a list"),
        ("\n\n  ${A}: [${YAML}]\n  shell: ${YAML}", "x:4:10: shell must be text, not a mapping"),
        ("env: [{name: '${LINES}'}]", "x:1:14: \"x y\" is not the name of a variable"),
    ] {
        let text = "name: reviews\ncontainers:\n- dev:\n    ${_INCLUDE_:-x | nindent 4}\n";
        let error = resolved(text, &[("x", included)]).expect_err(included);
        assert!(error.starts_with(expect), "{error}");
    }
}
