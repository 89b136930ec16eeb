"""Which addresses the address selection proposes (SEND-8)."""

import pytest

pytestmark = pytest.mark.clause("SEND-8")
CASE = "/api/mvp/cases/53"


async def _office(server):
    anna = await server.caseworker("anna")
    await anna.post("/api/mvp/cases", {"case": 53, "subject": "Kfz", "customer": "Kramer"})
    await anna.post("/api/mvp/cases", {"case": 54, "subject": "Hausrat", "customer": "Vogt"})
    await anna.put(f"{CASE}/addresses", {"recipients": ["k@example.org"]})
    await anna.put("/api/mvp/cases/54/addresses", {"recipients": ["v@example.org"]})
    await anna.put("/api/mvp/customers/Kramer/addresses", {"recipients": ["frau.k@example.org"]})
    return anna


async def _proposed(anna, scope: str) -> list[str]:
    return (await anna.get(f"{CASE}/addresses?scope={scope}")).json["recipients"]


async def test_three_scopes_widen_the_proposal_each_begins_with_the_one_before(serve) -> None:
    async with serve() as server:
        anna = await _office(server)
        case = await _proposed(anna, "case")
        customer = await _proposed(anna, "customer")
        everyone = await _proposed(anna, "all")
    assert case == ["k@example.org"]
    assert customer == ["k@example.org", "frau.k@example.org"]
    assert everyone[:2] == customer
    assert "v@example.org" in everyone


async def test_without_a_scope_the_addresses_of_the_case_are_proposed(serve) -> None:
    async with serve() as server:
        anna = await _office(server)
        assert (await anna.get(f"{CASE}/addresses")).json["recipients"] == ["k@example.org"]


async def test_any_other_address_can_be_added_by_hand(serve) -> None:
    async with serve() as server:
        anna = await _office(server)
        new = {"text": "Hallo", "expects": "reply", "to": ["k@example.org", "neu@example.org"]}
        assert (await anna.post(f"{CASE}/messages", new)).status == 201
        preset = (await anna.get(f"{CASE}/preset")).json["recipients"]
    assert preset == ["k@example.org", "neu@example.org"]


async def test_an_unknown_scope_says_which_there_are(serve) -> None:
    async with serve() as server:
        anna = await _office(server)
        answer = await anna.get(f"{CASE}/addresses?scope=everybody")
    assert answer.status == 422
    assert "customer" in str(answer.json["errors"])


async def test_a_malformed_address_belongs_to_no_case(serve) -> None:
    async with serve() as server:
        anna = await _office(server)
        answer = await anna.put(f"{CASE}/addresses", {"recipients": ["kein-at-zeichen"]})
        assert answer.code == "malformed_address"
        assert await _proposed(anna, "case") == ["k@example.org"]
