"""What is answered while a service's database is away, or busy for too long."""

from starlette.requests import Request
from starlette.responses import Response

from huikuan.web.problems import Problem, answer_problem
from huikuan.web.wording import Words

_DETAIL = Words(
    "The database does not answer. Please send the request again in a moment.",
    "数据库暂无响应，请稍后重新发送请求。",
)
_RETRY_AFTER_S = {"Retry-After": "2"}


async def answer_away(request: Request, _error: Exception) -> Response:
    """503, as whoever asks again may be answered."""
    problem = Problem(503, "database_away", _DETAIL, headers=_RETRY_AFTER_S)
    return await answer_problem(request, problem)
