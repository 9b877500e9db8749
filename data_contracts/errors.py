"""What a reader is told of tables that are not as they should be."""


class ContractError(ValueError):
    """A table does not keep its contract; the message names table, column, row and remedy."""
