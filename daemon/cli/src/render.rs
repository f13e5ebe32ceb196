//! The terminal: the only place that prints. Results go to standard output; steps, warnings and errors to standard
//! error.

pub(crate) mod session;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod words;
pub(crate) mod wrap;

use std::io::{self, IsTerminal as _, Write};

use nhd_protocol::error::ErrorInfo;
use serde::Serialize;

use self::style::{Style, Tone};
use super::failure::Failure;

/// Back to the start of the line, which is cleared.
const CLEAR_LINE: &str = "\r\x1b[K";
const CLEAR_SCREEN: &str = "\x1b[2J\x1b[H";
/// What a line that is overwritten may be long, so that it does not wrap.
const LIVE_WIDTH: usize = 78;

pub(crate) struct Screen {
    json: bool,
    out: Box<dyn Write>,
    errors: Box<dyn Write>,
    pub(crate) style: Style,
    error_style: Style,
    /// Whether standard output and standard error are terminals.
    live_out: bool,
    live_errors: bool,
    /// Whether a line stands on standard error that is to be overwritten.
    pending: bool,
}

impl Screen {
    pub(crate) fn of_this_process(json: bool) -> Self {
        let (live_out, live_errors) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let variable = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            json,
            out: Box::new(io::stdout()),
            errors: Box::new(io::stderr()),
            style: Style { colours: colours(variable, live_out), width: width(live_out) },
            error_style: Style { colours: colours(variable, live_errors), ..Style::PLAIN },
            live_out,
            live_errors,
            pending: false,
        }
    }

    /// Whether standard output carries JSON and nothing else.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Whether a screen can be drawn again and again.
    pub(crate) fn is_live(&self) -> bool {
        self.live_out && !self.json
    }

    /// From here on standard output carries JSON, asked for or not.
    pub(crate) fn set_json(&mut self) {
        self.json = true;
    }

    /// The result of a command, as JSON or as `text`, whose lines end in a newline.
    pub(crate) fn result(
        &mut self,
        value: &impl Serialize,
        text: impl FnOnce(Style) -> String,
    ) -> io::Result<()> {
        self.clear_live()?;
        if self.json {
            serde_json::to_writer_pretty(&mut self.out, value)?;
            self.out.write_all(b"\n")?;
        } else {
            let text = text(self.style);
            self.out.write_all(text.as_bytes())?;
        }
        self.out.flush()
    }

    /// One of many results: a line of JSON, or `text`.
    pub(crate) fn item(
        &mut self,
        value: &impl Serialize,
        text: impl FnOnce(Style) -> String,
    ) -> io::Result<()> {
        if !self.json {
            return self.result(value, text);
        }
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }

    /// Bytes as they are, for other programs.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }

    /// A screen that takes the place of what is on the terminal.
    pub(crate) fn redraw(&mut self, text: &str) -> io::Result<()> {
        write!(self.out, "{CLEAR_SCREEN}{text}")?;
        self.out.flush()
    }

    /// A line beside the result. Nothing where programs read.
    pub(crate) fn note(&mut self, tone: Tone, text: &str) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        self.clear_live()?;
        let line = self.error_style.paint(tone, text);
        writeln!(self.errors, "{line}")
    }

    /// A line that the next one overwrites. Nothing where that cannot be.
    pub(crate) fn live(&mut self, text: &str) -> io::Result<()> {
        if self.json || !self.live_errors {
            return Ok(());
        }
        let text: String =
            text.chars().take(LIVE_WIDTH).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let line = self.error_style.paint(Tone::Busy, &text);
        write!(self.errors, "{CLEAR_LINE}{line}")?;
        self.pending = true;
        self.errors.flush()
    }

    /// Whether [`Self::live`] shows anything.
    pub(crate) fn overwrites(&self) -> bool {
        self.live_errors && !self.json
    }

    pub(crate) fn warnings(&mut self, warnings: &[String]) -> io::Result<()> {
        warnings.iter().try_for_each(|warning| self.note(Tone::Busy, &format!("warning: {warning}")))
    }

    /// An error that ends the command, or one of several.
    pub(crate) fn failure(&mut self, failure: &Failure) -> io::Result<()> {
        #[derive(Serialize)]
        struct Failed {
            error: ErrorInfo,
        }

        if failure.unheard {
            return Ok(());
        }
        if self.json {
            return self.result(&Failed { error: failure.info() }, |_| String::new());
        }
        self.clear_live()?;
        for (label, text) in failure.lines() {
            let tone = if label == "error" { Tone::Bad } else { Tone::Dim };
            let label = self.error_style.paint(tone, label);
            writeln!(self.errors, "{label}: {text}")?;
        }
        Ok(())
    }

    fn clear_live(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.pending) {
            write!(self.errors, "{CLEAR_LINE}")?;
        }
        Ok(())
    }
}

