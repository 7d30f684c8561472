"""What the command line says, in the language of whoever sits there."""

import os
from collections.abc import Mapping

_VARIABLES = ("HUIKUAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def language_of(environment: Mapping[str, str]) -> str:
    """``zh`` or ``en``, from the first of the usual variables that is set."""
    chosen = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def say(en: str, zh: str) -> str:
    """The same sentence in the language that this process speaks."""
    return zh if language_of(os.environ) == "zh" else en
