#!/usr/bin/env bash
# Measures labelcam and ONNX Runtime side by side on one model, one thread each, in turns.
#
#   benches/peers/run.sh [MODEL] [OPTION...]     MODEL: models/labels-en.onnx
#
# The options are those of onnxruntime_bench.py: --widths 100 200 400, --seconds 3, --rounds 5, --spec FILE, --json.
# LABELCAM names the program to measure, where it is not the one that cargo builds here. A Python environment with
# onnxruntime and numpy is made in ${XDG_CACHE_HOME:-~/.cache}/labelcam/peers the first time (60 MB to fetch).
set -euo pipefail

say() { echo "peers: $*" >&2; }
die() { say "$@"; exit 1; }

root=$(cd "$(dirname "$0")/../.." && pwd)
case ${1-} in
-h | --help)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
    exit
    ;;
esac
model=$root/models/labels-en.onnx
if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
    model=$1
    shift
fi
[ -f "$model" ] || die "there is no model $model"

venv=${XDG_CACHE_HOME:-${HOME:?peers: HOME is not set, set XDG_CACHE_HOME}/.cache}/labelcam/peers
if ! "$venv/bin/python3" -c 'import numpy, onnxruntime' 2>/dev/null; then
    say "fetching onnxruntime and numpy into $venv"
    python3 -m venv --clear "$venv" || die "python3 has no venv module: apt-get install python3-venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check onnxruntime numpy >&2 ||
        die "pip could not install onnxruntime and numpy, see above"
fi

if [ -z "${LABELCAM-}" ]; then
    # Standard output is for the table alone.
    cargo build --release --quiet --manifest-path "$root/Cargo.toml" --package labelcam >&2
    target=${CARGO_TARGET_DIR:-$root/target}
    LABELCAM=$target/release/labelcam
fi
[ -x "$LABELCAM" ] || die "there is no program $LABELCAM"

exec "$venv/bin/python3" "$root/benches/peers/onnxruntime_bench.py" --labelcam "$LABELCAM" --model "$model" "$@"
