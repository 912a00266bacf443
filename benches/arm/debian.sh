# shellcheck shell=bash
# Debian packages for a folder of the cache: no root, no change to this system. Sourced by the scripts beside it.
#
# The packages are those of one Debian release, whatever the system at hand is, so that everybody counts the same
# instructions. It needs apt-get, dpkg-deb and Debian's keyring, which Ubuntu has as debian-archive-keyring.

arm_cache=${XDG_CACHE_HOME:-$HOME/.cache}/labelcam/arm
debian_release=bookworm

die() { echo "arm: $*" >&2; exit 1; }
step() { echo "arm: $*" >&2; }

# as_root COMMAND...: with sudo where that is needed.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# need COMMAND PACKAGE...: installs the packages where there is no such command.
need() {
    command -v "$1" >/dev/null && return
    step "installing ${*:2}"
    { as_root apt-get update -qq && as_root apt-get install -y -qq "${@:2}" >/dev/null; } ||
        die "install this first: apt-get install ${*:2}"
}

# own_apt COMMAND...: apt-get or apt-cache on package lists of our own.
own_apt() { APT_CONFIG=$arm_cache/apt/apt.conf "$@"; }

# prepare_apt: fetches the package lists, once in a process.
prepare_apt() {
    [ -z "${apt_prepared-}" ] || return 0
    for program in apt-get dpkg-deb; do
        command -v "$program" >/dev/null || die "this needs $program, as Debian has it"
    done
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -e "$keyring" ] || die "there is no $keyring: apt-get install debian-archive-keyring"
    mkdir -p "$arm_cache/apt/state/lists/partial" "$arm_cache/apt/cache/archives/partial"
    : >"$arm_cache/apt/status"
    cat >"$arm_cache/apt/sources.list" <<EOF
deb [signed-by=$keyring] http://deb.debian.org/debian $debian_release main
deb [signed-by=$keyring] http://deb.debian.org/debian-security $debian_release-security main
EOF
    cat >"$arm_cache/apt/apt.conf" <<EOF
Dir::State "$arm_cache/apt/state";
Dir::State::status "$arm_cache/apt/status";
Dir::Cache "$arm_cache/apt/cache";
Dir::Etc::SourceList "$arm_cache/apt/sources.list";
Dir::Etc::SourceParts "-";
APT::Architectures { "amd64"; "arm64"; };
APT::Sandbox::User "";
EOF
    own_apt apt-get update -qq || die "the package lists of Debian $debian_release cannot be fetched"
    apt_prepared=yes
}

# unpack FOLDER PACKAGE:ARCHITECTURE...: unpacks these packages alone.
unpack() {
    prepare_apt
    local archives
    archives=$(mktemp -d)
    # In the folder itself: apt-get download knows no other place.
    (cd "$archives" && own_apt apt-get download -qq "${@:2}") || die "cannot fetch ${*:2}"
    unpack_archives "$1" "$archives"
    rm -r "$archives"
}

# unpack_with_dependencies FOLDER ARCHITECTURE PACKAGE...: unpacks these packages and what they depend on.
unpack_with_dependencies() {
    prepare_apt
    own_apt apt-get clean
    own_apt apt-get install -y -qq --download-only --no-install-recommends \
        -o "APT::Architecture=$2" "${@:3}" >/dev/null ||
        die "cannot fetch ${*:3} for $2"
    unpack_archives "$1" "$arm_cache/apt/cache/archives"
    own_apt apt-get clean
}

unpack_archives() {
    mkdir -p "$1"
    for archive in "$2"/*.deb; do
        dpkg-deb -x "$archive" "$1"
    done
}

# depends PACKAGE:ARCHITECTURE PREFIX: the package of that prefix that it depends on.
depends() {
    own_apt apt-cache depends "$1" | awk -v prefix="$2" '$1 == "Depends:" && index($2, prefix) == 1 { print $2; exit }'
}
