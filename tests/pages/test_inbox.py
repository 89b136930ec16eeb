"""The inbox in a browser: what is unread, what opens it, and what settles it."""

import pytest

from tests.pages.people import INBOX, entry, hints, log_in, press, sent, unread, with_case


async def message_of(server, message="m1"):
    """Give what the API says of a message of K's inbox."""
    kunde = await server.recipient()
    lines = (await kunde.get("/api/collaboration/inbox")).json["messages"]
    return next(line for line in lines if line["message"] == message)


@pytest.mark.parametrize(
    ("button", "ends_at"),
    [
        ("Vorgang 53 · Kfz-Versicherung", "/cases/53"),
        ("Nachricht lesen", "/cases/53?at=m1#m-"),
        ("Anlagen (0)", "/cases/53?at=m1#m-"),
        ("Antworten", "/cases/53/reply?answers=m1"),
        ("Gelesen markieren", "/inbox"),
    ],
)
async def test_each_click_in_the_inbox_reads_a_message_to_acknowledge(
    serve, browse, button, ends_at
):
    async with serve() as server, browse(server) as tab:
        anna = await with_case(server)
        await sent(anna)
        await server.rest()
        await log_in(tab)
        assert await unread(tab) == 1
        await press(entry(tab).get_by_role("button", name=button))
        assert ends_at in tab.url
        assert await unread(tab) == 0
        opened = button != "Gelesen markieren"
        assert (await message_of(server))["opened"] is opened


async def test_opening_a_case_from_the_widget_reads_its_message(serve, browse):
    async with serve() as server, browse(server) as tab:
        anna = await with_case(server)
        await sent(anna)
        await server.rest()
        await log_in(tab)
        widget = tab.locator(".widget")
        assert "1" in await widget.locator(".count").inner_text()
        await press(widget.get_by_role("button", name="Vorgang 53"))
        assert tab.url.endswith("/cases/53")
        assert "Text von m1" in await tab.inner_text("main")
        assert await unread(tab) == 0


async def test_looking_at_a_case_that_was_not_clicked_in_the_inbox_reads_nothing(serve, browse):
    async with serve() as server, browse(server) as tab:
        anna = await with_case(server)
        await sent(anna)
        await server.rest()
        await log_in(tab)
        await tab.get_by_role("link", name="Vorgang 53 · Kfz-Versicherung").click()
        assert "Text von m1" in await tab.inner_text("main")
        assert await unread(tab) == 1
        await tab.goto("/collaboration/cases/53")
        await press(tab.get_by_role("button", name="Gelesen markieren"))
        assert tab.url.endswith("/cases/53")
        assert await unread(tab) == 0


@pytest.mark.parametrize(
    ("expects", "hint"),
    [("reply", "Antwort erwartet"), ("reply_with_file", "Unterlagen erwartet")],
)
async def test_a_request_stays_unread_whatever_is_clicked(serve, browse, expects, hint):
    async with serve() as server, browse(server) as tab:
        anna = await with_case(server)
        await sent(anna, expects=expects)
        await server.rest()
        await log_in(tab)
        for button in ("Vorgang 53", "Nachricht lesen", "Anlagen", "Antworten"):
            await tab.goto(INBOX)
            await press(entry(tab).get_by_role("button", name=button))
        assert await unread(tab) == 1
        assert await hints(tab) == [hint]
        assert await tab.get_by_role("button", name="Gelesen markieren").count() == 0


async def test_a_reply_settles_a_request_for_one(serve, browse):
    async with serve() as server, browse(server) as tab:
        anna = await with_case(server)
        await sent(anna, expects="reply")
        await server.rest()
        await log_in(tab)
        await tab.goto("/collaboration/cases/53")
        await tab.get_by_role("link", name="Antworten", exact=True).click()
        await tab.fill("#text", "Das passt so.")
        await press(tab.get_by_role("button", name="Absenden"))
        assert "Ihre Nachricht ist gesendet." in await tab.inner_text(".notice")
        assert await unread(tab) == 0
        await server.rest()
        case = await anna.get("/api/mvp/cases/53")
        assert case.json["cloud_status"] == "OK"


async def test_a_request_for_a_file_stays_unread_until_a_file_came(serve, browse):
    async with serve() as server, browse(server) as tab:
        anna = await with_case(server)
        await sent(anna, expects="reply_with_file")
        await server.rest()
        await log_in(tab)
        await tab.goto("/collaboration/cases/53")
        await tab.get_by_role("link", name="Antworten", exact=True).click()
        assert "Ohne Datei bleibt die Nachricht ungelesen." in await tab.inner_text("#file-hint")
        await tab.fill("#text", "Kommt noch.")
        await press(tab.get_by_role("button", name="Absenden"))
        assert await hints(tab) == ["Unterlagen erwartet"]
        assert "beantwortet" in await entry(tab).inner_text()
        await tab.goto("/collaboration/cases/53")
        await tab.get_by_role("link", name="Antworten", exact=True).click()
        await tab.fill("#text", "Anbei.")
        file = {"name": "Grüße aus Köln.txt", "mimeType": "text/plain", "buffer": b"Gutachten"}
        await tab.set_input_files("#file", file)
        await press(tab.get_by_role("button", name="Absenden"))
        assert await unread(tab) == 0
        await server.rest()
        filed = await anna.get("/api/mvp/cases/53/documents/Gr%C3%BC%C3%9Fe%20aus%20K%C3%B6ln.txt")
        assert filed.body == b"Gutachten"
