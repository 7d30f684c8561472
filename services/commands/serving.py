"""``huikuan serve``: until Ctrl-C or SIGTERM."""

import gc
import os
import signal
from ipaddress import ip_address
from pathlib import Path
from typing import NoReturn

from huikuan.eventlog.turning import end_process
from huikuan.web import logs
from huikuan.web.keys import Keys, UnsafeKeyError, keys_of, new_key
from services.all_in_one import Installation, listen, server_of
from services.commands import server_file, show
from services.commands.opening import opening
from services.commands.server_file import ALL, SERVICES, Server, home_of
from services.commands.trouble import REFUSED, UNREACHABLE, CommandError
from services.commands.words import say


def serve(service: str | None, host: str, port: int, clock: str) -> None:
    """Serve all services, or one."""
    logs.configure()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, _end)  # the server ends in order first, and raises it again for us
    home = home_of(os.environ)
    with opening(home):  # what is owed is nobody else's business
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = _keys(home, only_local=_is_loopback(host))
    own_key = new_key()
    names = (service,) if service else SERVICES
    with opening(home):
        installation = Installation(home, names, keys.plus(own_key), clock)
        installation.check()
    try:
        opened = listen(host, port)
    except OSError as error:
        installation.close()
        sentence = say(f"cannot listen on {host}:{port}", f"无法监听 {host}:{port}")
        raise CommandError(f"{sentence}: {error.strerror}", UNREACHABLE) from None
    url = _url(host, opened.getsockname()[1])
    name = service or ALL
    server = server_of(installation.app())
    if service:  # whoever restarts it must see it end; together, the others go on without it
        installation.parts[0].built.service.threads.ended = end_process
    server_file.write(home, Server(url=url, pid=os.getpid(), key=own_key, clock=clock), name)
    # What is here now stays: to look through it all again and again stops every request for a
    # fifth of a second each time.
    gc.freeze()
    show.note(say(f"Serving {', '.join(names)} on {url}", f"已启动 {', '.join(names)}：{url}"))
    try:
        server.run(sockets=[opened])
    finally:
        server_file.remove(home, name)
        opened.close()
    if not server.started:
        raise CommandError(say("the server did not start", "服务未能启动"), UNREACHABLE)


def _end(sign: int, frame: object) -> NoReturn:
    del sign, frame
    raise SystemExit(0)


def _keys(home: Path, *, only_local: bool) -> Keys:
    try:
        keys, fresh = keys_of(home, os.environ.get("HUIKUAN_API_KEY", ""), only_local=only_local)
    except UnsafeKeyError as error:
        raise CommandError(say(error.words.en, error.words.zh), REFUSED) from None
    if fresh:
        show.note(
            say(
                f"API key, shown this once: {fresh}\n"
                f"Use it so: curl -H 'Authorization: Bearer {fresh}' …",
                f"API 密钥（仅显示这一次）：{fresh}\n"
                f"用法：curl -H 'Authorization: Bearer {fresh}' …",
            )
        )
    return keys


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _url(host: str, port: int) -> str:
    """Where commands on this machine reach it."""
    local = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - translated, not listened on
    return f"http://{local.get(host, f'[{host}]' if ':' in host else host)}:{port}"
