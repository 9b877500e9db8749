"""Where reports may be sent: this machine alone, whatever names, proxies and redirects say."""

import contextlib
import logging
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.auditing.second_opinion.addresses import find_address
from pipeline.auditing.second_opinion.errors import (
    RefusedError,
    SecondOpinionError,
    UnreachableError,
)
from pipeline.auditing.second_opinion.server import Server

from .conftest import Said, SmallServer

Names = dict[str, tuple[str, ...]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """What names stand for, as a test says; numbers stand for themselves. No name is asked for."""
    known: Names = {"localhost": ("::1", "127.0.0.1")}

    look_up_truly = socket.getaddrinfo

    def look_up(host: str, port: int, *more: Any, **others: Any) -> list[Any]:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        if host not in known:
            try:
                socket.inet_pton(family, host)
            except OSError:
                raise socket.gaierror(socket.EAI_NONAME, "unknown") from None
        found = known.get(host, (host,))
        return [one for number in found for one in look_up_truly(number, port, *more, **others)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize(
    ("url", "port", "path"),
    [
        ("http://127.0.0.1:8080/v1", 8080, "/v1"),
        ("http://localhost:11434", 11434, "/v1"),
        ("http://LOCALHOST.:8000/v1/", 8000, "/v1"),
        ("http://[::1]:8080/api/v1/chat/completions", 8080, "/api/v1"),
        ("http://127.9.9.9", 80, "/v1"),
        ("https://127.0.0.1", 443, "/v1"),
        ("http://[::ffff:127.0.0.1]:1/v1", 1, "/v1"),
    ],
)
def test_this_machine_may_be_asked(names: Names, url: str, port: int, path: str) -> None:
    address = find_address(url)
    assert (address.port, address.path, address.local) == (port, path, True)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.7:8080/v1",
        "http://192.168.1.2",
        "http://0.0.0.0:8080",
        "http://[::]:8080",
        "http://[fe80::1]:8080",
        "http://[::ffff:10.0.0.7]:8080",
        "http://169.254.169.254/v1",
        "http://reader.example/v1",
        "http://localhost.example/v1",
        "http://127.0.0.1.example/v1",
    ],
)
def test_other_machines_may_not(names: Names, url: str) -> None:
    names["reader.example"] = ("203.0.113.9",)
    # Names that look like this machine's, and one that is it only by half.
    names["localhost.example"] = ("203.0.113.9",)
    names["127.0.0.1.example"] = ("127.0.0.1", "203.0.113.9")
    with pytest.raises(SecondOpinionError, match="--allow-host"):
        find_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8080",
        "ftp://127.0.0.1/v1",
        "file:///etc/passwd",
        "http://",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:0/v1",
        "http://127.0.0.1:8080\\@reader.example/v1",
        "http://127.0.0.1/v1\r\nHost: reader.example",
        "http://127.0.0.1 .example/v1",
        "http://127.0.0.1/v1?to=reader.example",
        "http://127.0.0.1#@reader.example",
        "http://[fe80::1%25eth0]/v1",
        "http://ⓛocalhost/v1",
        "http://[::1/v1",
    ],
)
def test_what_readers_of_addresses_disagree_on_is_none(names: Names, url: str) -> None:
    with pytest.raises(SecondOpinionError, match=r"http://127\.0\.0\.1:8080/v1"):
        find_address(url, ["reader.example"])


def test_a_password_in_an_address_is_refused_and_not_repeated(names: Names) -> None:
    for url in ("http://ada:sesame@127.0.0.1/v1", "http://127.0.0.1@reader.example/v1"):
        with pytest.raises(SecondOpinionError, match="before @") as told:
            find_address(url, ["reader.example"])
        assert "sesame" not in str(told.value)


def test_a_host_is_allowed_by_its_very_name(names: Names) -> None:
    names |= {"reader.example": ("203.0.113.9",), "evil.reader.example": ("203.0.113.10",)}
    assert not find_address("https://Reader.example/v1", ["reader.EXAMPLE."]).local
    with pytest.raises(SecondOpinionError, match="evil"):
        find_address("https://evil.reader.example/v1", ["reader.example"])
    # What the name stands for is another name.
    with pytest.raises(SecondOpinionError, match="not this machine"):
        find_address("https://203.0.113.9/v1", ["reader.example"])
    for wrong in ("*", "http://reader.example", "reader.example:443", ""):
        with pytest.raises(SecondOpinionError, match="without http://, port or"):
            find_address("https://reader.example/v1", [wrong])
    assert find_address("http://[2001:db8::1]:80/v1", ["[2001:db8::1]"]).numbers == ("2001:db8::1",)


