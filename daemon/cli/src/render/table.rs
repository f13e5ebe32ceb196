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

/// A table under its headings, two spaces between columns and none at the end of a line.
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
    let line = |cells: &[Cell]| {
        let mut line = String::new();
        for (column, (cell, wide)) in cells.iter().zip(&widths).enumerate() {
            line += &style.paint(cell.tone, &cell.text);
            if column + 1 < cells.len() {
                line += &" ".repeat(wide - width(&cell.text) + 2);
            }
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    };
    let headings: Vec<Cell> = headings.iter().map(|heading| Cell::new(Tone::Dim, *heading)).collect();
    std::iter::once(line(&headings)).chain(rows.iter().map(|row| line(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_and_without_colours() {
        let rows = vec![
            vec![Cell::plain("deployment/größe"), Cell::new(Tone::Good, "synced"), Cell::plain("1 s")],
            vec![Cell::plain("pod/x"), Cell::new(Tone::Bad, "blocked"), Cell::plain("")],
        ];
        let plain = table(Style { colours: false }, &["WORKLOAD", "PHASE", "SINCE"], &rows);
        let expect = "\
WORKLOAD          PHASE    SINCE
deployment/größe  synced   1 s
pod/x             blocked
";
        assert_eq!(plain, expect);
        let coloured = table(Style { colours: true }, &["WORKLOAD", "PHASE", "SINCE"], &rows);
        assert!(coloured.contains("deployment/größe  \u{1b}[32msynced\u{1b}[0m   1 s"), "{coloured:?}");
    }
}
