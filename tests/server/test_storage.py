"""The stores: what is answered is on the disk, and what fails leaves no trace."""

import asyncio
import random
import shutil
import sqlite3
from contextlib import closing

import pytest
from attrs import define, field

from reference.clock import SystemClock
from reference.domain.case import Case
from reference.store import collaboration_tables, mvp_tables
from reference.store.collaboration_tables import load_mailbox
from reference.store.database import StorageError, open_database
from reference.store.mvp_tables import CASES, MIGRATIONS
from reference.store.writer import Writer

KUNDE, ZWEITER = "k@example.org", "z@example.org"
SIDES = {"mvp": mvp_tables.MIGRATIONS, "collaboration": collaboration_tables.MIGRATIONS}


async def test_each_writer_waits_for_the_disk_and_holds_what_belongs_together(serve):
    asked = ("journal_mode", "synchronous", "foreign_keys", "query_only")

    def pragmas(raw):
        return {name: raw.execute(f"PRAGMA {name}").fetchone()[0] for name in asked}

    async with serve() as server:
        for side in (server.system.mvp, server.system.collaboration):
            writer = await side.writer.do(lambda unit: pragmas(unit.connection))
            assert writer == dict(zip(asked, ("wal", 2, 1, 0), strict=True))
            reader = await side.reader.look(pragmas)
            assert (reader["journal_mode"], reader["query_only"]) == ("wal", 1)


async def test_how_the_disk_is_waited_for_is_as_configured(serve):
    async with serve(synchronous="NORMAL") as server:
        (level,) = await server.system.mvp.writer.do(
            lambda unit: unit.connection.execute("PRAGMA synchronous").fetchone()
        )
        assert level == 1


def contents(raw):
    """Give all rows of all tables."""
    tables = [
        name
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
            "ORDER BY name"
        )
    ]
    every = "SELECT * FROM "
    return tuple((name, tuple(raw.execute(every + name).fetchall())) for name in tables)


@define(eq=False)
class Watched:
    """A database that remembers what was in it after each transaction."""

    database: object
    states: list[object] = field(factory=list)

    @property
    def path(self):
        return self.database.path

    async def run(self, work):
        def watched(raw):
            done = work(raw)
            self.states.append(contents(raw))
            return done

        return await self.database.run(watched)

    async def close(self):
        await self.database.close()


async def round_of_messages(server):
    """Let a caseworker and two recipients do something of everything."""
    anna = await server.caseworker()
    await anna.post("/api/mvp/cases", {"case": 53, "subject": "Kfz"})
    for number in range(4):
        body = {
            "text": "Hallo",
            "expects": "reply",
            "to": [KUNDE, ZWEITER],
            "message": f"m{number}",
        }
        assert (await anna.post("/api/mvp/cases/53/messages", body)).status == 201
        await anna.patch("/api/mvp/cases/53", {"subject": f"Kfz {number}"})
        await server.rest()
    kunde = await server.recipient(KUNDE)
    for number in range(4):
        body = {"text": "Ja", "answers": f"m{number}", "message": f"r{number}"}
        assert (await kunde.post("/api/collaboration/cases/53/messages", body)).status == 201
    await anna.post("/api/mvp/replication/runs")
    await server.rest()


