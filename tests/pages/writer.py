"""A caseworker in a browser, whose clicks and looks become lines of a trace."""

from datetime import datetime

from attrs import define

from tests.pages import people
from tests.pages.caseworkers import add, box, errors, press

ACTIONS = {
    "Kenntnisnahme": "acknowledge",
    "Antwort": "reply",
    "Antwort mit Datei": "reply_with_file",
}
LABELS = {word: label for label, word in ACTIONS.items()}
#: What a page says where there is nothing.
NOTHING = {"–": None, "ohne Status": ""}


@define(eq=False)
class Writer:
    """A caseworker who clicks."""

    tab: object
    recorder: object
    name: str = "anna"

    def _did(self, at, act, outcome="ok", **line):
        """Tell of an act at the moment that the server said, or now if it said none."""
        said = {"act": act, "by": self.name, **line, "outcome": outcome}
        self.recorder.add(datetime.fromisoformat(at) if at else self.recorder.moment(), said)

    def _saw(self, see, **line):
        self.recorder.add(self.recorder.moment(), {"see": see, "by": self.name, **line})

    async def create_case(self, case, subject):
        await self.tab.goto("/mvp/new-case")
        await self.tab.fill("#number", str(case))
        await self.tab.fill("#subject", subject)
        at = await press(self.tab, "Speichern")
        self._did(at, "create_case", case=case, subject=subject)

    async def edit_case(self, case, subject):
        await self.tab.goto(f"/mvp/cases/{case}/edit")
        await self.tab.fill("#subject", subject)
        at = await press(self.tab, "Speichern")
        self._did(at, "edit_case", case=case, subject=subject)

    async def add_document(self, case, name, content):
        await self.tab.goto(f"/mvp/cases/{case}/documents")
        file = {"name": name, "mimeType": "text/plain", "buffer": content}
        await self.tab.set_input_files("#file", file)
        at = await press(self.tab, "Ablegen")
        self._did(at, "add_document", case=case, document=name, size=len(content))

    async def note(self, case, text):
        await self.tab.goto(f"/mvp/cases/{case}")
        await self.tab.fill("#text", text)
        at = await press(self.tab, "Speichern")
        self._did(at, "note", case=case, text=text)

    async def send(self, case, text, expects, to=None, documents=(), *, leaves=False):
        """Share a text, and give the message; `to` and documents are chosen in the dialog.

        The dialog may be left, which sends nothing.
        """
        tab = self.tab
        await tab.goto(f"/mvp/cases/{case}")
        await tab.fill("#text", text)
        await tab.check("#share")
        if expects is not None:
            await tab.get_by_role("radio", name=f"{LABELS[expects]} –").check()
        if (to is not None or documents) and await tab.locator("#share_more").count():
            await tab.check("#share_more")
        at = await press(tab, "Speichern")
        line = {"case": case, "message": f"refused-{self.recorder.place()}", "text": text}
        line |= {"expects": expects, "documents": list(documents)}
        if await errors(tab):
            self._did(None, "send", "refused", **line)
            return None
        if leaves:
            await press(tab, "Zurück, ohne zu senden")
            assert await tab.input_value("#text") == text
            return None
        if tab.url.endswith("/share"):
            at = await self._choose(to, documents)
        if to is not None:
            line["to"] = list(to)
        if await errors(tab):
            self._did(None, "send", "refused", **line)
            return None
        line["message"] = await tab.get_attribute("#latest", "data-message")
        self._did(at, "send", **line)
        return line["message"]

    async def _choose(self, to, documents):
        tab = self.tab
        if to is not None:
            for ticked in await tab.locator("[name=to]").all():
                await ticked.uncheck()
            for address in to:
                known = box(tab, address)
                await (known.check() if await known.count() else add(tab, address))
        for name in documents:
            await tab.check(f"[name=documents][value='{name}']")
        return await press(tab, "Freischaltung")

    async def set_release(self, case, recipient, *, create_messages):
        await self.tab.goto(f"/mvp/cases/{case}/releases")
        row = self.tab.locator("tr", has_text=recipient)
        label = "Geben" if create_messages else "Entziehen"
        at = await people.press(row.get_by_role("button", name=label))
        line = {"case": case, "recipient": recipient, "create_messages": create_messages}
        self._did(at, "set_release", **line)

    async def replicate(self):
        await self.tab.goto("/mvp/replication")
        at = await press(self.tab, "Jetzt replizieren")
        result = await self.tab.locator("tbody .badge").first.inner_text()
        self._did(at, "replicate", result=int(result))

    async def see_case(self, case):
        """Tell what the fields of a case say; they are null where they are not there."""
        tab = self.tab
        await tab.goto(f"/mvp/cases/{case}")
        status, text = None, None
        cloud = tab.locator("dt:text-is('assfinet cloud') + dd")
        if await cloud.count():
            badge = cloud.locator(".badge")
            there = await badge.count()
            status = await badge.inner_text() if there else NOTHING[await cloud.inner_text()]
            text = await cloud.locator(".status-text").inner_text() if there else ""
        under_way = tab.locator(".activity-entry", has_text="unterwegs")
        ids = "all => all.map(e => e.dataset.message)"
        self._saw(
            "case",
            case=case,
            cloud_status=status,
            status_text=text,
            acknowledged_on=await self._day("Kenntnisnahme am"),
            follow_up_on=await self._day("Wiedervorlage"),
            under_way=await under_way.evaluate_all(ids),
        )

    async def _day(self, name):
        day = self.tab.locator(f"dt:text-is('{name}') + dd time")
        return await day.get_attribute("datetime") if await day.count() else None

    async def see_case_list(self):
        await self.tab.goto("/mvp/cases")
        cases = []
        for row in await self.tab.locator("tbody tr").all():
            number = int(await row.locator("td").first.inner_text())
            badge = row.locator(".badge")
            status = await badge.inner_text() if await badge.count() else ""
            cases.append({"case": number, "cloud_status": status})
        self._saw("case_list", cases=cases)

    async def see_preset(self, case):
        await self.tab.goto(f"/mvp/cases/{case}")
        offered = self.tab.locator("[name=offered]")
        recipients = (await offered.input_value()).split() if await offered.count() else []
        self._saw("preset", case=case, recipients=recipients)

    async def see_activities(self, case):
        await self.tab.goto(f"/mvp/cases/{case}")
        entries = [await self._entry(e) for e in await self.tab.locator(".activity-entry").all()]
        self._saw("activities", case=case, entries=entries)

    async def _entry(self, entry):
        stamp = await entry.locator(".stamp").inner_text()
        by = stamp.partition(" am ")[0]
        outside = await entry.locator(".author").count()
        action = entry.locator(".expects strong")
        return {
            "author": await entry.locator(".author").inner_text() if outside else by,
            "carried_by": by if outside else None,
            "stamp": stamp,
            "message": await entry.get_attribute("data-message"),
            "text": await entry.locator("> .text").inner_text(),
            "to": await self._named(entry.locator(".to")),
            "expects": ACTIONS[await action.inner_text()] if await action.count() else None,
            "files": await self._named(entry.locator(".files-of")),
        }

    async def _named(self, line):
        if not await line.count():
            return []
        return (await line.inner_text()).partition(" ")[2].split(", ")
