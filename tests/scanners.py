"""A ClamAV daemon of the tests' own, with one signature of the tests' own, and an S3-compatible server on loopback."""

import atexit
import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

from moto.server import ThreadedMotoServer

from tests.engines import skip_or_fail
from tests.hostile import EICAR_LIKE

CLAMD = Path("/usr/sbin/clamd")
SECONDS_TO_START = 60
SETTINGS = """
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/signatures
PidFile {folder}/clamd.pid
LogFile {folder}/clamd.log
Foreground yes
SelfCheck 3600
MaxThreads 4
"""
# as with PostgreSQL, it ends when its input does, and so never outlives the tests
WATCHED = '"$0" --config-file="$1" & read -r end_of_input; kill $!; wait $!'


@cache
def clamd() -> str:
    """The setting that leads to the daemon, which is started once for each process of the tests."""
    if not CLAMD.exists():
        skip_or_fail("ClamAV's daemon is not installed on this machine")
    folder = Path(tempfile.mkdtemp(prefix="portal-clamd-", dir="/tmp"))
    (folder / "signatures").mkdir()
    (folder / "signatures" / "own.ndb").write_text(f"Portal.Test.Letters:0:*:{EICAR_LIKE.hex()}\n")
    (folder / "clamd.conf").write_text(SETTINGS.format(folder=folder))
    daemon = subprocess.Popen(
        ["sh", "-c", WATCHED, CLAMD, folder / "clamd.conf"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(_stop, daemon, folder)
    _wait_for(folder / "clamd.sock", folder / "clamd.log")
    return f"unix:{folder}/clamd.sock"


def _stop(daemon: subprocess.Popen[bytes], folder: Path) -> None:
    with daemon:
        assert daemon.stdin
        daemon.stdin.close()
    shutil.rmtree(folder, ignore_errors=True)


def _wait_for(place: Path, log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        with socket.socket(socket.AF_UNIX) as probe:
            if place.exists() and probe.connect_ex(str(place)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"clamd did not start: {log.read_text() if log.exists() else 'no log'}")


@cache
def s3_server(host: str = "127.0.0.1") -> str:
    """The address of an S3-compatible server on a free port of a host; its bucket is `evidence`."""
    import boto3

    os.environ |= {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests", "AWS_DEFAULT_REGION": "eu-west-2"}
    server = ThreadedMotoServer(ip_address=host, port=0, verbose=False)
    server.start()
    atexit.register(server.stop)
    address = "http://{}:{}".format(*server.get_host_and_port())
    where = {"LocationConstraint": "eu-west-2"}
    boto3.client("s3", endpoint_url=address).create_bucket(Bucket="evidence", CreateBucketConfiguration=where)
    return address


def digest(content: bytes) -> str:
    """The SHA-256 of a content, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
