//! The commit that a program is made of, for the build scripts of the packages whose programs write it into files.

use std::path::Path;
use std::process::Command;

/// Sets `LABELCAM_COMMIT` for the package under way, whose programs are made of `sources`, from the repository's root: a
/// change there makes a commit `-dirty`.
pub(super) fn name(sources: &[&str]) {
    // Cargo runs the script again after a change of a watched path; one that is missing would count as always changed.
    for path in sources.iter().map(|source| format!("../{source}")).chain(git_paths()) {
        if Path::new(&path).exists() {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    println!("cargo:rustc-env=LABELCAM_COMMIT={}", commit(sources));
}

/// The commit in 12 hexadecimal digits, `-dirty` behind it where tracked sources differ; `unknown` outside of git.
fn commit(sources: &[&str]) -> String {
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".into() };
    let mut status = vec!["--no-optional-locks", "status", "--porcelain", "--untracked-files=no", "--"];
    let sources: Vec<_> = sources.iter().map(|source| format!(":/{source}")).collect();
    status.extend(sources.iter().map(String::as_str));
    match git(&status) {
        Some(changes) if changes.is_empty() => commit,
        _ => format!("{commit}-dirty"),
    }
}

/// The files of git's that change with a commit or a checkout.
fn git_paths() -> Vec<String> {
    ["HEAD", "refs/heads", "packed-refs"].iter().filter_map(|name| git(&["rev-parse", "--git-path", name])).collect()
}

/// What git says in this package's folder; nothing where there is no git, no repository or no commit.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
