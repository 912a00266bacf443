//! Rules that every file of the repository keeps.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli;

/// Files longer than this hold more than one thing.
const LINES_MAX: usize = 400;

/// Files that programs made: their length says nothing.
const GENERATED: [&str; 1] = ["runtime/v4l2-sys/src/lib.rs"];

/// The endings of files that people write.
const TEXTS: [&str; 9] = ["json", "md", "py", "rs", "sh", "toml", "tsv", "txt", "yml"];

/// A file that people wrote.
struct Text {
    /// From the root of the repository.
    path: PathBuf,
    content: String,
}

/// The texts of the repository, but for what its `.gitignore` names.
fn texts() -> Vec<Text> {
    let root = cli::root();
    let ignored = fs::read_to_string(root.join(".gitignore")).expect("the repository has a .gitignore");
    let ignored: Vec<_> = ignored.lines().map(|line| root.join(line.trim_matches('/'))).collect();
    let mut texts = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folders of the repository can be read") {
            let entry = entry.expect("folders of the repository can be read");
            let (path, kind) = (entry.path(), entry.file_type().expect("Linux tells the type"));
            if ignored.contains(&path) || entry.file_name() == ".git" {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && TEXTS.iter().any(|ending| path.extension().is_some_and(|e| e == *ending)) {
                let content = fs::read_to_string(&path).expect("texts are in UTF-8");
                texts.push(Text { path: path.strip_prefix(&root).expect("it lies in root").to_owned(), content });
            }
        }
    }
    texts
}

/// The texts with this ending.
fn ending(ending: &str) -> Vec<Text> {
    texts().into_iter().filter(|text| text.path.extension().is_some_and(|e| e == ending)).collect()
}

/// Fails with all that was found, one a row.
#[track_caller]
fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

/// The rows of a text that `wrong` finds wrong.
fn rows(text: &Text, wrong: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
    let rows = (1..).zip(text.content.lines()).filter(move |(_, line)| wrong(line));
    rows.map(|(row, line)| format!("{}:{row}: {line}", text.path.display()))
}

#[test]
fn the_walk_finds_the_repository() {
    let texts = texts();
    for path in ["Cargo.toml", "runtime/src/lib.rs", "tests/tests/tidy.rs", "scripts/libtorch.sh"] {
        assert!(texts.iter().any(|text| text.path == Path::new(path)), "{path} was not found");
    }
    assert!(!texts.iter().any(|text| text.path.starts_with("target")));
}

#[test]
fn rust_files_are_short() {
    let long = |text: Text| (text.path, text.content.lines().count());
    let written = ending("rs").into_iter().filter(|text| !GENERATED.iter().any(|path| text.path == Path::new(path)));
    let long = written.map(long).filter(|(_, lines)| *lines > LINES_MAX);
    let found: Vec<_> = long.map(|(path, lines)| format!("{}: {lines} lines", path.display())).collect();
    assert_none(&found, &format!("split what is longer than {LINES_MAX} lines by noun"));
}

#[test]
fn only_output_prints() {
    // Cargo reads what a build script prints.
    let printing = ["output.rs", "build.rs", "build/commit.rs"];
    let sources = ending("rs").into_iter().filter(|text| !printing.iter().any(|name| text.path.ends_with(name)));
    // In parts, so that this file keeps the rule.
    let [print, debug] = ["println", "dbg"].map(|name| format!("{name}!("));
    let wrong = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        code.contains(&debug) || code.match_indices(&print).any(|(at, _)| !code[..at].ends_with('e'))
    };
    let found: Vec<_> = sources.flat_map(|text| rows(&text, wrong).collect::<Vec<_>>()).collect();
    assert_none(&found, "data goes out through output.rs alone, what people need to know through eprintln");
}

#[test]
fn nothing_is_left_to_do() {
    let [todo, unimplemented] = ["todo", "unimplemented"].map(|name| format!("{name}!("));
    let wrong = |line: &str| line.contains(&todo) || line.contains(&unimplemented);
    let found: Vec<_> = ending("rs").iter().flat_map(|text| rows(text, wrong).collect::<Vec<_>>()).collect();
    assert_none(&found, "write it, or return an error that says what is missing");
}

#[test]
fn every_toml_file_parses() {
    let error = |text: Text| Some(format!("{}: {}", text.path.display(), text.content.parse::<toml::Table>().err()?));
    assert_none(&ending("toml").into_iter().filter_map(error).collect::<Vec<_>>(), "TOML files are valid");
}

#[test]
#[cfg(unix)]
fn every_script_is_executable() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(cli::root().join(path)).unwrap().permissions().mode();
    let scripts = ending("sh").into_iter().filter(|text| mode(&text.path) & 0o111 != 0o111);
    assert_none(&scripts.map(|text| text.path.display().to_string()).collect::<Vec<_>>(), "chmod +x these");
}

/// The targets of the inline links in a Markdown text, those in blocks of code apart.
fn links(content: &str) -> Vec<&str> {
    let blocks = content.split("```").step_by(2);
    let targets = blocks.flat_map(|block| block.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    targets.filter_map(|target| target.split(['#', ' ']).next()).filter(|file| !file.is_empty()).collect()
}

#[test]
fn links_are_told_from_code_and_anchors() {
    let content = "[a](b.md) [c](d.md#e \"t\") [f](#g)\n```\n[h](i)\n```\n![j](k.png)";
    assert_eq!(links(content), ["b.md", "d.md", "k.png"]);
}

#[test]
fn links_to_files_resolve() {
    let mut found = Vec::new();
    for text in ending("md") {
        let folder = cli::root().join(text.path.parent().unwrap());
        let local =
            links(&text.content).into_iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:"));
        let broken = local.filter(|link| !folder.join(link).exists());
        found.extend(broken.map(|link| format!("{}: {link}", text.path.display())));
    }
    assert_none(&found, "links lead to files of the repository");
}

#[test]
fn no_line_ends_in_blanks() {
    // A label may be a blank, and the rows of a help text are clap's.
    let written = texts().into_iter().filter(|text| !text.path.extension().is_some_and(|e| e == "tsv" || e == "txt"));
    let wrong = |line: &str| line.ends_with([' ', '\t', '\r']);
    let found: Vec<_> = written.flat_map(|text| rows(&text, wrong).collect::<Vec<_>>()).collect();
    assert_none(&found, "cut off the blanks");
}
