"""Pages over 1,000 and 100,000 organisations in eight rounds against themselves over 21, and a round's totals.

On both engines, in one run: the Assembly's dashboard and an indicator page, which read stored sums, and the public
page of an indicator, which reads only what was frozen.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from anchor_portal import create_app
from anchor_portal.config import Settings
from benchmarks import Result, totals
from benchmarks.engines import available, empty_database
from benchmarks.growing import CODES, MEMBER, grow_database
from benchmarks.serving import SECRET
from benchmarks.signed_in import sign_in

SIZES = (21, 1_000, 100_000)
PAGES = {
    "dashboard": "/assembly",
    "indicator page": f"/assembly/{CODES[-1]}/indicators/12",
    "published page": "/indicators/12",
}
WARM_UP, ROUNDS = 3, 25


def measure() -> Iterator[Result]:
    """The median time of each page over that of the same page with 21 organisations, turn by turn."""
    for engine in available():
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            clients = {size: stack.enter_context(_client(engine, Path(name), size)) for size in SIZES}
            for title, path in PAGES.items():
                times = {size: [] for size in SIZES}
                for _ in range(ROUNDS):
                    for size, client in clients.items():
                        times[size].append(_timed(client, path))
                middle = {size: statistics.median(each[WARM_UP:]) for size, each in times.items()}
                for size in SIZES[1:]:
                    says = f"{title}, {size:,}, {engine}"
                    yield Result(says, middle[size] / middle[SIZES[0]], "itself with 21", "at most 1.2")
            database = clients[SIZES[-1]].application.extensions["database"]
            yield totals.measure_on(database, engine, SIZES[-1])


@contextmanager
def _client(engine: str, folder: Path, size: int) -> Iterator[FlaskClient]:
    with empty_database(engine, folder, f"grown-{size}") as url:
        grow_database(url, size)
        app = create_app(Settings(database_url=url, secret_key=SECRET, secure_cookies=False))
        client = app.test_client()
        sign_in(client, app, MEMBER)
        yield client
        app.extensions["database"].dispose()


def _timed(client: FlaskClient, path: str) -> float:
    began = time.perf_counter()
    response = client.get(path)
    taken = time.perf_counter() - began
    if response.status_code != 200:
        raise RuntimeError(f"{path} answers {response.status_code}")
    return taken
