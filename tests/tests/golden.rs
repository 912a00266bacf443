//! The help texts, compared with `tests/golden`; `UPDATE_GOLDEN=1` rewrites them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// The help of the program, or of one of its commands.
fn help(command: Option<&str>) -> String {
    cli::stdout(command.into_iter().chain(["--help"]))
}

/// The names of the commands, as the help of the program lists them.
fn commands() -> Vec<String> {
    let help = help(None);
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // What goes on in a second row is indented more.
    let rows = list.filter(|row| row.starts_with("  ") && !row.starts_with("   "));
    let names = rows.filter_map(|row| row.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

/// Compares with a file; gives the difference for people, and leaves the actual text beside the file.
fn difference(name: &str, actual: &str) -> Option<String> {
    let path = folder().join(format!("{name}.txt"));
    let beside = folder().join(format!("{name}.txt.actual"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, actual).unwrap();
    }
    if fs::read_to_string(&path).is_ok_and(|expected| expected == actual) {
        // What an earlier failure left is out of date.
        let _ = fs::remove_file(&beside);
        return None;
    }
    fs::write(&beside, actual).unwrap();
    Some(format!("{} differs from {}", path.display(), beside.display()))
}

#[test]
fn help_texts_are_as_recorded() {
    let texts = commands().into_iter().map(|command| (command.clone(), help(Some(&command))));
    let texts = texts.chain([("labelcam".to_owned(), help(None))]);
    let differences: Vec<_> = texts.filter_map(|(name, text)| difference(&name, &text)).collect();
    assert!(differences.is_empty(), "{}\nUPDATE_GOLDEN=1 rewrites them", differences.join("\n"));
}

#[test]
fn every_recorded_text_is_of_a_command() {
    let commands: BTreeSet<_> = commands().into_iter().chain(["labelcam".to_owned()]).collect();
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let recorded = files.filter(|path| path.extension().is_some_and(|ending| ending == "txt"));
    let recorded: BTreeSet<_> = recorded.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert!(recorded.is_subset(&commands), "{:?} are of no command: delete them", recorded.difference(&commands));
}
