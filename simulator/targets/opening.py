"""Targets over HTTP, opened: a server of our own, or one that somebody else runs."""

import asyncio
import re
import secrets  # noqa: TID251 - tokens and names that nobody else has
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
from attrs import evolve, frozen

from reference.client.client import Client, Clock
from reference.client.connection import Misread, NotSeen, Outcome, Patience
from reference.clock import SystemClock
from reference.domain.rules import Rules
from simulator.history.vocabulary import READINGS
from simulator.targets.access import Access
from simulator.targets.arriving import Arriving, Found, Told
from simulator.targets.beside import Beside
from simulator.targets.clocks import Real, Virtual
from simulator.targets.doing import Doing
from simulator.targets.in_memory import InMemory
from simulator.targets.mails import FromApi, InFolder, Listening, Nowhere, Post, Reader
from simulator.targets.names import Names
from simulator.targets.over_http import OverHttp
from simulator.targets.people import People
from simulator.targets.port import TargetError, not_the_api
from simulator.targets.process import Server

#: How long one answer of our own server may take: a large file on a busy machine.
_OURS: Final = Patience(tries=1, try_s_max=120.0)
#: One of others may be lost on its way; of a target that hangs, that is to be known soon.
_OTHERS: Final = Patience(tries=2, try_s_max=30.0)
_IS_IT_THERE: Final = Patience(tries=2, try_s_max=10.0)
#: How far the clocks of two machines may be apart.
_APART_MAX: Final = timedelta(seconds=2)
_WEEK: Final = timedelta(days=7)
_MANY: Final = str(10**6)


@frozen
class Setting:
    """What a scenario wants of a target."""

    rules: Rules
    readings: Mapping[str, str]
    time_zone: str
    carrier: str
    registers: bool
    begins: datetime
    ends: datetime
    limit: timedelta
    caseworkers: Mapping[str, tuple[str, str | None]]  # name -> cloud role and address
    population: bool = False


def our_server(setting: Setting) -> Beside:
    """Start a server of our own in a temporary folder, with the model beside it.

    Raises:
        TargetError: when it does not start.
    """
    return _opened(lambda runner, stack: _our_server(setting, runner, stack))


def other_server(url: str, access: Access, setting: Setting, speed: float = 1.0) -> Beside:
    """Use a server that somebody else runs, with the model beside it.

    Raises:
        TargetError: when it cannot be reached, or is not the API.
    """
    return _opened(lambda runner, stack: _other_server(url, access, setting, speed, runner, stack))


def moves_the_clock(url: str, access: Access) -> bool:
    """Tell whether a target's clock is ours to move, so that it serves one scenario at a time.

    Raises:
        TargetError: when it cannot be reached, or is not the API.
    """

    async def asked() -> bool:
        async with AsyncExitStack() as stack:
            client = await _client(url, access.operator, _OTHERS, stack)
            await _check_reachable(client)
            return await _virtual_now(client, access) is not None

    return asyncio.run(asked())


def _opened(
    opening: Callable[[asyncio.Runner, AsyncExitStack], Any],
) -> Beside:
    """Open a target; what was opened is closed again where it does not come to the end."""
    runner, stack = asyncio.Runner(), AsyncExitStack()
    try:
        target: Beside = runner.run(opening(runner, stack))
    except BaseException as error:
        runner.run(stack.aclose())
        runner.close()
        if isinstance(error, Misread):
            raise not_the_api(error) from error
        raise
    return target


