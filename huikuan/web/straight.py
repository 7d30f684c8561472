"""A route for the few requests that come by the thousand: documented like any other, but direct.

FastAPI works out parameters and dependencies anew for each request, which takes it longer than we
take to read a fact. An endpoint that wants nothing but the request can do without.
"""

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from huikuan.web.parameters import only_known


class StraightRoute(APIRoute):
    """Gives the request to the endpoint, which must take it alone and answer a ``Response``."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; another method than the route's is refused as ever."""
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        request = Request(scope, receive)
        await only_known(request)
        response = await self.endpoint(request)
        await response(scope, receive, send)
