#!/usr/bin/env bash
# Prints the environment in which cargo builds for aarch64, after installing what that takes:
#
#   eval "$(benches/arm/toolchain.sh)"
#   cargo build --release -p labelcam --target aarch64-unknown-linux-gnu
#   cargo test --release -p labelcam --lib --target aarch64-unknown-linux-gnu  # in QEMU, with qemu-user-static
#
# The ordinary way is rustup's target. Where rustup cannot fetch it, Debian's own rustc with its library for arm64 is
# unpacked into the cache; nothing else on the system sees that. RUNNER_CPU is the processor that tests run on, such as
# cortex-a72 (no dot product) or cortex-a76.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/debian.sh"

cd "$here/../.." # where rust-toolchain.toml is
target=aarch64-unknown-linux-gnu
need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross

# Whether the rustc in use has the library of the target.
has_target() { [ -n "$(find "$(rustc --print sysroot)/lib/rustlib/$target/lib" -name 'libstd-*.rlib' 2>/dev/null)" ]; }

# Debian's rustc in the cache, wrapped so that it finds its libraries there.
debian_rustc() {
    local folder=$arm_cache/rust library llvm
    if ! [ -e "$folder/.done" ]; then
        step "unpacking Debian's rustc for arm64"
        rm -rf "$folder"
        prepare_apt
        library=$(depends libstd-rust-web-dev:amd64 libstd-rust-web)
        llvm=$(depends "$library:amd64" libllvm)
        unpack "$folder" rustc-web:amd64 libstd-rust-web-dev:{amd64,arm64} "$library:amd64" "$llvm:amd64"
        cat >"$folder/rustc" <<EOF
#!/bin/sh
LD_LIBRARY_PATH=$folder/usr/lib/x86_64-linux-gnu\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH} exec $folder/usr/bin/rustc "\$@"
EOF
        chmod +x "$folder/rustc"
        touch "$folder/.done"
    fi
    echo "$folder/rustc"
}

if ! has_target; then
    step "rustup target add $target"
    rustup target add "$target" >&2 || true
fi
has_target || echo "export RUSTC=$(debian_rustc)"

runner="qemu-aarch64-static -cpu ${RUNNER_CPU:-cortex-a76} -L /usr/aarch64-linux-gnu"
cat <<EOF
export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc
export AR_aarch64_unknown_linux_gnu=aarch64-linux-gnu-ar
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$runner"
EOF
