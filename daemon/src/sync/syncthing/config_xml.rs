//! The config.xml of both sides, as text: which folder, which way, who may connect. Pure functions.
//!
//! Both are written in a format that syncthing 1.19 reads and later versions migrate. Neither side talks to
//! anybody else: discovery, relays, NAT, STUN, upgrades, usage and crash reports are off.

use std::path::Path;

use super::identity::{ApiKey, DeviceId};

/// Version 1.19 refuses a config that is newer than itself; every later one migrates an older config.
const CONFIG_VERSION: u32 = 35;

/// What is there in any folder.
pub const NO_MARKER: &str = ".";

/// The local side: sends, and does not write into the source folder until its type is changed; listens nowhere.
#[derive(Clone, Copy, Debug)]
pub struct LocalFolder<'a> {
    pub folder_id: &'a str,
    pub source: &'a Path,
    /// The Unix socket of the REST API.
    pub socket: &'a Path,
    pub api_key: &'a ApiKey,
    pub local: &'a DeviceId,
    pub remote: &'a DeviceId,
    /// The port on loopback that leads to the remote side.
    pub forward_port: u16,
    /// A name at the top of the source that is there for as long as the source is; none where it is empty.
    pub marker: Option<&'a str>,
    /// Where files go that the remote side changes or deletes, if it ever may.
    pub kept: Option<&'a Path>,
    pub paused: bool,
}

/// The side in the container: receives, or sends as well; listens on loopback only, has no REST API.
#[derive(Clone, Copy, Debug)]
pub struct RemoteFolder<'a> {
    pub folder_id: &'a str,
    pub work_dir: &'a str,
    /// 22000, unless the pod shares the node's network.
    pub listen_port: u16,
    /// What the container changes is sent, too.
    pub two_way: bool,
    pub local: &'a DeviceId,
    pub remote: &'a DeviceId,
    /// A device of ours that announces what the local side has scanned while its syncthing rests.
    pub courier: Option<&'a DeviceId>,
}

pub fn local_config(folder: &LocalFolder<'_>) -> String {
    // The daemon says what to scan and when, after it has looked whether the source folder is still there.
    let path = folder.source.to_string_lossy();
    let folder_xml = folder_element(&FolderElement {
        id: folder.folder_id,
        path: &path,
        kind: "sendonly",
        case_sensitive: cfg!(target_os = "linux"),
        devices: &[folder.local, folder.remote],
        watched: false,
        two_way: folder.kept.is_some(),
        kept: folder.kept,
        marker: folder.marker.unwrap_or(NO_MARKER),
    });
    let address = format!("tcp://127.0.0.1:{}", folder.forward_port);
    let gui = format!(
        "<gui enabled=\"true\" tls=\"false\">\
         <address>{}</address><unixSocketPermissions>0600</unixSocketPermissions><apikey>{}</apikey></gui>",
        escape(&folder.socket.to_string_lossy()),
        escape(folder.api_key.as_str()),
    );
    let devices = device_element(folder.local, "dynamic", COMPRESSED, false)
        + &device_element(folder.remote, &address, COMPRESSED, folder.paused);
    // An empty listen address is none; a missing one would be all interfaces.
    configuration(&folder_xml, &devices, &gui, "")
}

pub fn remote_config(folder: &RemoteFolder<'_>) -> String {
    let devices: Vec<&DeviceId> = [folder.remote, folder.local].into_iter().chain(folder.courier).collect();
    let folder_xml = folder_element(&FolderElement {
        id: folder.folder_id,
        path: folder.work_dir,
        kind: if folder.two_way { "sendreceive" } else { "receiveonly" },
        case_sensitive: true,
        devices: &devices,
        watched: folder.two_way,
        two_way: folder.two_way,
        kept: None,
        marker: NO_MARKER,
    });
    // Without discovery «dynamic» is nowhere: this side never dials.
    let device = |id: &&DeviceId| {
        // The courier reads no compressed message.
        let compression = if folder.courier == Some(*id) { "never" } else { COMPRESSED };
        device_element(id, "dynamic", compression, false)
    };
    let devices: String = devices.iter().map(device).collect();
    let listen = format!("tcp://127.0.0.1:{}", folder.listen_port);
    configuration(&folder_xml, &devices, "<gui enabled=\"false\"></gui>", &listen)
}

