"""Kills amid uploads: what was acknowledged is there byte for byte, and nothing else stays."""

import asyncio
import contextlib
import io
import random
import sqlite3
from hashlib import sha256

import aiohttp
import pytest

from tests.server.crashing import OPERATOR_TOKEN, Process
from tests.server.processes import free_port

KILLS = 6


async def asked(http, process, method, path, token=OPERATOR_TOKEN, **more):
    """Give status and body of an answer, None if there was none."""
    headers = {"Authorization": f"Bearer {token}"}
    with contextlib.suppress(aiohttp.ClientError, OSError):
        async with http.request(method, process.url + path, headers=headers, **more) as answer:
            return answer.status, await answer.read()
    return None


def on_disk(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def named(store):
    with contextlib.closing(sqlite3.connect(store)) as connection:
        return sorted(name for (name,) in connection.execute("SELECT sha256 FROM contents"))


@pytest.mark.clause("LOG-3", "REP-5")
async def test_uploads_amid_kills_are_whole_or_leave_nothing(tmp_path):
    chance = random.Random("kills")
    process = Process(tmp_path, free_port(), ())
    acknowledged = {}

    async def upload(http, token, number):
        """Upload until the server is gone."""
        for turn in range(10_000):
            name = f"{process.kills}-{number}-{turn}"
            content = name.encode() * chance.choice([1, 1000, 100_000])
            path = f"/api/mvp/cases/53/documents/{name}"
            said = await asked(http, process, "PUT", path, token, data=io.BytesIO(content))
            if said is None:
                return
            assert said[0] == 201, said
            acknowledged[name] = content

    async with aiohttp.ClientSession() as http:
        try:
            await process.start()
            role = {"role": "Benutzer", "email": "anna@makler.example"}
            await asked(http, process, "PUT", "/api/mvp/caseworkers/anna", json=role)
            made = await asked(http, process, "POST", "/api/mvp/caseworkers/anna/token")
            token = made[1].decode().split('"token":"')[1].partition('"')[0]
            await asked(http, process, "POST", "/api/mvp/cases", token, json={"case": 53})
            for _ in range(KILLS):
                uploads = [asyncio.create_task(upload(http, token, n)) for n in range(4)]
                await asyncio.sleep(chance.uniform(0.05, 0.4))
                await process.kill()
                await asyncio.gather(*uploads)
                await process.start()
                data = process.folder / "data"
                assert on_disk(data / "mvp-files") == named(data / "mvp.sqlite")
            assert acknowledged
            for name, content in acknowledged.items():
                path = f"/api/mvp/cases/53/documents/{name}"
                _, body = await asked(http, process, "GET", path, token)
                assert sha256(body).digest() == sha256(content).digest()
        finally:
            await process.end()
