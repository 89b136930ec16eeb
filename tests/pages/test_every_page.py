"""What holds of every page of the collaboration and of the demonstration."""

import pytest

from reference.app.demo import prepare
from reference.app.demo_people import KATRIN, TOBIAS
from tests.pages.examining import examined
from tests.pages.people import log_in, press, sent, with_case

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


async def test_long_texts_and_long_lists_stay_small_pages(serve, browse):
    long = "Ein langer Satz, der <nicht> & nie endet. " * 2000
    async with serve() as server, browse(server) as tab:
        anna = await with_case(server, subject="Ein sehr langer Betreff " * 20)
        for number in range(30):
            await sent(anna, f"m{number}", text=f"{number}: {long}")
        for number in range(54, 84):
            await anna.post("/api/mvp/cases", {"case": number, "subject": "Kfz"})
            await sent(anna, f"n{number}", case=number)
        await server.rest()
        await log_in(tab)
        for path in (
            "/collaboration/",
            "/collaboration/?page=2",
            "/collaboration/inbox",
            "/collaboration/inbox?page=3",
            "/collaboration/inbox?page=x",
            "/collaboration/cases/53",
            "/collaboration/cases/53?page=3",
            "/collaboration/cases/53/messages/m29",
            "/collaboration/cases/53/reply?answers=m29",
        ):
            await examined(tab, path)
        await tab.goto("/collaboration/inbox")
        await tab.get_by_role("link", name="Ältere").click()
        await tab.wait_for_url("**/inbox?page=2")
        assert await tab.locator(".entry").count() == 25
        oldest = tab.locator(".entry[data-message='m0']")
        await tab.goto("/collaboration/inbox?page=3")
        await press(oldest.get_by_role("button", name="Nachricht lesen"))
        assert await tab.locator("article[data-message='m0']:target").count() == 1
        await tab.goto("/collaboration/cases/53")
        await tab.get_by_role("link", name="Ganze Nachricht zeigen").first.click()
        read = ""
        while True:
            read += await tab.locator("article .text").inner_text()
            following = tab.get_by_role("link", name="Weiter")
            if not await following.count():
                break
            await tab.goto(await following.get_attribute("href"))
        assert "".join(read.split()) == "".join(f"29: {long}".split())
