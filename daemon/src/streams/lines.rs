//! Lines of a container's log, each of which begins with when it was written: taken apart, told from those that came
//! before, and given on whole. Pure.

/// The longest line that is held until it is complete; of a longer one the first part is given on before.
const LONGEST: usize = 256 << 10;

/// Puts lines together out of pieces.
#[derive(Debug, Default)]
pub struct Lines {
    /// Whether whoever reads wants the times.
    timestamps: bool,
    /// A line that has no end yet.
    partial: Vec<u8>,
    /// The rest of a line that was given on in part.
    in_the_midst: bool,
    /// When the last line was written, and how many were written then.
    last: Vec<u8>,
    same: u64,
    /// After a new beginning: lines up to this one are known.
    known: Vec<u8>,
    known_same: u64,
}

impl Lines {
    pub fn new(timestamps: bool) -> Self {
        Self { timestamps, ..Self::default() }
    }

    /// When the last line was written, for asking for what comes after it.
    pub fn last(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.last).into_owned();
        (!text.is_empty()).then_some(text)
    }

    /// The log is read anew from about the last line on: what is known is left out.
    pub fn begin_again(&mut self) {
        self.partial.clear();
        self.in_the_midst = false;
        self.known.clone_from(&self.last);
        self.known_same = std::mem::take(&mut self.same);
        self.last.clear();
    }

    /// Takes a piece, and answers with the lines that are complete.
    pub fn take(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut complete = Vec::with_capacity(piece.len());
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let ends = part.last() == Some(&b'\n');
            if self.in_the_midst {
                complete.extend_from_slice(part);
                self.in_the_midst = !ends;
            } else if ends && self.partial.is_empty() {
                self.line(part, &mut complete);
            } else {
                self.partial.extend_from_slice(part);
                if ends || self.partial.len() > LONGEST {
                    let line = std::mem::take(&mut self.partial);
                    self.in_the_midst = self.line(&line, &mut complete) && !ends;
                }
            }
        }
        complete
    }

    /// What is left at the end of the log.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let line = std::mem::take(&mut self.partial);
        if !line.is_empty() {
            self.line(&line, &mut rest);
        }
        rest
    }

    /// Answers whether it was given on.
    fn line(&mut self, line: &[u8], into: &mut Vec<u8>) -> bool {
        let Some(space) = end_of_time(line) else {
            into.extend_from_slice(line);
            return true;
        };
        let time = &line[..space];
        if time == self.last {
            self.same += 1;
        } else {
            self.last = time.to_vec();
            self.same = 1;
        }
        let is_known = !self.known.is_empty()
            && (later(&self.known, time) || (time == self.known && self.same <= self.known_same));
        if is_known {
            return false;
        }
        into.extend_from_slice(if self.timestamps { line } else { &line[space + 1..] });
        true
    }
}

/// Where the time of a line ends. What the kubelet itself says, such as why there is no log, has none.
fn end_of_time(line: &[u8]) -> Option<usize> {
    let end = line.iter().position(|byte| *byte == b' ')?;
    let is_time = end > 10 && line[0].is_ascii_digit() && line[10] == b'T';
    is_time.then_some(end)
}

/// Whether a time is later than another, both as the kubelet writes them: in one zone, with fractions that lack their last
/// zeros.
fn later(time: &[u8], than: &[u8]) -> bool {
    let key = |time: &[u8]| {
        let text = String::from_utf8_lossy(time).into_owned();
        let (seconds, fraction) = match text.split_once('.') {
            Some((seconds, fraction)) => {
                let digits: String = fraction.chars().take_while(char::is_ascii_digit).collect();
                (seconds.to_owned(), digits)
            }
            None => (text.trim_end_matches('Z').to_owned(), String::new()),
        };
        (seconds, format!("{fraction:0<9}"))
    };
    key(time) > key(than)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LOG: &str =
        "2026-11-28T12:00:01.5Z one\n2026-11-28T12:00:01.5Z two\n2026-11-28T12:00:01.51Z three\n";

    #[test]
    fn times_are_taken_off_unless_they_are_wanted() {
        assert_eq!(Lines::new(false).take(LOG.as_bytes()), b"one\ntwo\nthree\n");
        assert_eq!(Lines::new(true).take(LOG.as_bytes()), LOG.as_bytes());
        let mut lines = Lines::new(false);
        assert_eq!(lines.take(b"2026-11-28T12:00:01.5Z no end"), b"");
        assert_eq!(lines.rest(), b"no end");
    }

    #[test]
    fn words_of_the_kubelet_have_no_time_to_be_taken_off() {
        let mut lines = Lines::new(false);
        let words = b"unable to retrieve container logs for containerd://0\n";
        assert_eq!(lines.take(b"2026-11-28T12:00:01.5Z one\n"), b"one\n");
        assert_eq!(lines.take(words), words);
        assert_eq!(lines.last().as_deref(), Some("2026-11-28T12:00:01.5Z"));
    }

    #[test]
    fn what_is_known_is_left_out_after_a_new_beginning() {
        let mut lines = Lines::new(false);
        // The second of two lines of one moment was not seen yet.
        assert_eq!(lines.take(b"2026-11-28T12:00:01.4Z zero\n2026-11-28T12:00:01.5Z one\n"), b"zero\none\n");
        assert_eq!(lines.last().as_deref(), Some("2026-11-28T12:00:01.5Z"));
        lines.begin_again();
        assert_eq!(lines.take(format!("2026-11-28T12:00:01.4Z zero\n{LOG}").as_bytes()), b"two\nthree\n");
        lines.begin_again();
        assert_eq!(lines.take(format!("{LOG}2026-11-28T12:00:02Z four\n").as_bytes()), b"four\n");
    }

    #[test]
    fn a_line_without_end_is_not_held_for_ever() {
        let mut lines = Lines::new(false);
        let mut got = lines.take(b"2026-11-28T12:00:01.5Z ");
        for _ in 0..100 {
            got.extend(lines.take(&[b'x'; 10_000]));
            assert!(lines.partial.len() <= LONGEST + 10_000);
        }
        got.extend(lines.take(b"\n2026-11-28T12:00:01.6Z y\n"));
        assert!(got.len() == 1_000_003 && got.ends_with(b"x\ny\n"));
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(cuts in proptest::collection::vec(1_usize..40, 0..20)) {
            let (mut lines, mut rest, mut got) = (Lines::new(false), LOG.as_bytes(), Vec::new());
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                got.extend(lines.take(piece));
                rest = after;
            }
            got.extend(lines.take(rest));
            prop_assert_eq!(got, b"one\ntwo\nthree\n".to_vec());
        }
    }
}
