"""Whatever is told of a fault is told in Chinese too, about the same things."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huikuan.events import chinese
from services.notifier import policy_chinese

PROJECT = Path(__file__).resolve().parents[2]
ENGLISH = re.compile("[a-z]{3}")


@pytest.mark.parametrize(("en", "zh"), chinese._SENTENCES.items())
def test_a_sentence_about_events_has_its_places_in_both(en: str, zh: str) -> None:
    assert en.count("{}") == zh.count("{}")
    assert re.search("[一-龥]", zh)
    assert not re.search("[一-龥]", en)


@pytest.mark.parametrize(("en", "zh"), policy_chinese._SENTENCES)
def test_a_sentence_about_policies_has_its_places_in_both(en: str, zh: str) -> None:
    places = {str(number + 1) for number in range(re.compile(en).groups)}
    assert places == set(re.findall(r"\\(\d)", zh))
    assert re.search("[一-龥]", zh)


def _told(folder: str, *, by: set[str], at: int) -> Iterator[tuple[str, str]]:
    """The sentences that are given to these callables, with 7 for whatever they are about."""
    for path in sorted((PROJECT / folder).rglob("*.py")):
        code = path.read_text()
        named = any(f"{name}(" in code for name in by)  # parsing all of them takes a while
        for node in ast.walk(ast.parse(code)) if named else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in by:
                for sentence in node.args[at : at + 1]:
                    text = _text(sentence)
                    if ENGLISH.search(text):
                        yield f"{path.relative_to(PROJECT)}:{node.lineno}", text


def _answered(*paths: str) -> Iterator[tuple[str, str]]:
    """The sentences that the functions of these files answer."""
    for path in paths:
        for node in ast.walk(ast.parse((PROJECT / path).read_text())):
            if isinstance(node, ast.Return) and node.value is not None:
                for part in ast.walk(node.value):
                    if isinstance(part, ast.Constant) and " " in str(part.value):
                        yield f"{path}:{node.lineno}", str(part.value)


def _text(sentence: ast.expr) -> str:
    if isinstance(sentence, ast.JoinedStr):
        return "".join(map(_text, sentence.values))
    if isinstance(sentence, ast.Constant):
        return str(sentence.value)
    return "7" if isinstance(sentence, ast.FormattedValue) else ""


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        *_told("huikuan/events", by={"InvalidFieldError"}, at=1),
        *_told("services/ledger", by={"InvalidFieldError"}, at=1),
        *_told("services/ledger", by={"ValueError"}, at=0),
        *_told("services", by={"both"}, at=0),
        *_answered("huikuan/events/texts.py", "huikuan/events/values.py"),
    ],
)
def test_what_is_wrong_with_an_event_is_known_in_chinese(where: str, sentence: str) -> None:
    assert chinese.in_chinese(sentence) != sentence, where


@pytest.mark.parametrize(
    ("where", "sentence"), [*_told("services/notifier/domain", by={"ValueError"}, at=0)]
)
def test_what_is_wrong_with_a_policy_is_known_in_chinese(where: str, sentence: str) -> None:
    assert policy_chinese.in_chinese(sentence) != sentence, where
