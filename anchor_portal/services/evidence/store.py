"""Where the content of evidence lies: a folder, or an S3-compatible store, behind one small interface.

Contents are named by random identifiers and by nothing that anybody typed; neither place is served by the web server.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, BinaryIO, Protocol
from urllib.parse import parse_qs, urlsplit

from anchor_portal.config import SettingRefused
from anchor_portal.domain.answers.evidence import is_file_id

SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 5, 30
SECONDS_TO_REACH = 2
"""So long is a store asked whether it is there."""
PIECE = 256 * 1024


class ContentMissing(Exception):
    """The store has nothing under this name."""


class StoreUnreachable(Exception):
    """The store does not answer, or refuses; the text says which for an operator."""


class Content(Protocol):
    """What was opened, to be read in pieces and then closed."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; none at the end."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Store(Protocol):
    """Contents by name; a name is 32 hexadecimal digits. Each method may raise StoreUnreachable."""

    def put(self, name: str, content: bytes) -> None:
        """Keep a content, whole or not at all."""
        ...

    def put_file(self, name: str, path: Path) -> None:
        """Keep the content of a file, whole or not at all, without having it in memory."""
        ...

    def open(self, name: str) -> Content:
        """The content under a name. Raises ContentMissing."""
        ...

    def delete(self, name: str) -> None:
        """Remove a content; one that is not there is no error."""
        ...

    def list(self) -> Iterator[tuple[str, datetime]]:
        """Every name, and when its content was put there."""
        ...

    def sweep(self, before: datetime) -> int:
        """Remove what was begun before a moment and never became a content, as a crash leaves it; how many."""
        ...

    def reach(self) -> None:
        """Nothing, where contents can be kept at this moment; answers soon."""
        ...


@cache
def open_store(setting: str) -> Store:
    """The store that the setting names: a folder's path, or s3://bucket/prefix?endpoint=https://….

    Raises SettingRefused.
    """
    if not setting.startswith("s3://"):
        return FolderStore(Path(setting))
    address = urlsplit(setting)
    endpoint = parse_qs(address.query).get("endpoint", [""])[0]
    if not address.netloc or not re.match(r"https?://[^/]+|$", endpoint):
        raise SettingRefused("ANCHOR_EVIDENCE must be like s3://bucket/folder?endpoint=https://store.example")
    return S3Store(address.netloc, address.path.strip("/"), endpoint)


@dataclass(frozen=True)
class FolderStore:
    """A folder; its files are open to the portal's own account and to no other."""

    folder: Path

    def put(self, name: str, content: bytes) -> None:
        """Written beside its place and moved there whole, so that a crash leaves no half of it."""
        self._put(name, BytesIO(content))

    def put_file(self, name: str, path: Path) -> None:
        """As `put`, from a file."""
        with path.open("rb") as content:
            self._put(name, content)

    def _put(self, name: str, content: BinaryIO) -> None:
        place = self._place(name)
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _part_beside(place) as part:
                shutil.copyfileobj(content, part, PIECE)
            _sync_folder(place.parent)
        except OSError as error:
            raise StoreUnreachable(f"{self.folder}: {error.strerror}") from error

    def open(self, name: str) -> Content:
        """The content under a name. Raises ContentMissing."""
        try:
            return self._place(name).open("rb")
        except FileNotFoundError:
            raise ContentMissing(name) from None
        except OSError as error:
            raise StoreUnreachable(f"{self.folder}: {error.strerror}") from error

    def delete(self, name: str) -> None:
        """Remove a content; one that is not there is no error."""
        try:
            self._place(name).unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnreachable(f"{self.folder}: {error.strerror}") from error

    def list(self) -> Iterator[tuple[str, datetime]]:
        """Every name, and when its content was put there."""
        for place in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if is_file_id(place.name):
                yield place.name, datetime.fromtimestamp(place.stat().st_mtime, UTC)

    def sweep(self, before: datetime) -> int:
        """Remove parts that a crash left beside the place where they were to stand; how many."""
        old = [
            part
            for part in self.folder.glob("[0-9a-f][0-9a-f]/.*")
            if datetime.fromtimestamp(part.stat().st_mtime, UTC) < before
        ]
        for part in old:
            part.unlink(missing_ok=True)
        return len(old)

    def reach(self) -> None:
        """Whether the folder, or where it will be made, takes files. Raises StoreUnreachable."""
        place = next(each for each in (self.folder, *self.folder.absolute().parents) if each.exists())
        if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):  # which also a read-only disk denies to root
            raise StoreUnreachable(f"{self.folder}: no file can be written there")

    def _place(self, name: str) -> Path:
        return self.folder / _checked(name)[:2] / name