async def _our_server(setting: Setting, runner: asyncio.Runner, stack: AsyncExitStack) -> Beside:
    folder = Path(tempfile.mkdtemp(prefix="collab-simulator-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    post = Listening()
    await post.open()
    stack.callback(post.close)
    token = secrets.token_hex(16)
    server = Server(folder, _options(setting, token, post.port))
    stack.callback(server.stop)
    server.start()
    operator = await _client(server.url, token, _OURS, stack)
    people = People(operator, operator, operator=True, registers=setting.registers)
    doing = Doing(people)
    target = OverHttp(
        doing,
        post,
        Told(operator),
        Virtual(operator),
        Names(),
        runner,
        stack,
        server,
    )
    return Beside(target, InMemory(setting.rules, registers=setting.registers), setting.limit)


def _options(setting: Setting, token: str, smtp: int) -> list[str]:
    options = {
        "clock": "manual",
        "replicate-every": "never",
        "operator-token": token,
        "log-level": "warning",
        "smtp": f"127.0.0.1:{smtp}",
        "smtp-tls": "off",
        "time-zone": setting.time_zone,
        "carrier": setting.carrier,
        "session-lifetime": "3650d",
        "attempts-per-account": _MANY,
        "attempts-per-client": _MANY,
    }
    told = [part for name, value in options.items() for part in (f"--{name}", value)]
    for name, value in setting.readings.items():
        told += ["--reading", f"{name}={value}"]
    return told


async def _client(url: str, token: str | None, patience: Patience, stack: AsyncExitStack) -> Client:
    connector = aiohttp.TCPConnector(limit=64)
    http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
    return Client.at(url, http, token, patience)


async def _other_server(
    url: str,
    access: Access,
    setting: Setting,
    speed: float,
    runner: asyncio.Runner,
    stack: AsyncExitStack,
) -> Beside:
    mvp = await _client(url, access.operator, _OTHERS, stack)
    portal = mvp
    if access.portal is not None:
        portal = await _client(access.portal, access.operator, _OTHERS, stack)
    for client in {mvp, portal}:
        await _check_reachable(client)
    now = await _virtual_now(mvp, access)
    people = People(
        mvp,
        portal,
        operator=access.operator is not None,
        registers=setting.registers,
        tokens=access.caseworkers,
        password=access.password,
        passwords=access.recipients,
    )
    doing = Doing(people, tells_bundles=now is not None)
    if now is not None:  # what others left behind is not to be in our bundles
        await (await people.anybody()).replicate(0)
    clock = Real(speed) if now is None else Virtual(mvp, _later(now, setting))
    post = _post(access, mvp)
    await post.open()
    stack.callback(post.close)
    arriving: Arriving = Found(doing)
    if access.operator is not None and await _tells_arrivals(mvp):
        arriving = Told(mvp)
    has_wordings = await _restore_wordings(doing, access, stack)
    target = OverHttp(
        doing,
        post,
        arriving,
        clock,
        Names(secrets.token_hex(3) if access.own_names else "", access.caseworkers),
        runner,
        stack,
        None,
        await _why_not(mvp, access, harness=now is not None, has_wordings=has_wordings),
        virtual=now is not None,
    )
    model = InMemory(setting.rules, registers=setting.registers)
    return Beside(target, model, setting.limit, judges_reasons=False)


async def _check_reachable(client: Client) -> None:
    """Check that something answers, and that its clock is right."""
    url = client.connection.url
    try:
        headers = (await evolve(client.connection, patience=_IS_IT_THERE).get("/health")).headers
    except NotSeen as error:
        if error.reason == "not_reachable":
            raise TargetError(
                f"{url} cannot be reached, or does not answer: start the server, or correct the "
                "address"
            ) from error
        return
    told = headers.get("Date")
    if told is not None:
        apart = abs(parsedate_to_datetime(told).astimezone(UTC) - SystemClock()())
        if apart > _APART_MAX + timedelta(seconds=1):  # the header has whole seconds
            raise TargetError(f"{url}: its clock and ours are {apart} apart: set one of them")


async def _virtual_now(client: Client, access: Access) -> datetime | None:
    """Give what time it is for the target where that is virtual.

    Raises:
        TargetError: when the operator's token is worth nothing.
    """
    if access.operator is None:
        return None
    try:
        return (await client.connection.look("/api/clock", Clock)).now
    except NotSeen as error:
        if error.reason in {"not_authenticated", "401", "403", "not_allowed"}:
            # A server without this operation may say so too: what every server has decides.
            await _check_token(client)
        return None
    except Misread:  # a page, for whatever is not known there: it has no such operation
        return None


async def _check_token(client: Client) -> None:
    try:
        await client.mail_templates()
    except NotSeen as error:
        raise TargetError(
            f"{client.connection.url} does not know the operator's token ({error.reason}): correct "
            "it in the access file"
        ) from error


def _later(now: datetime, setting: Setting) -> timedelta:
    """Give by how much later a scenario is on a target whose clock has gone on.

    These are whole weeks after which the broker's clocks are as far from UTC as in the scenario.
    """
    zone = ZoneInfo(setting.time_zone)
    later = max(-((setting.begins - now) // _WEEK), 0) * _WEEK

    def differs(moment: datetime) -> bool:
        apart = moment.astimezone(zone).utcoffset(), (moment + later).astimezone(zone).utcoffset()
        return apart[0] != apart[1]

    while differs(setting.begins) or differs(setting.ends):
        later += _WEEK
    return later


def _post(access: Access, client: Client) -> Post:
    reader = Reader(re.compile(access.link))
    kind, _, place = access.mails.partition(":")
    if kind == "api":
        return FromApi(client, reader)
    if kind == "maildir":
        return InFolder(Path(place), reader)
    if kind == "listen":
        host, _, port = place.rpartition(":")
        return Listening(reader, host, int(port))
    return Nowhere()


async def _tells_arrivals(client: Client) -> bool:
    try:
        await client.arrivals()
    except (NotSeen, Misread):
        return False
    return True


async def _restore_wordings(doing: Doing, access: Access, stack: AsyncExitStack) -> bool:
    """Put the wordings of mails back in the end: others use them too; say whether there are any."""
    if access.operator is None:
        return False
    try:
        before = await doing.wordings()
    except (NotSeen, Misread):
        return False

    async def put_back() -> None:
        for event, was in before.items():
            await doing.people.mvp.set_mail(event, was.subject, was.body, enabled=was.enabled)

    stack.push_async_callback(put_back)
    return True


async def _why_not(
    client: Client, access: Access, *, harness: bool, has_wordings: bool
) -> Callable[[Mapping[str, Any]], str | None]:
    """Give what says why an act cannot be done."""
    breaks = harness and (await client.set_fault("link", "up")).outcome is Outcome.OK
    mails_held = access.mails != "api"

    def why_not(record: Mapping[str, Any]) -> str | None:
        word = record.get("act") or record.get("see")
        if word == "fault":
            return _no_fault(record, breaks=breaks, mails_held=mails_held)
        if word == "replicate" and not breaks and record.get("result") != 0:
            return f"replicate with result {record.get('result')}: it has no API for faults"
        if access.operator is None:
            given = word == "set_role" and not _not_there(
                record["caseworker"], record["role"], record.get("email"), access
            )
            if word in {"set_role", "set_mail"} and not given:
                return f"{word}: the access file has no operator's token"
        if word == "set_mail" and not has_wordings:
            return "set_mail: it shows no wordings of mails (GET /api/mvp/mail-templates)"
        if word == "mail" and not access.mails:
            return "see mail: the access file does not say where mails arrive"
        return None

    return why_not


def _no_fault(record: Mapping[str, Any], *, breaks: bool, mails_held: bool) -> str | None:
    what = f"fault {record['what']}"
    if record["what"] == "server":
        return f"{what}: the server is not ours to kill"
    if not breaks:
        return f"{what}: the target has no API for faults (PUT /api/faults)"
    if record["what"] == "mail" and not mails_held:
        return f"{what}: mails that are read at /mails cannot be held up"
    return None


def _not_there(name: str, role: str, email: str | None, access: Access) -> str | None:
    """Say why a caseworker is not there, where nobody can make one."""
    if name not in access.caseworkers:
        return f"it needs a token of {name} under [caseworkers]"
    if role != "Benutzer":
        return f"it gives {name} the role {role}"
    return None if email is None else f"it gives {name} an address"


def unlike(access: Access, setting: Setting) -> str | None:
    """Say how a scenario differs from what a target is set to; None where it fits."""
    for name, held in setting.caseworkers.items() if access.operator is None else ():
        lacks = _not_there(name, *held, access)
        if lacks is not None:
            return f"{lacks}: that, or the operator's token, is not in the access file"
    if setting.population and access.operator is None:
        return "a population has many caseworkers: give the operator's token in the access file"
    wants = [
        (name, setting.readings.get(name, values[0]), access.readings.get(name, values[0]))
        for name, values in READINGS.items()
    ]
    wants += [
        ("time_zone", setting.time_zone, access.time_zone),
        ("carrier", setting.carrier, access.carrier),
    ]
    for name, wanted, there in wants:
        if wanted != there:
            return f"it is about {name}: {wanted}, and the target is set to {there}"
    return None
