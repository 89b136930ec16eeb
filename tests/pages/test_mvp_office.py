"""What caseworkers see and set besides their messages, by clicking."""

import re
from datetime import date
from urllib.parse import quote

import pytest

from reference.pages.mvp.typed import day_of
from tests.pages.caseworkers import (
    CASE,
    HOSTILE,
    TEXT,
    K,
    at_work,
    colleague,
    entries,
    errors,
    field,
    inbox,
    log_in,
    office,
    press,
    share,
    write,
)
from tests.server.test_storage import contents

DAYS = {
    "2026-02-28": date(2026, 2, 28),
    "1.2.2026": date(2026, 2, 1),
    "28.02.2026": date(2026, 2, 28),
    "31.02.2026": None,
    "1.2.26": None,
    "２０２６-02-28": None,
    "20260228": None,
    "": None,
}
SENT = {"text": TEXT, "expects": "reply", "to": [K], "message": "m1"}
ADMINISTRATOR = {"anna": "Administrator"}


def test_a_day_is_typed_as_in_germany_or_as_browsers_do():
    assert {typed: day_of(typed) for typed in DAYS} == DAYS


async def test_who_logs_in_comes_to_where_they_wanted_to_go(serve, browse):
    async with serve() as server, browse(server) as tab:
        await office(server)
        await tab.goto(CASE)
        await tab.fill("#name", "anna")
        await tab.fill("#password", "falsch")
        await press(tab, "Anmelden")
        assert "passen nicht zusammen" in await tab.inner_text(".errors")
        assert await tab.input_value("#name") == "anna"
        await tab.fill("#password", "richtig lang genug")
        await press(tab, "Anmelden")
        assert tab.url.endswith(CASE)
        await press(tab, "anna abmelden")
        assert await tab.inner_text(".notice") == "Sie sind abgemeldet."
        await tab.goto(CASE)
        assert "/mvp/login?next=" in tab.url


async def test_no_form_of_the_mvp_does_anything_without_its_token(serve):
    async with serve() as server:
        anna = await office(server, **ADMINISTRATOR)
        forms = [each for each in server.server.front.now().operations if each.method == "POST"]
        paths = [each.path for each in forms if each.path.startswith("/mvp/")]
        assert len(paths) > 15
        before = await server.system.mvp.reader.look(contents)
        fields = "text=x&share=yes&expects=reply&to=k@example.org&do=save&subject=x&body=x"
        fields += "&recipient=k@example.org&name=neu&role=none&enabled=no&catalogue=x"
        for path in paths:
            parts = {"case": "53", "name": "anna", "event": "new_message"}
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
            for token in ("", "0" * 64):
                body = f"token_of_form={token}&key_of_act={'a' * 32}&{fields}"
                address = path.format(**parts)
                answer = await anna.post(
                    address, None, data=body, headers=headers, allow_redirects=False
                )
                # Where nothing is to be sent, the dialog leads back to the case.
                assert answer.status in {303, 400, 403, 422}, (path, answer.status)
        assert await server.system.mvp.reader.look(contents) == before


@pytest.mark.clause("STA-1", "STA-2", "STA-3", "STA-8", "REP-6", "LOG-2")
async def test_case_and_list_show_the_status_as_it_changes(serve, browse):
    async with at_work(serve, browse) as (server, anna, tab):
        kunde = await server.recipient(K)

        async def listed():
            await tab.goto("/mvp/cases")
            return (await tab.locator("tbody tr").first.inner_text()).split("\t")[3:]

        assert await field(tab, "assfinet cloud") == "ohne Status"
        assert await listed() == ["ohne Status", "–", "–"]
        for action, word, sentence in (
            ("Kenntnisnahme", "Info", "Warten auf Lesebestätigung des Empfängers"),
            ("Antwort mit Datei", "Datei", "Wartet auf Unterlagen des Empfängers"),
        ):
            await write(tab, text=action, expects=action)
            await press(tab, "Speichern")
            if tab.url.endswith("/share"):
                await tab.fill("#address", K)
                await press(tab, "Freischaltung")
            assert await field(tab, "assfinet cloud") == f"{word} {sentence}"
            assert await field(tab, "Kenntnisnahme am") == "–"
            assert (await listed())[0] == f"{word} {sentence}"
        await server.rest()
        answer = await kunde.post("/api/collaboration/cases/53/messages", {"text": "Gern"})
        assert answer.status == 201
        await server.rest()
        await tab.goto(CASE)
        assert await field(tab, "assfinet cloud") == "OK Vorgang liegt beim Makler"
        day = await field(tab, "Kenntnisnahme am")
        assert re.fullmatch(r"\d\d\.\d\d\.\d{4}", day)
        assert await field(tab, "Wiedervorlage") == day
        assert await listed() == ["OK Vorgang liegt beim Makler", day, f"{day} fällig"]
        await tab.goto(CASE)
        inside, outside = await tab.locator("#latest .by").all_inner_texts()
        assert "cloudtransfer am " in inside
        assert outside == f"collaboration {K}"
        colours = await tab.locator("#latest .by").evaluate_all(
            "all => all.map(e => getComputedStyle(e).color)"
        )
        assert len(set(colours)) == 2, "and not by colour alone"
        assert (await entries(anna))[-1]["carried_by"] == "cloudtransfer"


