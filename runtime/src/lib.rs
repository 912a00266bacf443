//! Reads printed text lines on small boards.
//!
//! A picture becomes text in four steps that can each be called alone: [`image::decode`], [`preprocess::line`],
//! [`recognizer::Recognizer::run`] and [`ctc::greedy`]; [`recognizer::Recognizer::read`] does the last three.
//!
//! Frames of a camera become readings that one can act on in [`watch`], which [`service`] runs.
//!
//! - [`image`], [`preprocess`], [`alphabet`], [`ctc`], [`metrics`], [`spec`], [`lines`] and [`stats`] are pure: no I/O, no clock.
//!   The trainer and the quantizer use the same ones, so that a model meets on the board what it met in training.
//! - [`frame`], [`gate`], [`region`], [`lexicon`], [`track`], [`vote`] and [`rule`] are the steps from a camera's frame to an
//!   accepted text, and as pure.
//! - [`onnx`] parses, checks and writes model files.
//! - [`recognizer`] loads, checks and runs a model with tract.
//! - [`page`] reads whole pictures: what [`lines`] finds in them, the right way up.
//! - [`engine`] has the operators that most of a network's time is spent in.
//! - [`evaluate`] reads whole sets, on every core, and [`reference`](mod@reference) keeps what a model read of them in a file.
//! - [`source`] captures frames, [`output`] publishes [`event`]s, [`telemetry`] counts, [`config`] says how, and [`systemd`] is
//!   told that frames come.
//! - [`dataset`], [`mod@file`] and [`cmd`] are the edges: folders, files, arguments, output.
//!
//! Throughout, N is lines, T time steps, C classes with the blank, H and W rows and columns.

pub mod alphabet;
pub mod clock;
pub mod cmd;
pub mod config;
pub mod ctc;
pub mod dataset;
pub mod engine;
pub mod evaluate;
pub mod event;
pub mod file;
pub mod frame;
pub mod gate;
mod guard;
pub mod heap;
pub mod image;
pub mod lexicon;
pub mod lines;
pub mod metrics;
pub mod onnx;
pub mod output;
pub mod page;
pub mod parallel;
pub mod preprocess;
pub mod recognizer;
pub mod reference;
pub mod region;
pub mod rule;
pub mod service;
pub mod source;
pub mod spec;
pub mod stats;
pub mod systemd;
pub mod telemetry;
pub mod track;
pub mod vote;
pub mod watch;
