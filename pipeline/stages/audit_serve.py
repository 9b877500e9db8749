"""Stage audit serve: the review page, until it is stopped."""

import socket
from pathlib import Path

import uvicorn
from rich.console import Console
from rich.text import Text

from data_contracts.corrections import REVIEW_SAMPLE
from data_contracts.storage import read_table
from pipeline.auditing.review.access import AccessError, check_opening
from pipeline.auditing.review.server import review_app
from pipeline.auditing.tables.database import Tables
from pipeline.lexicon.concepts import load_lexicon
from pipeline.stages.audit_sample import audit_sample

#: The sample that is drawn where none was.
_REPORTS, _SEED = 100, 0


def audit_serve(
    *,
    tables: Path,
    sample: Path,
    corrections: Path,
    lexicon: Path | None,
    host: str,
    port: int,
    token: str | None,
) -> None:
    """Serve the review page until interrupted.

    Args:
        tables: folder of a run's tables.
        sample: the reports to review; drawn by concept, and kept, where there is no file.
        corrections: folder to keep decisions in.
        lexicon: folder of lexicon files; None takes the shipped one.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        token: secret that browsers must bring.

    Raises:
        AccessError: other machines could read without a token, or the port is taken.
        TablesError: a table is missing.
    """
    check_opening(host, token)
    if not sample.exists():
        audit_sample(
            tables=tables,
            by="concept",
            reports=_REPORTS,
            seed=_SEED,
            corrections=corrections,
            out=sample,
        )
    with Tables(tables) as database:
        app = review_app(
            tables=database,
            sample=read_table(REVIEW_SAMPLE, sample),
            corrections=corrections,
            lexicon=load_lexicon(lexicon),
            token=token,
        )
        listening = _listen(host, port)
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listening.getsockname()[1]}/" + ("?token=…" if token else "")
        Console(stderr=True).print(Text(f"Review at {address}   (Ctrl+C ends)"), soft_wrap=True)
        # Requests name reports, which logs must not.
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise AccessError(
            f"cannot listen on {host}, port {port} ({error.strerror}); choose another --port"
        ) from None