@pytest.mark.clause("STA-7")
async def test_who_has_no_role_sees_no_status_anywhere(serve, browse):
    async with serve() as server, browse(server) as tab:
        anna = await office(server, ben="none")
        assert (await anna.post("/api/mvp/cases/53/messages", SENT)).status == 201
        await log_in(tab, "ben")
        for page in ("/mvp/cases", "/mvp/cases?status=Antwort", CASE):
            await tab.goto(page)
            shown = await tab.inner_text("main")
            assert "Wartet auf" not in shown
            assert "Kenntnisnahme am" not in shown
        assert "Kfz" in shown
        await tab.goto(f"{CASE}/releases")
        assert await tab.locator("main button").count() == 0


@pytest.mark.clause("DLV-4")
async def test_a_message_that_cannot_be_delivered_yet_is_shown_as_under_way(serve, browse):
    async with serve(clock="manual") as server, browse(server) as tab:
        await office(server)
        await log_in(tab)
        assert (await server.operator.put("/api/faults/portal", {"state": "down"})).status < 300
        await share(tab, K)
        assert "noch unterwegs" in await tab.inner_text(".under-way")
        assert "unterwegs" in await tab.inner_text("#latest")
        assert (await server.operator.put("/api/faults/portal", {"state": "up"})).status < 300
        await server.rest()
        await tab.goto(CASE)
        assert await tab.locator(".under-way").count() == 0
        assert len(await inbox(server)) == 1


@pytest.mark.clause("RGT-2", "REP-1")
async def test_the_right_to_write_is_withheld_and_given_back(serve, browse):
    async with at_work(serve, browse) as (server, anna, tab):
        await share(tab, K)
        kunde = await server.recipient(K)

        async def written():
            await server.rest()
            answer = await kunde.post("/api/collaboration/cases/53/messages", {"text": "Ja"})
            return answer.status

        await tab.click("text=Freischaltungen")
        assert "erlaubt" in await tab.inner_text("tbody")
        await press(tab, "Entziehen")
        assert "nicht erlaubt" in await tab.inner_text("tbody")
        assert "anna" in await tab.inner_text("tbody")
        assert await written() == 403
        await press(tab, "Geben")
        assert await written() == 201
        await tab.fill("#recipient", "falsch")
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["recipient"]
        await tab.fill("#recipient", "Neu@Example.org")
        await tab.get_by_role("radio", name="nicht erlaubt").check()
        await press(tab, "Speichern")
        assert await tab.inner_text(".notice") == "neu@example.org darf jetzt nicht mehr schreiben."
        rights = (await anna.get("/api/mvp/cases/53/releases")).json["releases"]
        assert {each["recipient"]: each["create_messages"] for each in rights} == {
            K: True,
            "neu@example.org": False,
        }


