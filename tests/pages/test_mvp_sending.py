"""What caseworkers write, and with whom they share it (SEND), by clicking."""

import asyncio

import pytest

from tests.pages.caseworkers import (
    CASE,
    TEXT,
    K,
    L,
    add,
    at_work,
    box,
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


@pytest.mark.clause("SEND-1", "SEND-5", "SEND-10")
async def test_the_first_message_goes_through_the_dialog_and_leaves_with_its_button(serve, browse):
    async with at_work(serve, browse) as (server, anna, tab):
        await write(tab)
        await press(tab, "Speichern")
        assert tab.url.endswith(f"{CASE}/share")
        assert await tab.inner_text("h1") == "Freischaltung"
        assert await entries(anna) == [], "nothing left yet"
        await add(tab, " K@Example.org ")
        await press(tab, "Freischaltung")
        assert await tab.inner_text(".notice") == "Die Nachricht ist gesendet."
        (entry,) = await entries(anna)
        assert (entry["text"], entry["to"], entry["expects"]) == (TEXT, [K], "reply")
        shown = await tab.inner_text("#latest")
        assert entry["stamp"] in shown
        assert all(part in shown for part in (TEXT, K, "Antwort"))
        assert await field(tab, "assfinet cloud") == "Antwort Wartet auf Antwort des Empfängers"
        assert await tab.input_value("#text") == ""
        await server.rest()
        assert len(await inbox(server)) == 1


@pytest.mark.clause("SEND-10")
@pytest.mark.parametrize("way", ["button", "menu", "back", "closed"])
async def test_leaving_the_dialog_sends_nothing_and_loses_nothing(serve, browse, way):
    async with at_work(serve, browse, javascript=way == "closed") as (server, anna, first):
        tab = first
        await anna.put("/api/mvp/cases/53/documents/plan.pdf", data=b"%PDF")
        await write(tab, expects="Antwort mit Datei")
        await press(tab, "Speichern")
        await add(tab, K)
        await tab.check("[value='plan.pdf']")
        if way == "button":
            await tab.fill("#address", "halb@")
            await press(tab, "Zurück, ohne zu senden")
        elif way == "menu":
            await tab.click("nav >> text=Info-Center")
        elif way == "back":
            await tab.go_back()
        else:
            await first.close()
            tab = await first.context.new_page()
        await tab.goto(CASE)
        assert await tab.input_value("#text") == TEXT
        assert await tab.is_checked("#share")
        assert await tab.is_checked("[name=expects][value=reply_with_file]")
        assert "Entwurf" in await tab.inner_text(".draft")
        assert await entries(anna) == []
        await press(tab, "Speichern")
        assert await box(tab, K).is_checked()
        if way == "button":
            assert await tab.is_checked("[value='plan.pdf']")
            assert await tab.input_value("#address") == "halb@"
            await tab.fill("#address", "")
        await server.rest()
        assert await inbox(server) == []
        await press(tab, "Freischaltung")
        (entry,) = await entries(anna)
        assert (entry["text"], entry["to"], entry["expects"]) == (TEXT, [K], "reply_with_file")
        assert await tab.locator(".draft").count() == 0


@pytest.mark.clause("SEND-2")
async def test_a_text_that_is_not_shared_stays_inside(serve, browse):
    async with at_work(serve, browse) as (server, anna, tab):
        await tab.goto(CASE)
        await tab.fill("#text", "Nur für uns")
        await press(tab, "Speichern")
        assert "Nur für uns" in await tab.inner_text("#latest")
        (entry,) = await entries(anna)
        assert (entry["to"], entry["expects"], entry["message"]) == ([], None, None)
        assert await field(tab, "assfinet cloud") == "ohne Status"
        await server.rest()
        assert await inbox(server) == []


@pytest.mark.clause("SEND-3", "SEND-4", "SEND-5", "SEND-12", "SEND-13")
async def test_what_is_refused_is_said_at_its_field_and_what_was_typed_stays(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        await tab.goto(CASE)
        assert await tab.locator("[name=expects]:checked").count() == 0, "no default"
        await write(tab, expects=None)
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["expects"]
        assert await tab.input_value("#text") == TEXT
        await write(tab, text=" \n ", at=tab.url)
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["text"]
        assert await tab.is_checked("[name=expects][value=reply]")
        await tab.fill("#text", TEXT)
        await press(tab, "Speichern")
        await press(tab, "Freischaltung")
        assert list(await errors(tab)) == ["address"], "nobody was chosen"
        await add(tab, K)
        await tab.fill("#address", "kein-at-zeichen")
        await press(tab, "Freischaltung")
        assert "kein-at-zeichen" in (await errors(tab))["address"]
        assert await tab.input_value("#address") == "kein-at-zeichen"
        assert await box(tab, K).is_checked()
        assert await entries(anna) == [], "not even to whom was right"
        await tab.click(".errors a")
        assert await tab.evaluate("document.activeElement.id") == "address"
        await tab.fill("#address", f"{L}; K@EXAMPLE.ORG")
        await press(tab, "Freischaltung")
        (entry,) = await entries(anna)
        assert entry["to"] == [K, L]


@pytest.mark.clause("SEND-6", "SEND-7", "SEND-10")
async def test_who_has_communicated_before_chooses_among_the_preset_and_sends_at_once(
    serve, browse
):
    async with at_work(serve, browse) as (_, anna, tab):
        await tab.goto(CASE)
        assert await tab.locator("text=Empfänger auswählen").count() == 0
        await share(tab, K, L)
        assert await tab.locator("legend:has-text('Empfänger auswählen')").count() == 1
        await write(tab, text="Nur an einen")
        await box(tab, L).uncheck()
        await press(tab, "Speichern")
        assert (await entries(anna))[-1]["to"] == [K]
        await write(tab, text="An niemanden")
        await box(tab, K).uncheck()
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["to"]
        assert await tab.input_value("#text") == "An niemanden"
        assert len(await entries(anna)) == 2


@pytest.mark.clause("SEND-7", "SEND-9")
async def test_the_box_brings_the_dialog_back_for_documents_and_others(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        for name in ("plan.pdf", "brief & skizze.pdf"):
            path = f"/api/mvp/cases/53/documents/{name.replace(' ', '%20').replace('&', '%26')}"
            assert (await anna.put(path, data=b"%PDF")).status == 201
        await share(tab, K)
        await write(tab, text="Mit Anlage")
        await tab.check("#share_more")
        await press(tab, "Speichern")
        assert tab.url.endswith("/share")
        assert await box(tab, K).is_checked(), "the preset is ticked"
        await add(tab, L)
        await box(tab, K).uncheck()
        await tab.check("[value='brief & skizze.pdf']")
        await press(tab, "Freischaltung")
        entry = (await entries(anna))[-1]
        assert (entry["to"], entry["files"]) == ([L], ["brief & skizze.pdf"])
        assert "brief & skizze.pdf" in await tab.inner_text("#latest")
        assert await tab.input_value("[name=offered]") == L


@pytest.mark.clause("SEND-8")
async def test_the_address_selection_proposes_in_three_scopes_and_keeps_what_is_ticked(
    serve, browse
):
    async with at_work(serve, browse) as (_, anna, tab):
        await anna.put("/api/mvp/cases/53/addresses", {"recipients": [K]})
        await anna.put("/api/mvp/customers/Kramer/addresses", {"recipients": [L]})
        many = [f"p{number:03}@example.org" for number in range(250)]
        await anna.put("/api/mvp/customers/Anderer/addresses", {"recipients": many})

        async def proposed():
            return await tab.locator("[name=to]").evaluate_all("all => all.map(e => e.value)")

        await write(tab)
        await press(tab, "Speichern")
        await press(tab, "Empfänger …")
        assert await tab.inner_text("h1") == "Adressauswahl"
        assert await proposed() == [K]
        await box(tab, K).check()
        await press(tab, "zum Kunden")
        assert await proposed() == [K, L]
        assert await box(tab, K).is_checked()
        await press(tab, "alle")
        assert len(await proposed()) == 200
        assert "52 weitere" in await tab.inner_text("main")
        await tab.fill("#search", "P249")
        await tab.press("#search", "Enter")
        assert await proposed() == ["p249@example.org"]
        await tab.check("[name=to]")
        await press(tab, "Übernehmen")
        assert await tab.locator("[name=to]:checked").count() == 2
        await press(tab, "Empfänger …")
        await box(tab, K).uncheck()
        await press(tab, "Abbrechen")
        assert await tab.locator("[name=to]:checked").count() == 2
        await press(tab, "Freischaltung")
        assert (await entries(anna))[-1]["to"] == [K, "p249@example.org"]


@pytest.mark.clause("SEND-11")
async def test_text_blocks_are_filtered_until_the_filter_is_lifted(serve, browse):
    async with at_work(serve, browse, javascript=False) as (server, anna, tab):
        for catalogue, name in (("COLLABORATION", "Gruß"), ("INTERN", "Notiz/1")):
            path = f"/api/mvp/text-blocks/{catalogue}/{name.replace('/', '%2F')}"
            answer = await server.operator.put(path, {"text": f"Text von {name}"})
            assert answer.status == 200

        async def offered():
            return await tab.locator("#block option").all_inner_texts()

        await write(tab, text="Anfang", expects="Kenntnisnahme")
        assert await offered() == ["Gruß"]
        await press(tab, "Einfügen")
        assert await tab.input_value("#text") == "Anfang\nText von Gruß"
        await press(tab, "Filter aufheben")
        assert await offered() == ["Gruß (COLLABORATION)", "Notiz/1 (INTERN)"]
        await tab.select_option("#block", label="Notiz/1 (INTERN)")
        await press(tab, "Einfügen")
        assert await tab.input_value("#text") == "Anfang\nText von Gruß\nText von Notiz/1"
        assert len(await offered()) == 2
        assert await tab.is_checked("[name=expects][value=acknowledge]")
        await press(tab, "Auf COLLABORATION filtern")
        assert await offered() == ["Gruß"]
        await press(tab, "Entwurf verwerfen")
        assert await tab.input_value("#text") == ""
        assert await entries(anna) == []


@pytest.mark.clause("SEND-1")
async def test_a_new_case_is_made_with_or_without_a_message(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        await tab.goto("/mvp/new-case")
        await tab.fill("#subject", "Ohne Text")
        await tab.fill("#follow_up_on", "2027-01-31")
        await press(tab, "Speichern")
        assert await tab.inner_text("h1") == "Vorgang 54: Ohne Text"
        assert await field(tab, "Wiedervorlage", at="/54") == "31.01.2027"
        assert await entries(anna, 54) == []
        await tab.goto("/mvp/new-case")
        await tab.fill("#customer", "x" * 501)
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["customer"]
        assert (await anna.get("/api/mvp/cases/55")).status == 404
        await tab.goto("/mvp/new-case")
        await tab.fill("#number", "53")
        await tab.fill("#subject", "Zweimal")
        await write(tab, at="/mvp/new-case")
        await press(tab, "Speichern")
        assert tab.url.endswith("/mvp/new-case/share")
        await tab.fill("#address", K)
        await press(tab, "Freischaltung")
        assert "schon vergeben" in await tab.inner_text(".errors")
        await press(tab, "Zurück, ohne zu senden")
        assert await tab.input_value("#subject") == "Zweimal"
        await tab.fill("#number", "A/7 ü")
        await press(tab, "Speichern")
        assert await tab.input_value("#address") == K
        await press(tab, "Freischaltung")
        assert await tab.inner_text("h1") == "Vorgang A/7 ü: Zweimal"
        assert await field(tab, "assfinet cloud", at=tab.url) == (
            "Antwort Wartet auf Antwort des Empfängers"
        )
        assert (await entries(anna, "A%2F7%20%C3%BC"))[0]["to"] == [K]
        await tab.goto("/mvp/new-case")
        assert await tab.input_value("#subject") == "", "the draft was sent"
        await tab.fill("#text", "Nur eine Notiz")
        await press(tab, "Speichern")
        assert await tab.inner_text("h1") == "Vorgang 55"
        assert [each["text"] for each in await entries(anna, 55)] == ["Nur eine Notiz"]
        await tab.goto("/mvp/new-case")
        await tab.fill("#number", ".5")
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["number"]


async def test_a_double_click_acts_once_and_so_does_the_same_form_sent_again(serve, browse):
    async with at_work(serve, browse) as (server, anna, tab):
        await tab.goto(CASE)
        await tab.fill("#text", "Notiz")
        await tab.locator("form.activity .actions button").first.dblclick()
        await tab.locator(".notice").wait_for()
        await write(tab)
        await press(tab, "Speichern")
        await tab.fill("#address", K)
        await tab.get_by_role("button", name="Freischaltung").dblclick()
        await tab.locator(".notice").wait_for()
        await write(tab, text="Direkt")
        again = await tab.evaluate(
            """async () => {
                const form = document.querySelector('form.activity');
                const body = new URLSearchParams(new FormData(form));
                body.set('do', 'save');
                return body.toString();
            }"""
        )
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        sends = [
            tab.request.post(f"{CASE}/activity", data=again, headers=form, max_redirects=0)
            for _ in range(4)
        ]
        assert {each.status for each in await asyncio.gather(*sends)} == {303}
        await server.rest()
        assert [each["text"] for each in await entries(anna)] == ["Notiz", TEXT, "Direkt"]
        assert len(await inbox(server)) == 2


async def test_two_caseworkers_write_in_one_case_and_each_sees_whom_it_goes_to(serve, browse):
    async with at_work(serve, browse) as (server, anna, tab), browse(server) as other:
        await colleague(server, "ben")
        await log_in(other, "ben")
        await write(tab, text="Von Anna")
        await write(other, text="Von Ben")
        await share(other, K, text="Von Ben")
        await press(tab, "Speichern")
        assert tab.url.endswith("/share"), "Anna was not offered whom Ben chose"
        assert await box(tab, K).is_checked()
        assert "Von Anna" in await tab.inner_text("blockquote")
        await press(tab, "Freischaltung")
        assert [(each["author"], each["text"]) for each in await entries(anna)] == [
            ("ben", "Von Ben"),
            ("anna", "Von Anna"),
        ]


async def test_a_dialog_in_another_tab_sends_only_the_text_that_it_shows(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        await write(tab, text="Erster Text")
        await press(tab, "Speichern")
        second = await tab.context.new_page()
        await write(second, text="Zweiter Text")
        await press(second, "Speichern")
        await tab.fill("#address", K)
        await press(tab, "Freischaltung")
        assert "veraltet" in await tab.inner_text(".errors")
        assert "Zweiter Text" in await tab.inner_text("blockquote")
        assert await tab.input_value("#address") == K
        assert await entries(anna) == []
        await second.fill("#address", K)
        await press(second, "Freischaltung")
        await press(tab, "Freischaltung")
        assert "schon gesendet" in await tab.inner_text(".notice")
        assert [each["text"] for each in await entries(anna)] == ["Zweiter Text"]


async def test_the_address_of_a_refused_form_leads_back_to_its_page(serve, browse):
    async with at_work(serve, browse) as (_, anna, tab):
        for at in (CASE, "/mvp/new-case"):
            await write(tab, expects=None, at=at)
            await press(tab, "Speichern")
            assert await tab.locator("form.language").count() == 0, "it would lose what was typed"
            await tab.goto(tab.url)
            assert tab.url.endswith(at)
        assert await entries(anna) == []


async def test_who_has_no_cloud_role_is_told_so_and_keeps_what_was_typed(serve, browse):
    async with serve() as server, browse(server) as tab:
        await office(server, ben="none")
        await log_in(tab, "ben")
        await write(tab)
        assert "brauchen Sie in der cloud" in await tab.inner_text("#share-field")
        await press(tab, "Speichern")
        assert list(await errors(tab)) == ["share"]
        assert await tab.input_value("#text") == TEXT
        assert "Kenntnisnahme am" not in await tab.inner_text("main")
