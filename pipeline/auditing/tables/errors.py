"""What an audit tells its user when it cannot go on."""


class TablesError(ValueError):
    """Tables, or a question to them, are not as they must be; the message says what to do."""
