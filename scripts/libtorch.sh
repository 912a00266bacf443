#!/usr/bin/env bash
# Prints the folder of a libtorch that the trainer can be built against, making it first where there is none.
#
#   export LIBTORCH=$(scripts/libtorch.sh)
#
# In this order: $LIBTORCH if set; the PyTorch of the current python3, if it is the version that tch binds (with CUDA,
# if that PyTorch has it); a CPU-only libtorch, made from the PyPI wheels in ${XDG_CACHE_HOME:-~/.cache}/labelcam
# (580 MB to fetch, once). The CPU-only folder works with a CUDA PyTorch too: the trainer loads libtorch_cuda.so by
# itself where the loader finds one.
set -euo pipefail

version=2.11.0 # tch 0.24.0 binds this one
say() { echo "libtorch: $*" >&2; }

if [ -n "${LIBTORCH:-}" ]; then
    [ -d "$LIBTORCH/include/torch" ] || { say "LIBTORCH=$LIBTORCH has no include/torch; unset it or point it at a libtorch $version"; exit 1; }
    echo "$LIBTORCH"
    exit
fi

installed=$(python3 - "$version" 2>/dev/null <<'PY' || true
import importlib.util, os, sys
spec = importlib.util.find_spec("torch")
if spec:
    root = os.path.dirname(spec.origin)
    found = {}
    exec(open(os.path.join(root, "version.py")).read(), found)
    whole = os.path.isdir(os.path.join(root, "include", "torch"))
    if whole and found["__version__"].split("+")[0] == sys.argv[1]:
        print(root)
PY
)
if [ -n "$installed" ]; then
    say "using the PyTorch $version of $(command -v python3)"
    echo "$installed"
    exit
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/labelcam
final=$cache/libtorch-$version-cpu
if [ -e "$final/lib/libtorch.so" ]; then
    echo "$final"
    exit
fi
[ "$(uname -m)" = x86_64 ] || { say "no CPU wheels are prepared for $(uname -m); install PyTorch $version with pip and run this again"; exit 1; }

mkdir -p "$cache"
work=$(mktemp -d "$cache/libtorch.XXXXXX")
trap 'rm -rf "$work"' EXIT
say "fetching PyTorch $version for the CPU from PyPI (580 MB)"
python3 -m venv "$work/venv" || { say "python3 has no venv module: apt-get install python3-venv"; exit 1; }
# CPython 3.11 wheels are only a container here: nothing of Python in them is used.
"$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --python-version 3.11 --platform manylinux_2_28_x86_64 --platform manylinux_2_25_x86_64 --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 \
    --dest "$work" "torch==$version" 'nvidia-cuda-runtime==13.0.*' 'nvidia-cuda-cupti==13.0.*' >&2
say "unpacking"
python3 - "$work" <<'PY'
import glob, os, shutil, sys, zipfile
work = sys.argv[1]
lib = os.path.join(work, "libtorch", "lib")
os.makedirs(lib)
def copy(archive, member, target):
    with archive.open(member) as source, open(target, "wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
with zipfile.ZipFile(glob.glob(os.path.join(work, "torch-*.whl"))[0]) as wheel:
    for member in wheel.namelist():
        if member.startswith("torch/include/") and not member.endswith("/"):
            target = os.path.join(work, "libtorch", member[len("torch/"):])
            os.makedirs(os.path.dirname(target), exist_ok=True)
            copy(wheel, member, target)
        name = os.path.basename(member)
        if member.startswith("torch/lib/") and name.startswith(("libtorch_cpu.so", "libc10.so", "libgomp")):
            copy(wheel, member, os.path.join(lib, name))
# libtorch_cpu.so of the CUDA wheel is linked against these two, and calls neither without a GPU.
for pattern in ("nvidia_cuda_runtime-*.whl", "nvidia_cuda_cupti-*.whl"):
    with zipfile.ZipFile(glob.glob(os.path.join(work, pattern))[0]) as wheel:
        for member in wheel.namelist():
            name = os.path.basename(member)
            if name.startswith(("libcudart.so", "libcupti.so")):
                copy(wheel, member, os.path.join(lib, name))
# The linker follows this script to the library that has the symbols; libtorch.so itself is empty.
with open(os.path.join(lib, "libtorch.so"), "w") as script:
    script.write("INPUT(libtorch_cpu.so)\n")
PY
rm -rf "$final"
mv "$work/libtorch" "$final"
say "ready in $final"
echo "$final"
