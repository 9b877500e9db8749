"""`python -m model STAGE`."""

from command_line.scratch import scratch_folder
from model.cli import app


def main() -> None:
    """Run the command line."""
    with scratch_folder():
        app()


if __name__ == "__main__":
    main()
