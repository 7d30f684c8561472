"""What a process says about itself: one line per event, whatever is in it.

JSON where nobody watches, so that machines can read it; plain on a terminal. Everything beyond
ASCII and every control character is escaped, so that no value can forge a line, move the cursor
or turn the text around.
"""

import json
import logging
import sys
from collections.abc import Mapping


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message; the trace back where there is one."""
        line: Mapping[str, str] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line = {**line, "exception": self.formatException(record.exc_info)}
        return json.dumps(line).replace("\x7f", r"\u007f")  # escapes all beyond ASCII


class PlainLines(logging.Formatter):
    """A record as a line for people; a trace back follows on lines of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line, with what is not printable escaped."""
        return _printable(super().formatMessage(record))


def configure(*, plain: bool | None = None, level: int = logging.INFO) -> None:
    """Send every logger's lines to stderr; ``plain`` by default where somebody watches."""
    handler = logging.StreamHandler(sys.stderr)
    watched = sys.stderr.isatty() if plain is None else plain
    handler.setFormatter(PlainLines() if watched else JsonLines())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("kafka", "alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
