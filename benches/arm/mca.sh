#!/usr/bin/env bash
# Analyses the inner loops of labelcam's NEON kernels with llvm-mca: cycles and instructions a cycle, on either core.
#
#   benches/arm/mca.sh [--markdown]
#
# The loops are those of the program itself, not of a copy: they are cut out of its disassembly. LABELCAM names the
# aarch64 program, where it is not the one that cargo builds here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/debian.sh"

# LLVM 22: the first that a Debian release has here with a model of the Cortex-A76's sibling, Neoverse N1.
llvm=$arm_cache/llvm
if ! [ -e "$llvm/.done" ]; then
    step "unpacking llvm-mca"
    rm -rf "$llvm"
    unpack "$llvm" {llvm-22,libllvm22,libpfm4,libz3-4}:amd64
    touch "$llvm/.done"
fi

environment=$("$here/toolchain.sh")
if [ -z "${LABELCAM-}" ]; then
    (eval "$environment" && cd "$root" &&
        cargo build --release --quiet --package labelcam --target aarch64-unknown-linux-gnu >&2)
    LABELCAM=${CARGO_TARGET_DIR:-$root/target}/aarch64-unknown-linux-gnu/release/labelcam
fi

aarch64-linux-gnu-objdump --disassemble --demangle --no-show-raw-insn "$LABELCAM" |
    LD_LIBRARY_PATH=$llvm/usr/lib/x86_64-linux-gnu python3 "$here/mca.py" "$llvm/usr/lib/llvm-22/bin/llvm-mca" "$@"
