#!/usr/bin/env bash
# run_calls.sh WRTD CALLS COMPONENT.wasm [OPTION...]: makes the calls that CALLS holds and compares what comes of them. A line
# `$ name arguments...` is a call, in words as a shell takes them (`$ --json name arguments...`: printed as JSON); the
# lines up to the next one are what it must print, on standard output or standard error. OPTIONs are those of `wrtd call`.
# 77: there is no such component.
set -euo pipefail
wrtd=$1 calls=$2 component=$3
shift 3
if [[ ! -f $component ]]; then
    printf 'skipped: there is no %s\n' "$component"
    exit 77
fi
while IFS= read -r line; do
    [[ $line == '$ '* ]] || continue
    printf '%s\n' "$line"
    eval "words=(${line#'$ '})"
    options=("$@")
    if [[ ${words[0]} == --json ]]; then
        options+=(--json)
        words=("${words[@]:1}")
    fi
    "$wrtd" call "${options[@]}" "$component" "${words[@]}" 2>&1 || true
done <"$calls" | diff -u --label expected --label printed "$calls" -
