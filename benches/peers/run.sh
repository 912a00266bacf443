#!/usr/bin/env bash
# Measures labelcam and ONNX Runtime side by side on one model, one thread each, in turns.
#
#   benches/peers/run.sh [MODEL] [OPTION...]     MODEL: models/labels-en.onnx
#
# The options are those of onnxruntime_bench.py: --widths 100 200 400, --seconds 3, --rounds 5, --spec FILE, --json.
# LABELCAM names the program to measure, where it is not the one that cargo builds here. The Python with ONNX Runtime is
# that of scripts/onnxruntime.sh, which makes it the first time (60 MB to fetch).
set -euo pipefail

die() { echo "peers: $*" >&2; exit 1; }

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

python=$("$root/scripts/onnxruntime.sh")

if [ -z "${LABELCAM-}" ]; then
    # Standard output is for the table alone.
    cargo build --release --quiet --manifest-path "$root/Cargo.toml" --package labelcam >&2
    target=${CARGO_TARGET_DIR:-$root/target}
    LABELCAM=$target/release/labelcam
fi
[ -x "$LABELCAM" ] || die "there is no program $LABELCAM"

exec "$python" "$root/benches/peers/onnxruntime_bench.py" --labelcam "$LABELCAM" --model "$model" "$@"
