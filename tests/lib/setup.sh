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

install_dependencies() {
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    export DEBIAN_FRONTEND=noninteractive
    quietly "$builds/apt.log" apt-get -q update || return
    # shellcheck disable=SC2086
    quietly "$builds/apt.log" apt-get -q install -y --no-install-recommends $missing
}

# build NAME [MESON-OPTION…]: configures (once) and compiles $builds/NAME; CC and CXX choose the
# compiler.
build() {
    local directory=$builds/$1
    shift
    if [ ! -e "$directory/build.ninja" ]; then
        rm -rf "$directory"
        quietly "$directory.log" meson setup "$directory" "$top" --prefix=/usr \
            --libexecdir=libexec --sysconfdir=/etc -Dwerror=true "$@" || return
    fi
    quietly "$directory.log" ninja -C "$directory"
}

# Lines are all that a backtrace shows; the rest of -g costs a third of the build.
build_gcc() {
    CC="ccache gcc" CXX="ccache g++" build gcc -Ddebug=false -Dcpp_args=-g1 -Dc_args=-g1
}
# The other compiler, the sanitizers and the fuzzers share one build: each alone would take as long.
# In few large units, where one file's names shadow another's; gcc has compiled each file alone.
build_sanitize() {
    CC="ccache clang" CXX="ccache clang++" build sanitize -Ddebug=false -Dunity=on \
        -Dcpp_args='-g1 -Wno-shadow' -Dfuzzers=true -Db_sanitize=address,undefined -Db_lundef=false
}
build_arm64() {
    build arm64 --cross-file "$top/packaging/cross/aarch64-linux-gnu.ini" -Dwrapper_only=true
}

# What gets installed and nothing else, as quickly as it can be had: for the demo.
build_installed() {
    CC="ccache gcc" CXX="ccache g++" build installed -Dtests=false -Dunity=on -Doptimization=1 \
        -Ddebug=false
}
