#!/usr/bin/env bash
# Fuzzes every target, one after the other on one core, and prints a table; fails where something was found.
#
# Usage: tests/fuzz/run.sh [SECONDS_PER_TARGET] [TARGET…]
#
# 60 seconds and all targets by default. Needs rustup's Rust, a C++ compiler for libFuzzer, and cargo-fuzz, which is
# installed where it is missing. The first build takes some minutes. What was learnt is kept in corpus/, what was found in
# artifacts/.
#
# Targets may run side by side, each in a run of its own.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-60}
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || targets=(frame split image config spec http lexicon)

# The instruments are for nightly compilers; this has the stable one take them.
export RUSTC_BOOTSTRAP=1
# Freed memory that AddressSanitizer holds back counts as used.
export ASAN_OPTIONS=quarantine_size_mb=16:${ASAN_OPTIONS:-}

command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz

# What libFuzzer is told of a target: memory in MiB, seconds for one input, its bytes, the words that it is made of.
options() {
    case $1 in
    frame | split) echo -rss_limit_mb=512 -timeout=5 -max_len=65536 -dict=dictionaries/jpeg.dict ;;
    # A hundred megapixels fit a PNG of 12 kB.
    image) echo -rss_limit_mb=1024 -timeout=60 -max_len=65536 -dict=dictionaries/image.dict ;;
    # A pattern of the largest size that is allowed takes a third of a second in a release, and half a minute here.
    config) echo -rss_limit_mb=512 -timeout=60 -max_len=16384 -dict=corpus/config.dict ;;
    lexicon) echo -rss_limit_mb=512 -timeout=5 -max_len=4096 ;;
    http) echo -rss_limit_mb=512 -timeout=5 -max_len=65536 -dict=dictionaries/http.dict ;;
    *) echo -rss_limit_mb=512 -timeout=5 -max_len=16384 "-dict=dictionaries/$1.dict" ;;
    esac
}

# The folders that a target begins with, the one that it adds to first.
folders() {
    mkdir -p "corpus/$1"
    echo "corpus/$1" "seeds/$1"
    case $1 in image | split) echo seeds/frame ;; esac
}

# The shipped configuration, as it is and with all that is off in it; its keys and values are the words of the target.
shipped() {
    local file=../../firmware-config/labelcam.toml
    mkdir -p corpus/config
    cp $file corpus/config/shipped
    sed -E 's/^#([a-z[])/\1/; /^\[(pipe|files)\]/,/^\[capture\]/{/^\[capture\]/!d}' $file >corpus/config/all
    grep -oE '^#?(\[+[a-z.-]+\]+|[a-z-]+ = [^#]+)' $file | sed -E 's/^#//; s/[\\"]/\\&/g; s/.*/"&"/' | sort -u >corpus/config.dict
}

shipped
cargo fuzz build --fuzz-dir .
row='%-8s %11s %9s %17s %9s  %s\n'
# shellcheck disable=SC2059
table=$(printf "$row" target executions a-second coverage memory findings)
failed=0
for target in "${targets[@]}"; do
    log=corpus/$target.log
    printf '== %s, %s s\n' "$target" "$seconds" >&2
    found=none
    # shellcheck disable=SC2046
    cargo fuzz run --fuzz-dir . "$target" $(folders "$target") -- -max_total_time="$seconds" -print_final_stats=1 \
        $(options "$target") >"$log" 2>&1 || { found="see $PWD/$log" failed=1; }
    stat() { sed -n "s/^stat::$1: *//p" "$log"; }
    edges() { grep -oE "$1 +cov: [0-9]+" "$log" | tail -1 | grep -oE '[0-9]+$'; }
    # shellcheck disable=SC2059
    table+=$'\n'$(printf "$row" "$target" "$(stat number_of_executed_units)" "$(stat average_exec_per_sec)" \
        "$(edges INITED) to $(edges '(INITED|NEW|REDUCE|pulse|DONE)')" "$(stat peak_rss_mb) MiB" "$found")
done
printf '%s\n' "$table"
exit $failed
