"""What browsers are shown: a server is ready before the pages are imported."""

import asyncio
from importlib import import_module
from typing import Final

from attrs import define, frozen

from reference.app.apis import Apis
from reference.app.config import Config
from reference.app.system import System
from reference.http.operations import Operation, Refuse

#: Where the pages of the collaboration begin.
PORTAL: Final = "/collaboration"


@frozen(eq=False)
class Front:
    """The pages of a server, and how everything else is refused to whoever asks."""

    operations: tuple[Operation, ...]
    refuse: Refuse


@define(eq=False)
class LateFront:
    """The front of a server, imported when it is first asked for: no program needs it."""

    _system: System
    _apis: Apis
    _config: Config
    _token: str
    _front: Front | None = None

    def now(self) -> Front:
        """Give the front; whatever else there is to do waits while it is imported."""
        if self._front is None:
            from reference.app.site import front_of  # noqa: PLC0415 - as the class says

            self._front = front_of(self._system, self._apis, self._config, self._token)
        return self._front

    async def soon(self) -> Front:
        """Give the front; requests are answered while it is imported."""
        if self._front is None:
            await asyncio.to_thread(import_module, "reference.app.site")
        return self.now()
