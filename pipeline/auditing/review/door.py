"""The page's door: it is open at once, while the tables behind it are still being loaded."""

from importlib import resources
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.auditing.review.access import guard

_PAGE: Final = "pipeline.auditing.review"
_STUDY_VIEW: Final = "command_line.study_view"


class Anteroom:
    """Tells whoever asks what is being loaded, and hands on to the questions once they are there.

    Attributes:
        loading: what is being loaded, in words for who waits.
    """

    def __init__(self) -> None:
        self.loading = "starting"
        self._questions: ASGIApp | None = None

    def admit(self, questions: ASGIApp) -> None:
        """Let everything that is asked from now on be answered by `questions`."""
        self._questions = questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        behind = self._questions or JSONResponse(
            {"loading": self.loading}, status_code=503, headers={"Retry-After": "1"}
        )
        await behind(scope, receive, send)


def page_app(questions: ASGIApp, token: str | None) -> FastAPI:
    """The page as an ASGI application; nothing behind it is answered but by the rules of access.

    Args:
        questions: what answers the page's questions, or an anteroom to it.
        token: secret that requests must bring; None answers this machine's own browser.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.middleware("http")(guard(token))
    folder = Path(str(resources.files(_PAGE) / "page"))

    @app.get("/")
    async def page() -> Response:
        return FileResponse(folder / "review.html")

    app.mount("/api", questions)
    app.mount("/page", StaticFiles(directory=folder))
    app.mount("/study", StaticFiles(directory=Path(str(resources.files(_STUDY_VIEW) / "page"))))
    return app
