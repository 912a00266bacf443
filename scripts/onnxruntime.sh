#!/usr/bin/env bash
# Prints a python with ONNX Runtime and OpenCV, the peers of tests and benches, making it first where there is none.
set -euo pipefail

venv=${XDG_CACHE_HOME:-$HOME/.cache}/labelcam/onnxruntime
done=$venv/.done-opencv
if ! [ -e "$done" ]; then
    echo "onnxruntime: fetching ONNX Runtime and OpenCV from PyPI" >&2
    rm -rf "$venv"
    python3 -m venv "$venv" || { echo "onnxruntime: python3 has no venv module: apt-get install python3-venv" >&2; exit 1; }
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'onnxruntime>=1.20' 'opencv-python-headless>=5' numpy >&2
    touch "$done"
fi
echo "$venv/bin/python"
