//! Colours, by what they mean.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Busy,
    Bad,
    Dim,
    Strong,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) colours: bool,
    /// The columns of the terminal; `None` where none is, and a line may be as long as it is.
    pub(crate) width: Option<usize>,
}

impl Style {
    /// As programs and files read it.
    pub(crate) const PLAIN: Self = Self { colours: false, width: None };

    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Good => 32,
            Tone::Busy => 33,
            Tone::Bad => 31,
            Tone::Dim => 2,
            Tone::Strong => 1,
        };
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A unified diff, line by line.
    pub(crate) fn paint_diff(self, diff: &str) -> String {
        diff.lines().map(|line| self.paint(diff_tone(line), line) + "\n").collect()
    }
}

fn diff_tone(line: &str) -> Tone {
    match line.as_bytes() {
        [b'+', ..] => Tone::Good,
        [b'-', ..] => Tone::Bad,
        [b'@', ..] => Tone::Dim,
        _ => Tone::Plain,
    }
}
