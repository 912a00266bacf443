//! A report as Markdown, for the summary of a CI run.

use super::escape;
use super::reference::Joined;
use super::report::Report;
use super::table::{Table, tables};

/// The report, its verdict first.
pub(super) fn document(report: &Report, changed: usize) -> String {
    let mut text = format!("## labelcam compare: {}\n", verdict(report));
    text.extend(tables(report, changed).iter().map(|table| format!("\n### {}\n\n{}", table.title, piped(table))));
    let notes = report.reference.iter().flat_map(Joined::notes);
    text.extend(notes.map(|note| format!("\n- {}\n", escape::markdown(&note))));
    text
}

fn verdict(report: &Report) -> String {
    let missed = report.checks.iter().filter(|check| !check.passed).count();
    match (report.checks.len(), missed) {
        (0, _) => "no limits set".into(),
        (count, 0) => format!("all limits hold ({count})"),
        (count, _) => format!("{missed} of {count} limits missed"),
    }
}

fn piped(table: &Table) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let head = table.head.iter().map(ToString::to_string).collect();
    let rule = (0..table.head.len()).map(|at| if at < table.words { "---" } else { "---:" }.to_owned()).collect();
    let rows = table.rows.iter().map(|cells| row(cells.iter().map(|cell| escape::markdown(cell)).collect()));
    [row(head), row(rule)].into_iter().chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_the_cells_of_the_head_whatever_is_in_them() {
        let rows = vec![vec!["a|b\n".to_owned(), "1".to_owned()]];
        let text = piped(&Table { title: "Found", head: vec!["set", "n"], words: 1, rows });
        assert_eq!(text, "| set | n |\n| --- | ---: |\n| a&#124;b\u{fffd} | 1 |\n");
    }
}
