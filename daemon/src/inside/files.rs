//! Files of the dev container, read and listed by a shell and `head`. A path is never a part of a script: it goes there as
//! an argument of octal digits.

#[cfg(test)]
mod tests;

use data_encoding::BASE64;
use nhd_protocol::error::{ErrorInfo, ErrorKind};
use nhd_protocol::inside::{FileContent, FileEntry, FileKind, FileList, FileParams};

use super::container::DevContainer;
use crate::cluster::exec::{ExecEnd, RunOutput};
use crate::session::SessionManager;

/// The largest file that is read: its base64 fits into a message.
const FILE_BYTES: usize = 4 << 20;
/// The most entries of a folder that are told.
const ENTRIES: usize = 2_000;
/// What so many entries with long names and targets take.
const LIST_BYTES: usize = 4 << 20;
/// What a Linux path may be long.
const PATH_BYTES: usize = 4_096;

/// Decodes the path into `p`, and answers with a word where it is not there or cannot be told: of the folders above it the
/// first that is there says why.
const PATH: &str = r#"
LC_ALL=C
p=$(printf '%bx' "$1"); p=${p%x}
if [ ! -e "$p" ] && [ ! -h "$p" ]; then
  d=$p
  while [ ! -e "$d" ]; do d=${d%/*}; [ -n "$d" ] || d=/; done
  if [ ! -d "$d" ]; then echo notADirectory; elif [ ! -x "$d" ]; then echo forbidden; else echo notFound; fi
  exit 0
fi
"#;

const READ: &str = r#"
[ -e "$p" ] || { echo notFound; exit 0; }
[ ! -d "$p" ] || { echo isADirectory; exit 0; }
[ -f "$p" ] || { echo notAFile; exit 0; }
[ -r "$p" ] || { echo forbidden; exit 0; }
command -v head >/dev/null 2>&1 || { echo noTools; exit 0; }
echo here
exec head -c "$2" "$p"
"#;

/// One entry is a letter for its kind, one for what a link leads to, its name, and where it is a link a letter and its
/// target; each ends with a zero byte.
const LIST: &str = r#"
[ -d "$p" ] || { echo notADirectory; exit 0; }
[ -r "$p" ] && [ -x "$p" ] || { echo forbidden; exit 0; }
echo here
kind() { if [ -d "$1" ]; then k=d; elif [ -f "$1" ]; then k=f; elif [ -e "$1" ]; then k=o; else k=n; fi; }
n=0
for f in "$p"/* "$p"/.[!.]* "$p"/..?*; do
  [ -e "$f" ] || [ -h "$f" ] || continue
  n=$((n+1)); [ "$n" -le "$2" ] || { printf 'cut\000'; break; }
  kind "$f"
  if [ -h "$f" ]; then
    t=$(readlink "$f" 2>/dev/null; printf x); t=${t%x}
    printf 'l%s%s\000t%s\000' "$k" "${f##*/}" "$t"
  else printf '%s-%s\000' "$k" "${f##*/}"; fi
done
"#;

pub async fn read(manager: &SessionManager, params: FileParams) -> Result<FileContent, ErrorInfo> {
    let path = path(&params)?;
    let container = DevContainer::of(manager, &params.selector).await?;
    let most = (FILE_BYTES + 1).to_string();
    let ran = container.script(&[PATH, READ].concat(), &[&octal(&path), &most], FILE_BYTES + 64).await?;
    let bytes = answer(&container, "read", &path, &ran)?;
    if bytes.len() > FILE_BYTES {
        let message = format!("{} in {} is larger than {FILE_BYTES} bytes", shown(&path), container.dev);
        let error = ErrorInfo::new(ErrorKind::FileTooLarge, message);
        return Err(container.about(error.with_hint("open a terminal there and look at a part of it")));
    }
    Ok(FileContent { size: bytes.len() as u64, data: BASE64.encode(bytes) })
}

pub async fn list(manager: &SessionManager, params: FileParams) -> Result<FileList, ErrorInfo> {
    let path = path(&params)?;
    let container = DevContainer::of(manager, &params.selector).await?;
    let most = ENTRIES.to_string();
    let ran = container.script(&[PATH, LIST].concat(), &[&octal(&path), &most], LIST_BYTES).await?;
    let mut list = entries(answer(&container, "list", &path, &ran)?);
    list.cut |= ran.cut;
    Ok(list)
}

