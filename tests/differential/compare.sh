#!/usr/bin/env bash
# Compares wrt with V8 on random modules.
#
# usage: compare.sh [--tool PROGRAM] [--cache DIRECTORY] [SEED [COUNT]]       (default: 1, 2000)
# A night's worth: compare.sh 1000000 200000
# status: 0 they agree, 1 they do not, 77 skipped, with the reason on standard output
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tool=$root/build/release/bin/differential_tool
cache=$root/build/cache
while [[ ${1:-} == --* ]]; do
    case $1 in
    --tool) tool=$2 ;;
    --cache) cache=$2 ;;
    *)
        printf 'compare.sh: no option %s\n' "$1" >&2
        exit 2
        ;;
    esac
    shift 2
done

status=0
program=$("$here/get_engine.sh" "$cache") || status=$?
if ((status != 0)); then
    printf '%s\n' "$program"
    exit "$status"
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$tool" engine "$program" "$here/driver.mjs" "$scratch" "${1:-1}" "${2:-2000}"
