"""What is wrong with a mapping or with how it fits a file: by line and place, in both languages."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml.nodes import MappingNode, Node, SequenceNode

from huikuan.web.wording import Words, both, words_of

Place = Sequence[str | int]
Faults = Sequence[Words]
"""One sentence each."""


class MappingError(Exception):
    """The mapping file is not as it must be; ``words`` tell of all ``problems``, a line each."""

    def __init__(self, path: Path | str, problems: Faults) -> None:
        indented = [f"\n  {en}" for en, _ in problems], [f"\n  {zh}" for _, zh in problems]
        en, zh = map("".join, indented)
        self.words = Words(f"{path}:{en}", f"{path}：{zh}")
        self.problems = problems
        super().__init__(self.words.en)


def told(words: Words, place: Place, line: int = 0) -> Words:
    """With where it is; ``line`` 0 is none that is known."""
    at = ".".join(map(str, place))
    en = f"{at}: {words.en}" if at else words.en
    zh = f"{at}：{words.zh}" if at else words.zh
    return Words(f"line {line}: {en}", f"第 {line} 行：{zh}") if line else Words(en, zh)


def unreadable(error: Exception) -> Words:
    """What is no YAML at all, with the line where that is known."""
    if isinstance(error, RecursionError):
        return Words("is nested too deeply", "嵌套过深")
    mark = None
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
    why = getattr(error, "problem", None) or str(error).partition("\n")[0]
    words = Words(f"is not YAML: {why}", f"YAML 语法有误（{why}）")
    return told(words, (), mark.line + 1 if mark else 0)


def misfits(error: ValidationError, tree: Node | None) -> list[Words]:
    """What Pydantic says of a document, without what follows from something said within it."""
    errors = error.errors()
    around = {each["loc"][:depth] for each in errors for depth in range(len(each["loc"]))}
    return [
        told(words, place, _line_of(tree, place))
        for each, (words, place) in zip(errors, _said(errors), strict=True)
        if each["loc"] not in around
    ]


def misfit(error: ValidationError, place: Place) -> list[Words]:
    """Likewise of a part at this place, whose lines are not known any more."""
    return [told(words, (*place, *inside)) for words, inside in _said(error.errors())]


def _said(errors: Iterable[ErrorDetails]) -> Iterator[tuple[Words, Place]]:
    for each in errors:
        words = words_of(each)
        if words.zh == words.en:  # of one of our own validators
            words = both(words.en)
        yield words, [part for part in each["loc"] if part != "function-after"]


def _line_of(node: Node | None, place: Place) -> int:
    """The line of the deepest part of ``place`` that is there."""
    for part in place:
        below = _below(node, part)
        if below is None:
            break
        node = below
    return node.start_mark.line + 1 if node is not None else 1


def _below(node: Node | None, part: int | str) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, SequenceNode) and isinstance(part, int):
        return node.value[part] if part < len(node.value) else None
    return None
