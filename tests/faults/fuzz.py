"""Give a target bytes that its own code's paths have led to, as long as is wanted.

uv run --with atheris python tests/faults/fuzz.py "sections" --seconds 60
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import atheris


def main() -> None:
    """Fuzz one target; what breaks it ends the process with its traceback."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    ours = ["pipeline", "data_contracts", "model.images", "command_line"]
    with atheris.instrument_imports(include=ours):
        from fuzz_seeds import TOKENS
        from fuzz_targets import TARGETS

        target, seeds = TARGETS[given.target]
        place = Path(tempfile.mkdtemp(prefix="fuzz-"))
        corpus = place / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(seeds()):
            (corpus / str(number)).write_bytes(seed)
        work = place / "work"

        def once(data: bytes) -> None:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            (place / "secret").mkdir(exist_ok=True)
            target(data, work)

        once(seeds()[0])  # what is imported within it is to be seen as well
    words = place / "words.txt"
    lines = ("".join(f"\\x{byte:02x}" for byte in token) for token in TOKENS)
    words.write_text("".join(f'"{line}"\n' for line in lines), encoding="utf-8")
    options = [f"-max_total_time={given.seconds}", f"-dict={words}", "-max_len=20000",
               "-rss_limit_mb=6000", f"-artifact_prefix={place}/"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
