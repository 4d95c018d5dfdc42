"""A server of our own for benchmarks: the portal and a bare Flask view in one process, on a loopback port."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

SECRET = "a secret for benchmarks only"
PROJECT = Path(__file__).parent.parent

SERVER = """
import sys
from flask import Flask, request
from waitress import serve
from werkzeug.middleware.dispatcher import DispatcherMiddleware
import gc
from anchor_portal import create_app
from anchor_portal.config import Settings

bare = Flask("bare")

@bare.post("/read")
def read():
    return str(len([request.form[name] for name in request.form]))

app = create_app(Settings(database_url=sys.argv[1], secret_key=sys.argv[2], secure_cookies=False))
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
serve(DispatcherMiddleware(app, {"/bare": bare}), host="127.0.0.1", port=int(sys.argv[3]), threads=2)
"""


@contextmanager
def serving(url: str) -> Iterator[int]:
    """Serve the database at an address; gives the port, and stops the server afterwards."""
    port = _free_port()
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, url, SECRET, str(port)], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


class Client:
    """One connection that is kept open, with its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.cookie = ""

    def send(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and body of one request."""
        body = urlencode(fields).encode() if fields is not None else None
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        if cookie := response.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return response.status, text

    def timed(self, method: str, path: str, fields: dict[str, str] | None = None) -> float:
        """Seconds that a request takes; it must succeed."""
        began = time.perf_counter()
        status, _ = self.send(method, path, fields)
        taken = time.perf_counter() - began
        if status >= 400:
            raise RuntimeError(f"{path} answers {status}")
        return taken