/// The bytes of the path that is meant.
fn path(params: &FileParams) -> Result<Vec<u8>, ErrorInfo> {
    let invalid = |message: &str| ErrorInfo::new(ErrorKind::InvalidRequest, message);
    let path = match (&params.path, &params.path_base64) {
        (Some(path), None) => path.clone().into_bytes(),
        (None, Some(encoded)) => {
            BASE64.decode(encoded.as_bytes()).map_err(|_| invalid("pathBase64 must be base64"))?
        }
        _ => return Err(invalid("name the file in path or in pathBase64")),
    };
    if path.first() != Some(&b'/') {
        return Err(invalid("the path must be absolute: it must begin with a slash"));
    }
    if path.contains(&0) || path.len() > PATH_BYTES {
        return Err(invalid("the path must have no zero byte, and 4096 bytes at most"));
    }
    Ok(path)
}

/// As `printf %b` of every POSIX shell takes it.
fn octal(path: &[u8]) -> String {
    path.iter().map(|byte| format!("\\0{byte:03o}")).collect()
}

fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

/// What follows the script's first line, or the error that the line says.
fn answer<'a>(
    container: &DevContainer,
    action: &str,
    path: &[u8],
    ran: &'a RunOutput,
) -> Result<&'a [u8], ErrorInfo> {
    let end = ran.stdout.iter().position(|&byte| byte == b'\n');
    let (word, rest) = end.map_or((&[][..], &[][..]), |end| (&ran.stdout[..end], &ran.stdout[end + 1..]));
    let (kind, why) = match word {
        b"here" if ran.end == ExecEnd::Exited(0) => return Ok(rest),
        b"notFound" => (ErrorKind::FileNotFound, "there is no such file or folder".to_owned()),
        b"notADirectory" => {
            (ErrorKind::NotADirectory, "it is not a folder, or below what is not one".to_owned())
        }
        b"isADirectory" => (ErrorKind::NotAFile, "it is a folder".to_owned()),
        b"notAFile" => (ErrorKind::NotAFile, "it is a device, a socket or a pipe".to_owned()),
        b"forbidden" => {
            (ErrorKind::FileForbidden, "the user of the dev container may not look at it".to_owned())
        }
        b"noTools" => return Err(container.without_tools("has no head")),
        _ => {
            let said = String::from_utf8_lossy(&ran.stderr).trim().to_owned();
            (ErrorKind::ClusterError, format!("the shell there ended with {:?}: {said}", ran.end))
        }
    };
    let message = format!("failed to {action} {} in {}: {why}", shown(path), container.dev);
    Err(container.about(ErrorInfo::new(kind, message)))
}

fn entries(listed: &[u8]) -> FileList {
    let mut list = FileList { entries: Vec::new(), cut: false };
    let mut named: Vec<(Vec<u8>, FileEntry)> = Vec::new();
    // What follows the last zero byte was cut off.
    let whole = listed.iter().rposition(|&byte| byte == 0).map_or(&[][..], |end| &listed[..end]);
    for record in whole.split(|&byte| byte == 0) {
        match record {
            b"cut" => list.cut = true,
            [b't', target @ ..] => {
                let target = target.strip_suffix(b"\n").unwrap_or(target);
                if let Some((_, entry)) = named.last_mut() {
                    entry.target = Some(shown(target));
                }
            }
            [kind @ (b'd' | b'f' | b'o' | b'l'), leads, name @ ..] => {
                let text = std::str::from_utf8(name).ok();
                let entry = FileEntry {
                    name: shown(name),
                    name_base64: text.is_none().then(|| BASE64.encode(name)),
                    kind: kind_of(*kind).unwrap_or(FileKind::Other),
                    target: None,
                    target_kind: kind_of(*leads),
                };
                named.push((name.to_vec(), entry));
            }
            _ => {}
        }
    }
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    list.entries = named.into_iter().map(|(_, entry)| entry).collect();
    list
}

fn kind_of(letter: u8) -> Option<FileKind> {
    match letter {
        b'd' => Some(FileKind::Directory),
        b'f' => Some(FileKind::File),
        b'l' => Some(FileKind::Symlink),
        b'o' => Some(FileKind::Other),
        _ => None,
    }
}
