"""No request breaks the review page or its X-rays, or has them read beside the data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from fuzz_seeds import TOKENS, png
from fuzz_targets import only_our_errors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

#: Requests of the long part.
EXAMPLES = 1000
API = "/api"
PATHS = (
    *(f"{API}{path}" for path in ("/start", "/queue", "/report", "/second", "/progress")),
    *(f"{API}{path}" for path in ("/study/of_report", "/study/picture")),
    "/", "/page/review.html", "/page/../server.py", "/study/%2e%2e/opening.py",
)  # fmt: skip
NAMES = ("reviewer", "scope", "state", "concept", "assertion", "cue", "words", "offset",
         "report_id", "image_id", "token", "x")  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from([token.decode("utf-8", "replace") for token in TOKENS]),
    st.sampled_from(["ada", "r0000001", "inside", "outside", "absolute", "all", "open", "-1",
                     "9e22", "\ud800", "finding:opacity", "affirmed"]),
)  # fmt: skip
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(VALUES, inner, max_size=4),
    max_leaves=8,
)
DECISIONS = st.fixed_dictionaries(
    {"reviewer": VALUES, "report_id": VALUES, "digest": VALUES, "decision": BODIES}
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Path]]:
    """The page over a few reports, with images whose paths lead out of their folder."""
    import pyarrow as pa

    from command_line.study_view.opening import open_studies
    from data_contracts.images import IMAGES
    from data_contracts.storage import write_table
    from pipeline.auditing.review.door import page_app
    from pipeline.auditing.review.server import questions_app
    from pipeline.auditing.tables.database import Tables
    from pipeline.auditing.tables.sampling import draw_sample
    from pipeline.lexicon.concepts import load_lexicon
    from pipeline.settings import Settings
    from pipeline.stages.run import run

    folder = tmp_path_factory.mktemp("page") / "data"
    small = Settings.model_validate(
        {"phantom": {"studies": 10}, "nlp": {"workers": 1}, "vocabulary": {"min_reports": 1},
         "embed": {"epochs": 1, "min_count": 1}}
    )  # fmt: skip
    list(run(settings=small, source=None, out=folder))
    secret = folder.parent / "secret"
    secret.mkdir()
    (secret / "s.png").write_bytes(png())
    (folder / "inside.png").write_bytes(png())
    outside = "../secret/s.png"
    paths = {"inside": "inside.png", "outside": outside, "absolute": str(secret / "s.png")}
    rows = [
        {"image_id": name, "report_id": "r0000001", "cohort": "made", "path": path, "view": "PA",
         "width": 70, "height": 70, "checksum": "0", "picture_hash": "0" * 64}
        for name, path in paths.items()
    ]  # fmt: skip
    write_table(IMAGES, pa.Table.from_pylist(rows, IMAGES.schema()), folder / "images.parquet")
    with Tables(folder) as tables:
        questions = questions_app(
            tables=tables,
            sample=draw_sample(tables, "concept", 5, 0),
            corrections=folder / "corrections",
            lexicon=load_lexicon(None),
            studies=open_studies(folder),
        )
        yield TestClient(page_app(questions, None), base_url="http://127.0.0.1"), folder


@pytest.mark.faults
def test_no_request_breaks_the_page(page: tuple[TestClient, Path], record_faults: Any) -> None:
    client, folder = page
    count = [0]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(PATHS),
        st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
        st.none() | DECISIONS | BODIES,
    )
    def ask(path: str, query: dict[str, str], body: Any) -> None:
        count[0] += 1
        with only_our_errors(folder):
            if body is None:
                sent = {n: value.encode("utf-8", "surrogatepass") for n, value in query.items()}
                answer = client.get(path, params=sent)
            else:
                answer = client.post(f"{API}/decisions", content=json.dumps(body))
            assert answer.status_code < 500

    ask()
    record_faults("requests to the review page and its X-rays", count[0], [])
