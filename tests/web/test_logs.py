"""A value in a log line is a value: it forges no line, moves no cursor, turns no text around."""

import json
import logging

import pytest

from huikuan.web.logs import JsonLines, PlainLines

HOSTILE = ["a\r\n2026 INFO forged", "\x1b[2Jcleared", "abc\u202egnp.exe", "\x00\x7f", "\ud800"]


def _record(value: str) -> logging.LogRecord:
    return logging.LogRecord("huikuan", logging.INFO, "x.py", 1, "debtor %s", (value,), None)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_json_line_is_one_line_of_ascii(value: str) -> None:
    line = JsonLines().format(_record(value))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["message"] == f"debtor {value}"


@pytest.mark.parametrize("value", HOSTILE)
def test_a_plain_line_is_one_printable_line(value: str) -> None:
    line = PlainLines().format(_record(value))
    assert line.isprintable()


def test_chinese_stays_readable_for_people() -> None:
    assert "回款" in PlainLines().format(_record("回款"))
