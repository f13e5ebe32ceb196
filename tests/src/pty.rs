//! A terminal with a program on it, and somebody who types and looks; it does not know the program.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

const LIMIT: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_millis(10);

/// A terminal and what runs on it.
pub struct Pty {
    keyboard: File,
    /// Held open, so that the terminal lasts longer than what runs on it.
    screen: File,
    seen: Arc<Mutex<Vec<u8>>>,
    child: Child,
}

impl Pty {
    /// Opens a terminal of a size and starts a program on it.
    pub fn start(columns: u16, rows: u16, start: impl FnOnce(File) -> Result<Child>) -> Result<Self> {
        let master: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?.into_string()?;
        let screen = File::options().read(true).write(true).open(&name).with_context(|| name.clone())?;
        let keyboard = File::from(master);
        let mut reading = keyboard.try_clone()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = reading.read(&mut chunk) {
                into.lock().expect("no panic").extend_from_slice(&chunk[..length]);
            }
        });
        tcsetwinsize(&keyboard, size(columns, rows))?;
        let child = start(screen.try_clone()?)?;
        Ok(Self { keyboard, screen, seen, child })
    }

    pub fn resize(&self, columns: u16, rows: u16) -> Result<()> {
        Ok(tcsetwinsize(&self.keyboard, size(columns, rows))?)
    }

    pub fn press(&mut self, keys: &str) -> Result<()> {
        Ok(self.keyboard.write_all(keys.as_bytes())?)
    }

    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = Pid::from_raw(i32::try_from(self.child.id())?).context("a pid")?;
        Ok(kill_process(pid, signal)?)
    }

    /// All that was seen.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().expect("no panic")).into_owned()
    }

    pub async fn until(&self, text: &str) -> Result<()> {
        let deadline = Instant::now() + LIMIT;
        while !self.text().contains(text) {
            ensure!(Instant::now() < deadline, "{text:?} is not seen in {:?}", self.text());
            tokio::time::sleep(INTERVAL).await;
        }
        Ok(())
    }

    /// Whether keys are shown and lines are edited, as a shell leaves a terminal.
    pub fn is_cooked(&self) -> Result<bool> {
        let modes = tcgetattr(&self.screen)?.local_modes;
        Ok(modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG))
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> Result<std::process::ExitStatus> {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                bail!("it does not end: {:?}", self.text());
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 }
}
