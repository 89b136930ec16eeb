"""The demonstration: what there is, that it is made once, and who gets in."""

import pytest

from reference.app.config import Config, ConfigError
from reference.app.demo import prepare
from reference.app.demo_people import ANNA, KATRIN, PASSWORD, TOBIAS
from tests.pages.people import press
from tests.pages.test_base import HTML
from tests.server.processes import served


async def statuses(server):
    body = {"name": ANNA, "password": PASSWORD}
    anna = server.person((await server.nobody.post("/api/mvp/session", body)).json["token"])
    cases = (await anna.get("/api/mvp/cases")).json["cases"]
    return {case["case"]: case["cloud_status"] for case in cases}


async def unread_of(server, address):
    body = {"address": address, "password": PASSWORD}
    begun = await server.nobody.post("/api/collaboration/session", body)
    kunde = server.person(begun.json["token"])
    return (await kunde.get("/api/collaboration/inbox")).json["unread"]


async def test_the_demonstration_has_every_status_and_is_made_once(serve):
    for _ in range(2):
        async with serve(demo=True) as server:
            await prepare(server.server)
            found = await statuses(server)
            assert set(found.values()) == {"", "OK", "Info", "Antwort", "Datei"}
            assert found[53] == ""
            assert len(found) == 10
            assert await unread_of(server, KATRIN) == 3
            assert await unread_of(server, TOBIAS) == 2
            mails = (await server.operator.get("/mails")).json["mails"]
            assert len(mails) == 12


async def test_what_was_begun_is_finished_on_the_next_start(serve):
    async with serve(demo=True) as server:
        anna = await server.caseworker(ANNA)
        await anna.post("/api/mvp/cases", {"case": 46, "subject": "Reiseversicherung"})
        await prepare(server.server)
        assert len(await statuses(server)) == 10


def test_a_demonstration_is_for_this_machine_alone(tmp_path):
    for wrong in ({"host": "0.0.0.0"}, {"clock": "manual"}):  # noqa: S104
        with pytest.raises(ConfigError, match="--demo"):
            Config(tmp_path, demo=True, **wrong)


async def test_nobody_gets_in_by_a_click_without_the_demonstration(serve):
    async with serve() as server:
        for path in ("/demo", "/demo/mails"):
            assert (await server.nobody.get(path, headers=HTML)).status == 404
        entrance = (await server.nobody.get("/", headers=HTML)).body.decode()
        assert "/collaboration/" in entrance
        assert "/demo" not in entrance


async def test_who_is_elsewhere_does_not_get_the_demonstration(serve):
    async with serve(demo=True) as server:
        away = {**HTML, "X-Forwarded-For": "192.0.2.1"}
        page = await server.nobody.get("/", headers=away, allow_redirects=False)
        assert page.status == 401
        assert "Melden Sie sich an." in page.body.decode()
        mails = await server.nobody.get("/demo/mails", headers=away, allow_redirects=False)
        assert mails.status == 401


def test_the_command_starts_the_demonstration(tmp_path):
    with served(tmp_path / "data", "--demo") as server:
        assert "anna.berger" in server.ask("GET", "/", token=None).body.decode()


async def test_a_click_logs_somebody_in_and_mails_can_be_followed(serve, browse):
    async with serve(demo=True) as server, browse(server) as tab:
        await prepare(server.server)
        await tab.goto("/")
        await press(tab.get_by_role("button", name=KATRIN))
        assert tab.url.endswith("/collaboration/")
        assert "Kfz-Schaden auf dem Parkplatz" in await tab.inner_text(".widget")
        await tab.goto("/demo/mails")
        await tab.locator("a[href*='register?token']").first.click()
        assert await tab.input_value("#username") == "helga.brandt@example.org"
        await tab.fill("#password", "ein langes Kennwort")
        await tab.fill("#again", "ein langes Kennwort")
        await press(tab.get_by_role("button", name="Kennwort speichern"))
        assert "Ihr Kennwort ist gespeichert." in await tab.inner_text(".notice")
