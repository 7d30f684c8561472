"""How deep JSON nests, told before it is decoded: a decoder recurses, and a reader must too."""

import re

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def nesting(text: bytes, enough: int) -> int:
    """How deep brackets nest in JSON; exact only where there are more than ``enough`` of them."""
    at_most = text.count(b"[") + text.count(b"{")
    if at_most <= enough:
        return at_most
    depth = deepest = 0
    for token in _TOKEN.findall(text):
        if token in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in b"]}":
            depth -= 1
    return deepest
