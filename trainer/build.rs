//! Lets the programs of this package find the libtorch that they were linked with, and know the commit they are from.

use std::path::Path;
use std::process::Command;

/// What the programs are made of, from the repository's root: a change here makes a commit `-dirty`.
const SOURCES: [&str; 4] = ["trainer", "runtime", "Cargo.toml", "Cargo.lock"];

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    let mut torch = "unknown".to_owned();
    if let Ok(libtorch) = std::env::var("LIBTORCH") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{libtorch}/lib");
        torch = torch_version(Path::new(&libtorch));
    } else {
        println!("cargo:warning=LIBTORCH is not set: export LIBTORCH=$(scripts/libtorch.sh)");
    }
    println!("cargo:rustc-env=LABELCAM_TORCH={torch}");
    // Cargo runs this program again after a change of a watched path; one that is missing would count as always changed.
    for path in SOURCES.map(|source| format!("../{source}")).into_iter().chain(git_paths()) {
        if Path::new(&path).exists() {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    println!("cargo:rustc-env=LABELCAM_COMMIT={}", commit());
}

/// The version in libtorch's own headers; `unknown` where they do not say.
fn torch_version(libtorch: &Path) -> String {
    let headers = ["include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h"];
    let texts = headers.iter().filter_map(|header| std::fs::read_to_string(libtorch.join(header)).ok());
    let lines: Vec<String> = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let numbers: Vec<&str> = ["MAJOR", "MINOR", "PATCH"]
        .iter()
        .filter_map(|part| lines.iter().find_map(|line| line.strip_prefix(&format!("#define TORCH_VERSION_{part} "))))
        .map(str::trim)
        .collect();
    if numbers.len() == 3 { numbers.join(".") } else { "unknown".into() }
}

/// The commit in 12 hexadecimal digits, `-dirty` behind it where tracked sources differ; `unknown` outside of git.
fn commit() -> String {
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".into() };
    let mut status = vec!["--no-optional-locks", "status", "--porcelain", "--untracked-files=no", "--"];
    let sources = SOURCES.map(|source| format!(":/{source}"));
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
