"""What the database says of a statement that it has executed."""


def affected(status: str) -> int:
    """Read the number of rows in a statement's status, as in `DELETE 5`."""
    return int(status.rpartition(" ")[2])
