//! Columns that line up.

use super::style::{Style, Tone};

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) tone: Tone,
    pub(crate) text: String,
}

impl Cell {
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }

    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::new(Tone::Plain, text)
    }
}

/// Between two columns.
const GAP: usize = 2;
/// No column is cut to less than this: what is left of a name must tell it from others.
const LEAST: usize = 18;

/// A table under its headings, two spaces between columns and none at the end of a line. On a terminal that is too narrow
/// the longest names lose their middle.
pub(crate) fn table(style: Style, headings: &[&str], rows: &[Vec<Cell>]) -> String {
    let width = |text: &str| text.chars().count();
    let widths: Vec<usize> = headings
        .iter()
        .enumerate()
        .map(|(column, heading)| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| width(&cell.text));
            cells.fold(width(heading), usize::max)
        })
        .collect();
    let widths = fitting(widths, style.width);
    let line = |cells: &[Cell]| {
        let mut line = String::new();
        for (column, (cell, wide)) in cells.iter().zip(&widths).enumerate() {
            let text = shortened(&cell.text, *wide);
            line += &style.paint(cell.tone, &text);
            if column + 1 < cells.len() {
                line += &" ".repeat(wide - width(&text) + GAP);
            }
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    };
    let headings: Vec<Cell> = headings.iter().map(|heading| Cell::new(Tone::Dim, *heading)).collect();
    std::iter::once(line(&headings)).chain(rows.iter().map(|row| line(row))).collect()
}

/// The widths of the columns with the widest made as narrow as it takes.
fn fitting(mut widths: Vec<usize>, limit: Option<usize>) -> Vec<usize> {
    let Some(limit) = limit else { return widths };
    while widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1) > limit {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > LEAST) else { break };
        *widest -= 1;
    }
    widths
}

/// The text without its middle where it is too long: names begin with what they are of, and end with what tells them
/// apart.
fn shortened(text: &str, width: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= width {
        return text.to_owned();
    }
    let end = (width - 1) / 2;
    let begin = width - 1 - end;
    letters[..begin].iter().chain(&['…']).chain(&letters[letters.len() - end..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_lose_their_middle_on_a_terminal_that_is_too_narrow_for_them_and_nowhere_else() {
        let name = "a-name-of-sixty-three-letters-that-says-more-than-anybody-asks-of-it";
        let rows = vec![vec![
            Cell::plain(format!("deployment/{name}")),
            Cell::plain("shop"),
            Cell::plain(format!("{name}-6f77bc7789-gnrqb")),
            Cell::plain("synced"),
        ]];
        let headings = ["WORKLOAD", "NAMESPACE", "POD", "PHASE"];
        let full = table(Style::PLAIN, &headings, &rows);
        assert!(full.contains(&format!("{name}-6f77bc7789-gnrqb")), "{full}");
        for width in [80, 100, 120] {
            let fitted = table(Style { width: Some(width), ..Style::PLAIN }, &headings, &rows);
            assert!(fitted.lines().all(|line| line.chars().count() <= width), "{fitted}");
            assert!(fitted.contains("deployment/") && fitted.contains("9-gnrqb"), "{fitted}");
        }
        let narrow = table(Style { width: Some(10), ..Style::PLAIN }, &headings, &rows);
        assert!(narrow.contains("synced"), "{narrow}");
    }

    #[test]
    fn columns_line_up_with_and_without_colours() {
        let rows = vec![
            vec![Cell::plain("deployment/größe"), Cell::new(Tone::Good, "synced"), Cell::plain("1 s")],
            vec![Cell::plain("pod/x"), Cell::new(Tone::Bad, "blocked"), Cell::plain("")],
        ];
        let plain = table(Style::PLAIN, &["WORKLOAD", "PHASE", "SINCE"], &rows);
        let expect = "\
WORKLOAD          PHASE    SINCE
deployment/größe  synced   1 s
pod/x             blocked
";
        assert_eq!(plain, expect);
        let coloured = table(Style { colours: true, ..Style::PLAIN }, &["WORKLOAD", "PHASE", "SINCE"], &rows);
        assert!(coloured.contains("deployment/größe  \u{1b}[32msynced\u{1b}[0m   1 s"), "{coloured:?}");
    }
}
