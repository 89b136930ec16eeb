"""Who sends a request, and whether they may: asked before each operation."""

import hmac
import os
from pathlib import Path
from typing import Final

from aiohttp import web
from attrs import define

from reference.app.config import Config
from reference.app.system import System
from reference.domain.words import CloudRole
from reference.http.access import Access, check_site, not_authenticated
from reference.http.attempts import Attempts
from reference.http.operations import Who
from reference.http.passwords import passwords_of
from reference.http.problems import Problem, Refused
from reference.store.collaboration_tables import LOGINS
from reference.store.mvp_tables import CASEWORKER_OF, CASEWORKERS
from reference.store.secrets import hashed, new_secret
from reference.store.side import Side

#: As whom the holder of the operator's token acts.
OPERATOR: Final = "operator"


@define(eq=False)
class Authentication:
    """What knows caseworkers, recipients and the operator."""

    mvp: Access
    collaboration: Access
    operator: str  # hash of the token

    async def identify(self, request: web.Request, who: Who) -> str:
        """Give who sends a request, the empty string for anybody.

        Raises:
            Refused: when it is nobody known, or somebody who may not do this.
        """
        match who:
            case Who.RECIPIENT:
                return await self.collaboration.user_of(request)
            case Who.CASEWORKER:
                return await self.mvp.user_of(request)
            case Who.ADMINISTRATOR:
                return await self._administrator(request)
            case Who.ANYBODY:
                check_site(request)
                return ""
            case Who.PEER:
                raise not_authenticated()

    async def _administrator(self, request: web.Request) -> str:
        """Give the operator, or a caseworker with the cloud role Administrator."""
        token = self.mvp.token_of(request)
        if token is not None and hmac.compare_digest(hashed(token), self.operator):
            return OPERATOR
        name = await self.mvp.user_of(request)
        caseworker = await self.mvp.side.reader.look(
            lambda connection: CASEWORKERS.load(connection, name)
        )
        if caseworker is None or caseworker.role is not CloudRole.ADMINISTRATOR:
            raise Refused(Problem.NOT_ALLOWED)
        return name


def authentication_of(system: System, config: Config, operator: str) -> Authentication:
    """Let the users of a system log in; `operator` is the operator's token."""
    passwords = passwords_of(config.hashing)

    def attempts(side: Side, at_once: int) -> Attempts:
        return Attempts(side.now, at_once, config.attempts_interval)

    mvp = Access(
        system.mvp,
        "mvp_session",
        CASEWORKERS,
        config.session_lifetime,
        passwords,
        attempts(system.mvp, config.attempts_per_account),
        attempts(system.mvp, config.attempts_per_client),
        config.secure,
        CASEWORKER_OF,
    )
    collaboration = Access(
        system.collaboration,
        "collaboration_session",
        LOGINS,
        config.session_lifetime,
        passwords,
        attempts(system.collaboration, config.attempts_per_account),
        attempts(system.collaboration, config.attempts_per_client),
        config.secure,
    )
    return Authentication(mvp, collaboration, hashed(operator))


def operator_token(config: Config) -> str:
    """Give the operator's token: as configured, else as kept in the data folder, else a new one.

    Raises:
        OSError: when the file cannot be read or written.
    """
    if config.operator_token:
        return config.operator_token
    path = config.data / "operator.token"
    if not path.exists():
        _write_secret(path, new_secret())
    return path.read_text().strip()


def _write_secret(path: Path, secret: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
