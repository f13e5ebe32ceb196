//! The folder that the local syncthing of a session lives in: made, and written anew before every start, so that it
//! always says what the session wants.

use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::config_xml::{LocalFolder, local_config};
use crate::replace::replace;
use crate::sync::error::SyncError;
use crate::sync::options::SyncOptions;
use crate::sync::source::guard::Sight;

/// What `sun_path` holds, without the zero at its end.
const SOCKET_PATH_LIMIT: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

pub(in crate::sync) fn cookie_folder(session_dir: &Path) -> PathBuf {
    session_dir.join("cookies")
}

/// Makes the folders, for this user only.
pub(in crate::sync) fn make(options: &SyncOptions) -> Result<(), SyncError> {
    if options.socket.as_os_str().len() > SOCKET_PATH_LIMIT {
        return Err(SyncError::SocketPath { path: options.socket.clone(), limit: SOCKET_PATH_LIMIT });
    }
    let cookies = cookie_folder(&options.session_dir);
    for folder in [&options.session_dir, &cookies] {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .and_then(|()| std::fs::set_permissions(folder, PermissionsExt::from_mode(0o700)))
            .map_err(failed(folder))?;
    }
    Ok(())
}

/// Writes keys and configuration, and removes the socket of a syncthing that has ended.
pub(in crate::sync) fn write(options: &SyncOptions, sight: &Sight, paused: bool) -> Result<(), SyncError> {
    let identity = &options.identity;
    let local = identity.local.device_id()?;
    let config = local_config(&LocalFolder {
        folder_id: &options.folder_id,
        source: &sight.path,
        socket: &options.socket,
        api_key: &identity.api_key,
        local: &local,
        remote: &identity.remote_device,
        forward_port: options.forward_port,
        marker: sight.marker.as_deref(),
        kept: options.two_way.then_some(options.kept.as_path()),
        paused,
    });
    let files = [
        ("cert.pem", &identity.local.certificate_pem),
        ("key.pem", &identity.local.private_key_pem),
        ("config.xml", &config),
    ];
    for (name, text) in files {
        let path = options.session_dir.join(name);
        replace(&path, text.as_bytes()).map_err(failed(&path))?;
    }
    match std::fs::remove_file(&options.socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&options.socket)(error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> SyncError {
    let path = path.to_owned();
    move |source| SyncError::Home { path, source }
}
