"""Talking to a server: to the addresses that were checked, for so long, and to nobody else.

No proxy that the environment names is used, no redirect is followed, and nothing of what is sent
or received is in any message.
"""

import contextlib
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any, Final

from pipeline.auditing.second_opinion.addresses import Address
from pipeline.auditing.second_opinion.errors import (
    MalformedError,
    RefusedError,
    SecondOpinionError,
    SlowError,
    UnreachableError,
)

#: Longest answer that is read, in bytes.
_LONGEST: Final = 4_000_000
_OK: Final = 200


class Server:
    """A server behind a checked address; several threads may ask it at once.

    Args:
        address: where it is.
        key: API key to bring; None brings none.
        timeout: seconds that a whole answer may take.
    """

    def __init__(self, address: Address, key: str | None, timeout: float) -> None:
        if key is not None and not (key.isascii() and key.isprintable() and key.strip()):
            raise SecondOpinionError("the API key is empty, or no plain ASCII; set it anew")
        self.address = address
        self.timeout = timeout
        self._key = key
        self._lock = threading.Lock()
        self._open: set[socket.socket | None] = set()
        self._stopped = False

    def get(self, path: str) -> Any:
        """The JSON behind a path; see `post`."""
        return self._ask("GET", path, None)

    def post(self, path: str, content: Any) -> Any:
        """Send JSON to a path and give the JSON that is answered.

        Raises:
            SlowError: the whole answer was not there in time.
            RefusedError: the server answered with another status than 200, such as a redirect.
            UnreachableError: nobody listens there, or the connection broke.
            MalformedError: the answer is too long, or no JSON.
        """
        return self._ask("POST", path, json.dumps(content).encode())

    def stop(self) -> None:
        """Break off everything that is still waited for."""
        with self._lock:
            self._stopped = True
            for one in self._open:
                _cut(one)

    def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        headers = {"Accept": "application/json", "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        connection = _Connection(self.address, self.timeout)
        late = threading.Event()
        try:
            with contextlib.closing(connection), self._watched(connection, late):
                connection.request(method, self.address.path + path, body, headers)
                response = connection.getresponse()
                received = response.read(_LONGEST + 1)
        except ssl.SSLCertVerificationError:
            raise SecondOpinionError(
                f"the certificate of {self.address.host} is not one that this machine trusts"
            ) from None
        except (OSError, http.client.HTTPException) as error:
            slow = late.is_set() or isinstance(error, TimeoutError)
            raise (SlowError() if slow else UnreachableError()) from None
        if late.is_set():
            raise SlowError
        if response.status != _OK:
            raise RefusedError(response.status)
        return _json(received)

    @contextlib.contextmanager
    def _watched(self, connection: "_Connection", late: threading.Event) -> Iterator[None]:
        """Connect, and cut the connection when time is up, however slowly it trickles."""
        held: socket.socket | None = None

        def cut() -> None:
            late.set()
            # The connection forgets its socket as soon as an answer begins.
            _cut(held or connection.sock)

        # A server that trickles never lets one single read wait for long.
        timer = threading.Timer(self.timeout, cut)
        timer.daemon = True
        timer.start()
        try:
            connection.connect()
            held = connection.sock
            self._hold(held)
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._open.discard(held)

    def _hold(self, one: socket.socket | None) -> None:
        with self._lock:
            self._open.add(one)
            if self._stopped:
                _cut(one)


class _Connection(http.client.HTTPConnection):
    """A connection to the numbers that were checked, whatever the name stands for by now."""

    def __init__(self, address: Address, timeout: float) -> None:
        super().__init__(address.host, address.port, timeout=timeout)
        self._address = address
        if address.scheme == "https":
            self.default_port = 443

    def connect(self) -> None:
        """Connect to the first of the numbers that listens."""
        failure: OSError | None = None
        for number in self._address.numbers:
            try:
                plain = socket.create_connection((number, self.port), self.timeout)
            except OSError as error:
                failure = error
                continue
            self.sock = plain
            if self._address.scheme == "https":
                context = ssl.create_default_context()
                self.sock = context.wrap_socket(plain, server_hostname=self._address.host)
            return
        raise failure or OSError("no number to connect to")


def _cut(one: socket.socket | None) -> None:
    if one is None:
        return
    # Of TLS too only the connection below is ended: its own end would wait for the other side.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(one, socket.SHUT_RDWR)


def _json(received: bytes) -> Any:
    if len(received) > _LONGEST:
        raise MalformedError
    try:
        return json.loads(received)
    except (ValueError, RecursionError):
        raise MalformedError from None
