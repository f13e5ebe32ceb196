//! Replaces a small file as a whole: whoever reads it finds the old text or the new one, whenever this process dies. It
//! is this user's only. One writer a file: what a killed one left aside is written over by the next.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// Replaces a file that may be lost when the machine goes down.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    persist(written_aside(path, content)?, path)
}

/// Replaces a file so that it outlasts the machine's going down, too.
pub fn replace_durably(path: &Path, content: &[u8]) -> io::Result<()> {
    let aside = written_aside(path, content)?;
    aside.as_file().sync_all()?;
    persist(aside, path)?;
    File::open(folder(path))?.sync_all()
}

/// Replaces a file of the user's own durably. It keeps its mode; a new one gets that of any new file.
pub fn replace_keeping_mode(path: &Path, content: &[u8]) -> io::Result<()> {
    const NEW: u32 = 0o644;
    let permissions = match path.metadata() {
        Ok(metadata) => metadata.permissions(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Permissions::from_mode(NEW),
        Err(error) => return Err(error),
    };
    let aside = written_aside(path, content)?;
    aside.as_file().set_permissions(permissions)?;
    aside.as_file().sync_all()?;
    persist(aside, path)?;
    File::open(folder(path))?.sync_all()
}

/// The new file beside the old one, which is removed again should anything fail.
fn written_aside(path: &Path, content: &[u8]) -> io::Result<NamedTempFile<File>> {
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let create =
        |path: &Path| OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let mut aside =
        tempfile::Builder::new().prefix(name).suffix(".new").rand_bytes(0).make_in(folder(path), create)?;
    aside.write_all(content)?;
    Ok(aside)
}

fn persist(aside: NamedTempFile<File>, path: &Path) -> io::Result<()> {
    aside.persist(path).map(drop).map_err(|error| error.error)
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.json");
        // A killed writer's.
        std::fs::write(place.path().join("a.json.new"), "half, and longer than the whole").unwrap();
        for (write, text) in
            [(replace as fn(&Path, &[u8]) -> io::Result<()>, "one"), (replace_durably, "two")]
        {
            write(&path, text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(place.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_take_its_place_is_not_left_behind() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("folder");
        std::fs::create_dir(&path).unwrap();
        replace(&path, b"text").unwrap_err();
        assert_eq!(place.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_file_of_the_users_own_keeps_its_mode() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("config.yaml");
        let mode = || path.metadata().expect("the file").permissions().mode() & 0o777;
        replace_keeping_mode(&path, b"new").expect("is written");
        assert_eq!(mode(), 0o644);
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("permissions");
        replace_keeping_mode(&path, b"again").expect("is written");
        assert_eq!((mode(), std::fs::read(&path).expect("the file")), (0o640, b"again".to_vec()));
        assert_eq!(folder.path().read_dir().expect("the folder").count(), 1);
    }
}
