"""Reads a policy document, YAML or JSON; what is wrong is named by its place and its line."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from huikuan.web.problems import FieldError, Problem, from_document, pointer_of
from huikuan.web.wording import Words
from services.notifier.domain.contradictions import contradictions
from services.notifier.domain.policy import Policy
from services.notifier.policy_chinese import in_chinese
from services.notifier.zones import unknown_zones
from services.scalars import Loader, doubts

BYTES_MAX = 256 * 1024
DEPTH_MAX = 24
_CODE = "policy_refused"


class _UnreadableError(Exception):
    """What YAML allows and we do not."""

    def __init__(self, problem: Words | str, line: int, pointer: str = "") -> None:
        super().__init__(problem)
        self.problem, self.line, self.pointer = problem, line, pointer


def read_policy(body: bytes) -> Policy:
    """The policy that a document says; raises the ``Problem`` 422 (413 where it is too long).

    JSON is read as the YAML that it is.
    """
    if len(body) > BYTES_MAX:
        raise Problem(413)
    lines: dict[str, int] = {}
    try:
        document = _load(body, lines)
        policy = Policy.model_validate(document)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_input=False)
        raise _with_lines(from_document(errors, _CODE), lines) from None
    except _UnreadableError as unreadable:
        raise _unreadable(unreadable.problem, unreadable.line, unreadable.pointer) from None
    except yaml.MarkedYAMLError as unreadable:
        mark = unreadable.problem_mark or unreadable.context_mark
        raise _unreadable(unreadable.problem or "", mark.line + 1 if mark else 0) from None
    except (yaml.YAMLError, ValueError, RecursionError) as unreadable:
        # No value of the document is repeated: what YAML says of a bad one may contain it.
        raise _unreadable(*_without_value(unreadable, body)) from None
    if wrong := [
        FieldError(Words(each.en, each.zh), pointer_of(each.place))
        for each in (*contradictions(policy), *unknown_zones(policy))
    ]:
        raise _with_lines(Problem(422, _CODE, errors=wrong), lines)
    return policy


def _without_value(error: Exception, body: bytes) -> tuple[str, int]:
    """What is wrong with a document that has no places yet, and in which line."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not in UTF-8", body.count(b"\n", 0, error.start) + 1
    if isinstance(error, ReaderError):
        text = body.decode("utf-8-sig", "replace")
        return "it has a control character", text.count("\n", 0, error.position) + 1
    return "a value in it has no meaning", 0


def _load(body: bytes, lines: dict[str, int]) -> Any:
    text = body.decode("utf-8-sig").replace("\t", "  ")
    _check_events(text)
    loader = Loader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return {}
        for doubt in doubts(root):
            raise _UnreadableError(doubt.words, doubt.line, pointer_of(doubt.place))
        lines.update(_lines(root, ""))
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _check_events(text: str) -> None:
    """No references, which can make a small text huge, and no depth that breaks a reader."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise _UnreadableError("a reference (& or *) is not allowed; write it out", line)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
        if depth > DEPTH_MAX:
            raise _UnreadableError(f"it is nested more than {DEPTH_MAX} deep", line)


def _lines(node: Node, pointer: str) -> Iterator[tuple[str, int]]:
    """Each place with its line; a key that stands twice is refused."""
    yield pointer, node.start_mark.line + 1
    if isinstance(node, MappingNode):
        seen = set[Hashable]()
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            if name in seen:
                raise _UnreadableError("the same field stands here twice", key.start_mark.line + 1)
            seen.add(name)
            inside = pointer + pointer_of((name,))
            yield from _lines(value, inside)
            yield inside, key.start_mark.line + 1
    elif isinstance(node, SequenceNode):
        for at, value in enumerate(node.value):
            yield from _lines(value, f"{pointer}/{at}")


def _unreadable(problem: Words | str, line: int, pointer: str = "") -> Problem:
    en, zh = _words(problem)
    if zh == en:  # YAML's own words
        zh = f"YAML 语法有误（{en}）"
    words = (
        Words(f"The policy cannot be read: {en}.", f"无法读取策略文档：{zh}。")
        if en
        else Words("The policy cannot be read.", "无法读取策略文档。")
    )
    return Problem(422, _CODE, errors=[FieldError(_at(words, line), pointer)])


def _with_lines(problem: Problem, lines: Mapping[str, int]) -> Problem:
    problem.errors = [
        FieldError(_at(_words(error.detail), _line(error.pointer, lines)), error.pointer)
        for error in problem.errors
        if isinstance(error, FieldError)
    ]
    return problem


def _words(detail: Words | str) -> Words:
    """In both languages; what the model itself says of a value is English so far."""
    en, zh = (detail, detail) if isinstance(detail, str) else detail
    return Words(en, in_chinese(en) if zh == en else zh)


def _at(words: Words, line: int) -> Words:
    return Words(f"Line {line}: {words.en}", f"第 {line} 行：{words.zh}") if line else words


def _line(pointer: str, lines: Mapping[str, int]) -> int:
    """The line of a place, or of the nearest place around it that is there."""
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer, 0)