async def test_a_log_that_is_cut_anywhere_leaves_what_was_after_some_commit(serve, tmp_path):
    """As after a power cut in which the disk lost the end of what it was told to keep."""
    chance = random.Random("cuts")
    async with serve() as server:
        watched = {}
        for name in SIDES:
            writer = getattr(server.system, name).writer
            watched[name] = Watched(writer._queue._database)
            watched[name].states.append(await writer.do(lambda unit: contents(unit.connection)))
            writer._queue._database = watched[name]
        await round_of_messages(server)
        saved = tmp_path / "saved"
        saved.mkdir()
        for name in SIDES:
            for end in ("sqlite", "sqlite-wal"):
                shutil.copy(server.config.data / f"{name}.{end}", saved)
    for name, migrations in SIDES.items():
        states = watched[name].states
        assert len(states) > 10
        size = (saved / f"{name}.sqlite-wal").stat().st_size
        reached = []
        for cut in sorted({size, *(chance.randrange(size) for _ in range(60))}):
            found = await reopened(saved, name, migrations, cut, tmp_path / f"{name}-{cut}")
            if found is not None:
                assert found in states, f"{name} cut at {cut}"
                reached.append(states.index(found))
        assert reached == sorted(reached), "the more of the log is there, the later the state"
        assert len(set(reached)) > 5
        assert states[reached[-1]] == states[-1]


async def reopened(saved, name, migrations, cut, folder):
    """Open copies of the files with the log cut; give what is in them, None if no table was."""
    folder.mkdir()
    shutil.copy(saved / f"{name}.sqlite", folder)
    with (saved / f"{name}.sqlite-wal").open("rb") as log:
        (folder / f"{name}.sqlite-wal").write_bytes(log.read(cut))
    with closing(sqlite3.connect(folder / f"{name}.sqlite")) as raw:
        if raw.execute("PRAGMA user_version").fetchone()[0] == 0:
            return None
    database = await open_database(folder / f"{name}.sqlite", migrations)
    try:
        checks = [
            await database.run(lambda raw, what=what: raw.execute(f"PRAGMA {what}").fetchall())
            for what in ("integrity_check", "foreign_key_check")
        ]
        assert checks == [[("ok",)], []]
        return await database.run(contents)
    finally:
        await database.close()


@pytest.mark.clause("LOG-3", "DLV-3")
async def test_acts_at_the_same_moment_on_one_case_lose_and_double_nothing(serve):
    async with serve() as server:
        anna = await server.caseworker()
        await anna.post("/api/mvp/cases", {"case": 53, "subject": "Kfz"})
        to = {"to": [KUNDE, ZWEITER]}
        first = {"text": "Hallo", "expects": "acknowledge", "message": "m"} | to
        await anna.post("/api/mvp/cases/53/messages", first)
        await server.rest()
        people = [await server.recipient(one) for one in (KUNDE, ZWEITER)]

        async def did(who, path, body, method="POST"):
            answer = await who.ask(method, path, body)
            assert answer.status < 300, answer.body

        case, portal = "/api/mvp/cases/53", "/api/collaboration/cases/53"
        expects = ("acknowledge", "reply", "reply_with_file")
        work = [
            did(
                anna,
                f"{case}/messages",
                {"text": "Text", "expects": expects[n % 3], "message": f"m{n}"},
            )
            for n in range(60)
        ]
        work += [did(anna, f"{case}/notes", {"text": f"Notiz {n}"}) for n in range(30)]
        work += [did(anna, case, {"subject": f"Kfz {n}"}, "PATCH") for n in range(30)]
        for place, one in enumerate(people):
            work += [
                did(one, f"{portal}/messages", {"text": "Ja", "message": f"r{place}-{n}"})
                for n in range(30)
            ]
            work += [did(one, f"{portal}/openings", {"via": "case"}) for _ in range(10)]
            work += [did(one, "/api/collaboration/messages/m/read", None) for _ in range(10)]
        random.Random("order").shuffle(work)
        await asyncio.gather(*work)
        await server.rest()

        entries = (await anna.get(f"{case}/activities", params={"limit": 500})).json["entries"]
        sent = [e["message"] for e in entries if e["expects"]]
        replied = [e["message"] for e in entries if e["carried_by"]]
        notes = [e["text"] for e in entries if e["message"] is None]
        assert sorted(sent) == sorted(["m", *(f"m{n}" for n in range(60))])
        assert sorted(replied) == sorted(f"r{p}-{n}" for p in range(2) for n in range(30))
        assert sorted(notes) == sorted(f"Notiz {n}" for n in range(30))
        for one in people:
            inbox = (await one.get("/api/collaboration/inbox", params={"limit": 500})).json
            assert [line["message"] for line in inbox["messages"]] == sent
            assert inbox["unread"] == sum(line["unread"] for line in inbox["messages"])
        last = [e for e in entries if e["message"] is not None][-1]
        status = {None: "OK", "acknowledge": "Info", "reply": "Antwort", "reply_with_file": "Datei"}
        seen = (await anna.get(case)).json
        assert (seen["cloud_status"], seen["under_way"]) == (status[last["expects"]], [])
        kept = await server.system.mvp.reader.look(lambda raw: CASES.load(raw, 53))
        known = await server.system.mvp.writer.do(lambda unit: unit.get(CASES, 53))
        assert kept == known, "what the writer remembers is what is on the disk"
        for address in (KUNDE, ZWEITER):
            box = await server.system.collaboration.reader.look(
                lambda raw, key=(53, address): load_mailbox(raw, key)
            )
            channel = kept.channels[address]
            assert (channel.sent, channel.taken) == (box.taken, box.sent)
            assert channel.sent == 61


