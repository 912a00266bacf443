#!/usr/bin/env bash
# Prints a python with ONNX Runtime, the peer of tests and benches, making it first where there is none.
set -euo pipefail

venv=${XDG_CACHE_HOME:-$HOME/.cache}/labelcam/onnxruntime
if ! [ -e "$venv/.done" ]; then
    echo "onnxruntime: fetching ONNX Runtime from PyPI" >&2
    rm -rf "$venv"
    python3 -m venv "$venv" || { echo "onnxruntime: python3 has no venv module: apt-get install python3-venv" >&2; exit 1; }
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'onnxruntime>=1.20' numpy >&2
    touch "$venv/.done"
fi
echo "$venv/bin/python"