def test_a_name_that_nobody_knows_is_told(names: Names) -> None:
    with pytest.raises(SecondOpinionError, match=r"no host nowhere\.example"):
        find_address("http://nowhere.example/v1")


def test_a_name_that_changes_its_mind_leads_nowhere_else(
    names: Names, serve: Callable[..., SmallServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = serve()
    names["reader.test"] = ("127.0.0.1",)
    address = find_address(f"http://reader.test:{small.port}/v1")
    names["reader.test"] = ("203.0.113.9",)
    connected: list[Any] = []
    connect = socket.create_connection

    def watched(to: Any, *more: Any, **others: Any) -> socket.socket:
        connected.append(to)
        return connect(to, *more, **others)

    monkeypatch.setattr(socket, "create_connection", watched)
    Server(address, None, 10).post("/chat/completions", {"messages": [{}, {"content": "x"}]})
    assert connected == [("127.0.0.1", small.port)]
    assert small.headers[0]["Host"] == f"reader.test:{small.port}"


def test_proxies_of_the_environment_are_not_used(
    serve: Callable[..., SmallServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, small = serve(), serve()
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    Server(find_address(small.address), None, 10).post("/chat/completions", {"messages": [{}, {
        "content": "x"}]})  # fmt: skip
    assert (len(small.asked), len(proxy.asked)) == (1, 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(serve: Callable[..., SmallServer], status: int) -> None:
    elsewhere = serve()
    headers = {"Location": f"{elsewhere.address}/chat/completions"}
    small = serve(lambda _: Said(status=status, headers=headers))
    server = Server(find_address(small.address), "sesame", 10)
    with pytest.raises(RefusedError) as told:
        server.post("/chat/completions", {"messages": [{}, {"content": "x"}]})
    assert told.value.status == status
    assert elsewhere.asked == []


def test_neither_report_nor_answer_is_in_logs_or_exceptions(
    serve: Callable[..., SmallServer], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    request = {"messages": [{}, {"content": "Zebulon"}]}
    for said in (
        Said(status=500, body=b"Zebulon"),
        Said(body=b"Zebulon"),
        Said(headers={"Transfer-Encoding": "chunked"}, body=b"Zebulon"),
    ):
        small = serve(lambda _, said=said: said)
        with pytest.raises(Exception) as told:  # noqa: PT011
            Server(find_address(small.address), None, 5).post("/chat/completions", request)
        shown = repr(told.value) + repr(told.value.__cause__)
        assert "Zebulon" not in shown
        assert told.value.__suppress_context__ or told.value.__context__ is None
    assert "Zebulon" not in caplog.text


def test_over_https_nothing_is_sent_in_clear_or_to_whom_no_one_vouches_for(
    serve: Callable[..., SmallServer], tmp_path: Path
) -> None:
    plain = serve()
    request = {"messages": [{}, {"content": "x"}]}
    with pytest.raises(UnreachableError):
        Server(find_address(f"https://127.0.0.1:{plain.port}/v1"), None, 5).post("/x", request)
    assert plain.asked == []

    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)

        def accept() -> None:
            one, _ = listening.accept()
            with one, contextlib.suppress(OSError):
                context.wrap_socket(one, server_side=True).close()

        accepting = threading.Thread(target=accept)
        accepting.start()
        port = listening.getsockname()[1]
        with pytest.raises(SecondOpinionError, match="certificate of 127"):
            Server(find_address(f"https://127.0.0.1:{port}/v1"), None, 20).post("/x", request)
        accepting.join()


def test_whoever_breaks_off_waits_for_no_answer(serve: Callable[..., SmallServer]) -> None:
    small = serve(lambda _: Said(after=3.0))
    server = Server(find_address(small.address), None, 60)
    server.stop()
    with pytest.raises(UnreachableError):
        server.post("/chat/completions", {"messages": [{}, {"content": "x"}]})
