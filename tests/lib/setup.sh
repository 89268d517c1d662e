# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by tests/run and packaging/demo: dependencies and builds. Needs $top, the checkout.
# shellcheck shell=bash disable=SC2154

# Build directories stay outside the checkout, one set a checkout.
builds=${RINGFENCE_BUILDS:-/var/tmp/ringfence-build-$(printf %s "$top" | cksum | cut -d ' ' -f 1)}

# quietly LOG COMMAND…: shows the command's output only when it fails.
quietly() {
    local log=$1 status=0
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    [ $status = 0 ] || { cat "$log"; echo "failed with status $status: $*"; } >&2
    return $status
}

# missing_packages SECTION…: what packaging/deps lists under these headings and dpkg does not have.
missing_packages() {
    local wanted=" $* " section="" word rest
    while read -r word rest; do
        if [ "$word" = "#" ]; then
            section=${rest%%[: ]*}
        elif [ -n "$word" ] && [[ "$wanted" == *" $section "* ]]; then
            dpkg-query -W -f '${db:Status-Abbrev}' "$word" 2>/dev/null | grep -q '^ii' || echo "$word"
        fi
    done <"$top/packaging/deps"
}

# release: the number of this Debian; 99 is a release to come, and "none" another distribution.
release() (
    . /etc/os-release
    [ "${ID-}" = debian ] && echo "${VERSION_ID:-99}" || echo none
)

# needs PROGRAM WHY: ends the program with its first line if it cannot run here.
needs() {
    if [ "$(id -u)" != 0 ]; then
        echo "$1 needs root: it boots systemd and installs packages" >&2
    elif [ "$(release)" = none ] || [ "$(release)" -lt 12 ]; then
        echo "$1 needs Debian 12, 13 or sid: $2" >&2
    else
        return
    fi
    exit 77
}

install_dependencies() {
    local missing
    [ "$(release)" = 12 ] || set -- "$@" newer
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    export DEBIAN_FRONTEND=noninteractive
    quietly "$builds/apt.log" apt-get -q update || return
    # shellcheck disable=SC2086
    quietly "$builds/apt.log" apt-get -q install -y --no-install-recommends $missing
}

# build NAME [MESON-OPTION…]: configures (once) and compiles $builds/NAME; CC and CXX choose the
# compiler. Layers that run at the same time may ask for the same build.
build() {
    local directory=$builds/$1
    mkdir -p "$builds"
    (flock 9 && compile "$directory" "${@:2}") 9>"$directory.lock"
}

compile() {
    local directory=$1
    shift
    if [ ! -e "$directory/build.ninja" ]; then
        rm -rf "$directory"
        quietly "$directory.log" meson setup "$directory" "$top" --prefix=/usr \
            --libexecdir=libexec --sysconfdir=/etc -Dwerror=true "$@" || return
    fi
    quietly "$directory.log" ninja -C "$directory" 9>&-
}

# Most of a file's time goes into headers, so up to 30 files are compiled as one; tests/style finds what a
# file does not include by itself. In such a unit one file's names shadow another's. A backtrace only
# shows lines: the rest of -g takes a third of the build's time.
units=(-Dunity=on -Dunity_size=30)
build_gcc() {
    CC="ccache gcc" CXX="ccache g++" build gcc -Ddebug=false "${units[@]}" -Doptimization=1 \
        -Dcpp_args='-g1 -Wno-shadow' -Dc_args=-g1
}
# The other compiler, the sanitizers and the fuzzers share one build: each alone would take as long.
# Without these four checks it takes half the time; AddressSanitizer sees the accesses that they foresee.
build_sanitize() {
    CC="ccache clang" CXX="ccache clang++" build sanitize -Ddebug=false -Doptimization=0 "${units[@]}" \
        -Dcpp_args='-g1 -Wno-shadow -fno-sanitize=vptr,null,alignment,object-size' -Dfuzzers=true \
        -Db_sanitize=address,undefined -Db_lundef=false
}
build_arm64() {
    build arm64 --cross-file "$top/packaging/cross/aarch64-linux-gnu.ini" -Dwrapper_only=true
}

# For the demo: what gets installed and nothing else, or what tests/run has compiled already.
installed_build=installed
[ ! -e "$builds/gcc/build.ninja" ] || installed_build=gcc
build_installed() {
    if [ $installed_build = gcc ]; then
        build_gcc
    else
        CC="ccache gcc" CXX="ccache g++" build installed -Dtests=false "${units[@]}" -Doptimization=1 \
            -Ddebug=false -Dcpp_args=-Wno-shadow
    fi
}
