"""What holds of every page of the MVP."""

import pytest

from reference.app.demo import prepare
from reference.app.demo_people import ANNA, JENS
from tests.pages.examining import examined

OF_EVERYBODY = (
    "/mvp/cases",
    "/mvp/cases?search=nichts",
    "/mvp/cases/47",
    "/mvp/cases/53",
    "/mvp/cases/53?blocks=all",
    "/mvp/cases/47/edit",
    "/mvp/cases/47/documents",
    "/mvp/cases/47/addresses",
    "/mvp/cases/47/releases",
    "/mvp/cases/47/entries/1",
    "/mvp/cases/9",
    "/mvp/new-case",
    "/mvp/caseworkers",
    "/mvp/text-blocks",
    "/mvp/mail-templates",
    "/mvp/replication",
)
OF_ADMINISTRATORS = (
    "/mvp/caseworkers",
    f"/mvp/caseworkers/{ANNA}",
    "/mvp/new-caseworker",
    "/mvp/text-blocks",
    "/mvp/text-block",
    "/mvp/mail-templates",
    "/mvp/mail-templates/new_message?language=en",
)


async def writing(tab):
    """Leave a text in two cases that is to be shared, and what was wrong with another."""
    for case in (47, 53):
        await tab.goto(f"/mvp/cases/{case}")
        await tab.fill("#text", "Bitte senden Sie uns die Unterlagen.")
        await tab.check("#share")
        await tab.check("[name=expects][value=reply]")
        if await tab.locator("#share_more").count():
            await tab.check("#share_more")
        await tab.locator("form.activity .actions button").first.click()
        assert tab.url.endswith("/share")
    await tab.fill("#address", "falsch")
    await tab.click("button[value=send]")
    assert await tab.locator("#address-error").count() == 1
    return ("/mvp/cases/47/share", "/mvp/cases/53/share", "/mvp/cases/47/share/addresses?scope=all")


@pytest.mark.parametrize(("wide", "language"), [(True, "de"), (False, "en")])
async def test_every_page_of_the_mvp_is_accessible_small_and_fits_its_window(
    serve, browse, wide, language
):
    async with serve(demo=True) as server, browse(server, wide=wide) as tab:
        await prepare(server.server)
        await tab.context.add_cookies([{"name": "language", "value": language, "url": server.url}])
        await examined(tab, "/mvp/login")
        for user, paths in ((JENS, OF_ADMINISTRATORS), (ANNA, OF_EVERYBODY)):
            await tab.goto("/")
            await tab.get_by_role("button", name=user).click()
            for path in paths:
                await examined(tab, path)
        for path in await writing(tab):
            await examined(tab, path)
        await tab.goto("/mvp/cases/53")
        assert await tab.locator("html").get_attribute("lang") == language
        await examined(tab, "/mvp/cases/53")