struct FolderElement<'a> {
    id: &'a str,
    path: &'a str,
    kind: &'a str,
    case_sensitive: bool,
    devices: &'a [&'a DeviceId],
    watched: bool,
    two_way: bool,
    kept: Option<&'a Path>,
    marker: &'a str,
}

/// Both sides' folder.
///
/// - `markerName`: syncthing looks for it before each batch that a scan found goes into its database, and before it writes
///   into the folder. Here it is a name of the user's, so that nothing of ours is in the tree and an unmounted folder is
///   not one whose files were deleted, even if it goes in the midst of a scan. The remote volume starts empty.
/// - No watcher and no rescans, unless the container's changes are wanted: locally the daemon scans; in the container
///   what builds and servers write shall be neither hashed nor reported, or a touched file would keep the folder from
///   ever being in sync.
/// - `maxConflicts` 0 one way: a file that the container changed is replaced when the local one changes, without
///   leaving `*.sync-conflict-*` files for build tools to find. Both ways
///   each side may have made the better version, and a conflict keeps both.
/// - `staggered` keeps, of what the other side changes or deletes, the oldest version for ever, which is the user's
///   own, and ever fewer of the later ones; a trash can would keep the latest only, which may be the container's.
/// - `autoNormalize` off: it would rename the user's files. What is not named in the form that syncthing sends stays and
///   is reported.
/// - `pullerDelayS` 0: version 2 waits a second before it pulls.
fn folder_element(folder: &FolderElement<'_>) -> String {
    let FolderElement { id, path, kind, case_sensitive, watched, .. } = folder;
    let devices: String =
        folder.devices.iter().map(|id| format!("<device id=\"{id}\"></device>\n")).collect();
    let (rescan, conflicts) = (if *watched { 60 } else { 0 }, if folder.two_way { -1 } else { 0 });
    let versioning = folder.kept.map(versioning_element).unwrap_or_default();
    format!(
        "<folder id=\"{id}\" label=\"nhd\" path=\"{path}\" type=\"{kind}\" rescanIntervalS=\"{rescan}\" \
         fsWatcherEnabled=\"{watched}\" fsWatcherDelayS=\"1\" ignorePerms=\"false\" autoNormalize=\"false\">\n\
         <filesystemType>basic</filesystemType>\n\
         {devices}\
         <minDiskFree unit=\"%\">0</minDiskFree>\n\
         <markerName>{marker}</markerName>\n\
         <maxConflicts>{conflicts}</maxConflicts>\n\
         <maxConcurrentWrites>16</maxConcurrentWrites>\n\
         <disableFsync>true</disableFsync>\n\
         <pullerPauseS>2</pullerPauseS>\n\
         <pullerDelayS>0</pullerDelayS>\n\
         <caseSensitiveFS>{case_sensitive}</caseSensitiveFS>\n\
         {versioning}</folder>\n",
        id = escape(id),
        path = escape(path),
        marker = escape(folder.marker),
    )
}

fn versioning_element(kept: &Path) -> String {
    format!(
        "<versioning type=\"staggered\">\
         <param key=\"maxAge\" val=\"0\"></param>\
         <cleanupIntervalS>3600</cleanupIntervalS>\
         <fsPath>{}</fsPath><fsType>basic</fsType></versioning>\n",
        escape(&kept.to_string_lossy()),
    )
}

/// The default leaves contents as they are. LZ4 makes sources half as long, which matters on the way to a cluster that is
/// far, and what cannot be made shorter costs nothing that could be measured.
const COMPRESSED: &str = "always";

fn device_element(id: &DeviceId, address: &str, compression: &str, paused: bool) -> String {
    format!(
        "<device id=\"{id}\" name=\"nhd\" compression=\"{compression}\" introducer=\"false\">\
         <address>{address}</address><autoAcceptFolders>false</autoAcceptFolders><paused>{paused}</paused></device>\n"
    )
}

