"""`python -m pipeline STAGE`."""

from command_line.scratch import scratch_folder
from pipeline.cli import app


def main() -> None:
    """Run the command line."""
    with scratch_folder():
        app()


if __name__ == "__main__":
    main()
