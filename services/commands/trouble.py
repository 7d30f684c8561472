"""How a command ends when it cannot do what it should, and with which exit code."""

ROWS_REJECTED = 1
"""It was done, but rows were rejected, or a check found something."""
USAGE = 2
UNREACHABLE = 3
"""No server answers, or another process holds the installation."""
REFUSED = 4
"""The server, or a document, says no."""


class CommandError(Exception):
    """Ends the command with a sentence for people on stderr and an exit code."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code