async def test_one_key_at_the_same_moment_is_one_act(serve):
    async with serve() as server:
        anna = await server.caseworker()
        await anna.post("/api/mvp/cases", {"case": 53, "subject": "Kfz"})
        key = {"Idempotency-Key": "eine-notiz"}
        answers = await asyncio.gather(
            *(
                anna.post("/api/mvp/cases/53/notes", {"text": "einmal"}, headers=key)
                for _ in range(20)
            )
        )
        assert {answer.status for answer in answers} == {201}
        entries = (await anna.get("/api/mvp/cases/53/activities")).json["entries"]
        assert [entry["text"] for entry in entries] == ["einmal"]


@define(eq=False)
class Fragile:
    """A connection whose commits fail so often."""

    raw: sqlite3.Connection
    faults: list[str]

    def execute(self, sql, *parameters):
        if sql == "COMMIT" and self.faults:
            raise sqlite3.OperationalError(self.faults.pop())
        return self.raw.execute(sql, *parameters)

    def __getattr__(self, name):
        return getattr(self.raw, name)


@define(eq=False)
class FragileDatabase:
    """A database at whose edge commits fail."""

    database: object
    faults: list[str] = field(factory=list)

    @property
    def path(self):
        return self.database.path

    async def run(self, work):
        return await self.database.run(lambda raw: work(Fragile(raw, self.faults)))

    async def close(self):
        await self.database.close()


@pytest.fixture
def store(tmp_path):
    """Give what opens a writer over a database at whose edge commits can fail."""

    async def opened():
        database = FragileDatabase(await open_database(tmp_path / "mvp.sqlite", MIGRATIONS))
        return Writer(database, SystemClock()), database

    return opened


def created(number, dangling=False):
    def work(unit):
        known = unit.get(CASES, number)
        unit.put(CASES, number, Case(number, "neu" if known is None else known.subject + "!"))
        if dangling:
            unit.write(
                "case_addresses",
                "INSERT INTO case_addresses VALUES (?, 1, 'k')",
                (f"nirgends{number}",),
            )
        return number

    return work


async def subjects(writer):
    return dict(
        await writer.do(
            lambda unit: unit.connection.execute("SELECT number, subject FROM cases").fetchall()
        )
    )


async def outcomes(writer, works):
    """Do works that wait at the same moment."""
    return await asyncio.gather(*map(writer.do, works), return_exceptions=True)


async def test_after_a_commit_that_failed_each_request_is_done_once_by_itself(store):
    writer, database = await store()
    try:
        await writer.do(created(0))
        database.faults.append("disk I/O error")
        done = await outcomes(writer, [created(number) for number in (0, 1, 2, 0)])
        assert done == [0, 1, 2, 0]
        assert await subjects(writer) == {0: "neu!!", 1: "neu", 2: "neu"}
    finally:
        await writer.close()


