#!/usr/bin/env bash
# run_module.sh WRTD MODULE.wasm SOURCE.wat: for every ";; invoke:" line of the source, calls that export and compares
# what it prints, or the trap it ends with, with the ";; expect" lines that follow.
set -u
wrtd=$1 wasm=$2 source=$3
error=$(mktemp)
trap 'rm -f "$error"' EXIT
failed=0 checked=0 invocation='' expected='' expected_trap=''

check() {
    [[ -n $invocation ]] || return
    local words printed status
    read -r -a words <<<"$invocation"
    printed=$("$wrtd" call "$wasm" "${words[@]}" 2>"$error")
    status=$?
    checked=$((checked + 1))
    if [[ -n $expected_trap ]]; then
        ((status == 134)) && [[ -z $printed ]] && grep -q -F -- "$expected_trap" "$error" && return
        printf 'FAILED: %s: expected trap: %s\n' "$invocation" "$expected_trap"
    else
        ((status == 0)) && [[ $printed == "${expected%$'\n'}" && ! -s $error ]] && return
        printf 'FAILED: %s: expected:\n%s' "$invocation" "$expected"
    fi
    printf 'exit status %d, printed:\n%s\n' "$status" "$printed"
    cat "$error"
    failed=1
}

while IFS= read -r line; do
    case $line in
    ';; invoke: '*)
        check
        invocation=${line#';; invoke: '} expected='' expected_trap=''
        ;;
    ';; expect: '*) expected+=${line#';; expect: '}$'\n' ;;
    ';; expect trap: '*) expected_trap=${line#';; expect trap: '} ;;
    esac
done <"$source"
check
((checked)) || {
    echo "FAILED: $source says nothing to invoke"
    failed=1
}
exit $failed
