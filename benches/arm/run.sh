#!/usr/bin/env bash
# Counts instructions a line on Cortex-A72 and Cortex-A76: labelcam beside ONNX Runtime, in an aarch64 guest of QEMU.
#
#   benches/arm/run.sh [MODEL[:PX]...] [OPTION...]     MODEL: the shipped ones and a full-width CRNN (../models.sh)
#
# MODEL is a float one; NAME-int8.onnx and NAME-ort-int8.onnx beside it are counted too. PX is the width of the line,
# 200 where nothing is said. Options are those of measure.py: --boots 2, --cpus cortex-a76, --kernels NAME, --markdown,
# --json.
#
# Installs what is missing (Debian or a system like it, x86-64): the cross compiler, QEMU, cpio; as root or with sudo.
# LABELCAM names the aarch64 program to count, where it is not the one that cargo builds here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/debian.sh"
case ${1-} in
-h | --help)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
    exit
    ;;
esac

need qemu-system-aarch64 qemu-system-arm
need cpio cpio
qemu-system-aarch64 -cpu help | grep -q cortex-a76 || die "QEMU is older than 7.1 and knows no Cortex-A76: update it"

listed=$("$root/benches/models.sh" "$@")
mapfile -t models <<<"$listed"
while [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; do shift; done

python=$("$root/scripts/onnxruntime.sh")
versions=$("$python" -c 'import numpy, onnxruntime; print(onnxruntime.__version__, numpy.__version__)')
# shellcheck disable=SC2086 # two words
guest=$("$here/guest.sh" $versions)

if [ -z "${LABELCAM-}" ]; then
    environment=$("$here/toolchain.sh")
    (eval "$environment" && cd "$root" &&
        cargo build --release --quiet --package labelcam --target aarch64-unknown-linux-gnu >&2)
    LABELCAM=${CARGO_TARGET_DIR:-$root/target}/aarch64-unknown-linux-gnu/release/labelcam
fi
[ -f "$LABELCAM" ] || die "there is no program $LABELCAM"

exec "$python" "$here/measure.py" --labelcam "$LABELCAM" --guest "$guest" "$@" "${models[@]}"
