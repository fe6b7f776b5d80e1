#!/usr/bin/env python3
"""`wrtd serve` from outside: what clients get, what the log says, and what stays behind.

    serve.py --wrtd WRTD --guest GUEST.wasm --composed GUEST.wasm --part PART.wasm --load HTTP_LOAD
"""
import argparse
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

options = None


class Server:
    """A wrtd that serves; its address, and afterwards its log."""

    def __init__(self, *arguments, guest=None):
        self.log_file = tempfile.TemporaryFile(mode="w+")
        command = [options.wrtd, "serve", "--addr", "127.0.0.1:0", *arguments, guest or options.guest]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log_file, text=True)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"serving on http://(.*):(\d+)/\n", line)
        if not found:
            self.process.wait()
            raise RuntimeError(f"no address in {line!r}: {self.log()}")
        self.host, self.port = found[1], int(found[2])
        self.address = f"{self.host}:{self.port}"

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=20)

    def request(self, method, path, body=None, headers={}, **more):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, body, dict(headers), **more)
            response = connection.getresponse()
            return response, response.read()

    def get(self, path):
        return self.request("GET", path)

    def begin(self, data):
        """A connection on which that was sent."""
        connection = self.connect()
        connection.sendall(data)
        return connection

    def begin_get(self, path):
        return self.begin(b"GET %s HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" % path.encode())

    @staticmethod
    def rest(connection):
        """Everything that comes back before the connection closes."""
        with connection:
            received = b""
            while piece := connection.recv(65536):
                received += piece
            return received

    def raw(self, data):
        return self.rest(self.begin(data))

    def log(self):
        self.log_file.seek(0)
        return self.log_file.read()

    def wait_for_log(self, text):
        for _ in range(100):
            if text in self.log():
                return
            time.sleep(0.02)
        raise AssertionError(f"{text!r} is not in the log:\n{self.log()}")

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log_file.close()


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--timeout", "10s", "--fuel", "1G").__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def test_json_tells_what_was_asked(self):
        response, body = self.server.request("GET", "/json?a=b", headers={"user-agent": "the test"})
        self.assertEqual(response.status, 200)
        self.assertEqual(response.getheader("content-type"), "application/json")
        self.assertIsNotNone(response.getheader("date"))
        self.assertEqual(json.loads(body), {
            "method": "GET", "path": "/json?a=b", "scheme": "http", "authority": self.server.address,
            "agent": "the test", "host": False})

    def test_a_method_of_no_name(self):
        self.assertEqual(json.loads(self.server.request("BREW", "/json")[1])["method"], "BREW")

    def test_absolute_form(self):
        answer = self.server.raw(b"GET http://example.org/json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        self.assertIn(b'"authority": "example.org"', answer)
        self.assertIn(b'"path": "/json"', answer)

    def test_types_are_as_specified(self):
        self.assertEqual(self.server.get("/types")[1], b"as it should be\n")

    def test_404(self):
        response, body = self.server.get("/nowhere")
        self.assertEqual((response.status, body), (404, b"no such page\n"))

    def test_a_megabyte_comes_back(self):
        data = os.urandom(1 << 20)
        for path in ["/echo", "/splice"]:
            response, body = self.server.request("POST", path, data)
            self.assertEqual(response.status, 200)
            self.assertTrue(body == data)
            pieces = [data[i:i + 10_000] for i in range(0, len(data), 10_000)]
            response, body = self.server.request("POST", path, iter(pieces), encode_chunked=True,
                                                 headers={"transfer-encoding": "chunked"})
            self.assertTrue(body == data)

    def test_echo_goes_both_ways_at_once(self):
        with self.server.connect() as connection:
            connection.sendall(b"POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
            connection.sendall(b"5\r\nfirst\r\n")
            received = b""
            while not received.endswith(b"5\r\nfirst\r\n"):
                received += connection.recv(4096)
            connection.sendall(b"6\r\nsecond\r\n0\r\nx-sum: 11\r\n\r\n")
            received = b""
            while not received.endswith(b"0\r\nx-sum: 11\r\n\r\n"):
                received += connection.recv(4096)
            self.assertTrue(received.startswith(b"6\r\nsecond\r\n"))

    def test_pieces_come_when_they_are_written(self):
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=20)
        connection.request("GET", "/stream")
        response = connection.getresponse()
        times = []
        for i in [1, 2, 3]:
            self.assertEqual(response.readline(), b"piece %d\n" % i)
            times.append(time.monotonic())
        self.assertGreater(times[2] - times[0], 0.2)
        self.assertEqual(response.read(), b"")
        connection.close()

    def test_a_connection_serves_many_requests(self):
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=20)
        for _ in range(20):
            connection.request("POST", "/json", b"a body that nobody reads")
            self.assertEqual(connection.getresponse().read()[:1], b"{")
        connection.close()

    def test_requests_one_behind_the_other(self):
        one = b"GET /sized HTTP/1.1\r\nhost: x\r\n\r\n"
        last = b"GET /sized HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        self.assertEqual(self.server.raw(one * 3 + last).count(b"\r\n\r\nyes"), 4)

    def test_http_1_0(self):
        answer = self.server.raw(b"GET /bytes/100000 HTTP/1.0\r\n\r\n")
        head, body = answer.split(b"\r\n\r\n", 1)
        self.assertNotIn(b"chunked", head)
        self.assertEqual(len(body), 100_000)

    def test_head_has_no_body(self):
        response, body = self.server.request("HEAD", "/sized")
        self.assertEqual((response.getheader("content-length"), body), ("3", b""))

    def test_expect_continue(self):
        with self.server.connect() as connection:
            connection.sendall(b"POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
            received = connection.recv(4096)
            self.assertIn(b"HTTP/1.1 ", received)
            connection.sendall(b"ok")
            while b"2\r\nok\r\n0\r\n\r\n" not in received:
                received += connection.recv(4096)

    def test_short_answers(self):
        self.assertEqual(self.server.get("/sized")[1], b"yes")
        self.assertEqual(self.server.get("/early")[1], b"early\n")
        response, body = self.server.get("/empty")
        self.assertEqual((response.status, body), (204, b""))

    def test_what_breaks_off_is_incomplete(self):
        for path in ["/unfinished", "/short", "/trap-late"]:
            with self.assertRaises(http.client.IncompleteRead):
                self.server.get(path)
        self.server.wait_for_log("GET /trap-late 200 4 B")
        self.assertRegex(self.server.log(), r"GET /trap-late 200 .* incomplete: .*unreachable\n  at  0  \S+!handle_")

    def test_a_request_that_breaks_off(self):
        with self.server.connect() as connection:
            connection.sendall(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf")
        self.server.wait_for_log("POST /echo 200 4 B")

    def test_500_and_the_reason_in_the_log(self):
        for path, reason in [("/trap", r"unreachable\n  at  0  \S+!handle_"), ("/nothing", "no response"),
                             ("/error", "internal-error: no luck"), ("/children", "cannot remove owned resource")]:
            self.assertEqual(self.server.get(path)[0].status, 500)
            self.server.wait_for_log(f"GET {path} 500")
            self.assertRegex(self.server.log(), rf"GET {path} 500 0 B [\d.]+ ms fuel \d+: .*{reason}")

    def test_requests_of_the_guest_are_denied(self):
        self.assertEqual(self.server.get("/fetch/127.0.0.1:1")[1], b"error 15\n")  # HTTP-request-denied

    def test_what_is_no_request(self):
        for request, status in [(b"nonsense\r\n\r\n", 400), (b"GET / HTTP/1.1\r\n\r\n", 400),
                                (b"CONNECT a:1 HTTP/1.1\r\nhost: x\r\n\r\n", 501),
                                (b"GET nowhere HTTP/1.1\r\nhost: x\r\n\r\n", 400),
                                (b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", 400),
                                (b"GET / HTTP/1.1\r\nhost: x\r\nexpect: wonders\r\n\r\n", 417)]:
            self.assertTrue(self.server.raw(request).startswith(b"HTTP/1.1 %d " % status), request)

    def test_the_log_has_a_line_for_each(self):
        self.server.get("/json?logged")
        self.server.wait_for_log("/json?logged")
        self.assertRegex(self.server.log(), r"\d{4}-\d\d-\d\dT\S+Z GET /json\?logged 200 \d+ B [\d.]+ ms fuel \d+\n")


class Limits(unittest.TestCase):
    def test_head_and_body(self):
        with Server("--max-header-bytes", "1KiB", "--max-body-bytes", "10KiB") as server:
            self.assertEqual(server.request("GET", "/json", headers={"x": "y" * 2000})[0].status, 431)
            self.assertEqual(server.request("POST", "/echo", b"x" * 10_000)[0].status, 200)
            # Told by its length before any of it is sent; in chunks when they are too many.
            answer = server.raw(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 20000\r\n\r\n")
            self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer)
            answer = server.raw(b"POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
                                b"5000\r\n" + b"x" * 0x5000 + b"\r\n0\r\n\r\n")
            self.assertNotIn(b"\r\n0\r\n\r\n", answer)
            answer = server.raw(b"POST /count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
                                b"5000\r\n" + b"x" * 0x5000 + b"\r\n0\r\n\r\n")
            self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer)

    def test_clients_that_dawdle(self):
        with Server("--timeout", "300ms", "--head-timeout", "300ms") as server:
            answer = server.raw(b"GET /json HTTP/1.1\r\nhost:")
            self.assertTrue(answer.startswith(b"HTTP/1.1 408 "), answer)
            answer = server.raw(b"POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf")
            self.assertTrue(answer.startswith(b"HTTP/1.1 408 "), answer)
            self.assertEqual(server.request("POST", "/count", b"whole")[1], b"5\n")

    def test_a_guest_that_hangs(self):
        with Server("--timeout", "300ms") as server:
            for path in ["/loop", "/sleep"]:
                start = time.monotonic()
                self.assertEqual(server.get(path)[0].status, 504)
                self.assertLess(time.monotonic() - start, 5)
            self.assertEqual(server.get("/json")[0].status, 200)
            server.wait_for_log("/json")
            self.assertRegex(server.log(), r"GET /loop 504 0 B [\d.]+ ms: out of time\n  at  0  \S+!handle_")

    def test_fuel_and_memory(self):
        with Server("--fuel", "1M") as server:
            self.assertEqual(server.get("/loop")[0].status, 500)
            server.wait_for_log("fuel")
        refused = subprocess.run([options.wrtd, "serve", "--addr", "127.0.0.1:0", "--budget", "64KiB", options.guest],
                                 capture_output=True, text=True)
        self.assertEqual(refused.returncode, 137, refused.stderr)

    def test_connections(self):
        with Server("--max-connections", "2") as server:
            first, second = server.connect(), server.connect()
            time.sleep(0.1)
            self.assertTrue(server.raw(b"").startswith(b"HTTP/1.1 503 "))
            first.close()
            second.close()
            for _ in range(100):  # until it has noticed
                time.sleep(0.02)
                if server.get("/json")[0].status == 200:
                    return
            self.fail("no place is free again")

    def test_more_requests_than_workers(self):
        with Server("--workers", "2") as server:
            def ask():
                statuses.append(server.get("/sleep-a-little")[0].status)
            statuses = []
            threads = [threading.Thread(target=ask) for _ in range(6)]
            start = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(statuses, [200] * 6)
            self.assertGreater(time.monotonic() - start, 1.4)  # two at a time, half a second each


class Composition(unittest.TestCase):
    """A guest that another component has a part in, which has a start function."""

    def test_each_request_has_all_components_of_its_own(self):
        with Server("--preload", f"test:http={options.part}", "--workers", "1", guest=options.composed) as server:
            for _ in range(3):
                self.assertEqual(server.get("/next")[1], b"101\n")
            self.assertEqual(server.get("/json")[0].status, 200)
            # Nor is there anything left of one that failed.
            for failing in ["/trap", "/trap-late", "/next"]:
                with contextlib.suppress(http.client.IncompleteRead):
                    server.get(failing)
                self.assertEqual(server.get("/next")[1], b"101\n")

    def test_in_one_block_instances_are_made_anew(self):
        with Server("--preload", f"test:http={options.part}", "--workers", "1", "--arena", "16MiB", guest=options.composed) as server:
            for _ in range(3):
                self.assertEqual(server.get("/next")[1], b"101\n")

    def test_instances_serve_as_many_requests_as_they_may(self):
        with Server("--preload", f"test:http={options.part}", "--workers", "1", "--reuse-instances", "3",
                    guest=options.composed) as server:
            numbers = [server.get("/next")[1] for _ in range(7)]
            self.assertEqual(numbers, [b"101\n", b"102\n", b"103\n"] * 2 + [b"101\n"])
            # A failure ends it; and what still has a part of its last request is not asked again.
            server.get("/trap")
            self.assertEqual(server.get("/next")[1], b"101\n")
            server.get("/keep")
            self.assertEqual(server.get("/next")[1], b"101\n")

    def test_what_cannot_be_composed(self):
        for arguments, status, text in [
                ([], 126, "imports test:http/numbers, which nothing provides"),
                (["--preload", f"test:other={options.part}"], 125, "exports no interface of test:other"),
                (["--preload", "test:http=missing.wasm"], 127, "missing.wasm"),
                (["--preload", f"test:http={options.guest}"], 125, "exports no interface of test:http")]:
            refused = subprocess.run([options.wrtd, "serve", *arguments, options.composed], capture_output=True,
                                     text=True, timeout=60)
            self.assertEqual(refused.returncode, status, refused.stderr)
            self.assertIn(text, refused.stderr)


class Stopping(unittest.TestCase):
    def test_what_runs_is_finished(self):
        with Server() as server:
            asked = server.begin_get("/sleep-a-little")
            idle = server.connect()  # an open connection holds nothing up
            time.sleep(0.3)
            self.assertEqual(server.stop(), 0)
            self.assertIn(b"\r\n6\r\nawake\n", server.rest(asked))
            idle.close()
            with self.assertRaises(OSError):
                server.connect()

    def test_a_second_signal_ends_the_grace(self):
        with Server("--grace", "60s") as server:
            asked = server.begin_get("/loop")
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
            self.assertIsNone(server.process.poll())
            self.assertEqual(server.stop(), 0)
            self.assertTrue(server.rest(asked).startswith(b"HTTP/1.1 503 "))

    def test_grace_ends(self):
        for how in [signal.SIGINT, signal.SIGTERM]:
            with Server("--grace", "200ms") as server:
                asked = server.begin_get("/sleep")
                time.sleep(0.3)
                start = time.monotonic()
                self.assertEqual(server.stop(how), 0)
                self.assertLess(time.monotonic() - start, 5)
                self.assertTrue(server.rest(asked).startswith(b"HTTP/1.1 503 "))


class Load(unittest.TestCase):
    def test_64_connections_and_nothing_stays_behind(self):
        with Server("--quiet", "--workers", "8") as server:
            def run(path, seconds):
                done = subprocess.run([options.load, server.address, path, "--seconds", str(seconds), "--connections",
                                       "64"], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                print(f"{path}: {done.stdout}", end="")
            # What workers keep for the next request is there after the first ones.
            run("/json", 1)
            run("/bytes/200000", 0.5)
            before = server.resident()
            run("/json", 1)
            run("/bytes/200000", 1)
            after = server.resident()
            print(f"resident: {before} KiB before, {after} KiB after")
            if not options.sanitized:
                self.assertLess(after, before + 2048)


class Commands(unittest.TestCase):
    def run_wrtd(self, *arguments):
        return subprocess.run([options.wrtd, "serve", *arguments], capture_output=True, text=True, timeout=60)

    def test_what_cannot_be_served(self):
        missing = self.run_wrtd("no_such_file.wasm")
        self.assertEqual(missing.returncode, 127)
        with tempfile.NamedTemporaryFile(suffix=".wasm") as module:
            module.write(b"\0asm\1\0\0\0")
            module.flush()
            refused = self.run_wrtd(module.name)
        self.assertEqual(refused.returncode, 126)
        self.assertIn("is no component", refused.stderr)
        self.assertEqual(self.run_wrtd("--addr", "nowhere", options.guest).returncode, 125)
        without = self.run_wrtd("--no-wasi", options.guest)
        self.assertEqual(without.returncode, 126)

    def test_an_address_that_is_taken(self):
        with Server() as server:
            refused = self.run_wrtd("--addr", server.address, options.guest)
            self.assertEqual(refused.returncode, 125)
            self.assertIn("cannot listen", refused.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--wrtd", required=True)
    parser.add_argument("--guest", required=True)
    parser.add_argument("--composed", required=True, help="the guest that imports what the part exports")
    parser.add_argument("--part", required=True)
    parser.add_argument("--load", required=True)
    parser.add_argument("--sanitized", action="store_true", help="the process keeps what it frees")
    options, rest = parser.parse_known_args()
    if not os.path.exists(options.guest):
        print(f"{options.guest} was not made: nothing to serve")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *rest])
