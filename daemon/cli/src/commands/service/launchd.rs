//! The property list of launchd's agent, see launchd.plist(5). It is started at login: a socket that launchd opens is not
//! one that a program without its library takes over.

use std::path::PathBuf;

use super::{MARK, Service};

pub(super) const LABEL: &str = "nhd";

pub(super) fn file() -> Result<PathBuf, String> {
    let folders = directories::BaseDirs::new().ok_or("found no home folder for this user; set HOME")?;
    Ok(folders.home_dir().join("Library/LaunchAgents/nhd.plist"))
}

/// The domain of this user's agents.
pub(super) fn domain() -> String {
    format!("gui/{}", rustix::process::getuid().as_raw())
}

pub(super) fn text(service: &Service) -> String {
    let variables: String = service
        .environment
        .iter()
        .map(|(name, value)| {
            format!("    <key>{name}</key><string>{}</string>\n", escaped(&value.to_string_lossy()))
        })
        .collect();
    let log = escaped(&service.paths.log().display().to_string());
    let binary = escaped(&service.binary.display().to_string());
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- {MARK}. -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>{LABEL}</string>
  <key>ProgramArguments</key><array><string>{binary}</string></array>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ExitTimeOut</key><integer>30</integer>
  <key>StandardOutPath</key><string>{log}</string>
  <key>StandardErrorPath</key><string>{log}</string>
  <key>EnvironmentVariables</key>
  <dict>
{variables}  </dict>
</dict>
</plist>
"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
