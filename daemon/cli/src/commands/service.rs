//! `nhd-cli daemon install` and `uninstall`: hands the daemon to the service manager of the platform, which starts it when
//! somebody asks for it, or at login, and again after a crash.

mod launchd;
mod manager;
mod systemd;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use nhd_client::Client;
use nhd_client::paths::Paths;
use serde::Serialize;

use self::manager::Manager;
use crate::CLIENT;
use crate::commands::daemon;
use crate::failure::Failure;
use crate::launch;
use crate::render::Screen;

/// The first line of all that is written, by which it is known again.
const MARK: &str = "Written by nhd-cli daemon install";

/// What a service needs to know of the daemon.
struct Service {
    binary: PathBuf,
    paths: Paths,
    /// What moves the daemon's places, and where it finds syncthing and the plugins of kubeconfigs.
    environment: Vec<(&'static str, OsString)>,
}

/// A file of the service manager's, and what is to be in it.
struct Definition {
    path: PathBuf,
    text: String,
}

#[derive(Serialize)]
struct Installed {
    manager: &'static str,
    files: Vec<PathBuf>,
}

/// A daemon that runs gives way to that of the service manager. Its sessions stay in DevMode, and the new one goes on.
pub(crate) async fn install(paths: &Paths, screen: &mut Screen) -> Result<(), Failure> {
    let manager = Manager::of_this_platform()?;
    let service = Service::new(paths.clone())?;
    let definitions = manager.definitions(&service)?;
    for definition in &definitions {
        refuse_a_strangers(&definition.path)?;
    }
    manager.ask()?;
    paths.prepare()?;
    if let Ok(client) = Client::open(paths, CLIENT).await {
        daemon::shut_down(paths, &client).await?;
    }
    let files: Vec<PathBuf> = definitions.iter().map(|it| it.path.clone()).collect();
    let begun = write(&definitions).and_then(|()| manager.begin());
    let answered = match begun {
        Ok(()) => launch::await_answer(paths).await.map(drop),
        Err(failure) => Err(failure),
    };
    if let Err(failure) = answered {
        // Half of it would be started at each login, and fail.
        let _ = manager.end();
        let _ = remove(&files);
        let _ = manager.forget();
        return Err(
            failure.with_hint("nothing is left of it; `nhd-cli daemon start` starts the daemon as before")
        );
    }
    let installed = Installed { manager: manager.name(), files };
    Ok(screen.result(&installed, |_| installed.text())?)
}

/// Sessions stay in DevMode: whoever needs the daemon next starts it.
pub(crate) fn uninstall(screen: &mut Screen) -> Result<(), Failure> {
    let manager = Manager::of_this_platform()?;
    let files: Vec<PathBuf> = manager.files()?.into_iter().filter(|path| is_ours(path)).collect();
    if files.is_empty() {
        let installed = Installed { manager: manager.name(), files };
        return Ok(screen.result(&installed, |_| "nothing is installed\n".to_owned())?);
    }
    manager.ask()?;
    manager.end()?;
    remove(&files)?;
    manager.forget()?;
    let installed = Installed { manager: manager.name(), files };
    Ok(screen.result(&installed, |_| installed.removed_text())?)
}

impl Service {
    fn new(paths: Paths) -> Result<Self, Failure> {
        let binary = launch::daemon_binary();
        let on_path = || {
            let folders = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&folders).map(|folder| folder.join(&binary)).find(|file| file.is_file())
        };
        let found = Some(PathBuf::from(&binary)).filter(|path| path.is_absolute()).or_else(on_path);
        let binary = found.ok_or_else(|| {
            Failure::internal("found no nhd beside nhd-cli or on PATH").with_hint("put nhd beside nhd-cli")
        })?;
        let passed_on = ["NHD_HOME", "NHD_SOCKET", "NHD_LOG", "PATH"];
        let set = passed_on.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        // No service manager's file has a way to write a line's end.
        let is_writable = |value: &OsString| !value.is_empty() && !value.as_encoded_bytes().contains(&b'\n');
        let mut environment: Vec<_> = set.filter(|(_, value)| is_writable(value)).collect();
        environment.push((launch::HEAPS.0, launch::HEAPS.1.into()));
        Ok(Self { binary, paths, environment })
    }
}

impl Installed {
    fn text(&self) -> String {
        format!("{} starts the daemon from now on, and again after a crash\n{}", self.manager, self.list())
    }

    fn removed_text(&self) -> String {
        format!("{} starts the daemon no longer; sessions stay in DevMode\n{}", self.manager, self.list())
    }

    fn list(&self) -> String {
        self.files.iter().map(|path| format!("  {}\n", path.display())).collect()
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::internal(format!("failed to {what} {}: {error}", path.display()))
}

fn refuse_a_strangers(path: &Path) -> Result<(), Failure> {
    if !path.exists() || is_ours(path) {
        return Ok(());
    }
    let message = format!("{} is there, and was not written by nhd-cli", path.display());
    Err(Failure::internal(message).with_hint("put it aside if it is not needed, and try again"))
}

fn is_ours(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| text.contains(MARK))
}

fn write(definitions: &[Definition]) -> Result<(), Failure> {
    for Definition { path, text } in definitions {
        let folder = path.parent().unwrap_or(Path::new("/"));
        std::fs::create_dir_all(folder).map_err(|error| failed("make the folder", folder, &error))?;
        std::fs::write(path, text).map_err(|error| failed("write", path, &error))?;
    }
    Ok(())
}

fn remove(files: &[PathBuf]) -> Result<(), Failure> {
    for path in files {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove", path, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn service(binary: &str) -> Service {
        let paths = Paths {
            home: "/home/ann".into(),
            runtime: "/run/user/7/nhd".into(),
            socket: "/run/user/7/nhd/nhd.sock".into(),
            config: "/home/ann/config.yaml".into(),
        };
        Service { binary: binary.into(), paths, environment: vec![("PATH", "/bin:/opt/50%".into())] }
    }

    #[test]
    fn a_file_of_somebody_else_is_refused_and_ours_is_replaced() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("nhd.service");
        refuse_a_strangers(&path).expect("there is none");
        std::fs::write(&path, "[Service]\nExecStart=/bin/true\n").expect("written");
        let failure = refuse_a_strangers(&path).expect_err("it is not ours");
        assert!(failure.info().message.contains("nhd.service"), "{}", failure.info().message);
        let [_, text] = systemd::texts(&service("/usr/bin/nhd"));
        write(&[Definition { path: path.clone(), text }]).expect("written");
        refuse_a_strangers(&path).expect("it is ours");
        remove(&[path.clone(), path]).expect("what is gone is removed");
    }
}
