#!/usr/bin/env bash
# Prints the models that labelcam and ONNX Runtime are measured on, one a line: FLOAT.onnx:PX, the width of the line to
# read in pixels.
#
#   benches/models.sh [MODEL[:PX]...] [OPTION...]     options are for the caller, and passed over
#
# Without a MODEL it makes them: the shipped models and the CRNN of Shi et al. 2015 in full width, for 36 characters, with
# random weights. Beside each lie FLOAT-int8.onnx, where labelcam has one or makes one, and FLOAT-ort-int8.onnx from ONNX
# Runtime's own quantizer.
set -euo pipefail

named=()
while [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; do
    [ -f "${1%:*}" ] || { echo "models: there is no model ${1%:*}" >&2; exit 1; }
    named+=("$1")
    shift
done
if [ ${#named[@]} -gt 0 ]; then
    printf '%s\n' "${named[@]}"
    exit
fi

cd "$(dirname "$0")/.."

folder=${XDG_CACHE_HOME:-$HOME/.cache}/labelcam/bench
python=$(scripts/onnxruntime.sh)
mkdir -p "$folder"

# stale FILE FROM: whether FILE has to be made again of FROM.
stale() { ! [ -e "$1" ] || [ "$2" -nt "$1" ]; }

ort_int8() {
    local out=${1%.onnx}-ort-int8.onnx
    stale "$out" "$1" || return 0
    echo "models: quantizing ${1##*/} with ONNX Runtime" >&2
    # The quantizer wants the package onnx, which ONNX Runtime itself does without.
    "$python" -c 'import onnx' 2>/dev/null || "$python" -m pip install --quiet --disable-pip-version-check onnx >&2
    "$python" benches/peers/ort_quantize.py "$1" "$out" >&2
}

int8() {
    local out=${1%.onnx}-int8.onnx
    if stale "$out" "$1" && [ -e quantize/Cargo.toml ]; then
        echo "models: quantizing ${1##*/}" >&2
        cargo run --release --quiet --package labelcam-quantize -- "$1" --calibrate samples --out "$out" >&2
    fi
}

for model in models/*.onnx; do
    if stale "$folder/${model##*/}" "$model"; then cp "$model" "$folder/"; fi
    case $model in *-int8.onnx) continue ;; esac
    ort_int8 "$folder/${model##*/}"
    echo "$folder/${model##*/}:200"
done

crnn=$folder/crnn-37.onnx
if stale "$crnn" benches/random_crnn.rs; then
    cargo run --release --quiet --package labelcam-benches --example random_crnn -- --out "$crnn" >&2
fi
int8 "$crnn"
ort_int8 "$crnn"
echo "$crnn:100"
