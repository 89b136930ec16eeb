"""What holds of every page of the collaboration and of the demonstration."""

import pytest

from reference.app.demo import prepare
from reference.app.demo_people import KATRIN, TOBIAS
from tests.pages.examining import examined

ANYBODY = (
    "/",
    "/demo/mails",
    "/collaboration/login",
    "/collaboration/forgotten",
    "/register?token=x",
    "/nowhere",
)
OF_KATRIN = (
    "/collaboration/",
    "/collaboration/inbox",
    "/collaboration/inbox?show=unread",
    "/collaboration/inbox?page=2",
    "/collaboration/cases/47",
    "/collaboration/cases/48",
    "/collaboration/cases/50/reply?answers=demo-50",
    "/collaboration/cases/47/reply",
    "/collaboration/account",
    "/collaboration/cases/9",
)
OF_TOBIAS = ("/collaboration/cases/52", "/collaboration/cases/52/reply")


@pytest.mark.parametrize(("wide", "language"), [(True, "de"), (False, "en")])
async def test_every_page_is_accessible_small_and_fits_its_window(serve, browse, wide, language):
    async with serve(demo=True) as server, browse(server, wide=wide) as tab:
        await prepare(server.server)
        cookie = {"name": "language", "value": language, "url": server.url}
        await tab.context.add_cookies([cookie])
        for path in ANYBODY:
            await examined(tab, path)
        link = tab.locator("a[href*='register?token']").first
        await tab.goto("/demo/mails")
        await examined(tab, await link.get_attribute("href"))
        for user, paths in ((KATRIN, OF_KATRIN), (TOBIAS, OF_TOBIAS)):
            await tab.goto("/")
            await tab.get_by_role("button", name=user).click()
            for path in paths:
                await examined(tab, path)
        await tab.goto("/collaboration/login")
        assert await tab.locator("html").get_attribute("lang") == language
