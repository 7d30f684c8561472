"""How a plain word or number of a policy is read: as people mean it, and as YAML 1.2 does.

YAML 1.1, which PyYAML reads, makes no, on and off truth values, 12:30 the number 750, 1_000 a
number and 030 the number 24. Here the first three stay text, and the last is refused by its place.
"""

import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml.nodes import Node, ScalarNode

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


def fault_of(node: Node) -> str:
    """Why a scalar may be read as another number than whoever wrote it means, with what to do.

    Empty where it is read as it stands.
    """
    if not isinstance(node, ScalarNode) or node.tag != f"{_TAG}int":
        return ""
    if found := _LEADING_ZERO.fullmatch(node.value):
        plain = found.expand(r"\1\2")
        return f'write {plain}, or "{node.value}" where it is text: YAML reads a leading 0 as octal'
    return ""
