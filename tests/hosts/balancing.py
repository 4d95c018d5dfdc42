"""People whose requests go to one host after another, as a server in front of several sends them."""

import http.client
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count, cycle

from tests.kills.people import Answer, Cut, Person

_NUMBERS = count(1)


class Visitor(Person):
    """Somebody with an address of their own, who meets another host with each request.

    A host that refuses the connection is passed over. Of a request that broke on the way it is not known whether it
    was done: what only reads is asked of the next host, all else is the person's to try again, as nginx does it.
    """

    def __init__(self, ports: Sequence[int], email: str) -> None:
        super().__init__(ports[0], email)
        number = next(_NUMBERS)
        self._ports, self._turns = ports, cycle(ports)
        self._address = f"192.0.2.{number % 250 + 1}"
        self.met: Counter[int] = Counter()
        """How many answers came from each host."""

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request and its whole answer. Raises Cut."""
        for _ in self._ports:
            self.hang_up()
            self.port = next(self._turns)
            try:
                given = {**(headers or {}), **self._cookie(), "X-Forwarded-For": self._address}
                answer = self._send(method, path, body, given)
            except ConnectionRefusedError:
                continue
            except (OSError, http.client.HTTPException):
                if method != "GET":
                    break
            else:
                self.met[self.port] += 1
                return answer
        self.hang_up()
        raise Cut(f"{method} {path}")