@contextmanager
def _part_beside(place: Path) -> Iterator[IO[bytes]]:
    """A file to write to, that stands at its place once it is on the disk; where that fails nothing of it is left."""
    with NamedTemporaryFile(dir=place.parent, prefix=".", delete=False) as part:  # made with mode 0600
        written = Path(part.name)
        try:
            yield part
            part.flush()
            os.fsync(part.fileno())
            written.rename(place)
        except BaseException:
            written.unlink(missing_ok=True)  # on a full disk it would take the room that others need
            raise


def _sync_folder(folder: Path) -> None:
    """See that the folder's own entry is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checked(name: str) -> str:
    if not is_file_id(name):
        raise ValueError("a content is named by 32 hexadecimal digits")
    return name


class S3Store:
    """A bucket of an S3-compatible store; who may use it is read from where boto3 looks (AWS_ACCESS_KEY_ID …)."""

    def __init__(self, bucket: str, prefix: str, endpoint: str) -> None:
        try:
            import boto3  # an extra, which only those need who set it
            from botocore.client import Config
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise SettingRefused("for ANCHOR_EVIDENCE=s3://… install the extra: anchor-portal[s3]") from None
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        self._faults, self._refused = (BotoCoreError, ClientError), ClientError
        config = Config(
            connect_timeout=SECONDS_TO_CONNECT,
            read_timeout=SECONDS_TO_ANSWER,
            retries={"max_attempts": 2},
            s3={"addressing_style": "path" if endpoint else "auto"},
        )
        self._client: Any = boto3.client("s3", endpoint_url=endpoint or None, config=config)
        seconds = Config(connect_timeout=SECONDS_TO_REACH, read_timeout=SECONDS_TO_REACH, retries={"max_attempts": 0})
        self._prober: Any = boto3.client("s3", endpoint_url=endpoint or None, config=config.merge(seconds))

    def put(self, name: str, content: bytes) -> None:
        """Keep a content, whole or not at all."""
        self._ask("put_object", name, Body=content, ContentType="application/octet-stream")

    def put_file(self, name: str, path: Path) -> None:
        """As `put`, from a file, in parts where it is large."""
        try:
            self._client.upload_file(str(path), self._bucket, self._prefix + _checked(name))
        except self._faults as error:
            raise StoreUnreachable(str(error)) from error

    def open(self, name: str) -> Content:
        """The content under a name. Raises ContentMissing."""
        content: Content = self._ask("get_object", name)["Body"]
        return content

    def delete(self, name: str) -> None:
        """Remove a content; one that is not there is no error."""
        self._ask("delete_object", name)

    def list(self) -> Iterator[tuple[str, datetime]]:
        """Every name, and when its content was put there."""
        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            for entry in (entry for page in pages for entry in page.get("Contents", ())):
                if is_file_id(name := entry["Key"].removeprefix(self._prefix)):
                    yield name, entry["LastModified"]
        except self._faults as error:
            raise StoreUnreachable(str(error)) from error

    def sweep(self, before: datetime) -> int:
        """Nothing: a rule of the bucket itself ends uploads that were never finished."""
        return 0

    def reach(self) -> None:
        """Whether the bucket answers soon. Raises StoreUnreachable."""
        try:
            self._prober.head_bucket(Bucket=self._bucket)
        except self._faults as error:
            raise StoreUnreachable(str(error)) from error

    def _ask(self, what: str, name: str, **more: Any) -> Any:
        try:
            return getattr(self._client, what)(Bucket=self._bucket, Key=self._prefix + _checked(name), **more)
        except self._faults as error:
            if isinstance(error, self._refused) and error.response["Error"]["Code"] == "NoSuchKey":
                raise ContentMissing(name) from None
            raise StoreUnreachable(str(error)) from error
