//! What an image reference may look like: the grammar of the distribution project, as kubelets apply it. It knows no registry.

/// The longest name, domain and path together.
const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;

const REFERENCE: &str = "an image reference such as HOST/NAME:TAG";
const COMPONENT: &str = "an image whose name consists of lower-case letters and digits, with . _ - between them and / between its parts";
const UPPER: &str = "an image whose name is in lower case";
const LONG: &str = "an image whose name has at most 255 characters";
const HOST: &str = "an image on a host such as registry.example:5000";
const TAG: &str =
    "an image whose tag has 1 to 128 letters, digits, _ . and -, and begins with none of the last two";
const DIGEST: &str =
    "an image whose digest is sha256: and 64 lower-case hexadecimal digits (sha512: and 128)";
const ID: &str = "an image with a name, which 64 hexadecimal digits alone are not";

/// Says what the text must be, where it is no image reference.
pub fn check(text: &str) -> Result<(), &'static str> {
    if text.is_empty() || text.contains(char::is_whitespace) {
        return Err("an image without a space in it");
    }
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Err(DIGEST);
    }
    // A colon before the last slash is that of a host's port.
    let (name, tag) = match rest.rfind(':').filter(|at| !rest[*at..].contains('/')) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err(TAG);
    }
    let (domain, path) = parts(name);
    if domain.is_some_and(|domain| !is_domain(domain)) {
        return Err(HOST);
    }
    if path.is_empty() {
        return Err(REFERENCE);
    }
    if !path.split('/').all(is_component) {
        let is_lower = path.split('/').all(|part| is_component(&part.to_ascii_lowercase()));
        return Err(if is_lower { UPPER } else { COMPONENT });
    }
    if name.len() > LONGEST_NAME {
        return Err(LONG);
    }
    if domain.is_none() && tag.is_none() && path.len() == 64 && path.bytes().all(is_hex) {
        return Err(ID);
    }
    Ok(())
}

/// The first part of a name is a host where it cannot be anything else: by a dot, a port, upper case, or for being
/// localhost.
fn parts(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':']) || first == "localhost" || first != first.to_lowercase() =>
        {
            (Some(first), rest)
        }
        _ => (None, name),
    }
}

fn is_domain(domain: &str) -> bool {
    let (is_host, port) = match domain.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            (!address.is_empty() && address.bytes().all(|it| is_hex(it) || it == b':'), port)
        }
        None => {
            let (host, port) = domain.split_at(domain.find(':').unwrap_or(domain.len()));
            (host.split('.').all(is_label), port)
        }
    };
    let is_number = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_number))
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Lower-case letters and digits; between them one dot, one or two underscores, or any number of hyphens.
fn is_component(component: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = component.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    let separators = component.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let is_separator = |it: &str| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|byte| byte == b'-');
    is_plain(*first) && is_plain(*last) && separators.into_iter().all(is_separator)
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= LONGEST_TAG
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || byte == b'.' || byte == b'-')
}

fn is_digest(digest: &str) -> bool {
    let is_lower = |hex: &str| hex.bytes().all(|it| is_hex(it) && !it.is_ascii_uppercase());
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        let length = match algorithm {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => return false,
        };
        hex.len() == length && is_lower(hex)
    })
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_those_of_the_distribution_grammar() {
        let hex = "0123456789abcdef".repeat(4);
        let digest = format!("go@sha256:{hex}");
        let tagged = format!("localhost:5000/a/b:1@sha256:{hex}");
        let long_tag = format!("go:{}", "x".repeat(128));
        let long = format!("h.io/{}", "x".repeat(250));
        for good in [
            "go",
            "golang:1.24",
            "library/golang",
            "localhost/dev:test",
            "localhost:5000/dev",
            "registry.example:5000/team/web:v1_2.3-rc",
            "Host/web",
            "HOST.example/web",
            "[::1]:5000/web",
            "[fe80::1]/web",
            "10.0.0.1/web",
            "a.b/c",
            "a_b/c__d/e---f/g.h",
            "0/1:_",
            "dev:1",
            &digest,
            &tagged,
            &long_tag,
            &long,
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        let long_tag = format!("go:{}", "x".repeat(129));
        let long = format!("h.io/{}", "x".repeat(251));
        let upper = format!("go@sha256:{}", hex.to_uppercase());
        let short = format!("go@sha256:{}", &hex[1..]);
        let unknown = format!("go@md5:{hex}");
        let twice = format!("go@sha256:{hex}@sha256:{hex}");
        for (bad, expect) in [
            ("", "an image without a space in it"),
            ("a b", "an image without a space in it"),
            ("go\n", "an image without a space in it"),
            ("Golang:1", UPPER),
            ("team/Web", UPPER),
            ("host.io/Web", UPPER),
            ("go_", COMPONENT),
            ("-go", COMPONENT),
            ("a..b", COMPONENT),
            ("a___b", COMPONENT),
            ("a._b", COMPONENT),
            ("a//b", COMPONENT),
            ("/a", COMPONENT),
            ("a/", COMPONENT),
            ("ümlaut", COMPONENT),
            ("${IMAGE}", COMPONENT),
            ("https://host.io/a", HOST),
            (":tag", REFERENCE),
            ("localhost/", REFERENCE),
            ("a:", TAG),
            ("a:-b", TAG),
            ("a:.b", TAG),
            ("a:b:c", COMPONENT),
            ("a:ü", TAG),
            (&long_tag, TAG),
            (&long, LONG),
            ("-h.io/a", HOST),
            ("h..io/a", HOST),
            ("h.io:/a", HOST),
            ("h.io:x/a", HOST),
            ("[]:1/c", HOST),
            ("[::1/a", HOST),
            ("[::1]x/a", HOST),
            ("go@", DIGEST),
            ("go@sha256:", DIGEST),
            (&short, DIGEST),
            (&upper, DIGEST),
            (&unknown, DIGEST),
            (&twice, DIGEST),
            (&hex, ID),
        ] {
            assert_eq!(check(bad), Err(expect), "{bad}");
        }
    }
}
