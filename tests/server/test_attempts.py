"""How often a log-in may be tried, and what a password costs to check."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters

from reference.clock import ManualClock
from reference.http import attempts
from reference.http.attempts import Attempts, client_key
from reference.http.hashing import Hashing
from reference.http.passwords import Passwords, passwords_of
from reference.http.problems import Refused
from tests.server.people import PASSWORD

WRONG = "nicht das Kennwort"


async def log_in(server, password=PASSWORD, address="k@example.org"):
    body = {"address": address, "password": password}
    return await server.nobody.post("/api/collaboration/session", body)


async def statuses(*asked) -> list[int]:
    return [answer.status for answer in await asyncio.gather(*asked)]


@pytest.mark.parametrize("address", ["k@example.org", "nobody@example.org"])
async def test_after_too_many_attempts_an_account_waits_whether_it_exists_or_not(serve, address):
    async with serve(clock="manual", attempts_per_account=3) as server:
        await server.registered()
        assert [(await log_in(server, WRONG, address)).status for _ in range(3)] == [401] * 3
        refused = await log_in(server, PASSWORD, address)
        assert (refused.status, refused.code) == (429, "too_many_attempts")
        assert refused.headers["Retry-After"] == "60"
        assert (await log_in(server, PASSWORD, "l@example.org")).status == 401, "others do not wait"
        server.now.move_by(timedelta(seconds=60))
        assert [(await log_in(server, WRONG, address)).status for _ in range(2)] == [401, 429]


async def test_guesses_at_the_same_time_count_like_guesses_one_by_one(serve):
    async with serve(clock="manual", attempts_per_account=5) as server:
        await server.registered()
        answers = await statuses(*(log_in(server, WRONG) for _ in range(20)))
        assert sorted(answers) == [401] * 5 + [429] * 15


async def test_logging_in_rightly_is_no_attempt(serve):
    async with serve(clock="manual", attempts_per_account=2, attempts_per_client=2) as server:
        await server.registered()
        for _ in range(3):
            assert [(await log_in(server)).status for _ in range(2)] == [201, 201]
        assert [(await log_in(server, WRONG)).status for _ in range(3)] == [401, 401, 429]


async def test_one_client_can_not_try_many_accounts(serve):
    async with serve(clock="manual", attempts_per_client=4) as server:
        answers = [(await log_in(server, WRONG, f"{n}@example.org")).status for n in range(6)]
        assert answers == [401] * 4 + [429] * 2
        caseworker = {"name": "anna", "password": WRONG}
        assert (await server.nobody.post("/api/mvp/session", caseworker)).status == 401


async def test_caseworkers_are_limited_and_their_names_are_not_revealed(serve):
    async with serve(clock="manual", attempts_per_account=2) as server:
        await server.caseworker("anna")
        seen = {}
        for name in ("anna", "nobody"):
            body = {"name": name, "password": WRONG}
            seen[name] = [await server.nobody.post("/api/mvp/session", body) for _ in range(3)]
        assert [answer.status for answer in seen["anna"]] == [401, 401, 429]
        assert [a.body for a in seen["anna"]] == [a.body for a in seen["nobody"]]


def test_what_is_remembered_of_attempts_is_bounded(monkeypatch):
    monkeypatch.setattr(attempts, "KEYS_MAX", 100)
    limit = Attempts(ManualClock(datetime(2024, 2, 19, tzinfo=UTC)), 1, timedelta(minutes=1))
    for n in range(1000):
        limit.take(str(n))
    assert len(limit._used_until) == 100
    with pytest.raises(Refused):
        limit.take("999")


def test_of_too_many_keys_those_tried_longest_ago_are_forgotten(monkeypatch):
    monkeypatch.setattr(attempts, "KEYS_MAX", 2)
    limit = Attempts(ManualClock(datetime(2024, 2, 19, tzinfo=UTC)), 2, timedelta(minutes=1))
    for key in ("attacked", "other", "attacked", "third"):
        limit.take(key)
    with pytest.raises(Refused):
        limit.take("attacked")
    limit.take("other")


def test_an_attempt_given_back_can_be_used_again():
    limit = Attempts(ManualClock(datetime(2024, 2, 19, tzinfo=UTC)), 1, timedelta(minutes=1))
    limit.give_back("never taken")
    limit.take("a")
    limit.give_back("a")
    limit.take("a")
    with pytest.raises(Refused):
        limit.take("a")


@pytest.mark.parametrize(
    ("remote", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "20010db800010002::/64"),
        ("2001:db8:1:2:ffff::1", "20010db800010002::/64"),
        ("fe80::1%eth0", "fe80000000000000::/64"),
        (None, ""),
        ("a socket", ""),
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(remote, key):
    assert client_key(remote) == key


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("198.51.100.1, 192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, nonsense", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_of_what_a_proxy_says_the_address_that_it_saw_itself_counts(said, key):
    assert client_key("127.0.0.1", said) == key


async def test_only_the_proxy_in_front_is_believed_about_where_users_come_from(serve):
    async def tried(server) -> list[int]:
        body = {"address": "k@example.org", "password": WRONG}
        path = "/api/collaboration/session"
        return [
            (
                await server.nobody.post(path, body, headers={"X-Forwarded-For": f"192.0.2.{n}"})
            ).status
            for n in range(3)
        ]

    async with serve(clock="manual", attempts_per_client=1) as server:
        assert await tried(server) == [401, 429, 429]
    async with serve(clock="manual", attempts_per_client=1, proxy="127.0.0.1") as server:
        assert await tried(server) == [401, 401, 401]


class Counting(PasswordHasher):
    """Counts what costs time."""

    verified = 0

    def verify(self, kept, password):
        self.verified += 1
        return super().verify(kept, password)


@pytest.mark.parametrize("known", [True, False])
def test_a_password_is_compared_at_the_same_cost_whether_there_is_one_or_not(known):
    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(hasher, hasher.hash("x"))
    kept = hasher.hash(PASSWORD) if known else None
    assert asyncio.run(passwords.fits(WRONG, kept)) is False
    assert hasher.verified == 1


def test_nobody_has_the_password_that_unknown_users_are_compared_with():
    assert asyncio.run(passwords_of(Hashing(8, 1)).fits("", None)) is False


def test_who_is_unknown_is_compared_at_the_cost_of_everybody():
    passwords = passwords_of(Hashing())
    kept = asyncio.run(passwords.hashed(PASSWORD))
    assert extract_parameters(passwords._dummy) == extract_parameters(kept)


def test_passwords_cost_19_mib_and_two_passes_unless_configured_otherwise():
    kept = asyncio.run(passwords_of(Hashing()).hashed(PASSWORD))
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_a_password_that_changes_while_it_is_checked_lets_nobody_in(serve):
    async with serve() as server:
        await server.registered()
        operations = {each.name: each for each in server.server.operations}
        access = operations["log_in"].handle.__self__.access

        class Slow(PasswordHasher):
            """Lets the password change before it answers."""

            def verify(self, kept, password):
                asyncio.run_coroutine_threadsafe(
                    server.registered(password="ein anderes Kennwort"), loop
                ).result()
                return super().verify(kept, password)

        loop = asyncio.get_running_loop()
        access.passwords._hasher = Slow(time_cost=1, memory_cost=8, parallelism=1)
        assert (await log_in(server)).code == "wrong_password"
