"""What all pages have in common, without a browser."""

import re

from tests.server.people import PASSWORD

HTML = {"Accept": "text/html,application/xhtml+xml"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", **HTML}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


async def test_a_page_may_load_what_is_ours_and_nothing_else(serve):
    async with serve() as server:
        page = await server.nobody.get("/collaboration/login", headers=HTML)
        assert page.status == 200
        assert page.headers["Content-Security-Policy"] == POLICY
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cache-Control"] == "no-store"
        cookie = page.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


async def test_static_files_are_kept_for_ever_and_change_their_names(serve):
    async with serve() as server:
        page = (await server.nobody.get("/")).body.decode()
        for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            found = await server.nobody.get(address)
            assert found.status == 200
            assert "immutable" in found.headers["Cache-Control"]
            assert (await server.nobody.get(address.replace(".", ".0", 1))).status == 404


async def test_a_browser_gets_a_page_for_what_is_not_there_and_a_program_a_problem(serve):
    async with serve() as server:
        page = await server.nobody.get("/nowhere", headers=HTML)
        assert page.status == 404
        assert "Das gibt es nicht." in page.body.decode()
        assert (await server.nobody.get("/nowhere")).code == "not_found"
        assert (await server.nobody.get("/api/nowhere", headers=HTML)).code == "not_found"
        other = await server.nobody.get("/language", headers=HTML)
        assert other.status == 405
        assert "Das geht hier nicht." in other.body.decode()


async def test_who_is_not_logged_in_is_sent_to_log_in_and_back(serve):
    async with serve() as server:
        sent = await server.nobody.get("/collaboration/account?a=1", allow_redirects=False)
        assert sent.status == 303
        expected = "/collaboration/login?next=%2Fcollaboration%2Faccount%3Fa%3D1"
        assert sent.headers["Location"] == expected


async def token_and_cookie(person, path):
    page = await person.get(path)
    token = re.search(r'name="token_of_form" value="(\w+)"', page.body.decode())[1]
    return token, page.headers["Set-Cookie"].partition(";")[0]


async def test_nobody_is_sent_to_another_site(serve):
    async with serve() as server:
        await server.registered()
        token, cookie = await token_and_cookie(server.nobody, "/collaboration/login")
        for bad in (
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "/collaboration/../../evil\n",
            "javascript:alert(1)",
            "/mvp/",
            "/collaborationx",
        ):
            sent = await server.nobody.ask(
                "POST",
                "/collaboration/login",
                headers={**HTML, "Cookie": cookie},
                data={
                    "token_of_form": token,
                    "address": "k@example.org",
                    "password": PASSWORD,
                    "next": bad,
                },
                allow_redirects=False,
            )
            assert (sent.status, sent.headers["Location"]) == (303, "/collaboration/")


async def test_no_form_does_anything_without_its_token(serve):
    async with serve() as server:
        kunde = await server.recipient()
        paths = [
            each.path for each in server.server.front.now().operations if each.method == "POST"
        ]
        assert len(paths) > 5
        _, cookie = await token_and_cookie(server.nobody, "/collaboration/login")
        for path in paths:
            for token in ("", "0" * 64):
                body = f"token_of_form={token}&address=k%40example.org&password=x&key_of_act={'a' * 32}"
                answer = await kunde.ask(
                    "POST",
                    path,
                    data=body,
                    headers={**FORM, "Cookie": cookie},
                    allow_redirects=False,
                )
                assert answer.status in {401, 403, 404, 415, 422}, (path, answer.status)
                assert answer.headers["Content-Type"].startswith("text/html"), path


async def test_another_site_cannot_send_a_form(serve):
    async with serve() as server:
        token, cookie = await token_and_cookie(server.nobody, "/collaboration/login")
        for foreign in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
        ):
            answer = await server.nobody.ask(
                "POST",
                "/language",
                data={"token_of_form": token, "language": "en", "back": "/"},
                headers={**HTML, **foreign, "Cookie": cookie},
                allow_redirects=False,
            )
            assert answer.status == 403
            assert "Diese Anfrage kam von einer fremden Seite." in answer.body.decode()


async def test_the_language_is_remembered(serve):
    async with serve() as server:
        token, cookie = await token_and_cookie(server.nobody, "/")
        sent = await server.nobody.ask(
            "POST",
            "/language",
            data={"token_of_form": token, "language": "en", "back": "/collaboration/login?a=b"},
            headers={"Cookie": cookie},
            allow_redirects=False,
        )
        assert sent.headers["Location"] == "/collaboration/login?a=b"
        kept = sent.headers["Set-Cookie"]
        assert kept.startswith("language=en; Max-Age=")
        page = await server.nobody.get("/", headers={"Cookie": kept.partition(";")[0]})
        assert '<html lang="en">' in page.body.decode()


async def test_cookies_keep_to_https_where_users_come_by_it(serve):
    async with serve(public_url="https://portal.example") as server:
        page = await server.nobody.get("/collaboration/login", headers=HTML)
        assert page.headers["Set-Cookie"].endswith("; Secure")


async def test_each_side_alone_has_an_entrance_to_itself(serve):
    for side, other in (("mvp", "collaboration"), ("collaboration", "mvp")):
        peer = {"peer": "http://127.0.0.1:9", "peer_secret": "s" * 16}
        async with serve(side=side, **peer) as server:
            page = (await server.nobody.get("/", headers=HTML)).body.decode()
            assert f'href="/{side}/"' in page
            assert f'href="/{other}/"' not in page
            assert (await server.nobody.get(f"/{other}/", headers=HTML)).status == 404


async def test_the_first_page_of_each_program_is_found_without_its_last_slash(serve):
    async with serve() as server:
        anna, kunde = await server.caseworker(), await server.recipient()
        for person, path, home in ((anna, "/mvp", "/mvp/cases"), (kunde, "/collaboration", None)):
            sent = await person.get(path, headers=HTML, allow_redirects=False)
            assert (sent.status, sent.headers["Location"]) == (303, home or f"{path}/")