async def test_while_commits_fail_nothing_happens_and_all_are_told(store):
    writer, database = await store()
    try:
        await writer.do(created(0))
        database.faults += ["database or disk is full"] * 4
        done = await outcomes(writer, [created(number) for number in (0, 1, 2)])
        assert [type(each) for each in done] == [StorageError] * 3
        assert "make room" in str(done[0])
        assert await subjects(writer) == {0: "neu"}
        await writer.do(created(0))
        assert await subjects(writer) == {0: "neu!"}
    finally:
        await writer.close()


async def test_a_request_that_the_store_does_not_take_spoils_no_other(store):
    writer, _ = await store()
    try:
        works = [created(1), created(2, dangling=True), created(3), created(1)]
        done = await outcomes(writer, works)
        assert isinstance(done.pop(1), StorageError)
        assert done == [1, 3, 1]
        assert await subjects(writer) == {1: "neu!", 3: "neu"}
    finally:
        await writer.close()


async def test_what_a_refused_request_put_is_not_there_for_the_next_ones(store):
    writer, _ = await store()

    def refused(unit):
        for number in (1, 2):
            created(number)(unit)
        raise ValueError

    try:
        await writer.do(created(1))
        done = await outcomes(writer, [refused, created(1), created(2)])
        assert isinstance(done[0], ValueError)
        assert await subjects(writer) == {1: "neu!", 2: "neu"}
        await writer.do(created(2))
        assert await subjects(writer) == {1: "neu!", 2: "neu!"}
    finally:
        await writer.close()


async def test_the_acts_of_one_commit_happen_at_one_moment(store):
    writer, _ = await store()
    try:
        moments = await outcomes(writer, [lambda unit: unit.moment] * 3)
        assert len(set(moments)) == writer.commits == 1
        later = await writer.do(lambda unit: unit.moment)
        assert later > moments[0]
    finally:
        await writer.close()


@pytest.mark.parametrize("value", [2**70, "\ud800", object()])
async def test_a_value_that_no_row_can_hold_spoils_no_other(store, value):
    writer, _ = await store()

    def broken(unit):
        unit.write("settings", "INSERT INTO settings VALUES ('a', ?)", (value,))

    try:
        done = await outcomes(writer, [created(1), broken, created(2)])
        assert isinstance(done[1], Exception)
        assert (done[0], done[2]) == (1, 2)
        assert await subjects(writer) == {1: "neu", 2: "neu"}
    finally:
        await writer.close()


async def test_who_goes_away_does_not_take_the_work_back(store):
    writer, _ = await store()
    try:
        asking = asyncio.ensure_future(writer.do(created(1)))
        await asyncio.sleep(0)
        asking.cancel()
        await outcomes(writer, [created(2)])
        assert await subjects(writer) == {1: "neu", 2: "neu"}
    finally:
        await writer.close()


async def test_requests_that_are_still_being_read_share_the_commit(store):
    writer, _ = await store()
    try:
        first = writer.do(created(1))
        for number in (2, 3):
            await asyncio.sleep(0)  # one turn of the loop
            others = writer.do(created(number))
        assert (await first, await others) == (1, 3)
        assert (writer.works, writer.commits) == (3, 1)
    finally:
        await writer.close()


async def test_what_can_wait_shares_the_next_commit_or_has_one_of_its_own(store):
    writer, _ = await store()
    try:
        late = writer.do_later(created(1))
        assert await writer.do(created(2)) == 2
        assert (late.result(), writer.commits) == (1, 1)
        assert await writer.do_later(created(3)) == 3
        waits = writer.do_later(created(4))
        writer.hurry()
        assert (await waits, writer.commits) == (4, 3)
        left = writer.do_later(created(5))
    finally:
        await writer.close()
    assert await left == 5
