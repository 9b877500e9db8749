"""A language model behind an OpenAI-compatible address, asked about one report at a time."""

import threading
from typing import Any, Final

from pipeline.auditing.second_opinion.answers import Checked, check_answer, read_answer
from pipeline.auditing.second_opinion.errors import (
    MalformedError,
    NoAnswerError,
    RefusedError,
    SecondOpinionError,
    SlowError,
    UnreachableError,
)
from pipeline.auditing.second_opinion.prompting import Prompt
from pipeline.auditing.second_opinion.server import Server

#: What servers answer that do not know `response_format`, or not this one.
_NO_SCHEMA: Final = frozenset({400, 415, 422, 500, 501})
#: What they answer whatever the report: no key or a wrong one, no such path or model.
_FOR_ALL: Final = {
    401: "it wants an API key, or another one (--key-variable)",
    403: "it wants an API key, or another one (--key-variable)",
    404: "it knows no such path or model (--address, --model)",
}
_ASK: Final = "/chat/completions"
_NAMED: Final = 8


class LanguageModel:
    """A model to ask; several threads may at once.

    Attributes:
        name: the name that its server knows it by.
        prompt: what it is asked.
        server: its server.
        with_schema: whether its server holds answers to their form; known once one was asked.
    """

    def __init__(self, server: Server, name: str, prompt: Prompt) -> None:
        self.server, self.name, self.prompt = server, name, prompt
        self.with_schema = True
        self._lock = threading.Lock()

    def read(self, text: str) -> Checked:
        """What it says of a report, held against the report and the lexicon.

        A server that refuses a request for JSON of a given form is asked once more without, and
        from then on all are.

        Raises:
            NoAnswerError: there is no answer that can be used.
            SecondOpinionError: there will be none for any report.
        """
        with_schema = self.with_schema
        try:
            completion = self._ask(text, with_schema=with_schema)
        except RefusedError as error:
            if not with_schema or error.status not in _NO_SCHEMA:
                raise
            completion = self._ask(text, with_schema=False)
            # It was the form that was refused, and not this report.
            with self._lock:
                self.with_schema = False
        return check_answer(read_answer(completion), text, self.prompt.categories)

    def _ask(self, text: str, *, with_schema: bool) -> Any:
        request = self.prompt.request(self.name, text, with_schema=with_schema)
        try:
            return self.server.post(_ASK, request)
        except RefusedError as error:
            _explain(error, self.server)
            raise


def find_model(server: Server, name: str | None) -> str:
    """The model to ask: the one that was named, or the only one that the server has.

    No report is sent. A server that does not answer at all is told before any would be.

    Raises:
        SecondOpinionError: there is no server, it wants a key, or has several models to choose
            from.
    """
    try:
        listed = server.get("/models")
    except UnreachableError:
        raise SecondOpinionError(
            f"no server answers at {_where(server)}; start one there, such as\n"
            "llama-server -m MODEL.gguf --port 8080"
        ) from None
    except SlowError:
        raise SecondOpinionError(
            f"the server at {_where(server)} does not answer in time"
        ) from None
    except RefusedError as error:
        if error.status != 404:
            _explain(error, server)
        listed = None
    except MalformedError:
        listed = None
    if name is not None:
        return name
    names = _names(listed)
    if len(names) == 1:
        return names[0]
    known = f"; it has {', '.join(names[:_NAMED])}" if names else ""
    raise SecondOpinionError(f"name the model that {_where(server)} is to ask: --model NAME{known}")


def _explain(error: NoAnswerError, server: Server) -> None:
    told = _FOR_ALL.get(getattr(error, "status", 0))
    if told is not None:
        raise SecondOpinionError(f"the server at {_where(server)} refuses: {told}") from None


def _names(listed: Any) -> list[str]:
    """Names of models, as OpenAI's interface lists them; those that can be shown."""
    data = listed.get("data") if isinstance(listed, dict) else None
    found = [one.get("id") for one in data or () if isinstance(one, dict)]
    return [one for one in found if isinstance(one, str) and one.isprintable() and len(one) < 200]


def _where(server: Server) -> str:
    address = server.address
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{address.scheme}://{host}:{address.port}{address.path}"
