#!/usr/bin/env bash
# Runs labelcam with a real V4L2 driver: a small machine in QEMU with Debian's kernel and its virtual camera, vivid.
#
# No camera, root or hardware support for virtual machines is needed; QEMU and python3 are installed where they are missing
# and that is possible. Kernel and tools come from Debian by apt and stay in
# ${XDG_CACHE_HOME:-~/.cache}/labelcam/vivid; delete that folder for newer ones. The program under test is $LABELCAM, else
# the release build, made first. What is checked is in checks.sh (cameras, single frames) and run-checks.sh (`labelcam run`;
# names begin with "run: "). The beginning of a name, given here, runs those checks alone; most need some before them.
#
# Usage: tests/vivid/run.sh ["run: "]
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/labelcam/vivid
# Seconds that the guest may take; on two slow cores it takes a third of them.
limit=${LABELCAM_GUEST_LIMIT:-600}

step() { printf '== %s\n' "$*" >&2; }
fail() { echo "$*" >&2; exit 1; }

command -v apt-get >/dev/null || fail "this needs a Debian machine: kernel and tools come by apt"
missing=()
command -v qemu-system-x86_64 >/dev/null || missing+=(qemu-system-x86)
command -v python3 >/dev/null || missing+=(python3)
if [ ${#missing[@]} -gt 0 ]; then
    step "installing ${missing[*]}"
    as_root=$([ "$(id -u)" = 0 ] || echo sudo)
    $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "install these first: apt-get install ${missing[*]}"
fi

# Copies a program and the libraries that it loads into the guest's root, all libraries into one folder.
install_program() {
    local program=$1 root=$2 path
    install -D "$program" "$root/bin/$(basename "$program")"
    # Each line: NAME => PATH (ADDRESS); the loader has its path alone, and must keep it.
    while read -r path; do
        case $path in
        */ld-linux*) install -D "$path" "$root$path" ;;
        *) install -D "$path" "$root/lib/$(basename "$path")" ;;
        esac
    done < <(LD_LIBRARY_PATH=${3:-} ldd "$program" | grep -oE '/[^ ]+ \(' | tr -d ' (')
}

# What does not change from run to run: busybox, kernel modules, v4l2-ctl. $1 is the folder to make.
make_base() {
    local base=$1 packages kernel version
    kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[^ ]*\)$/\1/p' | head -1)
    [ -n "$kernel" ] || fail "apt knows no linux-image-amd64: this needs Debian; run apt-get update"
    packages=(
        "$kernel" busybox-static v4l-utils
        libv4l-0 libv4lconvert0 libv4l2rds0 libjpeg62-turbo libudev1 libstdc++6
    )
    step "fetching ${packages[*]}"
    mkdir -p "$base/debs" "$base/root/bin"
    (cd "$base/debs" && apt-get download -qq "${packages[@]}" 2>/dev/null) ||
        fail "apt-get download failed: ${packages[*]}"
    for package in "$base"/debs/*.deb; do
        case $package in
        */linux-image-*) dpkg-deb --fsys-tarfile "$package" | tar x -C "$base" ./boot ./lib/modules ;;
        *) dpkg-deb -x "$package" "$base/unpacked" ;;
        esac
    done
    cp "$base/unpacked/bin/busybox" "$base/root/bin"
    cp "$base"/boot/vmlinuz-* "$base/vmlinuz"

    # vivid, and the modules that it depends on.
    version=$(ls "$base/lib/modules")
    "$base/root/bin/busybox" depmod -b "$base" "$version"
    while read -r module; do
        install -D "$base/lib/modules/$version/$module" "$base/root/lib/modules/$version/$module"
    done < <(grep '/vivid.ko:' "$base/lib/modules/$version/modules.dep" | tr -d : | tr ' ' '\n')
    "$base/root/bin/busybox" depmod -b "$base/root" "$version"

    install_program "$base/unpacked/usr/bin/v4l2-ctl" "$base/root" "$base/unpacked/usr/lib/x86_64-linux-gnu"
    rm -rf "$base/debs" "$base/unpacked" "$base/boot" "$base/lib"
}

if [ ! -e "$cache/base/vmlinuz" ]; then
    rm -rf "$cache/base.partial"
    make_base "$cache/base.partial"
    mv "$cache/base.partial" "$cache/base"
fi

if [ -z "${LABELCAM:-}" ]; then
    step "building labelcam"
    export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/labelcam/target}
    cargo build --quiet --release --locked -p labelcam
    LABELCAM=$CARGO_TARGET_DIR/release/labelcam
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$cache/base/root" "$work/root"
install_program "$LABELCAM" "$work/root"
# What the program reads here, it must read there.
"$LABELCAM" read samples/lot-code.png | sed -n 's/.*"text":"\([^"]*\)".*/\1/p' >"$work/root/lot-code.txt" ||
    fail "$LABELCAM does not read samples/lot-code.png"
cp samples/lot-code.png tests/vivid/{helpers,checks,run-checks}.sh tests/vivid/difference.awk "$work/root"
# Labels to push through the driver's output, in the order in which they are shown.
mkdir "$work/root/frames"
for line in batch serial phone mass; do
    "$LABELCAM" snapshot --files "tests/data/lines/$line.png" --as grey --out "$work/$line.pgm" 2>/dev/null ||
        fail "$LABELCAM does not read tests/data/lines/$line.png"
    lines+=("$work/$line.pgm")
    sed -n "s/^$line.png\t/$line\t/p" tests/data/lines/labels.tsv >>"$work/root/frames/labels.tsv"
done
python3 tests/vivid/frames.py "$work/root/frames" "${lines[@]}"
install tests/vivid/init.sh "$work/root/init"
echo "${1:-}" >"$work/root/only"
(cd "$work/root" && find . | "$cache/base/root/bin/busybox" cpio -o -H newc 2>/dev/null) >"$work/initramfs"

# KVM is not asked for: within a virtual machine it may hang. `max` has AVX2, so that the kernels of today's machines
# run.
step "booting"
timeout --foreground "$limit" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 \
    -nodefaults -no-reboot -display none -serial stdio -net none \
    -kernel "$cache/base/vmlinuz" -initrd "$work/initramfs" \
    -append "console=ttyS0 loglevel=3 panic=-1 random.trust_cpu=on" </dev/null | sed -u 's/\r$//' | tee "$work/console" ||
    fail "the guest did not end within $limit s, or QEMU failed"

grep -qx "labelcam-guest: end" "$work/console" || fail "the guest stopped before its end"
grep -q "^ok " "$work/console" || fail "no check ran"
! grep -q "^not ok " "$work/console" || fail "$(grep -c "^not ok " "$work/console") checks failed"
step "$(grep -c "^ok " "$work/console") checks passed"
