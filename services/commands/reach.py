"""How a command reaches the services: always over HTTP, wherever they are.

``HUIKUAN_URL`` names a server (``HUIKUAN_LEDGER_URL`` … where each has its own); else the one that
runs on this ``HUIKUAN_HOME``; else the command serves the installation itself for as long as it
takes. So there is one way in, and nothing that a command can do and a program cannot.
"""

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import msgspec

from services.commands import server_file
from services.commands.server_file import Server, home_of
from services.commands.trouble import REFUSED, UNREACHABLE, USAGE, CommandError
from services.commands.words import language_of, say

SECONDS_MAX = 60.0
"""For one answer: opening many days at once takes a while."""
_READ_TRIES = 6
"""A service that has not folded so far says 503 after ten seconds; ask again, a minute in all."""


class Endpoint(NamedTuple):
    """Where one service answers, and with which key."""

    url: str
    key: str


class Services:
    """The services, as a command speaks to them: those that are named, else all three."""

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        self.endpoints = endpoints
        headers = {"Accept-Language": language_of(os.environ)}
        self._client = httpx2.Client(
            headers=headers, timeout=SECONDS_MAX, trust_env=False, verify=_trusted(endpoints)
        )

    def get(self, service: str, path: str, **parameters: object) -> Any:
        """The JSON of an answer; raises ``CommandError`` with the problem in words."""
        asked = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
        for _ in range(_READ_TRIES):
            answer = self._send("GET", service, path, params=asked)
            if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                break
        return _content(answer)

    def post(self, service: str, path: str, content: object) -> Any:
        """Likewise for a request with a JSON body; bytes are sent as they are."""
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        headers = {"Content-Type": "application/json"}
        return _content(self._send("POST", service, path, content=body, headers=headers))

    def put(self, service: str, path: str, content: bytes, media_type: str) -> Any:
        """Likewise for a document as it is."""
        headers = {"Content-Type": media_type}
        return _content(self._send("PUT", service, path, content=content, headers=headers))

    def delete(self, service: str, path: str) -> Any:
        """Likewise for a request that ends something."""
        return _content(self._send("DELETE", service, path))

    def wait(self, service: str, position: str) -> None:
        """Return when the service has folded that far; at once where nobody named it."""
        if service in self.endpoints:
            self.get(service, "/v1/position", after_position=position)

    def close(self) -> None:
        """Give up connections."""
        self._client.close()

    def _send(self, method: str, service: str, path: str, **options: Any) -> httpx2.Response:
        endpoint = self._endpoint(service)
        url = endpoint.url + path
        headers = options.pop("headers", {})
        if endpoint.key:
            headers = {**headers, "Authorization": f"Bearer {endpoint.key}"}
        try:
            return self._client.request(method, url, headers=headers, **options)
        except httpx2.TransportError as error:
            sentence = say(f"{service} does not answer at {url}", f"{service} 没有响应：{url}")
            raise CommandError(f"{sentence} ({type(error).__name__})", UNREACHABLE) from error

    def _endpoint(self, service: str) -> Endpoint:
        if service in self.endpoints:
            return self.endpoints[service]
        setting = _setting(service)
        sentence = say(
            f"{setting}: is not set, and this needs the {service} service; set it, or HUIKUAN_URL "
            "where one server has all services",
            f"{setting}：未设置，而此处需要 {service} 服务；请设置它，"
            "若各服务同在一处则设置 HUIKUAN_URL",
        )
        raise CommandError(sentence, USAGE)


def _trusted(endpoints: Mapping[str, Endpoint]) -> ssl.SSLContext | bool:
    """Who may vouch for a server: the public authorities; where all is plain HTTP, nobody.

    To read the authorities takes longer than most commands wait for their answer.
    """
    if any(endpoint.url.startswith("https:") for endpoint in endpoints.values()):
        return True
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _content(answer: httpx2.Response) -> Any:
    if answer.is_success:
        return msgspec.json.decode(answer.content)
    raise CommandError(in_words(answer.content) or f"HTTP {answer.status_code}", REFUSED)


def in_words(body: bytes) -> str:
    """A problem as people read it; empty where the body is none."""
    try:
        problem = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        return ""
    sentences = [problem.get("detail") or problem.get("title") or ""]
    for error in problem.get("errors", ()):
        place = error.get("pointer") or error.get("parameter") or ""
        sentences.append(f"  {place}: {error.get('detail', '')}")
    return "\n".join(sentences)


@contextmanager
def services(home: Path | None = None) -> Iterator[Services]:
    """The services of this environment; serves the installation itself where nobody does."""
    home = home or home_of(os.environ)
    running = _configured(os.environ, home) or _running(home)
    if running is not None:
        try:
            yield running
        finally:
            running.close()
        return
    with ExitStack() as opened:
        server = _serve_ourselves(home, opened)
        reached = Services(_mounted(server))
        opened.callback(reached.close)
        yield reached


def somebody_serving() -> Services | None:
    """The services that run for this environment; None where nobody serves. Close them."""
    home = home_of(os.environ)
    return _configured(os.environ, home) or _running(home)


def _serve_ourselves(home: Path, opened: ExitStack) -> Server:
    # A second of imports, which only those commands pay that find nobody serving.
    from services.all_in_one import serving  # noqa: PLC0415
    from services.commands.opening import opening  # noqa: PLC0415

    with opening(home):
        return opened.enter_context(serving(home))


def _configured(environment: Mapping[str, str], home: Path) -> Services | None:
    common = _address(environment, "HUIKUAN_URL")
    urls = {
        name: _address(environment, _setting(name)) or (common and f"{common}/{name}")
        for name in server_file.SERVICES
    }
    if not any(urls.values()):
        return None
    key = environment.get("HUIKUAN_API_KEY", "").split(",")[0].strip()
    local = server_file.read_running(home)
    if not key and local is not None and local.url == common:
        key = local.key
    return Services({name: Endpoint(url, key) for name, url in urls.items() if url})


def _setting(service: str) -> str:
    return f"HUIKUAN_{service.upper()}_URL"


def _address(environment: Mapping[str, str], setting: str) -> str:
    url = environment.get(setting, "").rstrip("/")
    if not url or url.startswith(("http://", "https://")):
        return url
    sentence = say(
        f"{setting}: names no server; use an address such as http://127.0.0.1:8080",
        f"{setting}：不是服务器地址；请写例如 http://127.0.0.1:8080",
    )
    raise CommandError(sentence, USAGE)


def _running(home: Path) -> Services | None:
    together = server_file.read_running(home)
    if together is not None:
        return Services(_mounted(together))
    apart = {name: server_file.read_running(home, name) for name in server_file.SERVICES}
    found = {name: server for name, server in apart.items() if server is not None}
    if not found:
        return None
    missing = ", ".join(name for name in server_file.SERVICES if name not in found)
    if missing:
        raise CommandError(say(f"not running: {missing}", f"未运行：{missing}"), UNREACHABLE)
    return Services(
        {name: Endpoint(f"{server.url}/{name}", server.key) for name, server in found.items()}
    )


def _mounted(server: Server) -> dict[str, Endpoint]:
    return {name: Endpoint(f"{server.url}/{name}", server.key) for name in server_file.SERVICES}
