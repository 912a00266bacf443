//! A report for people at a terminal.

use super::report::Report;
use super::table::{Table, tables};

/// The report as tables in columns.
pub(super) fn document(report: &Report, changed: usize) -> String {
    tables(report, changed).iter().map(aligned).collect::<Vec<_>>().join("\n")
}

fn aligned(table: &Table) -> String {
    let head: Vec<String> = table.head.iter().map(ToString::to_string).collect();
    let rows = || [&head].into_iter().chain(&table.rows);
    let length = |cell: &String| cell.chars().count();
    let widths: Vec<_> = (0..head.len()).map(|at| rows().map(|row| length(&row[at])).max().unwrap_or(0)).collect();
    let mut text = format!("{}\n", table.title);
    for row in rows() {
        let cell = |(at, cell): (usize, &String)| {
            let fill = " ".repeat(widths[at].saturating_sub(length(cell)));
            if at < table.words { format!("{cell}{fill}") } else { format!("{fill}{cell}") }
        };
        let cells: Vec<_> = row.iter().enumerate().map(cell).collect();
        text.push_str(format!("  {}", cells.join("  ")).trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_at_the_left_and_numbers_at_the_right() {
        let rows = [["µΩ", "7"], ["a", "700"]].map(|row| row.map(str::to_owned).to_vec()).to_vec();
        let table = Table { title: "Found", head: vec!["set", "n"], words: 1, rows };
        assert_eq!(aligned(&table), "Found\n  set    n\n  µΩ     7\n  a    700\n");
    }
}
