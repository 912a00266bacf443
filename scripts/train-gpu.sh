#!/usr/bin/env bash
# Trains on a CUDA device, in as many sittings as it takes.
#
#   scripts/train-gpu.sh CONFIG RUN [options of `labelcam-train train`]
#
# Goes on from RUN/last.safetensors where there is one, so the same command again continues a run that was cut off.
# Needs PyTorch with CUDA in the current python3, of the version that scripts/libtorch.sh names; the trainer may have been
# built on another machine against the CPU libraries of that version. LABELCAM_TRAIN names the program, by default the
# one in target/release. The fonts come from scripts/synth-assets.sh; on a machine without network, copy its folder and
# set XDG_CACHE_HOME to the folder above it.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
config=$1 run=$2
shift 2
program=${LABELCAM_TRAIN:-$(dirname "$0")/../target/release/labelcam-train}
[ -x "$program" ] || { echo "train-gpu: there is no $program: build it with cargo build --release -p labelcam-trainer" >&2; exit 1; }

lib=$(python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))') ||
    { echo "train-gpu: this python3 has no PyTorch: $(command -v python3)" >&2; exit 1; }
[ -e "$lib/libtorch_cuda.so" ] || { echo "train-gpu: the PyTorch in $lib has no CUDA" >&2; exit 1; }

# libtorch warns at every pinned batch that it would rather not be told the device, which tch always does.
export TORCH_CPP_LOG_LEVEL=${TORCH_CPP_LOG_LEVEL:-ERROR}
# Rendering allocates and frees without end; memory that went back to the system each time would be faulted in anew.
export MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-268435456} MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-17179869184}

# A program linked with the CPU libraries finds the GPU when libtorch_cuda.so is there before the first tensor.
LD_LIBRARY_PATH=$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} LD_PRELOAD=$lib/libtorch_cuda.so \
    exec "$program" train --config "$config" --run "$run" --device cuda "$@"
