"""A recipient in a browser, whose clicks and looks become lines of a trace.

A page does not tell whether a message was opened; the trace is silent about it.
"""

import re
from datetime import datetime

from attrs import define

from tests.pages.people import INBOX, press
from tests.server.people import PASSWORD

HINTS = {"Antwort erwartet": "reply", "Unterlagen erwartet": "documents"}
BUTTONS = {"Antworten": "reply", "Neue Nachricht": "new_message"}
IN_INBOX = {
    "case": "Vorgang",
    "message": "Nachricht lesen",
    "attachments": "Anlagen",
    "reply": "Antworten",
}


def file(name, content):
    return {"name": name, "mimeType": "text/plain", "buffer": content}


@define(eq=False)
class Reader:
    """A recipient who clicks."""

    tab: object
    recorder: object
    name: str

    def _tell(self, line):
        self.recorder.add(self.recorder.moment(), {**line, "by": self.name})

    async def _did(self, act, clicking, **line):
        place = self.recorder.place()
        at = datetime.fromisoformat(await clicking)
        said = {"act": act, "by": self.name, **line, "outcome": "ok"}
        self.recorder.add(at, said, place)

    async def register(self, link):
        """Set a password through the mailed link, and log in."""
        tab = self.tab
        await tab.goto(link)
        assert await tab.input_value("#username") == self.name
        await tab.fill("#password", PASSWORD)
        await tab.fill("#again", PASSWORD)
        await self._did("register", press(tab.get_by_role("button", name="Kennwort speichern")))
        assert await tab.input_value("#address") == self.name
        await tab.fill("#password", PASSWORD)
        await press(tab.get_by_role("button", name="Anmelden"))

    async def open(self, case, via, message):
        """Open an entry of the widget or of the inbox."""
        tab = self.tab
        await tab.goto("/collaboration/" if via == "widget" else INBOX)
        entry = tab.locator(f".entry[data-message='{message}']")
        name = "Vorgang" if via == "widget" else IN_INBOX[via]
        more = {} if via in {"widget", "case"} else {"message": message}
        click = press(entry.get_by_role("button", name=name).first)
        await self._did("open", click, case=case, via=via, **more)

    async def mark_read(self, message):
        await self.tab.goto(INBOX)
        entry = self.tab.locator(f".entry[data-message='{message}']")
        click = press(entry.get_by_role("button", name="Gelesen markieren"))
        await self._did("mark_read", click, message=message)

    async def reply(self, case, text, answers=None, files=()):
        """Write with the button that the case offers, or answer a message of it."""
        tab = self.tab
        await tab.goto(f"/collaboration/cases/{case}")
        if answers is None:
            await tab.get_by_role("link", name="Neue Nachricht").click()
        else:
            message = tab.locator(f"article[data-message='{answers}']")
            await message.get_by_role("link", name="Auf diese Nachricht antworten").click()
        await tab.fill("#text", text)
        await tab.set_input_files("#file", list(files))
        place = self.recorder.place()
        at = await press(tab.get_by_role("button", name="Absenden"))
        assert tab.url.endswith(f"/collaboration/cases/{case}")
        written = await tab.locator("article.mine").first.get_attribute("data-message")
        line = {"act": "reply", "by": self.name, "case": case, "message": written}
        line |= {"answers": answers, "text": text, "outcome": "ok"}
        line["files"] = [{"name": each["name"], "size": len(each["buffer"])} for each in files]
        self.recorder.add(datetime.fromisoformat(at), line, place)

    async def see_inbox(self):
        """Tell what the inbox shows, oldest first as it came; give the ids of its messages."""
        await self.tab.goto(INBOX)
        messages = []
        for entry in reversed(await self.tab.locator(".entry").all()):
            said = await entry.inner_text()
            messages.append(
                {
                    "message": await entry.get_attribute("data-message"),
                    "unread": "Ungelesen" in said,
                    "hint": next((hint for word, hint in HINTS.items() if word in said), None),
                    "answered": "beantwortet" in said,
                }
            )
        unread = int(re.match(r"\d+", await self.tab.inner_text("h1 .count"))[0])
        self._tell({"see": "inbox", "unread": unread, "messages": messages})
        return [each["message"] for each in messages]

    async def see_case(self, case):
        """Tell what the page of a case shows."""
        tab = self.tab
        await tab.goto(f"/collaboration/cases/{case}")
        subject = (await tab.inner_text("h1")).partition(" · ")[2]
        offered = [
            button
            for name, button in BUTTONS.items()
            if await tab.get_by_role("link", name=name, exact=True).count()
        ]
        documents = tab.get_by_role("region", name="Dokumente").locator("li")
        self._tell(
            {
                "see": "portal_case",
                "case": case,
                "subject": subject,
                "documents": await documents.all_inner_texts(),
                "text": await tab.locator("article .text").first.inner_text(),
                "button": offered[0] if offered else None,
            }
        )
