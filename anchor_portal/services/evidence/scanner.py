"""Scanning through a ClamAV daemon, over its own protocol (INSTREAM), where one is configured."""

import re
import socket
import struct

STEP = 64 * 1024
SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 5, 60
_FOUND = re.compile(rb"stream: (.+) FOUND")


class ScannerUnreachable(Exception):
    """The daemon does not answer as it should; the text says how, for an operator."""


def scan(setting: str, content: bytes) -> str:
    """The name of what the daemon found in a content; empty where it is clean.

    `setting` is "host:port" or "unix:/path". Raises ScannerUnreachable.
    """
    try:
        with _connect(setting) as daemon:
            daemon.settimeout(SECONDS_TO_ANSWER)
            daemon.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), STEP):
                piece = content[start : start + STEP]
                daemon.sendall(struct.pack(">L", len(piece)) + piece)
            daemon.sendall(struct.pack(">L", 0))
            answer = _read_answer(daemon)
    except OSError as error:
        raise ScannerUnreachable(f"the virus scanner at {setting} does not answer: {error}") from error
    if answer == b"stream: OK":
        return ""
    found = _FOUND.fullmatch(answer)
    if found is None:
        raise ScannerUnreachable(f"the virus scanner at {setting} answered “{answer.decode(errors='replace')[:200]}”")
    return found[1].decode(errors="replace")


def _connect(setting: str) -> socket.socket:
    if setting.startswith("unix:"):
        daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        daemon.settimeout(SECONDS_TO_CONNECT)
        try:
            daemon.connect(setting.removeprefix("unix:"))
        except OSError:
            daemon.close()
            raise
        return daemon
    host, _, port = setting.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), SECONDS_TO_CONNECT)


def _read_answer(daemon: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 4096 and (piece := daemon.recv(4096)):
        answer += piece
    return answer.strip(b"\0\n ")
