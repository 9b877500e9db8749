"""What the page asks of the X-rays: a report's study, and pictures of the images in it."""

from dataclasses import asdict
from functools import lru_cache
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from command_line.study_view.opening import Studies, StudyError
from command_line.study_view.pictures import PictureError
from data_contracts.errors import ContractError
from pipeline.auditing.tables.database import Tables

#: Pictures that are kept, so that going back to a report decodes nothing.
_KEPT: Final = 16


def hold_studied(tables: Tables, studies: Studies | None) -> None:
    """Let the queue know the reports whose X-ray a method has read."""
    import pyarrow as pa

    read = list(studies.images_read()) if studies is not None else []
    rows = {"report_id": [row[1] for row in read], "study_id": [row[2] for row in read]}
    text = pa.string()
    tables.hold("_studied", pa.table(rows, pa.schema([("report_id", text), ("study_id", text)])))


def studies_app(tables: Tables, studies: Studies | None, problem: str | None) -> FastAPI:
    """The questions about X-rays as an ASGI application.

    Args:
        tables: the run's tables.
        studies: the images at hand; None where there are none.
        problem: why there are none, in words for the page.
    """
    why_none = problem or "no images were given"
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.exception_handler(StudyError)
    @app.exception_handler(PictureError)
    @app.exception_handler(ContractError)
    async def explain(_: Request, error: Exception) -> Response:
        status = 404 if isinstance(error, StudyError) else 422
        return JSONResponse({"error": str(error)}, status_code=status)

    @lru_cache(maxsize=_KEPT)
    def picture_of(image_id: str) -> bytes:
        if studies is None:
            raise StudyError(why_none)
        return studies.png(image_id)

    @app.get("/of_report")
    async def of_report(report_id: str) -> Response:
        if studies is None:
            return JSONResponse({"images": [], "names": {}, "problem": why_none})
        found = tables.query("SELECT study_id FROM reports WHERE report_id = ?", [report_id])
        study_id = found["study_id"][0].as_py() if found.num_rows else None
        images = [asdict(studies.show(one)) for one in studies.images_of(report_id, study_id)]
        return JSONResponse({"images": images, "names": studies.names, "problem": None})

    # Not async: a picture is decoded beside the questions, which go on being answered.
    @app.get("/picture")
    def picture(image_id: str) -> Response:
        return Response(picture_of(image_id), media_type="image/png")

    return app
