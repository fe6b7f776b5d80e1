#!/usr/bin/env bash
# Compares wrt with V8.
#
# usage: compare.sh [--tool PROGRAM] [--cache DIRECTORY] [SEED [COUNT]]
#            what COUNT (2000) random modules from SEED (1) do; a night's worth: 1000000 200000
#        compare.sh [--tool PROGRAM] [--cache DIRECTORY] --verdicts [COUNT]
#            whether COUNT (20000) mutations of the specification's binaries are valid; all of them: 100000000
# status: 0 they agree, 1 they do not, 77 skipped, with the reason on standard output
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tool=$root/build/release/bin/differential_tool
cache=$root/build/cache
verdicts=false
while [[ ${1:-} == --* ]]; do
    case $1 in
    --tool) tool=$2 ;;
    --cache) cache=$2 ;;
    --verdicts)
        verdicts=true
        shift
        break
        ;;
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
# What is left there after a difference is worth keeping.
scratch=$(mktemp -d)
trap '(($? != 0)) || rm -rf "$scratch"' EXIT
if $verdicts; then
    "$tool" verdicts "$program" "$here/verdicts.mjs" "$scratch" "$cache/wasm-spec/core" "${1:-20000}"
    exit
fi
"$tool" engine "$program" "$here/driver.mjs" "$scratch" "${1:-1}" "${2:-2000}"
