#!/usr/bin/env bash
# Renders tests/data/rendered again: the first 240 lines from index 100,000 of the validation split whose PNG file has
# at most 5,000 bytes, so that the set stays small enough to live in the repository, and to whose reading the float model
# gives 0.1 at least: on lines that nobody can read, any rounding changes the text.
#
# Needs labelcam and labelcam-train, built, and the fonts of scripts/synth-assets.sh. The same commit and fonts give the
# same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=${CARGO_TARGET_DIR:-target}/release
set=tests/data/rendered
all=$(mktemp -d)
trap 'rm -rf "$all"' EXIT

"$programs/labelcam-train" synth --validation --first 100000 --lines 600 --out "$all"
"$programs/labelcam" read --model models/labels-en.onnx --text "$all" | awk '$1 >= 0.1 { print $NF }' >"$all/read"
rm -f "$set"/*.png "$set/labels.tsv"
mkdir -p "$set"
while IFS=$'\t' read -r file text; do
    [ "$(stat -c %s "$all/$file")" -le 5000 ] || continue
    grep -qx "$all/$file" "$all/read" || continue
    cp "$all/$file" "$set/$file"
    printf '%s\t%s\n' "$file" "$text" >>"$set/labels.tsv"
    [ "$(wc -l <"$set/labels.tsv")" -lt 240 ] || break
done <"$all/labels.tsv"
echo "$(wc -l <"$set/labels.tsv") lines, $(cat "$set"/* | wc -c) bytes" >&2
