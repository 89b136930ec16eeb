"""What holds of every page: people with any sense and any screen can use it, and it is small."""

from importlib.resources import files
from urllib.parse import urlsplit

BYTES_MAX = 100 * 1024
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
SERIOUS = {"serious", "critical"}


async def examined(tab, path):
    """Go to a page, and see that it holds there."""
    answers = []

    def remember(response):
        answers.append(response)

    tab.on("response", remember)
    answer = await tab.goto(path)
    tab.remove_listener("response", remember)
    sizes = [await each.request.sizes() for each in answers]
    loaded = [each["responseBodySize"] for each in sizes]
    assert 0 < sum(loaded) <= BYTES_MAX, (path, loaded)
    assert all(urlsplit(each.url).netloc == urlsplit(answer.url).netloc for each in answers)

    assert await tab.locator("h1").count() == 1, path
    assert (await tab.title()).strip()
    wider = await tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wider, f"{path} is wider than the window"

    await tab.evaluate(AXE)
    found = await tab.evaluate("axe.run({resultTypes: ['violations']})")
    wrong = [
        (each["id"], each["impact"], [node["html"][:120] for node in each["nodes"]])
        for each in found["violations"]
        if each["impact"] in SERIOUS
    ]
    assert wrong == [], path
    return answer
