"""`python -m model STAGE`."""

from model.cli import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
