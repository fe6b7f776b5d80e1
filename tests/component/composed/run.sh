#!/usr/bin/env bash
# run.sh WRTD COMPONENTS: the calls of reader.calls for every pair of string encodings, with the library composed on the
# command line, and composed ahead; and the library's interface as WIT. 77: make.mjs made no components.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
wrtd=$1 components=$2
calls=("$here/../run_calls.sh" "$wrtd" "$here/reader.calls")
for library in utf8 utf16 latin1; do
    for reader in utf8 utf16 latin1; do
        printf 'library in %s, reader in %s\n' "$library" "$reader"
        "${calls[@]}" "$components/reader_$reader.wasm" --preload "acme:library=$components/library_$library.wasm"
        "${calls[@]}" "$components/both_${library}_$reader.wasm"
    done
done
"$wrtd" inspect "$components/library_utf8.wasm" | sed -n '/^package acme/,$p' |
    diff -u --label expected --label printed "$here/library.wit" -
