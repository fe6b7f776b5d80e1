"""Run by a CPython that is itself a WebAssembly module: the standard library, files, errors, an exit status."""

import collections
import decimal
import functools
import hashlib
import json
import math
import os
import re
import struct
import sys

print(f"Python {sys.version.split()[0]} on {sys.platform}, arguments {sys.argv[1:]}, GREETING={os.environ.get('GREETING')}")

digest = hashlib.sha256()
for block in range(64):
    digest.update(bytes((block * 7 + i * 13) & 255 for i in range(1024)))
print("sha256", digest.hexdigest())

document = {"name": "wrt", "numbers": [1, -2.5, 1e100], "nested": {"null": None, "yes": True}, "text": "naïve € 🌍"}
text = json.dumps(document, sort_keys=True)
print("json", text, json.loads(text) == document)

print("sum", sum(i * i for i in range(200000)), math.fsum([0.1] * 10), sum(decimal.Decimal("0.1") for _ in range(10)))
print("power", pow(3, 10**18, 2**61 - 1), len(str(2**4000)), 10**40 // 7**20)


@functools.lru_cache(maxsize=None)
def partitions(n, largest):
    return 1 if n == 0 else sum(partitions(n - k, k) for k in range(1, min(n, largest) + 1))


# Upwards, since every step down is a recursion through C, and the module's own stack is small.
print("partitions", [partitions(n, n) for n in range(0, 61, 6)])


def nested(n):
    return 0 if n == 0 else 1 + nested(n - 1)


print("depth", nested(500))
try:
    nested(10**6)
except RecursionError as error:
    print("too deep:", type(error).__name__)

words = re.findall(r"[a-z]+", "The quick brown fox and the lazy dog and the end".lower())
print("words", collections.Counter(words).most_common(3))
print("struct", struct.pack("<ihd", -2, 300, 1.5).hex())
print("sorted", sorted("wasm runtime", key=lambda c: (c.isspace(), -ord(c))))

path = "/work/table.txt"
with open(path, "w", encoding="utf-8") as file:
    for i in range(1000):
        print(i, i**3, file=file)
with open(path, encoding="utf-8") as file:
    rows = [line.split() for line in file]
print("file", len(rows), os.stat(path).st_size, sum(int(cube) for _, cube in rows), sorted(os.listdir("/work")))
os.remove(path)
try:
    open("/work/absent")
except FileNotFoundError as error:
    print("absent:", error.strerror)
try:
    {}["key"]
except KeyError as error:
    print("caught", repr(error))

print("on the error stream", file=sys.stderr)
sys.exit(42)
