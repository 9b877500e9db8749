"""What can be wrong with the inputs of a comparison."""


class AuditError(ValueError):
    """A label table and a reference cannot be compared; the message says why and what to do."""
