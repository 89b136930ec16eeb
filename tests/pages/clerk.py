"""A caseworker in a browser, whose clicks and looks become lines of a trace."""

from datetime import datetime

from attrs import define

from tests.pages.people import press

EXPECTS = {
    "Kenntnisnahme": "acknowledge",
    "Antwort": "reply",
    "Antwort mit Datei": "reply_with_file",
}


async def _texts(scope, *selectors):
    """Give what stands at the one of these places that is there; None if none is."""
    for selector in selectors:
        if await scope.locator(selector).count():
            return (await scope.locator(selector).inner_text()).strip()
    return None


def _day(text):
    return None if text in {None, "–"} else datetime.strptime(text, "%d.%m.%Y").date().isoformat()  # noqa: DTZ007


@define(eq=False)
class Clerk:
    """A caseworker who clicks."""

    tab: object
    recorder: object
    name: str

    def _tell(self, line):
        self.recorder.add(self.recorder.moment(), {**line, "by": self.name})

    async def send(self, case, text, expects, to=None, documents=()):
        """Share a text: with the preset recipients, or through the dialog with those of `to`."""
        tab = self.tab
        await tab.goto(f"/mvp/cases/{case}")
        await tab.fill("#text", text)
        await tab.get_by_label("Nachricht / Dokumente über assfinet collaboration teilen").check()
        await tab.get_by_role("radio", name=f"{expects} –").check()
        more = tab.get_by_label("Dokumente teilen/weiteren Empfänger hinzufügen")
        if to is not None and await more.count():
            await more.check()
        place = self.recorder.place()
        at = await press(tab.get_by_role("button", name="Speichern", exact=True).last)
        line = {"act": "send", "by": self.name, "case": case, "text": text, "outcome": "ok"}
        if to is not None:
            for address in to:
                await tab.fill("#address", address)
                await press(tab.get_by_role("button", name="Adresse hinzufügen").last)
            for document in documents:
                await tab.get_by_label(document).check()
            place = self.recorder.place()
            at = await press(tab.get_by_role("button", name="Freischaltung"))
            line["to"] = to
        line["message"] = await tab.locator("#latest").get_attribute("data-message")
        line |= {"expects": EXPECTS[expects], "documents": documents}
        self.recorder.add(datetime.fromisoformat(at), line, place)

    async def see_case(self, case):
        """Tell what the fields of a case say."""
        await self.tab.goto(f"/mvp/cases/{case}")
        fields = self.tab.locator(".facts")

        async def field(name):
            return await _texts(fields, f"dt:text-is('{name}') + dd")

        status = await _texts(fields, ".badge")
        self._tell(
            {
                "see": "case",
                "case": case,
                "cloud_status": status or "",
                "status_text": await _texts(fields, ".status-text") or "",
                "acknowledged_on": _day(await field("Kenntnisnahme am")),
                "follow_up_on": _day(await field("Wiedervorlage")),
            }
        )

    async def see_case_list(self):
        """Tell which status the case list shows."""
        await self.tab.goto("/mvp/cases")
        cases = [
            {
                "case": int(await row.locator("td").first.inner_text()),
                "cloud_status": await _texts(row, ".badge") or "",
            }
            for row in await self.tab.locator("tbody tr").all()
        ]
        self._tell({"see": "case_list", "cases": cases})

    async def see_activities(self, case):
        """Tell what stands in the activity list."""
        await self.tab.goto(f"/mvp/cases/{case}")
        shown = await self.tab.locator(".activities .activity-entry").all()
        entries = [await self._entry(each) for each in shown]
        self._tell({"see": "activities", "case": case, "entries": entries})

    async def _entry(self, shown):
        stamp = await shown.locator(".stamp").inner_text()
        author = await _texts(shown, ".author")
        about = {}
        for each in await shown.locator(".about li").all():
            label = await each.locator(".soft").inner_text()
            about[label] = (await each.inner_text()).removeprefix(label).strip()
        action = about.get("Nächste Aktion")
        return {
            "author": author or stamp.partition(" am ")[0],
            "carried_by": stamp.partition(" am ")[0] if author else None,
            "stamp": stamp,
            "message": await shown.get_attribute("data-message"),
            "text": await shown.locator(".text").inner_text(),
            "to": about["An"].split(", ") if "An" in about else [],
            "expects": EXPECTS.get(action),
            "files": about["Dateien"].split(", ") if "Dateien" in about else [],
        }
