#!/usr/bin/env bash
# Makes src/lib.rs again, from linux/videodev2.h of this machine: what the v4l crate names, and what labelcam adds.
#
# Needs bindgen (`cargo install bindgen-cli --version 0.72.1`), libclang and rustfmt. Nothing else of this repository
# does: the file is committed.
set -euo pipefail
cd "$(dirname "$0")"

command -v bindgen >/dev/null || { echo "bindgen is missing: cargo install bindgen-cli --version 0.72.1" >&2; exit 1; }

# The structures that labelcam fills in or reads, and those with pointers, whose size depends on the machine.
types=(
    buffer capability captureparm control edid enc_idx event_subscription ext_control ext_controls fmtdesc format
    framebuffer frmivalenum frmsizeenum jpegcompression outputparm pix_format pix_format_mplane query_ext_ctrl queryctrl
    querymenu requestbuffers std_id streamparm
)
# Structures that only lend their size to an ioctl's number or to a union, and are small enough for bindgen to copy so.
opaque=(
    audio audioout crop cropcap encoder_cmd exportbuffer frequency input meta_format modulator output sdr_format
    sliced_vbi_cap sliced_vbi_format standard timecode tuner vbi_format
)
# With all of their constants.
enums=(buf_type ctrl_type frmivaltypes frmsizetypes memory)
constants=(
    'V4L2_CAP_(VIDEO_CAPTURE|VIDEO_M2M)(_MPLANE)?' 'V4L2_CAP_(META_CAPTURE|STREAMING|DEVICE_CAPS|TIMEPERFRAME)'
    'V4L2_BUF_FLAG_(ERROR|TIMESTAMP_MASK|TIMESTAMP_MONOTONIC)'
    'V4L2_CTRL_FLAG_(DISABLED|READ_ONLY|INACTIVE|WRITE_ONLY|NEXT_CTRL|NEXT_COMPOUND)'
    'V4L2_EVENT_(EOS|SOURCE_CHANGE)'
)
join() { local IFS='|'; echo "$*"; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Values of controls can point at parameters of codecs, a third of the header, which no camera has.
sed -E '/struct v4l2_(ctrl_[a-z0-9_]+|area) +\*p_/d' /usr/include/linux/videodev2.h >"$folder/videodev2.h"

options=(
    --no-layout-tests --no-doc-comments --no-derive-debug --use-core --disable-header-comment
    --allowlist-type "v4l2_($(join "${types[@]}" "${opaque[@]}" "${enums[@]}"))" --allowlist-type 'timeval|time_t'
    --opaque-type "v4l2_($(join "${opaque[@]}"))"
    --allowlist-var "$(join "${constants[@]}")"
)
{
    cat <<'HEADER'
//! Made by generate.sh; do not edit.
//!
//! Structures and numbers of linux/videodev2.h, as bindgen writes them, under the BSD licence that it offers:
//!
//! Copyright (C) 1999-2012 the contributors
//!
HEADER
    # The licence, as the header has it.
    sed -n '/Redistribution and use/,/SUCH DAMAGE/ { s|^ \*[[:blank:]]*|//! |; s| *$||; p }' "$folder/videodev2.h"
    echo
    bindgen "${options[@]}" "$folder/videodev2.h"
} >"$folder/lib.rs"
rustfmt --config-path ../../rustfmt.toml --edition 2021 "$folder/lib.rs"
cp "$folder/lib.rs" src/lib.rs
