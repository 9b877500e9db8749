"""Where reports may be sent: this machine alone, unless a host was allowed by its name.

A name is looked up once. Reports then go to the very addresses that were looked at, so that a name
that later stands for another machine (DNS rebinding) reaches nobody.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from pipeline.auditing.second_opinion.errors import SecondOpinionError

_PORTS: Final = {"http": 80, "https": 443}
_EXAMPLE: Final = "such as http://127.0.0.1:8080/v1"
#: What no address needs, and readers of addresses disagree on.
_ODD: Final = re.compile(r"[\x00-\x20\x7f\\]|[^\x00-\x7f]")
_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]+")
_ASKING: Final = "/chat/completions"


@dataclass(frozen=True, slots=True)
class Address:
    """An address that reports may be sent to.

    Attributes:
        scheme: `http` or `https`.
        host: its name, as the server and its certificate know it.
        port: its port.
        path: what stands before `/chat/completions`.
        numbers: the numeric addresses that the name stood for when it was looked at, none other
            of which may be connected to.
        local: whether all of them are this machine's own.
    """

    scheme: str
    host: str
    port: int
    path: str
    numbers: tuple[str, ...]
    local: bool


def find_address(url: str, allowed_hosts: Sequence[str] = ()) -> Address:
    """The address of a server, once it is sure that reports may be sent there.

    Args:
        url: `http://HOST:PORT/v1`; without a path, `/v1` is meant.
        allowed_hosts: names of hosts, exactly as in `url`, that need not be this machine.

    Raises:
        SecondOpinionError: it is no such address, its name is unknown, or it is of another machine
            that was not allowed.
    """
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or _PORTS[parts.scheme]
    allowed = host in {_checked_name(name) for name in allowed_hosts}
    numbers = _look_up(host, port)
    local = all(_is_loopback(number) for number in numbers)
    if not (local or allowed):
        raise SecondOpinionError(
            f"{host} is not this machine alone, and reports are private; start the server here "
            f"and name it by 127.0.0.1, or allow it: --allow-host {host}"
        )
    path = parts.path.rstrip("/").removesuffix(_ASKING).rstrip("/")
    return Address(parts.scheme, host, port, path or "/v1", numbers, local)


def _split(url: str) -> SplitResult:
    if _ODD.search(url):
        raise SecondOpinionError(
            f"the address holds a blank or an odd character; give one {_EXAMPLE}"
        )
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SecondOpinionError(f"this is no address of a server; give one {_EXAMPLE}")
    # Never repeated: it may be a password.
    if "@" in parts.netloc:
        raise SecondOpinionError(
            "the address holds a name or password before @; give the address alone, and a key by "
            "an environment variable (--key-variable)"
        )
    if parts.query or parts.fragment or "%" in parts.netloc:
        raise SecondOpinionError(f"the address holds ?, # or %; give one {_EXAMPLE}")
    return parts


def _checked_name(name: str) -> str:
    # Brackets may stand around an IPv6 address, as in the address itself.
    bare = name.strip().strip("[]").rstrip(".").lower()
    colons = bare.count(":")
    if not _NAME.fullmatch(bare) or colons == 1:
        raise SecondOpinionError(
            f"--allow-host {name!r}: expected the name of a host, without http://, port or *"
        )
    return bare


def _look_up(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SecondOpinionError(f"there is no host {host}; check the address") from None
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_loopback(number: str) -> bool:
    try:
        address = ipaddress.ip_address(number)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
