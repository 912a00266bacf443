//! Black-box tests of the `labelcam` program and its library, and of the repository.
//!
//! One program, because each more would link the whole of tract again: try not to add another. The program under test
//! comes from the same target folder: `cargo build --release --workspace` first.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared must stop, wherever that is")]

// What the tests share.
mod cli; // runs the program
mod lines; // twelve labelled lines that every model must read
mod model; // the shipped model, whole or damaged
mod watcher; // runs `labelcam run` beside a test

// The commands.
mod bad_input; // what cannot be used is named, with the fix
mod cameras; // labelcam cameras
mod compare; // labelcam compare
mod eval; // labelcam eval
mod golden; // the help texts
mod live; // labelcam run
mod memory; // the most that reading lines holds
mod read; // labelcam read
mod scenes; // lines found in whole pictures
mod sequences;
mod soak; // labelcam run for a long time // lines followed over frames

// The library.
mod invariance; // what must not change a reading

// The repository.
mod tidy; // file lengths, links, shipped TOML
