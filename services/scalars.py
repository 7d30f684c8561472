"""How a plain word or number in somebody's YAML is read: as people mean it, and as YAML 1.2 does.

YAML 1.1, which PyYAML reads, makes no, on and off truth values, 12:30 the number 750, 1_000 a
number and 030 the number 24. Here all but the last stay text, and that is refused by its place.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from huikuan.web.wording import Words

_TAG = "tag:yaml.org,2002:"
_FORMS = {
    f"{_TAG}bool": re.compile(r"true|True|TRUE|false|False|FALSE"),
    f"{_TAG}int": re.compile(r"[-+]?(?:[0-9]+|0x[0-9a-fA-F]+)"),
    f"{_TAG}float": re.compile(
        r"[-+]?(?:(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?|\.(?:inf|Inf|INF))"
        r"|\.(?:nan|NaN|NAN)"
    ),
}
"""What is no text, where it stands without quotes; the rest as PyYAML has it."""
_LEADING_ZERO = re.compile(r"([-+]?)0+([0-9]+)")


class Loader(yaml.SafeLoader):
    """A value that has no meaning stays text, so that it is refused in its place."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as PyYAML declares it
        first: [
            (tag, re.compile(rf"(?:{_FORMS[tag].pattern})\Z") if tag in _FORMS else form)
            for tag, form in forms
        ]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _else_text(construct: Callable[[Any, Any], Any]) -> Callable[[Loader, ScalarNode], Any]:
    def constructed(loader: Loader, node: ScalarNode) -> Any:
        try:
            return construct(loader, node)
        except (ValueError, LookupError, AttributeError):  # a tag may say what the text is not
            return node.value

    return constructed


for _name in ("bool", "int", "float", "timestamp"):
    _construct = yaml.SafeLoader.yaml_constructors[_TAG + _name]
    Loader.add_constructor(_TAG + _name, _else_text(_construct))


class Doubt(NamedTuple):
    """A scalar that may be read as another number than whoever wrote it means, with what to do."""

    words: Words
    place: tuple[str | int, ...]
    line: int


def doubts(root: Node) -> Iterator[Doubt]:
    """All of a document, in its order; what is referred to is looked through once."""
    seen = set[int]()

    def within(node: Node, place: tuple[str | int, ...]) -> Iterator[Doubt]:
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, MappingNode):
            for key, value in node.value:
                inside = (*place, key.value if isinstance(key, ScalarNode) else "")
                yield from within(key, inside)
                yield from within(value, inside)
        elif isinstance(node, SequenceNode):
            for at, value in enumerate(node.value):
                yield from within(value, (*place, at))
        elif words := _fault_of(node):
            yield Doubt(words, place, node.start_mark.line + 1)

    return within(root, ())


def _fault_of(node: Node) -> Words | None:
    found = _LEADING_ZERO.fullmatch(node.value) if node.tag == f"{_TAG}int" else None
    if found is None:
        return None
    plain, text = found.expand(r"\1\2"), f'"{node.value}"'
    return Words(
        f"write {plain}, or {text} where it is text: YAML reads a leading 0 as octal",
        f"请写 {plain}；若为文本请写 {text}：YAML 把前导 0 读作八进制",
    )
