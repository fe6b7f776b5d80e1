#!/usr/bin/env python3
"""Runs net/fetch.c with wrtd against a server of this machine.

  http_client_test.py --wrtd WRTD --component FETCH.wasm [--openssl OPENSSL]

Exit code 77: no socket can be had here, or there is no component. With --openssl, the command, https is tried too.
"""
import argparse
import ipaddress
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time


# How long the server says nothing where it does not, in seconds; whoever waits for it has not heeded a timeout.
silence = 30


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        with self.server.lock:
            self.server.connections += 1
            self.number, self.requests = self.server.connections, 0
        try:
            while line := self.rfile.readline().decode():
                method, path, _ = line.split()
                fields = {}
                while (line := self.rfile.readline().strip()):
                    name, value = line.decode().split(":", 1)
                    fields[name.lower()] = value.strip()
                self.requests += 1
                if self.number > 1 or self.requests < 2 or path != "/once":
                    self.answer(method, path, fields)
                # Only these leave the connection open.
                if path not in ("/kept", "/chunked", "/once", "/twice") or self.requests > 1 and path == "/once":
                    return
        except OSError:
            pass

    def write(self, *pieces):
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()

    def answer(self, method, path, fields):
        ok = b"HTTP/1.1 200 OK\r\nx-test: seen\r\n"
        if path == "/hello":
            text = f"{method} {fields['host'].split(':')[0]} {fields['x-client']}\n".encode()
            self.write(ok, b"content-length: %d\r\n\r\n" % len(text), b"" if method == "HEAD" else text)
        elif path in ("/kept", "/said", "/unsaid", "/once", "/twice"):
            # All that is written now comes at once.
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, path == "/twice")
            text = f"connection {self.number} request {self.requests}\n".encode()
            self.write(ok, b"connection: close\r\n" if path == "/said" else b"",
                       b"content-length: %d\r\n\r\n" % len(text), text)
            if path == "/twice":
                self.write(ok, b"content-length: 18\r\n\r\nnobody asked this\n")
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
        elif path == "/late":
            self.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n")
            time.sleep(0.1)
            self.write(b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n")
        elif path == "/chunked":
            self.write(ok, b"transfer-encoding: chunked\r\n\r\n")
            for word in (b"one ", b"two ", b"three\n"):
                piece = chunk(word)
                self.write(piece[:2])
                time.sleep(0.02)
                self.write(piece[2:])
            self.write(b"0\r\nx-trailer: last\r\n\r\n")
        elif path == "/eof":
            self.write(ok, b"\r\n", b"x" * 300000)
        elif path == "/early":
            self.write(ok, b"\r\nenough")
            self.connection.shutdown(socket.SHUT_WR)
            time.sleep(silence)
        elif path == "/large-head":
            self.write(ok, b"x-large: %s\r\n\r\n" % (b"x" * 100000))
        elif path == "/cut":
            self.write(ok, b"content-length: 100\r\n\r\n", b"ten bytes\n")
        elif path == "/silent":
            time.sleep(silence)
        elif path == "/stall":
            self.write(ok, b"content-length: 100\r\n\r\n", b"ten bytes\n")
            time.sleep(silence)
        elif path == "/nothing":
            pass
        elif path == "/garbage":
            self.write(b"SSH-2.0-server\r\n\r\n")
        elif path == "/length":
            self.write(ok, b"content-length: 6\r\n\r\n", self.rfile.read(int(fields["content-length"])) + b"\n")
        elif path == "/echo" and fields.get("transfer-encoding") == "chunked":
            self.write(ok, b"transfer-encoding: chunked\r\n\r\n")
            while (count := int(self.rfile.readline(), 16)) != 0:
                self.write(chunk(self.rfile.read(count)))
                self.rfile.read(2)
            self.rfile.readline()
            self.write(b"0\r\n\r\n")
        else:
            self.write(b"HTTP/1.1 500 What\r\ncontent-length: 0\r\n\r\n")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    context = None
    connections = 0

    def __init__(self, *arguments):
        self.lock = threading.Lock()
        super().__init__(*arguments)

    def get_request(self):
        connection, address = super().get_request()
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        pass  # clients that do not like the certificate


failures = 0


def fetch(expected, *words, grant=None, env=None, says=None):
    global failures
    grant = [f"--allow-net={rule}" for rule in (grant or ["localhost"])]
    started = time.monotonic()
    ended = subprocess.run([options.wrtd, "run", *grant, options.component, *words], capture_output=True, text=True,
                           timeout=60, env={**os.environ, **(env or {})})
    seconds = time.monotonic() - started
    if ended.stdout == expected and ended.returncode == 0 and seconds < silence / 2:
        return
    failures += 1
    print(f"FAILED: {' '.join(words)} prints\n{expected}but, after {seconds:.2f} s, status {ended.returncode}:\n"
          f"{ended.stdout}{ended.stderr}")


def serve(context=None):
    server = Server(("127.0.0.1", 0), Handler)
    server.context = context
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def plain():
    port = serve()
    here = f"127.0.0.1:{port}"
    fetch("200 x-test=seen\nGET 127.0.0.1 fetch\n", "get", "http", here, "/hello")
    fetch("200 x-test=seen\n", "head", "http", here, "/hello")
    fetch("404\n", "get", "http", here, "/late")
    fetch("200 x-test=seen\none two three\ntrailer last\n", "get", "http", here, "/chunked")
    fetch("200 x-test=seen\n300000 bytes\n", "get", "http", here, "/eof")
    fetch("200 x-test=seen\n12345\n", "length", "http", here, "/length")
    fetch("3145728 bytes there, 3145728 back\n", "post", "http", here, "/echo")
    fetch("no more is taken\n", "post", "http", here, "/early")
    fetch("200 x-test=seen\nten bytes\nbody: HTTP-response-incomplete\n", "get", "http", here, "/cut")
    fetch("response: connection-terminated\n", "get", "http", here, "/nothing")
    fetch("response: error 35\n", "get", "http", here, "/garbage")  # HTTP-protocol-error
    fetch("response: connection-read-timeout\n", "slow", "http", here, "/silent")
    fetch("200 x-test=seen\nten bytes\nbody: connection-read-timeout\n", "slow", "http", here, "/stall")
    fetch("response: error 26\n", "get", "http", here, "/large-head")  # HTTP-response-header-section-size
    fetch("dropped\n", "drop", "http", here, "/silent")
    fetch("response: connection-refused\n", "get", "http", "127.0.0.1:1", "/")
    fetch("response: DNS-error\n", "get", "http", "nobody.invalid", "/", grant=["nobody.invalid"])
    ended = subprocess.run([options.wrtd, "run", "--net", "--timeout", "300ms", options.component, "get", "http", here,
                            "/silent"], capture_output=True, text=True, timeout=60)
    if "out of time" not in ended.stderr:
        fetch("a wait for a response ends with its time\n", "get", "http", here, "/silent")
    # Grants.
    fetch("request: HTTP-request-denied\n", "get", "http", here, "/hello", grant=["127.0.0.2"])
    fetch("request: HTTP-request-denied\n", "get", "http", here, "/hello", grant=[f"localhost:{port % 65535 + 1}"])
    fetch("200 x-test=seen\nGET 127.0.0.1 fetch\n", "get", "http", here, "/hello", grant=[f"127.0.0.0/8:{port}"])
    fetch("request: HTTP-request-denied\n", "get", "http", f"localhost:{port}", "/hello", grant=["127.0.0.0/8"])
    fetch("200 x-test=seen\nGET localhost fetch\n", "get", "http", f"localhost:{port}", "/hello", grant=["localhost"])


def answers(*pairs):
    """What get prints of pages that tell the connection and which of its requests they answer."""
    return "".join(f"200 x-test=seen\nconnection {number} request {request}\n" for number, request in pairs)


def kept(scheme="http", **more):
    """Connections are used again, unless the server has closed them or says that it will."""
    def here():
        return f"localhost:{serve(more.get('context'))}"
    env = {"env": more["env"]} if "env" in more else {}
    fetch(answers((1, 1), (1, 2), (1, 3)), "get", scheme, here(), "/kept", "/kept", "/kept", **env)
    fetch(answers((1, 1), (1, 2), (2, 1)), "get", scheme, here(), "/kept", "/said", "/kept", **env)
    # What came behind a response answers no other request.
    fetch(answers((1, 1), (1, 2), (2, 1)), "get", scheme, here(), "/kept", "/twice", "/kept", **env)
    # The server closes without a word, before the next request or when it has come.
    fetch(answers((1, 1), (1, 2), (2, 1)), "get", scheme, here(), "/kept", "/unsaid", "/kept", **env)
    fetch(answers((1, 1), (2, 1)), "get", scheme, here(), "/kept", "/once", **env)
    fetch("200 x-test=seen\none two three\ntrailer last\n" + answers((1, 2)), "get", scheme, here(), "/chunked", "/kept",
          **env)


def private():
    """A name that is allowed leads to no address of this machine, unless that is allowed too."""
    port = serve()
    for name in (socket.gethostname(), "ip6-localhost", "ip4.localhost"):
        try:
            found = {info[4][0] for info in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)}
        except OSError:
            continue
        if "127.0.0.1" not in found or any(ipaddress.ip_address(address).is_global for address in found):
            continue
        there = f"{name}:{port}"
        hello = f"200 x-test=seen\nGET {name} fetch\n"
        fetch("response: error 4\n", "get", "http", there, "/hello", grant=[name])  # destination-IP-prohibited
        fetch(hello, "get", "http", there, "/hello", grant=[f"{name}=private"])
        fetch(hello, "get", "http", there, "/hello", grant=[f"{name}:{port}=private"])
        fetch(hello, "get", "http", there, "/hello", grant=[name, "127.0.0.0/8"])
        fetch("response: error 4\n", "get", "http", there, "/hello", grant=[name, "127.0.0.2"])
        return
    print("no name of this machine but localhost leads to it: what such a name may reach is not tried")


