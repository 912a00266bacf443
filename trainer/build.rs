//! Lets the programs of this package find the libtorch that they were linked with, and know the commit they are from.

use std::path::Path;

#[path = "../build/commit.rs"]
mod commit;

/// What the programs are made of, from the repository's root: a change here makes a commit `-dirty`.
const SOURCES: [&str; 5] = ["build", "trainer", "runtime", "Cargo.toml", "Cargo.lock"];

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
    commit::name(&SOURCES);
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
