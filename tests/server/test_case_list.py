"""What the case list can be asked for: a status, words, what comes up; page by page."""

from reference.mvp.looks import CaseFilter, case_list_page

CASES = (
    {"case": 51, "subject": "Überflutung im Keller", "customer": "Öztürk", "follow_up_on": None},
    {"case": 52, "subject": "Kfz-Schaden", "customer": "Kramer", "follow_up_on": "2024-03-01"},
    {"case": 53, "subject": "Kfz-Wechsel", "customer": "Öztürk", "follow_up_on": "2024-02-20"},
    {"case": "A-7", "subject": "anfrage", "customer": "", "follow_up_on": "2024-02-19"},
)
SENT = {"text": "Bitte antworten", "expects": "reply", "to": ["k@example.org"]}


async def _office(server):
    anna = await server.caseworker("anna")
    for case in CASES:
        assert (await anna.post("/api/mvp/cases", case)).status == 201
    assert (await anna.post("/api/mvp/cases/52/messages", SENT)).status == 201
    return anna


async def _found(anna, **asked) -> list:
    answer = await anna.get("/api/mvp/cases", params=asked)
    return [case["case"] for case in answer.json["cases"]]


async def test_a_search_finds_cases_with_all_its_words_in_whatever_case_they_are(serve):
    async with serve() as server:
        anna = await _office(server)
        assert await _found(anna, search="ÜBERFLUTUNG") == [51]
        assert await _found(anna, search="öztürk kfz") == [53]
        assert await _found(anna, search="a-7") == ["A-7"]
        assert await _found(anna, search="  ") == [51, 52, 53, "A-7"]
        assert await _found(anna, search="%") == []


async def test_the_list_can_be_narrowed_to_what_comes_up_by_a_day(serve):
    async with serve() as server:
        anna = await _office(server)
        assert await _found(anna, due_on="2024-02-20") == [53, "A-7"]
        assert await _found(anna, due_on="2024-02-20", search="kfz") == [53]
        assert await _found(anna, status="Antwort", due_on="2024-03-01") == [52]


async def _page(server, wanted=None, *, by="anna", order="newest", page=1, size=3):
    side = server.system.mvp
    return await side.reader.look(
        lambda connection: case_list_page(
            connection, by, side.rules, wanted or CaseFilter(), order=order, page=page, size=size
        )
    )


async def test_numbered_pages_of_the_list_hold_every_case_once(serve):
    async with serve() as server:
        await _office(server)
        first, second = await _page(server), await _page(server, page=2)
        assert [each.case for each in first.cases + second.cases] == ["A-7", 53, 52, 51]
        assert (first.total, first.page, first.pages) == (4, 1, 2)
        behind = await _page(server, page=99)
        assert (behind.page, behind.cases) == (2, second.cases)
        none = await _page(server, CaseFilter(search="nichts"), page=3)
        assert (none.total, none.page, none.pages, none.cases) == (0, 1, 1, ())


async def test_the_list_is_ordered_by_age_follow_up_or_subject(serve):
    async with serve() as server:
        await _office(server)

        async def ordered(order):
            return [each.case for each in (await _page(server, order=order, size=9)).cases]

        assert await ordered("newest") == ["A-7", 53, 52, 51]
        assert await ordered("follow_up") == ["A-7", 53, 52, 51], "without a day at the end"
        assert await ordered("subject") == ["A-7", 52, 53, 51]


async def test_a_page_of_the_list_hides_the_status_from_who_has_no_role(serve):
    async with serve() as server:
        await _office(server)
        await server.caseworker("ben", "none")
        assert all(each.cloud_status is None for each in (await _page(server, by="ben")).cases)
        asked = CaseFilter(status="Antwort")
        assert (await _page(server, asked, by="ben")).cases == (), "nor can it be asked for"
        assert [each.case for each in (await _page(server, asked)).cases] == [52]
