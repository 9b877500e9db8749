"""A small server that speaks as OpenAI's does, and reports to ask it about."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

#: What a request for a completion holds, to what is answered: a dictionary becomes a completion.
Answer = Callable[[dict[str, Any]], Any]

STATEMENTS = [
    ("r1", "findings", "Zebulon has a patchy opacity at the left base.", "affirmed",
     {"opacity": "finding:opacity", "patchy": "descriptor:patchy", "left": "side:left"}),
    ("r1", "impression", "No opacity.", "negated", {"opacity": "finding:opacity"}),
    ("r2", "findings", "There is an effusion.", "affirmed",
     {"effusion": "finding:pleural_effusion"}),
    ("r3", "findings", "No pneumonia. Likely atelectasis.", "negated",
     {"pneumonia": "finding:pneumonia"}),
    ("r4", "findings", "The lungs are clear.", "affirmed", {}),
]  # fmt: skip


@dataclass
class Said:
    """What a test's server answers as it is, in the place of a completion."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    #: Seconds before the answer, and between its bytes.
    after: float = 0.0
    between: float = 0.0


@dataclass
class SmallServer:
    """A server on loopback, what it was asked, and how it answers."""

    port: int
    answer: Answer
    models: tuple[str, ...] = ("small-1",)
    models_said: Said | None = None
    with_schema: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def reports(self) -> list[str]:
        """The texts that it was asked about."""
        return [one["messages"][1]["content"] for one in self.asked]


class _Handler(BaseHTTPRequestHandler):
    small: SmallServer
    lock: threading.Lock

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        listed = {"data": [{"id": name} for name in self.small.models]}
        said = self.small.models_said or Said(body=json.dumps(listed).encode())
        time.sleep(said.after)
        self._say(said)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.lock:
            self.small.asked.append(asked)
            self.small.headers.append(dict(self.headers))
            self.small.at_once += 1
            self.small.most_at_once = max(self.small.most_at_once, self.small.at_once)
        try:
            said = self._answer(asked)
            time.sleep(said.after)
        finally:
            # Before a word of the answer is sent: who has it may ask again at once.
            with self.lock:
                self.small.at_once -= 1
        self._say(said)

    def _answer(self, asked: dict[str, Any]) -> Said:
        if "response_format" in asked and not self.small.with_schema:
            return Said(400, b'{"error": "response_format is not supported"}')
        said = self.small.answer(asked)
        return said if isinstance(said, Said) else completion(said)

    def _say(self, said: Said) -> None:
        try:
            self.send_response(said.status)
            self.send_header("Content-Length", str(len(said.body)))
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.end_headers()
            for byte in said.body if said.between else ():
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(said.between)
            if not said.between:
                self.wfile.write(said.body)
        except OSError:
            pass  # who asked has gone


def completion(content: Any, **more: Any) -> Said:
    """A completion whose message is `content`, as JSON unless it is a text already."""
    text = content if isinstance(content, str) else json.dumps(content)
    message = {"role": "assistant", "content": text, **more}
    return Said(body=json.dumps({"choices": [{"message": message}]}).encode())


def finding(
    quote: str, concept: str, assertion: str = "affirmed", **attributes: str
) -> dict[str, Any]:
    """A finding of an answer; its attributes as concept's category and name to the quote."""
    return {
        "quote": quote,
        "concept": f"finding:{concept}",
        "assertion": assertion,
        "attributes": [
            {"quote": said, "concept": name.replace("__", ":")} for name, said in attributes.items()
        ],
    }


def answering(**by_words: Any) -> Answer:
    """Answer by words of the report, with `_` for a blank; with nothing found where none fits."""

    def answer(asked: dict[str, Any]) -> Any:
        text = asked["messages"][1]["content"]
        for words, said in by_words.items():
            if words.replace("_", " ") in text:
                return said
        return {"findings": []}

    return answer


#: A reader that agrees but for an atelectasis that ours missed in r3, and an effusion denied in r2.
TELLING = answering(
    Zebulon={"findings": [
        finding("opacity", "opacity", descriptor__patchy="patchy", side__left="left"),
        finding("opacity", "opacity", "negated"),
    ]},
    effusion={"findings": [finding("effusion", "pleural_effusion", "negated")]},
    Likely={"findings": [
        finding("pneumonia", "pneumonia", "negated"),
        finding("atelectasis", "atelectasis", "uncertain"),
    ]},
)  # fmt: skip


@pytest.fixture
def serve() -> Iterator[Callable[..., SmallServer]]:
    """Start servers that answer as a test says; they listen on loopback while it runs."""
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(answer: Answer = TELLING, **more: Any) -> SmallServer:
        handler = type("Handler", (_Handler,), {"lock": threading.Lock()})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        small = SmallServer(port=server.server_port, answer=answer, **more)
        handler.small = small  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return small

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def folder(tmp_path: Path, label_run: Callable[..., Path]) -> Path:
    """A run's tables, of four reports."""
    return label_run(tmp_path / "run", STATEMENTS)
