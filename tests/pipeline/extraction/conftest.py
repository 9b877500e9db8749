"""The extractor is built once a session; it keeps no state that a test could change."""

import pytest

from pipeline.extraction.extractor import Extractor, load_extractor


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return load_extractor()
