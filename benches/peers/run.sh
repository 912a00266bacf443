#!/usr/bin/env bash
# Measures labelcam and ONNX Runtime side by side, float and int8, one thread each, in turns.
#
#   benches/peers/run.sh [MODEL[:PX]...] [OPTION...]     MODEL: the shipped ones and a full-width CRNN (../models.sh)
#
# MODEL is a float one; NAME-int8.onnx beside it is measured with both engines, NAME-ort-int8.onnx with ONNX Runtime. PX
# is the width of the line, 200 where nothing is said. The options are those of onnxruntime_bench.py: --seconds 3,
# --rounds 5, --spec FILE, --kernels NAME, --json. LABELCAM names the program to measure, where it is not the one that
# cargo builds here. The Python with ONNX Runtime is that of scripts/onnxruntime.sh, which makes it the first time (60
# MB to fetch).
set -euo pipefail

die() { echo "peers: $*" >&2; exit 1; }

root=$(cd "$(dirname "$0")/../.." && pwd)
case ${1-} in
-h | --help)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
    exit
    ;;
esac
listed=$("$root/benches/models.sh" "$@")
mapfile -t models <<<"$listed"
while [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; do shift; done

python=$("$root/scripts/onnxruntime.sh")

if [ -z "${LABELCAM-}" ]; then
    # Standard output is for the table alone.
    cargo build --release --quiet --manifest-path "$root/Cargo.toml" --package labelcam >&2
    target=${CARGO_TARGET_DIR:-$root/target}
    LABELCAM=$target/release/labelcam
fi
[ -x "$LABELCAM" ] || die "there is no program $LABELCAM"

# "--" ends the options before the models.
exec "$python" "$root/benches/peers/onnxruntime_bench.py" --labelcam "$LABELCAM" "$@" -- "${models[@]}"
