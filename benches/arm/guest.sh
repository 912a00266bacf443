#!/usr/bin/env bash
# Makes the aarch64 guest, once, and prints its folder: `Image`, a kernel, and `root.cpio`, a root with Python and
# ONNX Runtime.
#
#   benches/arm/guest.sh ONNXRUNTIME NUMPY      the versions
#
# The packages are unpacked and not installed: no root, no emulation, half a minute. At start, the kernel reads
# root.cpio and, after it, the archive with guest.py, program, models and jobs that measure.py makes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/debian.sh"
onnxruntime=$1
numpy=$2

# The version of what this script makes: count it up with a change here.
layout=1
folder=$arm_cache/guest-$layout-$onnxruntime-$numpy
if [ -e "$folder/.done" ]; then
    echo "$folder"
    exit
fi
need cpio cpio
step "making the guest in $folder"
rm -rf "$folder"
mkdir -p "$folder/root" "$folder/kernel"

# The kernel for virtual machines is a third of the ordinary one and has all that -M virt has.
prepare_apt
kernel=$(depends linux-image-cloud-arm64:arm64 linux-image)
unpack "$folder/kernel" "${kernel%:*}:arm64"
cp "$folder"/kernel/boot/vmlinuz-* "$folder/Image"

root=$folder/root
unpack_with_dependencies "$root" arm64 python3.11 libstdc++6 busybox-static
packages=$root/usr/lib/python3/dist-packages
wheels=$folder/wheels
# pip wants every platform tag by name.
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 311 \
    --platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux_2_17_aarch64 \
    --platform manylinux2014_aarch64 --dest "$wheels" "onnxruntime==$onnxruntime" "numpy==$numpy" >&2
for wheel in "$wheels"/*.whl; do
    python3 -m zipfile -e "$wheel" "$packages"
done
# What a run never loads, so that the kernel has less to unpack.
rm -rf "$root/usr/share" "$packages/onnxruntime/"{transformers,tools,quantization,datasets}
find "$packages/numpy" -depth -type d -name tests -exec rm -rf {} +

mkdir -p "$root"/{proc,sys,dev,tmp}
cat >"$root/init" <<'EOF'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
cd /bench
PATH=/usr/bin:/bin HOME=/tmp /usr/bin/python3.11 guest.py
/bin/busybox poweroff -f
EOF
chmod +x "$root/init"
(cd "$root" && find . | LC_ALL=C sort | cpio --quiet --create --format=newc --owner=0:0) >"$folder/root.cpio"
rm -rf "$root" "$folder/kernel" "$wheels"
touch "$folder/.done"
echo "$folder"
