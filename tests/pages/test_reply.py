"""Writing in a browser: limits, refusals that keep what was typed, and acts that happen once."""

import re

import pytest

from tests.pages.people import log_in, press, sent, unread, with_case
from tests.pages.reader import file
from tests.server.people import PASSWORD

REPLY = "/collaboration/cases/53/reply?answers=m1"
HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{ 7 * 7 }} & \\ ü"""


async def asked(server, tab, expects="reply", **more):
    """Let K be asked, and log in."""
    anna = await with_case(server)
    await sent(anna, expects=expects, **more)
    await server.rest()
    await log_in(tab)
    return anna


async def written(server):
    """Give the texts that came into the case."""
    await server.rest()
    anna = server.person(
        (await server.operator.post("/api/mvp/caseworkers/anna/token")).json["token"]
    )
    entries = (await anna.get("/api/mvp/cases/53/activities")).json["entries"]
    return [each["text"] for each in entries if each["carried_by"]]


async def send(tab):
    await press(tab.get_by_role("button", name="Absenden"))


async def test_the_limits_are_said_before_and_counted_meanwhile(serve, browse):
    async with serve() as server, browse(server) as tab:
        await asked(server, tab)
        await tab.goto(REPLY)
        assert "Bis zu 20 Dateien, zusammen höchstens 35 MB." in await tab.inner_text("#file-hint")
        await tab.set_input_files("#file", [file(f"{n}.txt", b"x" * 2**19) for n in range(3)])
        left = await tab.inner_text("#file-left")
        assert left == "3 Dateien, 1,5 MB. Noch möglich: 17 Dateien, 33,5 MB."
        await tab.set_input_files("#file", [file(f"{n}.txt", b"x") for n in range(21)])
        assert "höchstens 20 Dateien" in await tab.inner_text("#file-left")
        await tab.fill("#text", "zu viele")
        await tab.get_by_role("button", name="Absenden").click()
        assert tab.url.endswith(REPLY)  # nothing was sent
        assert await written(server) == []


async def test_twenty_files_are_taken_and_one_more_is_refused_with_the_text_kept(serve, browse):
    async with serve() as server, browse(server, javascript=False) as tab:
        await asked(server, tab, "reply_with_file")
        await tab.goto(REPLY)
        await tab.fill("#text", "Zeile 1\nZeile 2")
        await tab.set_input_files("#file", [file(f"{n}.txt", b"x") for n in range(21)])
        await send(tab)
        assert await tab.input_value("#text") == "Zeile 1\nZeile 2"
        error = await tab.inner_text("#file-error")
        assert error.startswith("Es sind höchstens 20 Dateien je Nachricht möglich.")
        assert await tab.get_attribute("#file", "aria-invalid") == "true"
        assert await written(server) == []
        await tab.set_input_files("#file", [file(f"{n}.txt", b"x") for n in range(20)])
        await send(tab)
        assert await written(server) == ["Zeile 1\nZeile 2"]
        assert await unread(tab) == 0


async def test_too_much_is_refused_with_the_text_kept(serve, browse, tmp_path):
    large = tmp_path / "large.bin"
    with large.open("wb") as opened:
        opened.truncate(35 * 1024**2 + 1)
    async with serve() as server, browse(server, javascript=False) as tab:
        await asked(server, tab)
        await tab.goto(REPLY)
        await tab.fill("#text", "Zu groß")
        await tab.set_input_files("#file", large)
        await send(tab)
        assert "größer als 35 MB" in await tab.inner_text("#file-error")
        assert await tab.input_value("#text") == "Zu groß"
        assert await written(server) == []
        with large.open("r+b") as opened:
            opened.truncate(35 * 1024**2)
        await tab.set_input_files("#file", large)
        await send(tab)
        assert await written(server) == ["Zu groß"]


async def test_a_blank_text_is_refused_next_to_its_field(serve, browse):
    async with serve() as server, browse(server, javascript=False) as tab:
        await asked(server, tab)
        await tab.goto(REPLY)
        await tab.fill("#text", "   ")
        await send(tab)
        assert "Die Nachricht ist leer." in await tab.inner_text("#text-error")
        assert await tab.get_attribute("#text", "aria-describedby") == "text-error"
        assert await tab.input_value("#text") == "   "


async def test_nothing_on_the_page_of_a_refusal_leads_away_from_what_was_typed(serve, browse):
    async with serve() as server, browse(server, javascript=False) as tab:
        await asked(server, tab)
        await tab.goto(REPLY)
        assert await tab.locator("form.language").count() == 1
        await tab.fill("#text", "   ")
        await send(tab)
        assert await tab.locator("form.language").count() == 0
        await tab.goto(tab.url)
        assert await tab.inner_text("h1") == "Antworten", "still to the same message"


async def test_a_double_click_and_a_form_that_is_sent_again_write_once(serve, browse):
    async with serve() as server, browse(server) as tab:
        await asked(server, tab)
        await tab.goto(REPLY)
        await tab.fill("#text", "Einmal")
        fields = {
            each: await tab.locator(f"form.card input[name={each}]").get_attribute("value")
            for each in ("token_of_form", "key_of_act", "answers")
        }
        await tab.get_by_role("button", name="Absenden").dblclick()
        await tab.wait_for_url("**/collaboration/cases/53")
        assert await written(server) == ["Einmal"]
        again = {**fields, "text": "Einmal"}
        answer = await tab.context.request.post(REPLY, multipart=again, max_redirects=0)
        assert answer.status == 303
        assert await written(server) == ["Einmal"]
        other = {**again, "text": "Etwas anderes"}
        answer = await tab.context.request.post(
            "/collaboration/cases/53/reply", multipart=other, max_redirects=0
        )
        assert answer.status == 409
        assert "Etwas anderes" in await answer.text()
        await tab.reload()
        assert await written(server) == ["Einmal"]


async def test_what_was_typed_survives_that_the_log_in_ended(serve, browse):
    async with serve() as server, browse(server) as tab:
        await asked(server, tab)
        await tab.goto(REPLY)
        await tab.fill("#text", "Lange überlegt")
        other = await tab.context.new_page()
        await other.goto("/collaboration/")
        await press(other.get_by_role("button", name="Abmelden"))
        await send(tab)
        assert "Sie sind nicht mehr angemeldet" in await tab.inner_text("h1")
        assert await written(server) == []
        await log_in(other)
        await tab.reload()
        assert await written(server) == ["Lange überlegt"]


async def test_without_the_right_to_write_there_is_no_form_and_none_is_taken(serve, browse):
    async with serve() as server, browse(server) as tab:
        anna = await asked(server, tab)
        await tab.goto(REPLY)
        await tab.fill("#text", "Zu spät")
        right = {"create_messages": False}
        withheld = await anna.put("/api/mvp/cases/53/releases/k@example.org", right)
        assert withheld.status == 204
        await server.rest()
        await send(tab)
        assert "Sie dürfen in diesem Vorgang nicht schreiben." in await tab.inner_text(".errors")
        assert "aber nicht schreiben" in await tab.inner_text(".withheld")
        assert await tab.locator("#text").count() == 0
        await tab.goto("/collaboration/cases/53")
        assert "aber nicht schreiben" in await tab.inner_text(".withheld")
        assert await tab.get_by_role("link", name="Antworten", exact=True).count() == 0


async def test_all_of_it_works_without_javascript(serve, browse):
    async with serve() as server, browse(server, javascript=False, wide=False) as tab:
        await asked(server, tab, "reply_with_file")
        await tab.goto("/collaboration/inbox")
        await press(tab.get_by_role("button", name="Antworten"))
        await tab.fill("#text", "Anbei")
        await tab.set_input_files("#file", [file("a.txt", b"a")])
        await send(tab)
        assert await written(server) == ["Anbei"]
        assert await unread(tab) == 0
        await press(tab.get_by_role("button", name="English"))
        assert await tab.inner_text("h1") == "Inbox\n0 unread" or "Inbox" in await tab.inner_text(
            "h1"
        )
        await press(tab.get_by_role("button", name="Log out"))
        assert "You are logged out." in await tab.inner_text(".notice")


async def test_hostile_text_is_shown_as_it_was_written(serve, browse):
    async with serve() as server, browse(server) as tab:
        dialogs = []
        tab.on("dialog", lambda dialog: dialogs.append(dialog.message))
        anna = await with_case(server, subject=HOSTILE)
        name = '"><img src=x onerror=alert(3)>.txt'.replace("/", "")
        filed = await anna.ask(
            "PUT",
            f"/api/mvp/cases/53/documents/{name.replace('<', '%3C').replace('>', '%3E').replace(' ', '%20').replace(chr(34), '%22')}",
            data=b"x",
        )
        assert filed.status in {200, 201, 204}, filed.body
        await sent(anna, message="m'\"<b>", text=HOSTILE, documents=[name], expects="reply")
        await server.rest()
        await log_in(tab)
        for path in (
            "/collaboration/",
            "/collaboration/inbox",
            "/collaboration/cases/53",
            "/collaboration/cases/53/reply?answers=m%27%22%3Cb%3E",
        ):
            await tab.goto(path)
            shown = await tab.inner_text("main")
            assert HOSTILE in shown, path
            assert await tab.locator("main img, main script").count() == 0
        await tab.fill("#text", HOSTILE)
        await tab.set_input_files("#file", [file("<svg onload=alert(4)>.txt", b"x")])
        await send(tab)
        assert (await tab.inner_text("article.mine .text")) == HOSTILE
        assert await written(server) == [HOSTILE]
        for address in ("/collaboration/login", "/collaboration/forgotten"):
            await tab.goto(f"{address}?address={HOSTILE}&next={HOSTILE}")
            await tab.locator("#address").evaluate("each => each.type = 'text'")
            await tab.fill("#address", HOSTILE)
            if address.endswith("login"):
                await tab.fill("#password", HOSTILE)
            await press(tab.locator("main button"))
            assert await tab.locator("main img, main script").count() == 0
        assert dialogs == []


async def test_a_wrong_password_keeps_the_address_and_not_the_password(serve, browse):
    async with serve() as server, browse(server) as tab:
        await server.registered()
        await tab.goto("/collaboration/login?next=/collaboration/account")
        await tab.fill("#address", "k@example.org")
        await tab.fill("#password", "falsch")
        await press(tab.locator("main button"))
        assert "Adresse und Kennwort passen nicht zusammen." in await tab.inner_text(".errors")
        assert await tab.input_value("#address") == "k@example.org"
        assert await tab.input_value("#password") == ""
        await tab.fill("#password", PASSWORD)
        await press(tab.locator("main button"))
        assert tab.url.endswith("/collaboration/account")


async def test_asking_for_a_link_does_not_tell_who_has_an_account(serve, browse):
    async with serve() as server, browse(server) as tab:
        await server.registered()
        told = []
        for address in ("k@example.org", "nobody@example.org"):
            await tab.goto("/collaboration/forgotten")
            await tab.fill("#address", address)
            await press(tab.locator("main button"))
            shown = await tab.inner_text("main")
            told.append(shown)
        assert told[0] == told[1]
        assert "Wenn es zu dieser Adresse ein Konto gibt" in told[0]
        mails = (await server.operator.get("/mails")).json["mails"]
        link = re.search(r"http\S+", mails[-1]["body"])[0]
        await tab.goto(link)
        await tab.fill("#password", "kurz")
        await tab.fill("#again", "anders")
        await press(tab.locator("main button"))
        assert "verschieden" in await tab.inner_text("#again-error")
        await tab.fill("#password", "kurz")
        await tab.fill("#again", "kurz")
        await press(tab.locator("main button"))
        assert "10 bis 200 Zeichen" in await tab.inner_text("#password-error")
        await tab.fill("#password", "ein anderes Kennwort")
        await tab.fill("#again", "ein anderes Kennwort")
        await press(tab.locator("main button"))
        await log_in(tab, password="ein anderes Kennwort")
        await tab.goto(link)
        assert "Dieser Link" in await tab.inner_text("h1")


@pytest.mark.parametrize("path", ["/collaboration/cases/54", "/collaboration/cases/54/reply"])
async def test_what_was_not_released_is_refused_in_german(serve, browse, path):
    async with serve() as server, browse(server) as tab:
        await asked(server, tab)
        answer = await tab.goto(path)
        assert answer.status == 404
        shown = await tab.inner_text("main")
        assert "Dieser Vorgang ist nicht für Sie freigegeben." in shown
        assert "Regel ACC-4" in shown
        await tab.click("nav >> text=Posteingang")
        assert tab.url.endswith("/collaboration/inbox")
