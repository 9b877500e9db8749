"""Stage audit serve: the review page, until it is stopped."""

import importlib
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.auditing.review.opening import AccessError, check_opening

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from command_line.study_view.opening import Studies
    from pipeline.auditing.review.door import Anteroom

#: What takes long to load, so that who interrupts waits for one of these at most.
_HEAVY: Final = (
    "data_contracts.storage",
    "pipeline.auditing.tables.database",
    "pipeline.auditing.measuring.measures",
)
#: The sample that is drawn where none was.
_REPORTS, _SEED = 100, 0


def audit_serve(
    *,
    tables: Path,
    sample: Path | None,
    corrections: Path,
    lexicon: Path | None,
    host: str,
    port: int,
    token: str | None,
    images: Path | None = None,
    images_root: Path | None = None,
    predictions: Path | None = None,
) -> None:
    """Serve the review page until interrupted.

    The address is told as soon as it is listened on, and the page is there before its tables are:
    what they need takes seconds to load, and more on a cold disk.

    Args:
        tables: folder of a run's tables.
        sample: the reports to review; drawn by concept, and kept, where there is no file. None
            takes the one beside the corrections.
        corrections: folder to keep decisions in.
        lexicon: folder of lexicon files; None takes the shipped one.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        token: secret that browsers must bring.
        images: folder of the images table; None takes those found below `tables`, if any.
        images_root: folder that image paths start from; None takes that of the images table.
        predictions: folder of what methods found; None takes that in `tables`.

    Raises:
        AccessError: other machines could read without a token, or the port is taken.
        TablesError: a table is missing.
        StudyError: `images` cannot be shown.
    """
    check_opening(host, token)
    listening = _listen(host, port)
    _tell(host, listening.getsockname()[1], with_token=token is not None)

    import uvicorn

    from pipeline.auditing.review.door import Anteroom, page_app

    anteroom = Anteroom()
    xrays = _Xrays(tables, images, images_root, predictions)
    # Requests name reports, which logs must not.
    config = uvicorn.Config(page_app(anteroom, token), log_level="warning", access_log=False)
    server = uvicorn.Server(config)

    def stop() -> None:
        server.should_exit = True

    with ExitStack() as held:
        loading = _Loading(
            anteroom,
            lambda: _questions(tables, sample, corrections, lexicon, xrays, anteroom, held),
            stop,
            lambda: server.should_exit,
        )
        loading.start()
        try:
            server.run(sockets=[listening])
        finally:
            # What it has opened can be closed only once it is through.
            loading.join()
    if loading.failure is not None:
        raise loading.failure


@dataclass(frozen=True, slots=True)
class _Xrays:
    """Where the images are, as the user gave it."""

    tables: Path
    images: Path | None
    root: Path | None
    predictions: Path | None

    def open(self) -> "tuple[Studies | None, str | None]":
        """The images, or why there are none.

        Without them reports can be reviewed all the same, so that only what was asked for by
        name must be there.
        """
        from command_line.study_view.opening import StudyError, open_studies
        from data_contracts.errors import ContractError

        try:
            found = open_studies(
                self.tables, images=self.images, root=self.root, predictions=self.predictions
            )
        except (StudyError, ContractError) as error:
            if self.images is not None or self.predictions is not None:
                raise
            return None, str(error)
        return found, None


class _Loading(threading.Thread):
    """Loads what the page asks beside the server, and stops the server where that fails.

    Attributes:
        failure: what went wrong, for the one who waits for this thread.
    """

    def __init__(
        self,
        anteroom: "Anteroom",
        load: Callable[[], "ASGIApp"],
        stop: Callable[[], None],
        stopped: Callable[[], bool],
    ) -> None:
        super().__init__(name="loading")
        self.failure: Exception | None = None
        self._anteroom, self._load, self._stop, self._stopped = anteroom, load, stop, stopped

    def run(self) -> None:
        self._anteroom.loading = "loading the program"
        try:
            for module in _HEAVY:
                importlib.import_module(module)
                if self._stopped():
                    return
            self._anteroom.admit(self._load())
        except Exception as error:  # noqa: BLE001  # it is raised again where it is waited for
            self.failure = error
            self._stop()


def _questions(
    tables: Path,
    sample: Path | None,
    corrections: Path,
    lexicon: Path | None,
    xrays: _Xrays,
    anteroom: "Anteroom",
    held: ExitStack,
) -> "ASGIApp":
    """Load everything, telling who waits what it is, and leave to `held` what is to be closed."""
    from data_contracts.corrections import REVIEW_SAMPLE
    from data_contracts.storage import read_table
    from pipeline.auditing.corrections.log import sample_file
    from pipeline.auditing.review.server import questions_app
    from pipeline.auditing.tables.database import Tables
    from pipeline.lexicon.concepts import load_lexicon
    from pipeline.stages.audit_sample import audit_sample

    chosen = sample or sample_file(corrections)
    if not chosen.exists():
        anteroom.loading = f"drawing {_REPORTS} reports to review"
        audit_sample(
            tables=tables,
            by="concept",
            reports=_REPORTS,
            seed=_SEED,
            corrections=corrections,
            out=chosen,
        )
    anteroom.loading = "opening the tables"
    studies, problem = xrays.open()
    return questions_app(
        tables=held.enter_context(Tables(tables)),
        sample=read_table(REVIEW_SAMPLE, chosen),
        corrections=corrections,
        lexicon=load_lexicon(lexicon),
        studies=studies,
        no_studies=problem,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise AccessError(
            f"cannot listen on {host}, port {port} ({error.strerror}); choose another --port"
        ) from None


def _tell(host: str, port: int, *, with_token: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/" + ("?token=…" if with_token else "")
    Console(stderr=True).print(Text(f"Review at {address}   (Ctrl+C ends)"), soft_wrap=True)
