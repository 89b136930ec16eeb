"""The story from end to end: what people did and saw in the browser is judged by the oracle."""

import re

import pytest

from reference.client.client import File
from reference.client.recorder import Recorder
from reference.clock import SystemClock
from tests.pages import caseworkers
from tests.pages.people import press, unread
from tests.pages.reader import Reader, file
from tests.pages.writer import Writer
from tests.server.people import PASSWORD
from tests.server.test_client import judged, people

KUNDE = "kunde@example.org"


async def link_of(operator, address):
    """Give the newest link that was mailed to somebody."""
    mails = [each.body for each in await operator.client.mails() if each.to == address]
    return re.findall(r"http\S+/register\?token=\S+", " ".join(mails))[-1]


async def begun(server, recorder):
    """Let Anna send the first message, to somebody who had no account."""
    operator, anna = await people(server, recorder)
    await anna.create_case(53, "Kfz-Versicherung")
    await anna.add_document(53, File("Angebot.txt", b"389 Euro"))
    await anna.send(
        53, "Bitte ansehen", "acknowledge", [KUNDE], documents=["Angebot.txt"], message="m1"
    )
    await server.rest()
    return operator, anna


async def office(server, recorder):
    """Give the operator, and let Anna have a password and a case with documents."""
    operator, anna = await people(server, recorder)
    path = "/api/mvp/caseworkers/anna/password"
    assert (await server.operator.put(path, {"password": PASSWORD})).status == 204
    await anna.create_case(53, "Kfz-Versicherung")
    await anna.add_document(53, File("Angebot.txt", b"389 Euro"))
    return operator


async def test_the_story_of_both_people_is_kept_by_all_rules(serve, browse, tmp_path):
    async with serve() as server, browse(server) as desk, browse(server) as tab:
        recorder = Recorder(SystemClock())
        operator = await office(server, recorder)
        await caseworkers.log_in(desk)
        anna, kunde = Writer(desk, recorder), Reader(tab, recorder, KUNDE)
        await anna.see_case(53)
        await anna.send(53, "Bitte ansehen", "acknowledge", [KUNDE], ["Angebot.txt"])
        await server.rest()
        await anna.see_case(53)
        await kunde.register(await link_of(operator, KUNDE))
        (first,) = await kunde.see_inbox()
        await kunde.open(53, "attachments", first)
        await kunde.see_inbox()
        await kunde.see_case(53)
        async with tab.expect_download() as coming:
            await tab.locator("article a[download]").first.click()
        assert (await (await coming.value).path()).read_bytes() == b"389 Euro"
        await server.rest()
        await anna.see_case(53)

        await anna.send(53, "Bitte antworten", "reply")
        await anna.send(53, "Bitte Gutachten senden", "reply_with_file")
        await server.rest()
        await anna.see_case_list()
        _, second, third = await kunde.see_inbox()
        await kunde.open(53, "message", third)
        await kunde.open(53, "widget", second)
        await kunde.see_inbox()
        await kunde.reply(53, "Kommt noch.", third)
        await kunde.see_inbox()
        await kunde.see_case(53)
        await server.rest()
        await anna.see_case(53)
        await kunde.reply(53, "Ja, passt.", second)
        await kunde.reply(53, "Hier ist es.", third, [file("gutachten.txt", b"keine")])
        await kunde.see_inbox()
        await kunde.see_case(53)
        await kunde.reply(53, "Noch eine Frage: bis wann?")
        await server.rest()
        await anna.see_case(53)
        await anna.see_activities(53)
        await anna.see_case_list()
        await recorder.mails(operator.client)
        demanded = ("INB-1", "INB-2", "INB-3", "INB-4", "INB-6", "INB-10", "REP-2", "ACC-2")
        demanded += ("SEND-6", "SEND-9", "STA-2", "STA-3", "STA-4", "STA-8", "LOG-1", "LOG-2")
        await judged(recorder, tmp_path, *demanded, "MAIL-1", "MAIL-3", "DLV-1", "DLV-5", "REP-6")


@pytest.mark.clause("INB-7")
async def test_a_displayed_inbox_is_a_snapshot_and_right_once_it_is_loaded_again(
    serve, browse, tmp_path
):
    async with serve() as server, browse(server) as tab:
        recorder = Recorder(SystemClock())
        operator, anna = await begun(server, recorder)
        kunde = Reader(tab, recorder, KUNDE)
        await kunde.register(await link_of(operator, KUNDE))
        await tab.goto("/collaboration/inbox")
        assert "Stand: " in await tab.inner_text("main")
        displayed = await tab.inner_text("main")
        await anna.send(53, "Bitte antworten", "reply", message="m2")
        await server.rest()
        assert await tab.inner_text("main") == displayed
        await tab.get_by_role("link", name="Neu laden").click()
        assert await tab.locator(".entry").count() == 2
        assert (await tab.inner_text("h1 .count")).startswith("2")
        await kunde.see_inbox()

        other = await tab.context.new_page()
        second = Reader(other, recorder, KUNDE)
        await tab.goto("/collaboration/inbox")
        await second.mark_read("m1")
        shown = tab.locator(".entry[data-message='m1']")
        assert "Ungelesen" in await shown.inner_text()
        await press(shown.get_by_role("button", name="Gelesen markieren"))
        assert "Als gelesen markiert." in await tab.inner_text(".notice")
        assert "Ungelesen" not in await shown.inner_text()
        assert await unread(tab) == 1
        await kunde.see_inbox()
        await judged(recorder, tmp_path, "INB-1", "INB-2")
