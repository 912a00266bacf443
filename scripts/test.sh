#!/usr/bin/env bash
# Sets up what the tests need and runs them all: formatting, lints, boundaries, a real driver in a small virtual machine,
# tests. Ends with the tests' summary.
#
# Needs Debian, rustup's Rust and python3. What else is missing is installed where that is possible (Debian packages as root or
# with sudo), or named. Builds go to ${XDG_CACHE_HOME:-~/.cache}/labelcam/target, so that another clone finds the
# dependencies built; set CARGO_TARGET_DIR to have them elsewhere.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*" >&2; }

# The C++ compiler is for the binding to libtorch; python3-venv for libtorch and ONNX Runtime from PyPI.
missing=()
command -v cc >/dev/null || missing+=(gcc)
command -v c++ >/dev/null || missing+=(g++)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
    step "installing ${missing[*]}"
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    $as_root apt-get update -qq && $as_root apt-get install -y -qq "${missing[@]}" >/dev/null ||
        { echo "install these first: apt-get install ${missing[*]}" >&2; exit 1; }
fi

step "libtorch and ONNX Runtime"
LIBTORCH=$(scripts/libtorch.sh)
export LIBTORCH
scripts/onnxruntime.sh >&2
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/labelcam/target}
# One thread for each operation of libtorch: tests run side by side.
export OMP_NUM_THREADS=1

step "formatting and lints"
if cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then
    cargo fmt --all --check
    cargo clippy --quiet --release --workspace --all-targets --locked -- -D warnings
else
    echo "rustfmt or clippy is missing (rustup component add rustfmt clippy): not checked" >&2
fi

step "boundaries: no libtorch within reach of the runtime"
if cargo tree --quiet --locked -p labelcam -i torch-sys >/dev/null 2>&1; then
    echo "the runtime depends on torch-sys: it must build on a board" >&2
    exit 1
fi
# The same question with the answer yes, lest a misspelt name passes the check above.
cargo tree --quiet --locked -p labelcam-trainer -i torch-sys >/dev/null

step "workflows"
scripts/actionlint.sh .github/workflows/*.yml models/ci-example.yml

# The shipped int8 model reads rendered lines as the float model does. Of 264 lines one is 0.38 points: the limits allow for
# two lines lost and three changed, one of them a line that the float model was sure of. $LABELCAM_SUMMARY, where set, is
# a Markdown file for people.
compare_shipped() {
    local int8=models/labels-en-int8.onnx
    [ -e "$int8" ] || { echo "there is no $int8 yet: nothing to compare" >&2; return; }
    step "the shipped models side by side"
    "$CARGO_TARGET_DIR/release/labelcam" compare --float models/labels-en.onnx --int8 "$int8" \
        --max-drop 0.8 --min-agreement 98.8 --min-sure-agreement 99.5 --time-lines 30 --changed 5 \
        ${LABELCAM_SUMMARY:+--markdown "$LABELCAM_SUMMARY"} tests/data/rendered tests/data/lines samples
}

step "programs"
# Programs, tests and benches in one build: apart, each would want the dependencies with other features. Benches are
# built, not run: times decide nothing here.
cargo build --quiet --release --workspace --locked --bins --tests --benches
compare_shipped

step "cameras with a real driver (two to four minutes)"
LABELCAM=$CARGO_TARGET_DIR/release/labelcam tests/vivid/run.sh >&2

step "tests"
cargo test --quiet --release --workspace --locked --lib --bins --tests
