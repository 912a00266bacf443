//! Lets the program of this package know the commit that it is from.

#[path = "../build/commit.rs"]
mod commit;

/// What the program is made of, from the repository's root.
const SOURCES: [&str; 5] = ["build", "quantize", "runtime", "Cargo.toml", "Cargo.lock"];

fn main() {
    commit::name(&SOURCES);
}
