"""Which parameters a route takes; another one is refused.

Its answer would be to less than was asked: ``?asof=2026-01-01`` would be answered as of today.
"""

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words

_NAME_CHARACTERS_MAX = 100


async def only_known(request: Request) -> None:
    """The dependency of every route; raises the ``Problem`` 422 that names what is unknown."""
    if not request.query_params:
        return
    route: APIRoute = request.scope["route"]
    fields = get_flat_params(route.dependant)
    known = sorted(each.alias for each in fields if isinstance(each.field_info, Query))
    words = _unknown(known)
    errors = [
        FieldError(words, parameter=name[:_NAME_CHARACTERS_MAX])
        for name in request.query_params
        if name not in known
    ]
    if errors:
        raise Problem(422, errors=errors)


def _unknown(known: list[str]) -> Words:
    if not known:
        return Words("This parameter is unknown; none is known here.", "未知参数；此处不接受参数。")
    return Words(
        f"This parameter is unknown; known here: {', '.join(known)}.",
        f"未知参数；此处可用：{'、'.join(known)}。",
    )