async def test_two_who_edit_a_case_change_only_what_they_changed(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        await tab.goto(f"{CASE}/edit")
        changed = {"subject": "Kfz neu", "follow_up_on": "2026-01-02"}
        assert (await anna.patch("/api/mvp/cases/53", changed)).status == 204
        await tab.fill("#follow_up_on", "2026-05-06")
        await press(tab, "Speichern")
        assert await tab.inner_text("h1") == "Vorgang 53: Kfz neu"
        assert await field(tab, "Wiedervorlage") == "06.05.2026"
        await tab.goto(f"{CASE}/edit")
        await tab.fill("#follow_up_on", "")
        await press(tab, "Speichern")
        assert await field(tab, "Wiedervorlage") == "–"
        await tab.goto(f"{CASE}/edit")
        await tab.evaluate("document.getElementById('follow_up_on').type = 'text'")
        await tab.fill("#follow_up_on", "31.02.2026")
        await tab.fill("#subject", "Bleibt stehen")
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["follow_up_on"]
        assert await tab.input_value("#subject") == "Bleibt stehen"
        await tab.fill("#follow_up_on", "2026-05-06")
        for typed, kept in (("x" * 500 + "  ", "x" * 500), ("   ", "")):
            await tab.fill("#subject", typed)
            await press(tab, "Speichern")
            assert (await anna.get("/api/mvp/cases/53")).json["subject"] == kept
            await tab.goto(f"{CASE}/edit")
        await tab.fill("#subject", "x" * 501)
        await press(tab, "Speichern")
        assert await errors(tab) == {
            "subject": "Schreiben Sie höchstens 500 Zeichen in einer Zeile."
        }


async def test_documents_are_filed_together_and_downloaded(serve, browse):
    options = {"document_bytes_max": 100_000}
    async with serve(**options) as server, browse(server) as tab:
        anna = await office(server)
        await log_in(tab)
        await tab.goto(f"{CASE}/documents")
        await press(tab, "Ablegen")
        assert list(await errors(tab)) == ["file"]
        files = [
            {"name": name, "mimeType": "application/pdf", "buffer": content}
            for name, content in (("Plan ä.pdf", b"%PDF 1"), ("<b>&quot;.txt", b"zwei"))
        ]
        await tab.set_input_files("#file", files)
        await press(tab, "Ablegen")
        assert await tab.inner_text(".notice") == "Abgelegt."
        named = await tab.locator("tbody a").all_inner_texts()
        assert named == ["<b>&quot;.txt", "Plan ä.pdf"]
        async with tab.expect_download() as begun:
            await tab.click("text=Plan ä.pdf")
        download = await begun.value
        assert download.suggested_filename == "Plan ä.pdf"
        assert (await download.path()).read_bytes() == b"%PDF 1"
        await tab.set_input_files(
            "#file", {"name": "gross.bin", "mimeType": "x/y", "buffer": b"x" * 100_001}
        )
        await press(tab, "Ablegen")
        assert list(await errors(tab)) == ["file"]
        documents = (await anna.get("/api/mvp/cases/53/documents")).json["documents"]
        assert len(documents) == 2


@pytest.mark.clause("SEND-8")
async def test_addresses_of_case_and_customer_are_kept_line_by_line(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        await tab.goto(f"{CASE}/addresses")
        await tab.fill("#of_case", f"{K}\n\nfalsch")
        await tab.fill("#of_customer", "L@Example.org")
        await press(tab, "Speichern")
        assert "falsch" in (await errors(tab))["of_case"]
        assert await tab.input_value("#of_customer") == "L@Example.org"
        await tab.fill("#of_case", K)
        await press(tab, "Speichern")
        proposed = await anna.get("/api/mvp/cases/53/addresses?scope=customer")
        assert proposed.json["recipients"] == [K, "l@example.org"]


@pytest.mark.clause("RGT-3", "RGT-1")
async def test_an_administrator_gives_roles_and_others_cannot(serve, browse):
    async with at_work(serve, browse, roles=ADMINISTRATOR) as (server, _, tab):
        await tab.click("nav >> text=Sachbearbeiter")
        await tab.click("text=Neuer Sachbearbeiter")
        await tab.fill("#name", "cloudtransfer")
        await tab.fill("#email", "falsch")
        await tab.fill("#password", "kurz")
        await press(tab, "Speichern")
        assert set(await errors(tab)) == {"name", "email", "password"}
        await tab.fill("#name", "Ben Öz")
        await tab.fill("#email", "ben@makler.example")
        await tab.fill("#password", "richtig lang genug")
        await tab.get_by_role("radio", name="Benutzer").check()
        await press(tab, "Speichern")
        assert "Ben Öz" in await tab.inner_text("tbody")
        async with browse(server) as other:
            await log_in(other, "Ben Öz")
            await share(other, K)
            await tab.click("tbody >> text=Ben Öz")
            await tab.get_by_role("radio", name="keine").check()
            await press(tab, "Speichern")
            await write(other, text="Noch einmal")
            await press(other, "Speichern")
            assert list(await errors(other)) == ["share"], "the role is asked for when sending"
            await other.goto("/mvp/caseworkers")
            assert await other.locator("tbody a").count() == 0
            answer = await other.goto("/mvp/caseworkers/anna")
            assert answer.status == 403
            assert "Das dürfen Sie nicht." in await other.inner_text("main")
        await tab.goto("/mvp/new-caseworker")
        await tab.fill("#name", "anna")
        await tab.fill("#password", "richtig lang genug")
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["name"], "nobody is overwritten"


@pytest.mark.clause("MAIL-2", "MAIL-3")
async def test_the_wording_of_a_mail_is_previewed_changed_and_switched_off(serve, browse):
    async with at_work(serve, browse, roles=ADMINISTRATOR) as (server, anna, tab):
        await tab.click("nav >> text=E-Mail-Vorlagen")
        await tab.click("text=Neue Nachricht am Vorgang $case")
        await tab.fill("#subject", "Post für $recipient")
        await tab.fill("#body", "Es geht um $text")
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["body"]
        await tab.fill("#body", "Es geht um Vorgang $case.\n<b>Ihr Makler</b>")
        await press(tab, "Vorschau")
        shown = await tab.inner_text("#preview")
        assert "Post für k.lieblingskunde@example.org" in shown
        assert "Es geht um Vorgang 53.\n<b>Ihr Makler</b>" in shown
        assert "noch nicht gespeichert" in shown
        path = "/api/mvp/mail-templates/new_message"
        assert (await anna.get(path)).json["subject"] == "Neue Nachricht am Vorgang $case"
        await press(tab, "Speichern")
        assert (await anna.get(path)).json["subject"] == "Post für $recipient"
        await tab.goto("/mvp/mail-templates")
        await tab.get_by_role("button", name="Ausschalten").first.click()
        for language in ("de", "en"):
            seen = (await anna.get(f"{path}?language={language}")).json
            assert not seen["enabled"]
        assert (await anna.get(path)).json["subject"] == "Post für $recipient"
        await anna.post("/api/mvp/cases/53/messages", SENT)
        await server.rest()
        mails = (await server.operator.get("/mails")).json["mails"]
        assert [mail["event"] for mail in mails] == ["registration"]
        await press(tab, "Einschalten")
        assert (await anna.get(path)).json["enabled"]


async def test_the_preview_of_a_registration_has_the_link_with_and_without_a_place(serve, browse):
    async with at_work(serve, browse, roles=ADMINISTRATOR) as (_, _anna, tab):
        await tab.goto("/mvp/mail-templates/registration")
        assert "Ohne $link steht der Link unter dem Text." in await tab.inner_text("main")
        for body, begin in (
            ("Hier: $link", "Hier: https://"),
            ("Guten Tag", "Guten Tag\n\nhttps://"),
        ):
            await tab.fill("#body", body)
            await press(tab, "Vorschau")
            assert begin in await tab.inner_text("#preview")


async def test_a_page_that_is_not_there_keeps_the_menu(serve, browse):
    async with at_work(serve, browse) as (_, _anna, tab):
        assert (await tab.goto("/mvp/cases/999")).status == 404
        await tab.click("nav >> text=Textbausteine")
        assert tab.url.endswith("/mvp/text-blocks")


async def test_text_blocks_are_written_changed_and_deleted(serve, browse):
    async with at_work(serve, browse, roles=ADMINISTRATOR) as (_, anna, tab):

        async def blocks():
            found = (await anna.get("/api/mvp/text-blocks?catalogue=")).json["text_blocks"]
            return {(each["catalogue"], each["name"]): each["text"] for each in found}

        await tab.click("nav >> text=Textbausteine")
        await tab.click("text=Neuer Textbaustein")
        assert await tab.input_value("#catalogue") == "COLLABORATION"
        await press(tab, "Speichern")
        assert set(await errors(tab)) == {"name", "text"}
        await tab.fill("#name", "Gruß & Kuss/1")
        await tab.fill("#text", "Alles\nGute")
        await press(tab, "Speichern")
        assert await blocks() == {("COLLABORATION", "Gruß & Kuss/1"): "Alles\nGute"}
        await tab.click("text=Neuer Textbaustein")
        await tab.fill("#name", "Gruß & Kuss/1")
        await tab.fill("#text", "Etwas anderes")
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["name"], "nothing is overwritten"
        await tab.goto("/mvp/text-blocks")
        await tab.click("text=Ändern")
        await tab.fill("#text", "Bis bald")
        await press(tab, "Speichern")
        assert await blocks() == {("COLLABORATION", "Gruß & Kuss/1"): "Bis bald"}
        await tab.click("text=Ändern")
        await press(tab, "Löschen")
        assert await blocks() == {}


@pytest.mark.clause("RPL-1")
async def test_replication_is_started_by_hand_and_tells_what_it_carried(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        await tab.click("nav >> text=Replikation")
        assert await tab.locator("dd").first.inner_text() == "1"
        assert "15 Minuten" in await tab.inner_text("main")
        await press(tab, "Jetzt replizieren")
        assert await tab.locator("dd").first.inner_text() == "0"
        assert "alles übernommen" in await tab.inner_text("tbody")
        assert "Vorgänge: 1" in await tab.inner_text("tbody")
        assert len((await anna.get("/api/mvp/replication")).json["runs"]) == 1


async def test_the_case_list_of_many_is_searched_filtered_and_turned_page_by_page(serve, browse):
    async with at_work(serve, browse) as (server, anna, tab):
        traffic = '{"shown":null,"last_sent":null,"preset":[],"channels":{}}'
        text = "Vorgang mit einem längeren Betreff über Haus & Hof Nummer"

        def fill(unit):
            for number in range(100, 10_100):
                unit.write(
                    "cases",
                    "INSERT INTO cases (number, subject, status, traffic, customer) VALUES (?, ?, '', ?, ?)",
                    (number, f"{text} {number}", traffic, f"Kundin {number} GmbH & Co. KG"),
                )

        await server.system.mvp.writer.do(fill)
        await anna.post("/api/mvp/cases/53/messages", SENT)
        answer = await tab.goto("/mvp/cases")
        assert len(await answer.body()) < 100_000
        assert "10001 Vorgänge" in await tab.inner_text("main")
        assert await tab.locator("tbody tr").count() == 50
        assert "Seite 1 von 201" in await tab.inner_text(".pager")
        await tab.click(".pager >> text=Letzte")
        assert await tab.locator("tbody a").first.inner_text() == "Kfz"
        await tab.goto("/mvp/cases")
        await tab.fill("#search", "9999 kundin HOF")
        await tab.press("#search", "Enter")
        assert await tab.locator("tbody tr").count() == 1
        await tab.click("text=alle zeigen")
        await tab.select_option("#status", "Antwort")
        await tab.click("text=Anzeigen")
        assert await tab.locator("tbody a").all_inner_texts() == ["Kfz"]
        await tab.goto("/mvp/cases?page=x&status=<b>&order=';--&due=yes&search=%00%25")
        assert "Dazu gibt es keinen Vorgang." in await tab.inner_text("main")


async def test_long_texts_and_long_lists_stay_small_pages(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        long = "&<ß🙂" * 5_000
        for number in range(30):
            text = long if number % 3 == 0 else f"Kurz {number}"
            assert (await anna.post("/api/mvp/cases/53/notes", {"text": text})).status == 201
            await anna.put(f"/api/mvp/cases/53/documents/{'ä' * 90}{number}.pdf", data=b"x")
        seen = []
        await tab.goto(CASE)
        while True:
            assert len((await tab.content()).encode()) < 100_000, tab.url
            on_page = await tab.locator(".activity-entry > .text").all_inner_texts()
            seen = on_page + seen
            earlier = tab.locator("text=Frühere Einträge")
            if not await earlier.count():
                break
            await earlier.click()
        assert len(seen) == 30
        assert [each for each in seen if each.startswith("Kurz")] == [
            f"Kurz {number}" for number in range(30) if number % 3
        ]
        await tab.locator("text=Ganzen Text zeigen").first.click()
        whole = ""
        while True:
            assert len((await tab.content()).encode()) < 100_000, tab.url
            whole += await tab.inner_text("article .text")
            following = tab.locator(".pager >> text=Nächste")
            if not await following.count():
                break
            await following.click()
        assert whole == long


async def test_a_long_subject_is_shown_by_its_beginning(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        long = "Ein Betreff, der <nicht> endet. " * 15
        await anna.post("/api/mvp/cases", {"case": 54, "subject": long, "customer": long})
        for path, place in (("/mvp/cases", ".list"), ("/mvp/cases/54", "h1")):
            await tab.goto(path)
            assert "Ein Betreff, der <nicht> endet. Ein" in await tab.inner_text(place)
            assert len((await tab.content()).encode()) < 100_000, path


async def test_a_subject_of_one_long_word_is_shown_by_the_beginning_of_the_word(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        await anna.post("/api/mvp/cases", {"case": 54, "subject": f"Zum {'Tarifwerk' * 40}"})
        await tab.goto("/mvp/cases/54")
        assert "Zum TarifwerkTarifwerk" in await tab.inner_text("h1")


async def test_hostile_text_is_shown_as_it_was_typed_everywhere(serve, browse):
    async with at_work(serve, browse, roles=ADMINISTRATOR) as (server, anna, tab):
        alerts = []
        tab.on("dialog", lambda dialog: alerts.append(dialog.message))
        case = HOSTILE.replace("/", "∕")
        path = "/api/mvp/text-blocks/COLLABORATION/" + "%3Cb%3E%22%27"
        assert (await server.operator.put(path, {"text": HOSTILE})).status == 200
        await tab.goto("/mvp/new-case")
        for name in ("number", "subject", "customer"):
            await tab.fill(f"#{name}", case)
        await write(tab, text=HOSTILE, at="/mvp/new-case")
        await press(tab, "Einfügen")
        assert await tab.input_value("#text") == f"{HOSTILE}\n{HOSTILE}"
        await press(tab, "Speichern")
        await tab.fill("#address", HOSTILE)
        await press(tab, "Freischaltung")
        assert list(await errors(tab)) == ["address"]
        assert await tab.input_value("#address") == HOSTILE
        await tab.fill("#address", K)
        await press(tab, "Freischaltung")
        assert HOSTILE in await tab.inner_text("#latest .text")
        here = tab.url.partition("#")[0]
        for page in ("", "/edit", "/documents", "/addresses", "/releases"):
            await tab.goto(here + page)
            assert case in await tab.inner_text("main")
        for page in ("/mvp/cases", "/mvp/text-blocks"):
            await tab.goto(page)
            assert "<script>alert(1)" in await tab.inner_text("main")
        await tab.goto(f"/mvp/cases?search={HOSTILE.replace('&', '%26').replace('%s', '%25s')}")
        await tab.goto("/mvp/login?next=//evil.example/%3Cscript%3E")
        for field_, action in (
            ("#name", "/mvp/new-caseworker"),
            ("#subject", "/mvp/mail-templates/new_message"),
        ):
            await tab.goto(action)
            await tab.fill(field_, f"\t{HOSTILE}")
            await press(tab, "Speichern")
            assert "<script>" in await tab.input_value(field_)
        assert await tab.locator("main script, main img").count() == 0
        assert alerts == []
        assert [each["text"] for each in await entries(anna, quote(case, safe=""))] == [
            f"{HOSTILE}\n{HOSTILE}"
        ]


async def test_a_message_is_written_and_sent_with_the_keyboard_alone(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        await tab.goto(CASE)
        keys = tab.keyboard

        async def reach(wanted):
            for _ in range(40):
                await keys.press("Tab")
                at = await tab.evaluate(
                    "(e => (e.id || e.value || e.innerText) + '|' + e.innerText)(document.activeElement)"
                )
                if wanted in at:
                    return
            pytest.fail(f"{wanted} cannot be reached")

        await keys.press("Tab")
        await keys.press("Enter")  # past the menu
        await reach("text|")
        await keys.type(TEXT)
        await reach("share")
        await keys.press("Space")
        await reach("acknowledge")
        await keys.press("ArrowDown")
        await reach("Speichern")
        await keys.press("Enter")
        await tab.wait_for_url("**/share")
        await reach("address|")
        await keys.type(K)
        await keys.press("Enter")  # adds it, and does not send
        await tab.wait_for_url("**/share#address")
        assert await entries(anna) == []
        await reach("Freischaltung")
        await keys.press("Enter")
        await tab.wait_for_url("**#latest")
        (entry,) = await entries(anna)
        assert (entry["to"], entry["expects"]) == ([K], "reply")


async def test_a_session_that_ends_while_somebody_writes_loses_nothing(serve, browse):
    async with at_work(serve, browse) as (server, _, tab):
        await tab.goto(CASE)
        anna = await colleague(server, "anna")  # a new password ends the sessions
        await write(tab)
        await press(tab, "Speichern")
        assert await tab.inner_text("h1") == "Sie sind nicht mehr angemeldet"
        second = await tab.context.new_page()
        await log_in(second)
        await tab.reload()
        assert tab.url.endswith("/share"), "the browser sent what was typed once more"
        assert TEXT in await tab.inner_text("blockquote")
        assert await entries(anna) == []
