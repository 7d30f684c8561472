"""The house rules: each reads one Python file and says what is wrong and what to do instead."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

FUNCTION_LINES_MAX = 40
FILE_LINES_MAX = 250
TEST_FILE_LINES_MAX = 400
UNTELLING_MODULES = {"utils", "common", "helpers", "constants", "base", "manager"}
UNTELLING_CLASSES = ("Manager", "Handler", "Helper", "Base", "Impl", "Wrapper")
CLOCKS = {
    "date": {"today"},
    "datetime": {"now", "today", "utcnow"},
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep"},
}
FLOATS_ALLOWED: dict[str, str] = {}
"""Files of the rules that may use floats, with the reason."""
_UNFINISHED = re.compile(r"\b(" + "|".join(("FIX" + "ME", "TO" + "DO", "XX" + "X")) + r")\b")


_WORDS = {
    "欠款人": "客户",
    "风险敞口": "信用占用",
    "(?<!收款)(?<!坏账)(?<!未)核销": "收款核销 or 坏账核销",
    "(?<!管控)(?<!数据库)升级": "管控升级",
}
"""Chinese words that the glossary has another one for."""


_IN_BOTH = {"Words", "say", "Contradiction"}
"""What takes a sentence in English, then in Chinese."""
_CHINESE = re.compile("[一-龥，。：；、（）]")


@dataclass(frozen=True)
class Source:
    """One Python file, by its path from the project's root."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def is_test(self) -> bool:
        return self.path.parts[0] == "tests"

    @property
    def is_pure(self) -> bool:
        """Whether the file belongs to what may know no clock and no float."""
        return self.path.parts[:2] in {("huikuan", "debtor"), ("huikuan", "events")} or (
            self.path.parts[0] == "services" and "domain" in self.path.parts
        )


Complaints = Iterator[str]
Rule = Callable[[Source], Complaints]


def short_functions(source: Source) -> Complaints:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = _lines(node) - _docstring_lines(node)
            if lines > FUNCTION_LINES_MAX:
                yield (
                    f"{source.path}:{node.lineno} {node.name} has {lines} lines of at most "
                    f"{FUNCTION_LINES_MAX}; name its parts and make each a function"
                )


def short_files(source: Source) -> Complaints:
    most = TEST_FILE_LINES_MAX if source.is_test else FILE_LINES_MAX
    lines = source.text.count("\n")
    if lines > most:
        yield f"{source.path} has {lines} lines of at most {most}; split it where its nouns part"


def telling_module_names(source: Source) -> Complaints:
    for part in source.path.with_suffix("").parts:
        if part in UNTELLING_MODULES:
            yield f"{source.path}: '{part}' says nothing; name the module after what it holds"


def telling_class_names(source: Source) -> Complaints:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(UNTELLING_CLASSES):
            yield (
                f"{source.path}:{node.lineno} class {node.name}; "
                "name it by what it is in the business, or make it a function"
            )


def no_clock_in_rules(source: Source) -> Complaints:
    if not source.is_pure:
        return
    for node in ast.walk(source.tree):
        reads = isinstance(node, ast.Attribute) and node.attr in CLOCKS.get(_last(node.value), ())
        imports = isinstance(node, ast.Import) and any(each.name == "time" for each in node.names)
        imports_from = isinstance(node, ast.ImportFrom) and node.module == "time"
        if reads or imports or imports_from:
            yield (
                f"{source.path}:{getattr(node, 'lineno', 0)} reads a clock; "
                "take the open business day as an argument, it comes from the log"
            )


def no_floats_in_rules(source: Source) -> Complaints:
    if not source.is_pure or str(source.path) in FLOATS_ALLOWED:
        return
    for node in ast.walk(source.tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        named = isinstance(node, ast.Name) and node.id == "float"
        if literal or named:
            yield (
                f"{source.path}:{getattr(node, 'lineno', 0)} uses a float; "
                "use integer minor units, or Decimal or Fraction for shares"
            )


def nothing_unfinished(source: Source) -> Complaints:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if found := _UNFINISHED.search(line):
            yield f"{source.path}:{number} {found[0]}; do it now, or open an issue and say why not"


def docstrings_in_the_language(source: Source) -> Complaints:
    if source.path.parts[0] != "huikuan":
        return
    for node in source.tree.body:
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and ast.get_docstring(node) is None
        ):
            yield (
                f"{source.path}:{node.lineno} {node.name} has no docstring; "
                "say its meaning, its units and its errors"
            )


def words_of_the_glossary(source: Source) -> Complaints:
    if source.is_test:
        return
    for number, line in enumerate(source.text.splitlines(), start=1):
        for word, instead in _WORDS.items():
            if found := re.search(word, line):
                yield f"{source.path}:{number} {found[0]}; the glossary says {instead}"


def the_same_in_both_languages(source: Source) -> Complaints:
    if source.is_test:
        return
    for node in ast.walk(source.tree):
        if not (isinstance(node, ast.Call) and _last(node.func) in _IN_BOTH):
            continue
        pair = node.args[-2:]
        if len(pair) < 2 or not all(
            isinstance(each, ast.Constant | ast.JoinedStr) for each in pair
        ):
            continue  # made elsewhere, of sentences that are looked at there
        en, zh = map(_words, pair)
        where = f"{source.path}:{node.lineno}"
        if _CHINESE.search(en) or (re.search("[a-z]", en) and not _CHINESE.search(zh)):
            yield f"{where} is not English and then Chinese; say it in both"
        if differing := _names_told(pair[0]) ^ _names_told(pair[1]):
            yield f"{where} tells {', '.join(sorted(differing))} in one language; tell it in both"


def _words(sentence: ast.expr) -> str:
    """Return what a sentence says whatever it is about."""
    parts = sentence.values if isinstance(sentence, ast.JoinedStr) else [sentence]
    constants = (each.value for each in parts if isinstance(each, ast.Constant))
    return re.sub(r"\{\w+\}", "", "".join(map(str, constants)))


def _names_told(sentence: ast.expr) -> set[str]:
    """Return the names of what a sentence is about, but for those that are words themselves."""
    if isinstance(sentence, ast.Constant):
        return set(re.findall(r"\{(\w+)\}", str(sentence.value)))
    names = {each.id for each in ast.walk(sentence) if isinstance(each, ast.Name)}
    told = {re.sub("_?(en|zh)$", "", name) for name in names if not name.isupper()}
    return told - {""}


RULES: tuple[Rule, ...] = (
    short_functions,
    short_files,
    telling_module_names,
    telling_class_names,
    no_clock_in_rules,
    no_floats_in_rules,
    nothing_unfinished,
    docstrings_in_the_language,
    words_of_the_glossary,
    the_same_in_both_languages,
)


def unlinked_decisions(names: list[str], architecture: str) -> list[str]:
    """Return a complaint for each decision record that docs/architecture.md does not link to."""
    return [
        f"docs/decisions/{name} is not linked from docs/architecture.md; add it where it applies"
        for name in names
        if f"decisions/{name}" not in architecture
    ]


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return _lines(node.body[0]) if ast.get_docstring(node) is not None else 0


def _last(node: ast.expr) -> str:
    """Return the last name of `datetime`, `dt.datetime` and the like."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