fn configuration(folder: &str, devices: &str, gui: &str, listen: &str) -> String {
    format!(
        "<configuration version=\"{CONFIG_VERSION}\">\n{folder}{devices}{gui}\n\
         <options>\n\
         <listenAddress>{listen}</listenAddress>\n\
         <globalAnnounceEnabled>false</globalAnnounceEnabled>\n\
         <localAnnounceEnabled>false</localAnnounceEnabled>\n\
         <announceLANAddresses>false</announceLANAddresses>\n\
         <relaysEnabled>false</relaysEnabled>\n\
         <natEnabled>false</natEnabled>\n\
         <stunServer></stunServer>\n\
         <urAccepted>-1</urAccepted>\n\
         <autoUpgradeIntervalH>0</autoUpgradeIntervalH>\n\
         <crashReportingEnabled>false</crashReportingEnabled>\n\
         <startBrowser>false</startBrowser>\n\
         <reconnectionIntervalS>5</reconnectionIntervalS>\n\
         <minHomeDiskFree unit=\"%\">0</minHomeDiskFree>\n\
         <setLowPriority>false</setLowPriority>\n\
         </options>\n</configuration>\n"
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#xA;"),
            '\t' => escaped.push_str("&#x9;"),
            '\r' => escaped.push_str("&#xD;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::SyncIdentity;

    fn both(source: &Path, courier: bool) -> (String, String) {
        let (identity, _) = SyncIdentity::generate().unwrap();
        let local = identity.local.device_id().unwrap();
        let here = local_config(&LocalFolder {
            folder_id: "nhd-1",
            source,
            socket: Path::new("/run/s.sock"),
            api_key: &identity.api_key,
            local: &local,
            remote: &identity.remote_device,
            forward_port: 4242,
            marker: Some("a & b"),
            kept: None,
            paused: false,
        });
        let there = remote_config(&RemoteFolder {
            folder_id: "nhd-1",
            work_dir: "/home/nocalhost-dev",
            listen_port: 22000,
            two_way: false,
            local: &local,
            remote: &identity.remote_device,
            courier: courier.then_some(&DeviceId::of_certificate(b"courier")),
        });
        (here, there)
    }

    fn expect_each(text: &str, parts: &[&str]) {
        for part in parts {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn the_local_side_sends_and_listens_nowhere() {
        let (here, _) = both(Path::new("/src"), true);
        expect_each(
            &here,
            &[
                "type=\"sendonly\"",
                "<listenAddress></listenAddress>",
                "<address>tcp://127.0.0.1:4242</address>",
                "<address>/run/s.sock</address><unixSocketPermissions>0600<",
                "<markerName>a &amp; b</markerName>",
                "autoNormalize=\"false\"",
                "rescanIntervalS=\"0\"",
                "compression=\"always\"",
            ],
        );
    }

    #[test]
    fn the_remote_side_receives_on_loopback_and_has_no_api() {
        let (_, there) = both(Path::new("/src"), true);
        expect_each(
            &there,
            &[
                "type=\"receiveonly\"",
                "path=\"/home/nocalhost-dev\"",
                "<listenAddress>tcp://127.0.0.1:22000</listenAddress>",
                "<gui enabled=\"false\">",
                "<maxConflicts>0</maxConflicts>",
                "<markerName>.</markerName>",
                "autoNormalize=\"false\"",
                "ignorePerms=\"false\"",
                "<disableFsync>true</disableFsync>",
                "<pullerDelayS>0</pullerDelayS>",
            ],
        );
        assert!(!there.contains("apikey"));
    }

    #[test]
    fn the_courier_shares_the_folder_of_the_remote_side_and_is_sent_nothing_compressed() {
        let courier = DeviceId::of_certificate(b"courier");
        let parts = [
            format!("<device id=\"{courier}\"></device>"),
            format!("<device id=\"{courier}\" name=\"nhd\" compression=\"never\""),
        ];
        for (there_is_one, (here, there)) in [true, false].map(|it| (it, both(Path::new("/src"), it))) {
            for part in &parts {
                assert_eq!(there.contains(part), there_is_one, "{there}");
            }
            assert!(!here.contains(courier.as_str()), "{here}");
        }
    }

    #[test]
    fn a_path_with_markup_stays_one_attribute() {
        let (here, _) = both(Path::new("/a \"b\" <c> & d"), false);
        expect_each(&here, &["path=\"/a &quot;b&quot; &lt;c&gt; &amp; d\""]);
    }
}
