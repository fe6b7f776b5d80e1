#!/usr/bin/env python3
"""Runs the programs of net/ with wrtd: sockets on this machine only.

  network_test.py --wrtd WRTD --components DIRECTORY

Exit code 77: no socket can be had here, or there are no programs.
"""
import argparse
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time


def run(*words, limit=60):
    started = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run([options.wrtd, "run", *words], capture_output=True, text=True, timeout=limit)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended.seconds = time.monotonic() - started
    ended.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return ended


def program(name):
    return os.path.join(options.components, f"{name}.wasm")


failures = 0


def expect(what, is_so, shown):
    global failures
    if is_so:
        return
    failures += 1
    print(f"FAILED: {what}\n{shown}")


def prints(text, *words, status=0):
    ended = run(*words)
    expect(f"{' '.join(words)} prints\n{text}", ended.stdout == text and ended.returncode == status,
           f"status {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return ended


def sockets():
    prints("states as specified\n", "--net", program("states"))
    prints("echoed\n", "--net", program("tcp_echo"))
    prints("datagrams echoed\n", "--net", program("udp_echo"))
    prints("20 sockets\nlimits met\n", "--net", "--max-sockets", "20", program("hostile"))


def lookups():
    prints("127.0.0.1: 127.0.0.1\n::1: v6 ending in 1\nnot a name: invalid-argument\n"
           "other.test: access-denied\nsub.localhost: access-denied\n",
           "--allow-net", "localhost:80", program("lookup"), "127.0.0.1", "::1", "not a name", "other.test",
           "sub.localhost")
    try:
        known = socket.gethostbyname("localhost") == "127.0.0.1"
    except OSError:
        known = False
    if not known:
        print("skipped: localhost has no address here")
        return
    ended = run("--allow-net", "localhost", program("lookup"), "localhost")
    expect("localhost is looked up", " 127.0.0.1" in ended.stdout, ended.stdout + ended.stderr)


def grants():
    prints("create denied\ncreate udp denied\nlook up localhost denied\n", program("denied"))
    prints("create fine\ncreate udp fine\nlook up localhost fine\nconnect to port 1 refused\n"
           "connect to port 2 denied\nbind to port 3 denied\nbind to any port here fine\nlisten there denied\n"
           "bind to any port fine\nlisten there denied\nbind udp fine\nport 1: send fine\nport 1: stream fine\n"
           "port 2: send denied\nport 2: stream denied\n",
           "--allow-net", "localhost:1", program("denied"))
    prints("create fine\ncreate udp fine\nlook up localhost denied\nconnect to port 1 denied\n"
           "connect to port 2 denied\nbind to port 3 denied\nbind to any port here fine\nlisten there fine\n"
           "bind to any port denied\nbind udp denied\n",
           "--allow-listen", "127.0.0.1:0", program("denied"))
    ended = run("--allow-net", "host:port", program("denied"))
    expect("a rule that is none is refused", ended.returncode == 125 and "host:port" in ended.stderr, ended.stderr)


def strangers():
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for each in (peer, stranger):
        each.bind(("127.0.0.1", 0))
        each.settimeout(30)

    def answer():
        _, guest = peer.recvfrom(100)
        stranger.sendto(b"no", guest)
        stranger.sendto(b"no", guest)
        time.sleep(0.05)
        peer.sendto(b"pong", guest)

    threading.Thread(target=answer, daemon=True).start()
    port = peer.getsockname()[1]
    prints("pong from whom it may\n", "--allow-net", f"127.0.0.1:{port}", program("filtered"), str(port))


def waits():
    for attempt in range(3):  # how much it takes to start is not the same each time
        at_once = prints("waited\n", "--net", program("polling"), "wait", "0")
        second = prints("waited\n", "--net", program("polling"), "wait", "1000")
        if second.cpu - at_once.cpu < 0.02:
            break
    expect("a wait lasts as long as it should", second.seconds >= 1, f"{second.seconds} s")
    expect("a wait of a second costs no 20 ms", second.cpu - at_once.cpu < 0.02,
           f"{second.cpu} s against {at_once.cpu} s without")
    for how, says in (("forever", "waiting\n"), ("read", "reading\n"), ("write", "writing\n")):
        ended = run("--net", "--timeout", "300ms", program("polling"), how)
        expect(f"polling {how} ends with its time",
               ended.stdout == says and "out of time" in ended.stderr and ended.seconds < 20,
               f"{ended.seconds} s\n{ended.stdout}{ended.stderr}")
    # An interrupt ends the wait, not the next look at it.
    with subprocess.Popen([options.wrtd, "run", "--net", "--timeout", "1m", program("polling"), "forever"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        time.sleep(0.05)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        expect("an interrupt ends a wait at once", time.monotonic() - started < 2,
               f"after {time.monotonic() - started} s")


parser = argparse.ArgumentParser()
parser.add_argument("--wrtd", required=True)
parser.add_argument("--components", required=True)
options = parser.parse_args()
if not os.path.exists(program("states")):
    print("skipped: there are no components")
    sys.exit(77)
try:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
except OSError as problem:
    print(f"skipped: no socket can be had here: {problem}")
    sys.exit(77)
for part in (sockets, lookups, grants, strangers, waits):
    part()
sys.exit(1 if failures else 0)