/// Whether there are colours, by the conventions of <https://no-color.org> and <https://bixense.com/clicolors>.
fn colours(variable: impl Fn(&'static str) -> Option<String>, live: bool) -> bool {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    live && set("CLICOLOR").is_none_or(|value| value != "0")
}

/// The columns of the terminal that standard output is, if it says how many.
fn width(live_out: bool) -> Option<usize> {
    let size = live_out.then(|| rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok()).flatten()?;
    (size.ws_col > 0).then_some(size.ws_col.into())
}

#[cfg(test)]
pub(crate) mod test_screen {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    #[derive(Clone, Default)]
    pub(crate) struct Sink(Rc<RefCell<Vec<u8>>>);

    impl Sink {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.borrow().clone()).expect("text")
        }
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A screen, and what arrives on standard output and standard error.
    pub(crate) fn screen(json: bool, live: bool) -> (Screen, Sink, Sink) {
        let (out, errors) = (Sink::default(), Sink::default());
        let screen = Screen {
            json,
            out: Box::new(out.clone()),
            errors: Box::new(errors.clone()),
            style: Style::PLAIN,
            error_style: Style::PLAIN,
            live_out: live,
            live_errors: live,
            pending: false,
        };
        (screen, out, errors)
    }
}

#[cfg(test)]
mod tests {
    use nhd_protocol::error::ErrorKind;

    use super::test_screen::screen;
    use super::*;

    #[test]
    fn with_json_standard_output_carries_one_value_and_standard_error_nothing() {
        let (mut screen, out, errors) = screen(true, false);
        screen.note(Tone::Plain, "a step").expect("prints");
        let info = ErrorInfo::new(ErrorKind::WorkloadNotFound, "there is none");
        screen.failure(&Failure::from(info)).expect("prints");
        let value: serde_json::Value = serde_json::from_str(&out.text()).expect("one value");
        assert_eq!(value["error"]["kind"], "workloadNotFound");
        assert_eq!(errors.text(), "");
    }

    #[test]
    fn an_error_says_what_why_and_what_next() {
        let (mut screen, out, errors) = screen(false, false);
        let info = ErrorInfo::new(ErrorKind::WorkloadNotFound, "there is none").with_hint("look again");
        screen.failure(&Failure::from(info)).expect("prints");
        assert_eq!(errors.text(), "error: there is none\nhint: look again\nsee: nhd-cli workloads\n");
        assert_eq!(out.text(), "");
    }

    #[test]
    fn colours_follow_the_terminal_and_the_variables() {
        for (variables, live, expect) in [
            (&[][..], true, true),
            (&[], false, false),
            (&[("NO_COLOR", "1")], true, false),
            (&[("NO_COLOR", "")], true, true),
            (&[("CLICOLOR", "0")], true, false),
            (&[("CLICOLOR", "1")], false, false),
            (&[("CLICOLOR_FORCE", "1")], false, true),
            (&[("CLICOLOR_FORCE", "0")], false, false),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], true, false),
        ] {
            let variable = |name| {
                let found = variables.iter().find(|(key, _): &&(&str, &str)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(colours(variable, live), expect, "{variables:?} {live}");
        }
    }

    #[test]
    fn a_running_step_is_overwritten_on_a_terminal_only() {
        let (mut live, _, errors) = screen(false, true);
        live.live("waiting").expect("prints");
        live.note(Tone::Plain, "done").expect("prints");
        assert_eq!(errors.text(), format!("{CLEAR_LINE}waiting{CLEAR_LINE}done\n"));

        let (mut plain, _, errors) = screen(false, false);
        plain.live("waiting").expect("prints");
        assert_eq!(errors.text(), "");
    }
}
