use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::SystemTime;

use serde_json::{Value, json};

use super::*;
use crate::sync::bep::messages::{BLOCK_BYTES, Counter, Vector};
use crate::sync::syncthing::identity::DeviceId;

struct Place {
    folder: tempfile::TempDir,
    local: DeviceId,
    remote: DeviceId,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, local: DeviceId::of_certificate(b"here"), remote: DeviceId::of_certificate(b"there") }
    }

    fn save(&self, name: &str, content: &[u8]) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        // Before the epoch, and not on a whole second.
        file.set_modified(SystemTime::UNIX_EPOCH - Duration::from_millis(1_500)).unwrap();
        file.set_permissions(PermissionsExt::from_mode(0o640)).unwrap();
    }

    /// As syncthing answers of such a file once it has scanned it.
    fn known(&self, name: &str, size: usize) -> Value {
        let (local, remote) = (self.local.short_name(), self.remote.short_name());
        json!({"name": name, "type": "FILE_INFO_TYPE_FILE", "size": size, "permissions": "0640",
            "modified": "1969-12-31T23:59:58.5Z", "modifiedBy": local, "deleted": false, "localFlags": 0,
            "version": [format!("{local}:1790000000"), format!("{remote}:3")]})
    }

    fn pack(&self, name: &str, known: Value) -> Option<Parcel> {
        let ids = ShortIds::of([&self.local, &self.remote]);
        Parcel::pack(self.folder.path(), name.to_owned(), &serde_json::from_value(known).unwrap(), &ids)
    }
}

#[test]
fn what_is_announced_is_what_syncthing_knows_and_what_is_there() {
    let place = Place::new();
    let content = [&[1; BLOCK_BYTES][..], b"the rest"].concat();
    place.save("a", &content);
    let parcel = place.pack("a", place.known("a", content.len())).unwrap();
    let said = parcel.announcement(7);
    assert_eq!(
        (said.sequence, said.permissions, said.size),
        (7, 0o640, i64::try_from(content.len()).unwrap())
    );
    assert_eq!((said.modified_s, said.modified_ns), (-2, 500_000_000));
    let (here, there) = (place.local.short_id(), place.remote.short_id());
    let counters = vec![Counter { id: here, value: 1_790_000_000 }, Counter { id: there, value: 3 }];
    assert_eq!((said.modified_by, said.version), (here, Some(Vector { counters })));
    let blocks: Vec<_> = said.blocks.iter().map(|block| (block.offset, block.size)).collect();
    assert_eq!(blocks, [(0, 131_072), (131_072, 8)]);
    assert_eq!(said.blocks[1].hash, Sha256::digest(b"the rest").to_vec());

    place.save("empty", b"");
    let empty = place.pack("empty", place.known("empty", 0)).unwrap().announcement(1);
    assert_eq!(empty.blocks.len(), 1, "syncthing refuses a file without blocks");
}

#[test]
fn what_is_not_as_syncthing_knows_it_is_left_to_syncthing() {
    let place = Place::new();
    place.save("a", b"text");
    symlink("a", place.folder.path().join("link")).unwrap();
    assert!(place.pack("a", place.known("a", 4)).is_some());
    assert!(place.pack("link", place.known("link", 4)).is_none());
    assert!(place.pack("gone", place.known("gone", 4)).is_none());
    assert!(place.pack("b", place.known("a", 4)).is_none(), "of another name");
    for (member, other) in [
        ("size", json!(5)),
        ("size", json!(2 << 20)),
        ("permissions", json!("0644")),
        ("modified", json!("1969-12-31T23:59:58.6Z")),
        ("modified", json!("yesterday")),
        ("type", json!("FILE_INFO_TYPE_DIRECTORY")),
        ("deleted", json!(true)),
        ("invalid", json!(true)),
        ("ignored", json!(true)),
        ("mustRescan", json!(true)),
        ("noPermissions", json!(true)),
        ("localFlags", json!(8)),
        ("version", json!([])),
        ("version", json!(["ABCDEFG:1"])),
    ] {
        let mut known = place.known("a", 4);
        known[member] = other.clone();
        assert!(place.pack("a", known).is_none(), "{member} {other}");
    }
}

#[test]
fn a_block_is_handed_out_as_it_was_announced_even_if_the_file_was_saved_again() {
    let place = Place::new();
    let mut held = Held::default();
    for content in [b"first", b"later"] {
        place.save("a", content);
        held.put(place.pack("a", place.known("a", content.len())).unwrap());
    }
    let asked = |name: &str, offset, size, of: &[u8]| Request {
        id: 3,
        folder: "f".to_owned(),
        name: name.to_owned(),
        offset,
        size,
        hash: Sha256::digest(of).to_vec(),
    };
    for content in [b"first", b"later"] {
        let response = held.answer(&asked("a", 0, 5, content));
        assert_eq!((response.id, response.code, &response.data[..]), (3, 0, &content[..]));
    }
    for (name, offset, size) in [("b", 0, 5), ("a", 1, 5), ("a", -1, 5), ("a", 0, -1), ("a", i64::MAX, 5)] {
        assert_eq!(held.answer(&asked(name, offset, size, b"first")).code, Response::NO_SUCH_FILE);
    }
}

#[test]
fn what_is_held_has_a_bound() {
    let place = Place::new();
    let mut held = Held::default();
    for number in 0_u8..12 {
        let name = number.to_string();
        place.save(&name, &vec![number; 1 << 20]);
        held.put(place.pack(&name, place.known(&name, 1 << 20)).unwrap());
    }
    let names: Vec<_> = held.parcels.iter().map(Parcel::name).collect();
    assert_eq!((names, held.bytes), (vec!["8", "9", "10", "11"], HELD_BYTES));
}

#[test]
fn the_other_side_is_told_that_nothing_of_its_index_is_missing_here() {
    let device = |id: &[u8], max_sequence, index_id| Device { id: id.to_vec(), max_sequence, index_id };
    let folder = |id: &str, paused| Folder {
        id: id.to_owned(),
        devices: vec![device(b"them", 1000, 42), device(b"us", 3, 9)],
        paused,
        ..Folder::default()
    };
    let theirs = |folders| ClusterConfig { folders };
    let ours =
        cluster_config(&theirs(vec![folder("x", false), folder("f", false)]), "f", b"them", b"us".to_vec());
    let shared = &ours.unwrap().folders[0];
    assert_eq!((shared.id.as_str(), shared.disable_temp_indexes), ("f", true));
    assert_eq!(shared.devices[0], device(b"them", 1000, 42));
    assert_eq!((&shared.devices[1].id[..], shared.devices[1].max_sequence), (&b"us"[..], 0));
    assert!(![0, 9].contains(&shared.devices[1].index_id), "an index of our own, and a new one");
    for folders in [vec![], vec![folder("x", false)], vec![folder("f", true)]] {
        assert!(cluster_config(&theirs(folders), "f", b"them", b"us".to_vec()).is_none());
    }
}
