"""Makes pictures of the demonstration: python -m tests.pages.pictures [--all] FOLDER.

Without --all those of the README; with it the pages of both programs (but the dialog, which needs
a text), wide and narrow, in both languages.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from reference.app.config import Config
from reference.app.demo import prepare
from reference.app.demo_people import ANNA, JENS, KATRIN
from reference.app.server import serving
from reference.clock import SystemClock
from tests.pages.conftest import OPTIONS, chromium

README = {
    "mvp": (ANNA, "/mvp/cases/54"),
    "collaboration": (KATRIN, "/collaboration/inbox"),
}
PORTAL = {
    "login": (None, "/collaboration/login"),
    "forgotten": (None, "/collaboration/forgotten"),
    "register": (None, "LINK"),
    "register-bad": (None, "/register?token=x"),
    "nowhere": (None, "/nowhere"),
    "demo": (None, "/"),
    "mails": (None, "/demo/mails"),
    "start": (KATRIN, "/collaboration/"),
    "inbox": (KATRIN, "/collaboration/inbox"),
    "case": (KATRIN, "/collaboration/cases/47"),
    "case-48": (KATRIN, "/collaboration/cases/48"),
    "case-50": (KATRIN, "/collaboration/cases/50"),
    "reply": (KATRIN, "/collaboration/cases/50/reply?answers=demo-50"),
    "new-message": (KATRIN, "/collaboration/cases/47/reply"),
    "withheld": ("tobias.lindner@example.org", "/collaboration/cases/52"),
    "withheld-reply": ("tobias.lindner@example.org", "/collaboration/cases/52/reply"),
    "account": (KATRIN, "/collaboration/account"),
    "unknown-case": (KATRIN, "/collaboration/cases/9"),
}
OFFICE = {
    "mvp-login": (None, "/mvp/login"),
    "mvp-cases": (ANNA, "/mvp/cases"),
    "mvp-no-role": ("mia.vogt", "/mvp/cases"),
    "mvp-case": (ANNA, "/mvp/cases/54"),
    "mvp-case-new": (ANNA, "/mvp/new-case"),
    "mvp-case-edit": (ANNA, "/mvp/cases/54/edit"),
    "mvp-case-unknown": (ANNA, "/mvp/cases/9"),
    "mvp-documents": (ANNA, "/mvp/cases/53/documents"),
    "mvp-releases": (ANNA, "/mvp/cases/52/releases"),
    "mvp-addresses": (ANNA, "/mvp/cases/54/addresses"),
    "mvp-text-blocks": (JENS, "/mvp/text-blocks"),
    "mvp-text-block": (JENS, "/mvp/text-block"),
    "mvp-mails": (JENS, "/mvp/mail-templates"),
    "mvp-mail": (JENS, "/mvp/mail-templates/new_message"),
    "mvp-caseworkers": (ANNA, "/mvp/caseworkers"),
    "mvp-caseworker": (JENS, "/mvp/caseworkers/mia.vogt"),
    "mvp-replication": (ANNA, "/mvp/replication"),
}


async def link(tab):
    await tab.goto("/demo/mails")
    return await tab.locator("a[href*='register?token']").first.get_attribute("href")


async def take(browser, url, pages, folder, *, wide, language, width=1280):
    """Take a picture of each page."""
    size = {"width": width if wide else 390, "height": 800}
    for name, (who, path) in pages.items():
        context = await browser.new_context(base_url=url, viewport=size)
        tab = await context.new_page()
        cookie = {"name": "language", "value": language, "url": url}
        await context.add_cookies([cookie])
        await tab.goto("/")
        if who is not None:
            await tab.get_by_role("button", name=who).click()
        await tab.goto(await link(tab) if path == "LINK" else path)
        await tab.screenshot(path=folder / f"{name}.png", full_page=True)
        await context.close()


async def main(folder, everything):
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        config = Config(Path(data) / "data", port=0, demo=True)
        async with serving(config, SystemClock()) as server, async_playwright() as playwright:
            await prepare(server)
            browser = await playwright.chromium.launch(executable_path=chromium(), args=OPTIONS)
            if not everything:
                await take(browser, server.url, README, folder, wide=True, language="de", width=900)
            else:
                for wide in (True, False):
                    for language in ("de", "en"):
                        into = folder / f"{'wide' if wide else 'narrow'}-{language}"
                        into.mkdir(exist_ok=True)
                        await take(
                            browser, server.url, PORTAL | OFFICE, into, wide=wide, language=language
                        )
            await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    asyncio.run(main(options.folder, options.all))