def encrypted():
    with tempfile.TemporaryDirectory() as directory:
        key, certificate = os.path.join(directory, "key.pem"), os.path.join(directory, "certificate.pem")
        subprocess.run([options.openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        port = serve(context)
        trusts = {"SSL_CERT_FILE": certificate}
        there = f"localhost:{port}"
        fetch("200 x-test=seen\nGET localhost fetch\n", "get", "https", there, "/hello", env=trusts)
        fetch("3145728 bytes there, 3145728 back\n", "post", "https", there, "/echo", env=trusts)
        kept("https", context=context, env=trusts)
        fetch("response: TLS-certificate-error\n", "get", "https", there, "/hello")
        fetch("response: TLS-certificate-error\n", "get", "https", f"127.0.0.1:{port}", "/hello", env=trusts)
        fetch("response: TLS-protocol-error\n", "get", "https", f"localhost:{serve()}", "/hello", env=trusts)


parser = argparse.ArgumentParser()
parser.add_argument("--wrtd", required=True)
parser.add_argument("--component", required=True)
parser.add_argument("--openssl")
options = parser.parse_args()
if not os.path.exists(options.component):
    print("skipped: there is no component")
    sys.exit(77)
try:
    serve()
except OSError as problem:
    print(f"skipped: no socket can be had here: {problem}")
    sys.exit(77)
plain()
kept()
private()
if options.openssl:
    encrypted()
else:
    print("https is not tried: it is not in this build, or there is no command openssl")
sys.exit(1 if failures else 0)
