"""What goes wrong when tables meet the files of other tools."""


class ExchangeError(ValueError):
    """An export or import that cannot be done; the message says why and what to do."""


class RefusedError(ValueError):
    """One report cannot be taken over; the message says why, and never quotes its text."""
