"""What goes wrong with a second reader; no message holds a report's text or an answer's."""


class SecondOpinionError(ValueError):
    """A second reader cannot be asked like this; the message says what to do."""


class NoAnswerError(Exception):
    """A report got no answer that can be used.

    Attributes:
        outcome: what came of it; one of `data_contracts.second_opinions.READING_OUTCOMES`.
    """

    outcome = "malformed"


class MalformedError(NoAnswerError):
    """The answer is not of the form that was asked for."""


class SlowError(NoAnswerError):
    """There was no whole answer in time."""

    outcome = "slow"


class RefusedError(NoAnswerError):
    """The server, or the model, would not answer.

    Attributes:
        status: the HTTP status; 200 where it was the model that would not.
    """

    outcome = "refused"

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status


class UnreachableError(NoAnswerError):
    """There is no server at the address, or it hung up."""

    outcome = "unreachable"
