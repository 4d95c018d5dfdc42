"""Counts and times of requests for Prometheus: by endpoint, never by address, person or what was typed.

Under gunicorn several processes serve. Each writes what it counts into a file of its own in PROMETHEUS_MULTIPROC_DIR,
which gunicorn.conf.py makes, and whichever of them is asked adds all of them up.
"""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, eq=False)
class Standing(Collector):
    """Figures of this moment, by name, with what each says.

    No Gauge: under gunicorn one would open a file of its process, holding 0, which would be read back as a second line.
    """

    figures: Mapping[str, tuple[str, float]]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each as a line without labels."""
        for name, (says, value) in self.figures.items():
            yield GaugeMetricFamily(name, says, value)


class Metrics:
    """What one process counts, and all of it as Prometheus reads it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "anchor_requests", "Requests answered.", ("endpoint", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "anchor_request_seconds",
            "Seconds until a request was answered.",
            ("endpoint",),
            buckets=SECONDS,
            registry=self._registry,
        )

    def count(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """One request. `endpoint` is the name of a view, so that there are only as many as views."""
        self._requests.labels(endpoint, method if method in METHODS else "other", str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def write(self, standing: Mapping[str, tuple[str, float]]) -> bytes:
        """Everything as text; `standing` are figures of this moment, by name, with what each says."""
        counted = self._registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        now = CollectorRegistry()
        now.register(Standing(standing))
        return generate_latest(counted) + generate_latest(now)


def count_requests(app: Flask) -> Metrics:
    """Count every request of an application."""
    metrics = Metrics()

    @app.after_request
    def count(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("began_at", time.perf_counter())
        method = request.environ["REQUEST_METHOD"]
        metrics.count(request.endpoint or "none", method, response.status_code, seconds)
        return response

    return metrics
