"""Who sends a request, and whether they may: asked before each operation."""

import hmac
import os
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from attrs import define, field

from reference.app.config import SECRET_MIN, Config
from reference.app.system import System
from reference.clock import wall_clock
from reference.domain.words import CloudRole
from reference.http.access import Access, bearer_of, check_site, not_authenticated
from reference.http.attempts import Attempts
from reference.http.hashing import CHEAP
from reference.http.here import is_from_here
from reference.http.operations import Who
from reference.http.passwords import passwords_of
from reference.http.problems import Fault, Problem, Refused
from reference.link.signing import is_signed
from reference.store.collaboration_tables import LOGINS
from reference.store.mvp_tables import CASEWORKER_OF, CASEWORKERS
from reference.store.secrets import hashed, new_secret
from reference.store.side import Side
from reference.store.unit import Kept

#: As whom the holder of the operator's token acts.
OPERATOR: Final = "operator"
#: The cookies that keep the tokens of sessions.
MVP_COOKIE: Final = "mvp_session"
COLLABORATION_COOKIE: Final = "collaboration_session"


@define(eq=False)
class Authentication:
    """What knows the users: those of the sides that are served here, and the operator."""

    mvp: Access | None
    collaboration: Access | None
    operator: str  # hash of the token
    peer_secret: str = field(repr=False)

    async def identify(self, request: web.Request, who: Who) -> str:
        """Give who sends a request, the empty string for anybody.

        Raises:
            Refused: when it is nobody known, or somebody who may not do this.
        """
        match who:
            case Who.RECIPIENT if self.collaboration is not None:
                return await self.collaboration.user_of(request)
            case Who.CASEWORKER | Who.STAFF if self.mvp is not None:
                return await self._caseworker(self.mvp, request, who)
            case Who.HERE if is_from_here(request):
                return ""
            case Who.ADMINISTRATOR | Who.HERE:
                return await self._administrator(request)
            case Who.ANYBODY:
                check_site(request)
                return ""
            case Who.PEER if self._is_peer(request):
                return "peer"
            case _:
                raise not_authenticated()

    async def _caseworker(self, mvp: Access, request: web.Request, who: Who) -> str:
        """Give a caseworker; the operator is none, but one of the staff."""
        try:
            return await mvp.user_of(request)
        except Refused:
            if not self._is_operator(request):
                raise
        if who is Who.STAFF:
            return OPERATOR
        what = "the operator is no caseworker: send the token of one"
        raise Refused(Problem.NOT_ALLOWED, Fault("header Authorization", what))

    def _is_operator(self, request: web.Request) -> bool:
        token = bearer_of(request)
        return token is not None and hmac.compare_digest(hashed(token), self.operator)

    def _is_peer(self, request: web.Request) -> bool:
        now_s = int(wall_clock().timestamp())
        headers = request.headers
        return is_signed(self.peer_secret, request.method, request.path, headers, now_s)

    async def _administrator(self, request: web.Request) -> str:
        """Give the operator, or a caseworker with the cloud role Administrator."""
        if self._is_operator(request):
            return OPERATOR
        if self.mvp is None:
            raise not_authenticated()
        name = await self.mvp.user_of(request)
        caseworker = await self.mvp.side.reader.look(
            lambda connection: CASEWORKERS.load(connection, name)
        )
        if caseworker is None or caseworker.role is not CloudRole.ADMINISTRATOR:
            raise Refused(Problem.NOT_ALLOWED)
        return name


def authentication_of(system: System, config: Config, operator: str) -> Authentication:
    """Let the users of a system log in; `operator` is the operator's token.

    In virtual time passwords are hashed at the lowest cost: a harness has many people log in.
    """
    passwords = passwords_of(CHEAP if config.clock == "manual" else config.hashing)

    def access(
        side: Side | None, cookie: str, users: Kept[str, Any], tokens: str | None = None
    ) -> Access | None:
        if side is None:
            return None
        interval = config.attempts_interval
        return Access(
            side,
            cookie,
            users,
            config.session_lifetime,
            passwords,
            Attempts(side.now, config.attempts_per_account, interval),
            Attempts(side.now, config.attempts_per_client, interval),
            config.secure,
            config.proxy,
            tokens,
        )

    mvp = access(system.mvp, MVP_COOKIE, CASEWORKERS, CASEWORKER_OF)
    collaboration = access(system.collaboration, COLLABORATION_COOKIE, LOGINS)
    return Authentication(mvp, collaboration, hashed(operator), config.peer_secret or "")


def operator_token(config: Config) -> str:
    """Give the operator's token: as configured, else as kept in the data folder, else a new one.

    Raises:
        OSError: when the file cannot be read or written, or holds none.
    """
    if config.operator_token:
        return config.operator_token
    path = config.data / "operator.token"
    if not path.exists():
        _write_secret(path, new_secret())
    token = path.read_text(encoding="ascii", errors="replace").strip()
    if len(token) < SECRET_MIN or not token.isascii():
        raise OSError(f"{path}: it holds no token: remove it, and a new one is made")
    return token


def _write_secret(path: Path, secret: str) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{secret}\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
