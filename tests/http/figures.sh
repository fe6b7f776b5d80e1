#!/usr/bin/env bash
# Requests per second, and what one is made of. After a build: tests/http/figures.sh [BUILD] (default build/release);
# the guest must have been made (ctest -R http_guest). Or a soak: tests/http/figures.sh BUILD soak [SECONDS [PATH]].
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/release}
guest=${GUEST:-$build/tests/http/guest.wasm}
bin=$build/tests/bin
scratch=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# load NAME SECONDS PATH COMMAND...: starts a server, asks it, stops it.
load() {
    local name=$1 seconds=$2 path=$3 address=
    shift 3
    "$@" >"$scratch/out" 2>"$scratch/err" &
    server=$!
    while [[ -z $address ]] && kill -0 "$server"; do
        sleep 0.1
        address=$(sed -n 's#serving on http://\(.*\)/#\1#p' "$scratch/out")
    done
    echo "== $name"
    "$bin/http_load" "$address" "$path" --connections 64 --seconds "$seconds" --pid "$server"
    kill -TERM "$server"
    wait "$server"
    server=
}

if [[ ${2:-} == soak ]]; then
    load "64 connections, ${3:-60} s, ${4:-/json}" "${3:-60}" "${4:-/json}" \
        "$build/bin/wrtd" serve --addr 127.0.0.1:0 --quiet "$guest"
    exit
fi
"$bin/http_cost" "$guest"
load "wire without a guest" 5 /json "$bin/http_cost" --wire
load "wrtd serve, /json" 5 /json "$build/bin/wrtd" serve --addr 127.0.0.1:0 --quiet "$guest"
load "wrtd serve, 200 kB" 5 /bytes/200000 "$build/bin/wrtd" serve --addr 127.0.0.1:0 --quiet "$guest"
