#!/usr/bin/env bash
# Fetches what the synthetic text-line renderer of the trainer needs: free
# fonts and an English word list.
#
#   scripts/synth-assets.sh [DIR]      DIR: ${XDG_CACHE_HOME:-$HOME/.cache}/labelcam
#
# It fills
#   DIR/fonts/train/<category>/<Family>/*.ttf|otf
#   DIR/fonts/validation/<category>/<Family>/*.ttf|otf
#   DIR/fonts/LICENSES.tsv            family, source, package, version, licence, ...
#   DIR/words.txt                     wamerican + wbritish, ASCII, no possessives
#
# The families are those of trainer/fonts.tsv: npm packages at a pinned version
# and Debian packages of the machine's own release. npm and apt-get are used as
# the machine has them configured. A run that was cut short goes on where it
# stopped; a finished one is left alone, except that families no longer in the
# manifest (or whose row changed) are removed or fetched anew.
#
# SYNTH_ASSETS_JOBS sets the number of parallel downloads (default 6).
set -euo pipefail
export LC_ALL=C

say() { printf '%s\n' "$*" >&2; }
die() { say "synth-assets: $*"; exit 1; }

sha_row() { printf '%s' "$1" | sha256sum | cut -c1-16; }

# Fetches and unpacks a Debian package into $2, which must not exist yet.
# apt-get download needs no root; it writes into the current directory.
unpack_deb() {
    local package=$1 into=$2 work
    work=$(mktemp -d "$STAGE/deb.XXXXXX")
    if ! (cd "$work" && apt-get -qq download "$package") >"$work/log" 2>&1; then
        sed 's/^/    /' "$work/log" >&2
        return 1
    fi
    # (set -e has no effect in here, the callers test the outcome: hence the &&.)
    mkdir "$work/tree" &&
        dpkg-deb -x "$work"/*.deb "$work/tree" &&
        basename "$work"/*.deb .deb | cut -d_ -f2 | sed 's/%3a/:/' >"$work/tree/.version" &&
        mv "$work/tree" "$into" &&
        rm -rf "$work"
}

unpack_npm() {
    local package=$1 version=$2 into=$3 work tries
    work=$(mktemp -d "$STAGE/npm.XXXXXX")
    for tries in 1 2 3; do
        if (cd "$work" && npm pack --loglevel=error "$package@$version") >"$work/log" 2>&1; then
            mkdir "$work/tree"
            tar -xzf "$work"/*.tgz -C "$work/tree" &&
                printf '%s\n' "$version" >"$work/tree/.version" &&
                mv "$work/tree" "$into" &&
                rm -rf "$work"
            return
        fi
        grep -qE "E404|ETARGET" "$work/log" && break
        [ "$tries" = 3 ] || sleep "$((tries * 2))"
    done
    sed 's/^/    /' "$work/log" | head -n 5 >&2
    return 1
}

# One manifest row: makes DIR/fonts/<split>/<category>/<family> with its files.
family() {
    local row=$1 family category split source package version files licence
    IFS=$'\t' read -r family category split source package version files licence <<<"$row"
    local home=$DIR/fonts/$split/$category/$family mark tree new glob found
    mark=$(sha_row "$row")
    if [ -f "$home/.done" ] && [ "$(cut -f1 "$home/.done")" = "$mark" ]; then
        return 0
    fi

    case $source in
    npm)
        tree=$STAGE/tree.$mark
        unpack_npm "$package" "$version" "$tree" || {
            say "synth-assets: $family: npm has no $package@$version. Try 'npm view $package versions', then correct the version in its row of $MANIFEST or delete the row."
            return 1
        }
        ;;
    deb)
        # Unpacked once, before the families: several share one package.
        tree=$STAGE/debs/$package
        [ -d "$tree" ] || {
            say "synth-assets: $family: the Debian package $package could not be had. Run 'apt-get update' as root and see 'apt-cache policy $package', or delete its row from $MANIFEST."
            return 1
        }
        ;;
    *)
        say "synth-assets: $family: unknown source '$source' in $MANIFEST (npm or deb)."
        return 1
        ;;
    esac

    new=$(mktemp -d "$STAGE/new.XXXXXX")
    local -a globs
    IFS=, read -r -a globs <<<"$files"
    for glob in "${globs[@]}"; do
        found=$(find "$tree" -type f \( -name '*.ttf' -o -name '*.otf' \) -name "$glob" -print)
        if [ -z "$found" ]; then
            say "synth-assets: $family: $package holds no file '$glob'. Correct the files column of its row in $MANIFEST; the package has:"
            find "$tree" -type f \( -name '*.ttf' -o -name '*.otf' \) -printf '    %f\n' | sort >&2
            return 1
        fi
        while IFS= read -r found; do
            cp "$found" "$new/"
        done <<<"$found"
    done
    # The licence text goes with the fonts. (Older npm packages leave it out: their
    # LICENSE is about the JavaScript. The name table of the font says it then.)
    if [ "$source" = deb ]; then
        cp "$tree/usr/share/doc/$package/copyright" "$new/LICENSE.txt"
    elif [ -f "$tree/package/LICENSE_FONT" ]; then
        cp "$tree/package/LICENSE_FONT" "$new/LICENSE.txt"
    fi
    chmod -R u=rwX,go=rX "$new"
    printf '%s\t%s\n' "$mark" "$(cat "$tree/.version")" >"$new/.done"

    mkdir -p "${home%/*}"
    rm -rf "$home"
    mv "$new" "$home"
    [ "$source" = deb ] || rm -rf "$tree"
}

# The rows are worked on by copies of this script, started by xargs below.
case ${1-} in
--family)
    family "$2"
    exit
    ;;
--deb)
    [ -d "$STAGE/debs/$2" ] || unpack_deb "$2" "$STAGE/debs/$2" || true
    exit 0
    ;;
-h | --help)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
    exit
    ;;
-*) die "unknown option $1 (usage: $0 [DIR])" ;;
esac
[ $# -le 1 ] || die "usage: $0 [DIR]"

if [ $# = 1 ]; then
    DIR=$1
else
    DIR=${XDG_CACHE_HOME:-${HOME:?synth-assets: HOME is not set, name a directory}/.cache}/labelcam
fi
self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
MANIFEST=${self%/scripts/*}/trainer/fonts.tsv
[ -f "$MANIFEST" ] || die "$MANIFEST is missing"

for tool in apt-get dpkg-deb; do
    command -v "$tool" >/dev/null || die "$tool is missing: this script needs Debian 12 or a system like it."
done

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1; fi
}

if ! command -v npm >/dev/null; then
    say "synth-assets: npm is missing, installing it with apt-get"
    { as_root apt-get -qq update && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends npm >/dev/null; } ||
        die "npm is missing and could not be installed from here. As root: apt-get install --no-install-recommends npm"
fi
if ! apt-cache show wamerican >/dev/null 2>&1; then
    as_root apt-get -qq update ||
        die "apt has no package lists. As root: apt-get update"
fi

mkdir -p "$DIR/fonts"
DIR=$(cd "$DIR" && pwd)
exec 9>"$DIR/.synth-assets.lock"
if command -v flock >/dev/null; then
    flock -n 9 || die "another run is at work on $DIR"
fi
# Within DIR, so that each move into place is a rename. Left-overs of a run that
# was killed go now.
rm -rf "$DIR"/.stage.*
STAGE=$(mktemp -d "$DIR/.stage.XXXXXX")
trap 'rm -rf "$STAGE"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$STAGE/debs"
export DIR STAGE MANIFEST
# npm's update notice is of no use here.
export npm_config_update_notifier=false

# The manifest, checked: eight fields, known splits, no family twice.
rows=$STAGE/rows
awk -F '\t' -v name="$MANIFEST" '
    /^#/ || /^[ \t]*$/ { next }
    NF != 8 { print name ":" FNR ": " NF " fields, not 8" > "/dev/stderr"; bad = 1; next }
    $3 != "train" && $3 != "validation" { print name ":" FNR ": split " $3 > "/dev/stderr"; bad = 1 }
    $1 !~ /^[A-Za-z0-9][A-Za-z0-9-]*$/ || $2 !~ /^[a-z]+$/ { print name ":" FNR ": family or category not plain" > "/dev/stderr"; bad = 1 }
    $1 in seen { print name ":" FNR ": " $1 " twice" > "/dev/stderr"; bad = 1 }
    { seen[$1] = 1; print }
    END { exit bad }
' "$MANIFEST" >"$rows" || die "correct $MANIFEST"
[ -s "$rows" ] || die "$MANIFEST lists no family"

# What the manifest no longer has (a family dropped or moved to the other split)
# must not stay behind: the two splits would mix.
awk -F '\t' '{ print $3 "/" $2 "/" $1 }' "$rows" | sort >"$STAGE/want"
for split in train validation; do
    [ ! -d "$DIR/fonts/$split" ] ||
        find "$DIR/fonts/$split" -mindepth 2 -maxdepth 2 -type d -printf "$split/%P\n"
done | sort >"$STAGE/have"
comm -13 "$STAGE/want" "$STAGE/have" | while IFS= read -r stale; do
    say "synth-assets: removing fonts/$stale, which is not in the manifest"
    rm -rf "${DIR:?}/fonts/$stale"
done

# Only the rows that are not there yet.
todo=$STAGE/todo
while IFS= read -r row; do
    IFS=$'\t' read -r name category split _ <<<"$row"
    done_file=$DIR/fonts/$split/$category/$name/.done
    if [ ! -f "$done_file" ] || [ "$(cut -f1 "$done_file")" != "$(sha_row "$row")" ]; then
        printf '%s\n' "$row"
    fi
done <"$rows" >"$todo"

jobs=${SYNTH_ASSETS_JOBS:-6}
{
    awk -F '\t' '$4 == "deb" { print $5 }' "$todo"
    [ -s "$DIR/words.txt" ] || printf '%s\n' wamerican wbritish
} | sort -u >"$STAGE/packages"
if [ -s "$STAGE/packages" ]; then
    xargs -P "$jobs" -d '\n' -n 1 -- bash "$self" --deb <"$STAGE/packages" ||
        die "Debian packages could not be fetched"
fi
if [ -s "$todo" ]; then
    say "synth-assets: fetching $(wc -l <"$todo") of $(wc -l <"$rows") families into $DIR/fonts"
    xargs -P "$jobs" -d '\n' -n 1 -- bash "$self" --family <"$todo" ||
        die "some families are missing, see above. What was fetched is kept; run this again after the fix."
fi

if [ ! -s "$DIR/words.txt" ]; then
    for package in wamerican wbritish; do
        [ -d "$STAGE/debs/$package" ] ||
            die "words: the Debian package $package could not be had. Run 'apt-get update' as root, then this again."
    done
    cat "$STAGE"/debs/wamerican/usr/share/dict/american-english \
        "$STAGE"/debs/wbritish/usr/share/dict/british-english |
        grep -E '^[A-Za-z]+$' | sort -u >"$STAGE/words"
    [ -s "$STAGE/words" ] || die "words: the word lists are empty"
    mv "$STAGE/words" "$DIR/words.txt"
fi

{
    printf 'family\tcategory\tsplit\tsource\tpackage\tversion\tlicence\n'
    while IFS=$'\t' read -r name category split source package _ _ licence; do
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$category" "$split" "$source" "$package" \
            "$(cut -f2 "$DIR/fonts/$split/$category/$name/.done")" "$licence"
    done <"$rows"
} >"$STAGE/licenses"
mv "$STAGE/licenses" "$DIR/fonts/LICENSES.tsv"
chmod a+r "$DIR/fonts/LICENSES.tsv" "$DIR/words.txt"

printf '%s families train, %s validation, %s words\n' \
    "$(awk -F '\t' '$3 == "train"' "$rows" | wc -l)" \
    "$(awk -F '\t' '$3 == "validation"' "$rows" | wc -l)" \
    "$(wc -l <"$DIR/words.txt")"
