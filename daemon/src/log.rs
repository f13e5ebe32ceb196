//! The daemon's log: bounded in size also while the daemon runs, and written by a thread of its own, so that nobody waits
//! for its disk. It does not know what is logged.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

/// How large the log becomes before it is put away as the one old log.
const LIMIT: u64 = 8 << 20;

/// Lines that wait for the disk. Those that come then are counted and lost.
const WAITING: usize = 1024;

/// How long the last lines may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// Where lines go; cheap to clone.
#[derive(Debug, Clone)]
pub struct Log {
    lines: SyncSender<Line>,
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Line {
    Text(Vec<u8>),
    /// Answered when all before it is written.
    Flush(SyncSender<()>),
}

impl Log {
    /// Writes to standard error. Where that is the file at `path`, as the CLI starts the daemon, its size is bounded.
    pub fn to_stderr(path: Option<&Path>) -> io::Result<Self> {
        let file = File::from(io::stderr().as_fd().try_clone_to_owned()?);
        Self::start(Output::new(file, path, LIMIT)?)
    }

    fn start(mut output: Output) -> io::Result<Self> {
        let (lines, waiting) = sync_channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let log = Self { lines, lost: Arc::clone(&lost) };
        std::thread::Builder::new().name("log".to_owned()).spawn(move || output.follow(&waiting, &lost))?;
        Ok(log)
    }

    /// Waits until all is written, for a moment at most.
    pub fn flush(&self) {
        let (written, is_written) = sync_channel(1);
        if self.lines.try_send(Line::Flush(written)).is_ok() {
            let _ = is_written.recv_timeout(FAREWELL);
        }
    }
}

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Line::Text(text.to_vec())) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Output {
    file: File,
    /// The log's path, where the file is a log of which the size is bounded.
    path: Option<PathBuf>,
    limit: u64,
    size: u64,
    last: Vec<u8>,
    repeated: u64,
}

/// A line that comes again and again is written again once it is followed by another, or after this long.
const REPEATED: Duration = Duration::from_secs(10);

impl Output {
    fn new(file: File, path: Option<&Path>, limit: u64) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let same = |path: &&Path| {
            std::fs::metadata(path)
                .is_ok_and(|at| (at.dev(), at.ino()) == (metadata.dev(), metadata.ino()) && at.is_file())
        };
        let path = path.filter(same).map(Path::to_path_buf);
        Ok(Self { file, path, limit, size: metadata.len(), last: Vec::new(), repeated: 0 })
    }

    fn follow(&mut self, waiting: &Receiver<Line>, lost: &AtomicU64) {
        loop {
            match waiting.recv_timeout(REPEATED) {
                Ok(Line::Text(text)) => self.line(text),
                Ok(Line::Flush(written)) => {
                    self.tell_repeated();
                    let _ = written.send(());
                }
                Err(RecvTimeoutError::Timeout) => self.tell_repeated(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            match lost.swap(0, Ordering::Relaxed) {
                0 => {}
                lost => {
                    self.put(format!("{lost} lines were lost: the disk was too slow for them\n").as_bytes())
                }
            }
        }
    }

    fn line(&mut self, text: Vec<u8>) {
        // Lines differ in the time that they begin with.
        let words = text.iter().position(|byte| *byte == b' ').map_or(&text[..], |end| &text[end..]);
        if words == self.last {
            self.repeated += 1;
            return;
        }
        let words = words.to_vec();
        self.tell_repeated();
        self.last = words;
        self.put(&text);
    }

    fn tell_repeated(&mut self) {
        self.last.clear();
        match std::mem::take(&mut self.repeated) {
            0 => {}
            times => self.put(format!("the last line came {times} times more\n").as_bytes()),
        }
    }

    fn put(&mut self, text: &[u8]) {
        if self.size + text.len() as u64 > self.limit {
            self.begin_anew();
        }
        // There is nobody to tell.
        if self.file.write_all(text).is_ok() {
            self.size += text.len() as u64;
        }
    }

    /// Keeps what there is as the old log. The file stays the same: panics are written to it by the standard library.
    fn begin_anew(&mut self) {
        let Some(path) = &self.path else { return };
        // On a full disk the old lines are lost rather than the new ones.
        let old = path.with_extension("log.1");
        if std::fs::copy(path, &old).is_err() {
            let _ = std::fs::remove_file(&old);
        }
        if self.file.set_len(0).is_ok() {
            self.size = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use super::*;

    fn output(path: &Path, limit: u64) -> Output {
        let file = OpenOptions::new().create(true).append(true).open(path).expect("opens");
        Output::new(file, Some(path), limit).expect("a log")
    }

    #[test]
    fn the_log_is_bounded_while_it_is_written_and_the_lines_before_are_kept_once() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("nhd.log");
        std::fs::write(&path, "of yesterday\n").expect("writes");
        let mut output = output(&path, 1000);
        (0..500).for_each(|number| output.line(format!("now line {number}\n").into_bytes()));
        let (log, old) = (path.clone(), folder.path().join("nhd.log.1"));
        let texts = [log, old].map(|path| std::fs::read_to_string(path).expect("reads"));
        assert!(
            texts.iter().all(|text| (500..=1000).contains(&text.len()) || text.ends_with("499\n")),
            "{texts:?}"
        );
        let all = format!("{}{}", texts[1], texts[0]);
        assert!(all.ends_with("now line 498\nnow line 499\n"), "{all}");
        assert!(texts.iter().all(|text| text.len() <= 1000), "{texts:?}");
    }

    #[test]
    fn a_line_that_comes_again_and_again_is_counted() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("nhd.log");
        let mut output = output(&path, 1000);
        (0..500).for_each(|number| output.line(format!("{number} the same\n").into_bytes()));
        output.line(b"500 another\n".to_vec());
        let text = std::fs::read_to_string(&path).expect("reads");
        assert_eq!(text, "0 the same\nthe last line came 499 times more\n500 another\n");
    }

    /// A pipe that nobody reads stands in for a disk that hangs.
    #[test]
    fn nobody_waits_for_the_disk_of_the_log() {
        let (_reader, writer) = io::pipe().expect("pipe");
        let file = File::from(std::os::fd::OwnedFd::from(writer));
        let mut log = Log::start(Output::new(file, None, LIMIT).expect("a log")).expect("starts");
        for number in 0..5 * WAITING {
            log.write_all(format!("{number} {number} {}\n", "x".repeat(200)).as_bytes()).expect("is taken");
        }
        assert!(log.lost.load(Ordering::Relaxed) > 0);
        Log::flush(&log);
    }
}
