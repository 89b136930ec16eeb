"""Acts and looks in the words of a trace, done over HTTP as whoever acts or looks."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar, Final

import orjson
from attrs import define

from reference.client import seen
from reference.client.client import Client, File
from reference.client.connection import Done, Misread, NotSeen
from reference.client.connection import Outcome as Came
from reference.link.replication import Run
from reference.mvp.texts_api import MailTemplateView
from reference.store.codec import to_json
from reference.store.shapes import ABSENT
from simulator.history.checks import fault_in
from simulator.history.vocabulary import SEES
from simulator.targets.people import Barred, People
from simulator.targets.port import Outcome, Record, TargetError

_NOT_LOGGED_IN: Final = "not_authenticated"
_LANGUAGE: Final = "de"
_DoAct = Callable[["Doing", Record, str], Awaitable[Done[Any]]]


@define(eq=False)
class Doing:
    """Does what records say; `key` is that of the request, the same when it is repeated."""

    people: People
    tells_bundles: bool = True  # no others' records are in them

    async def act(self, record: Record, key: str) -> Outcome:
        """Do an act.

        Raises:
            TargetError: when what answers is not the API, or lets nobody in.
            Misread: when an answer is none of the API.
        """
        does = self._ACTS[record["act"]]
        try:
            done = await does(self, record, key)
            if done.reason == _NOT_LOGGED_IN and "by" in record:  # a session has run out
                self.people.forget(record["by"])
                done = await does(self, record, key)
        except Barred as barred:
            return Outcome("refused", barred.reason)
        except NotSeen as nothing:  # what the act needs to know before
            return Outcome("refused", nothing.reason)
        _check(done, record)
        told = _told(record, done.value) if self.tells_bundles else {}
        return Outcome(done.outcome.value, done.reason, told, done.at)

    async def _as(self, record: Record, key: str) -> Client:
        client = await self.people.come_in(record["by"])
        return client.with_key(key)

    async def _set_role(self, record: Record, key: str) -> Done[None]:
        client, name = self.people.mvp.with_key(key), record["caseworker"]
        self.people.named[name] = None
        if not self.people.operator:
            return Done(Came.OK)  # the access file says so
        return await client.set_role(name, record["role"], record.get("email"))

    async def _create_case(self, record: Record, key: str) -> Done[None]:
        client, day = await self._as(record, key), _day(record.get("follow_up_on"))
        return await client.create_case(record["case"], record.get("subject", ""), day)

    async def _edit_case(self, record: Record, key: str) -> Done[None]:
        client = await self._as(record, key)
        day = _day(record["follow_up_on"]) if "follow_up_on" in record else ABSENT
        return await client.edit_case(record["case"], record.get("subject"), day)

    async def _add_document(self, record: Record, key: str) -> Done[None]:
        client = await self._as(record, key)
        file = _file(record["document"], record.get("size", 0))
        return await client.add_document(record["case"], file)

    async def _note(self, record: Record, key: str) -> Done[None]:
        client = await self._as(record, key)
        return await client.note(record["case"], record.get("text", ""))

    async def _send(self, record: Record, key: str) -> Done[None]:
        client = await self._as(record, key)
        return await client.send(
            record["case"],
            record.get("text", ""),
            record.get("expects"),
            record.get("to"),
            record.get("documents") or (),
            record.get("message"),
        )

    async def _set_release(self, record: Record, key: str) -> Done[None]:
        client, may = await self._as(record, key), record["create_messages"]
        return await client.set_release(record["case"], record["recipient"], create_messages=may)

    async def _set_mail(self, record: Record, key: str) -> Done[None]:
        event, before = record["event"], await self.wordings()
        was = before.get(event)
        subject = record.get("subject", was.subject if was else "")
        body = record.get("body", was.body if was else "")
        enabled = record.get("enabled", was.enabled if was else True)
        client = self.people.mvp.with_key(key)
        return await client.set_mail(event, subject, body, enabled=enabled, language=_LANGUAGE)

    async def wordings(self) -> Mapping[str, MailTemplateView]:
        """Give the wordings of the mails that the tests read, by event."""
        templates = (await self.people.mvp.mail_templates()).mail_templates
        return {each.event: each for each in templates if each.language == _LANGUAGE}

    async def _register(self, record: Record, key: str) -> Done[None]:
        address = record["by"]
        link = record.get("link") or self.people.links.get(address.strip().lower(), "none")
        client = self.people.portal.known_by(None).with_key(key)
        done = await client.register(link, self.people.password)
        if done.outcome.value == "ok":
            self.people.registered(address)
        return done

    async def _request_link(self, record: Record, key: str) -> Done[None]:
        client = self.people.portal.known_by(None).with_key(key)
        return await client.request_link(record["by"])

    async def _open(self, record: Record, key: str) -> Done[None]:
        client = await self._as(record, key)
        return await client.open(record["case"], record["via"], record.get("message"))

    async def _mark_read(self, record: Record, key: str) -> Done[None]:
        client = await self._as(record, key)
        return await client.mark_read(record["message"])

    async def _reply(self, record: Record, key: str) -> Done[None]:
        client = await self._as(record, key)
        return await client.reply(
            record["case"],
            record.get("text", ""),
            record.get("answers"),
            [_file(file["name"], file["size"]) for file in record.get("files") or ()],
            record.get("message"),
        )

    async def _replicate(self, record: Record, key: str) -> Done[Run]:
        by = record.get("by")
        client = await (self.people.anybody() if by is None else self.people.caseworker(by))
        return await client.with_key(key).replicate(record["result"], record.get("failed", 0))

    async def look(self, record: Mapping[str, Any]) -> tuple[Record | None, str | None]:
        """Look at something; give what is seen, or None and why nothing is.

        Raises:
            Misread: as `act`.
        """
        try:
            line = await self._look(record)
        except Barred as barred:
            return None, barred.reason
        except NotSeen as nothing:
            if nothing.reason != _NOT_LOGGED_IN:
                return None, nothing.reason
            self.people.forget(record["by"])
            return await self.look(record)
        plain: Record = {"by": record["by"], **orjson.loads(to_json(line))}
        what = f"see {record['see']}"
        fault = fault_in(SEES[record["see"]], plain, what)
        if fault is not None:
            hint = f"; {fault.hint}" if fault.hint else ""
            raise Misread(f"{what}: {fault.message}{hint}")
        return {"see": record["see"], **plain}, None

    async def _look(self, record: Mapping[str, Any]) -> seen.Line:
        client = await self.people.come_in(record["by"])
        match record["see"]:
            case "case":
                return await seen.case(client, record["case"])
            case "case_list":
                return await seen.case_list(client)
            case "inbox":
                return await seen.inbox(client)
            case "portal_case":
                return await seen.portal_case(client, record["case"])
            case "activities":
                return await seen.activities(client, record["case"])
            case "preset":
                return await seen.preset(client, record["case"])
            case other:
                raise ValueError(f"nobody looks at {other!r}")

    _ACTS: ClassVar[Mapping[str, _DoAct]] = MappingProxyType(
        {
            "set_role": _set_role,
            "create_case": _create_case,
            "edit_case": _edit_case,
            "add_document": _add_document,
            "note": _note,
            "send": _send,
            "set_release": _set_release,
            "set_mail": _set_mail,
            "register": _register,
            "request_link": _request_link,
            "open": _open,
            "mark_read": _mark_read,
            "reply": _reply,
            "replicate": _replicate,
        }
    )


def _check(done: Done[Any], record: Record) -> None:
    """Check that the API answered, and whoever acts was let in."""
    if done.reason == _NOT_LOGGED_IN:
        who = record.get("by", "the operator")
        raise TargetError(f"{record['act']}: the token of {who} is worth nothing (401)")
    if done.reason in {"404", "405"}:
        raise TargetError(f"{record['act']}: the target answers {done.reason}: it is not our API")


def _told(record: Record, value: object) -> dict[str, Any]:
    """Give what the line of an act tells besides: the bundles of a replication."""
    if record["act"] != "replicate" or not isinstance(value, Run):
        return {}
    bundles = [
        {"kind": each.kind, "records": each.records, "result": each.result}
        for each in value.bundles
    ]
    return {"bundles": bundles}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _file(name: str, size: int) -> File:
    """Give a file of so many bytes, which are others for another name."""
    piece = name.encode() + b"\n"
    return File(name, (piece * (size // len(piece) + 1))[:size])
