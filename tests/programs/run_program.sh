#!/usr/bin/env bash
# run_program.sh WRTD PROGRAM.wasm BASE SCRATCH: runs a program with an empty directory as /data and compares all that
# can be seen of it with BASE.expected. README.md describes the files beside a program.
set -u
wrtd=$1 wasm=$2 base=$3 scratch=$4

if [[ ! -f $wasm ]]; then
    printf 'skipped: there is no %s\n' "$wasm"
    exit 77
fi
# In BASE.expected the lines "[exit N]" and "[stderr TEXT]" at the end are ours, the rest is standard output.
rm -rf "$scratch"
mkdir -p "$scratch/data"
grep -v -E '^\[(exit|stderr) .*\]$' "$base.expected" >"$scratch/expected"
status=$(sed -n 's/^\[exit \(.*\)\]$/\1/p' "$base.expected")
mapfile -t complaints < <(sed -n 's/^\[stderr \(.*\)\]$/\1/p' "$base.expected")
arguments=() options=(--dir "$scratch/data::/data") input=/dev/null
[[ -f $base.args ]] && mapfile -t arguments <"$base.args"
[[ -f $base.input ]] && input=$base.input
if [[ -f $base.env ]]; then
    while IFS= read -r line; do options+=(--env "$line"); done <"$base.env"
fi

set -- "$wrtd" run "${options[@]}" "$wasm" "${arguments[@]}"
"$@" <"$input" >"$scratch/stdout" 2>"$scratch/stderr"
got=$?

failed=0
fail() {
    printf 'FAILED: %s\n' "$*"
    failed=1
}
((got == ${status:-0})) || fail "exit status $got, expected ${status:-0}"
diff -u --label expected --label printed "$scratch/expected" "$scratch/stdout" || fail "standard output differs"
for text in "${complaints[@]}"; do
    grep -q -F -- "$text" "$scratch/stderr" || fail "standard error does not contain '$text'"
done
((${#complaints[@]})) || [[ ! -s $scratch/stderr ]] || fail "standard error is not empty"
if ((failed)); then
    printf 'command:'
    printf ' %q' "$@"
    printf '\nstandard error:\n'
    cat "$scratch/stderr"
fi
exit $failed
