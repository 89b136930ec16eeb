"""The process that serves: how it starts, what it says when it cannot, how it stops."""

import os
import resource
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest

from tests.server.processes import PATIENCE_S, refused, served


def one_line(said):
    """Give the only line of what was said: no traceback, no log."""
    (line,) = said.splitlines()
    assert line.startswith("collab-reference serve: ")
    return line


def send(server, token, case, text="Bitte lesen"):
    server.ask("POST", "/api/mvp/cases", {"case": case, "subject": "Kfz"}, token)
    body = {"text": text, "expects": "reply", "to": ["k@example.org"]}
    return server.ask("POST", f"/api/mvp/cases/{case}/messages", body, token)


def test_what_was_answered_is_there_after_a_stop_and_after_a_kill(tmp_path):
    with served(tmp_path) as server:
        token = server.caseworker()
        assert send(server, token, 1).status == 201
        assert server.end()[0] == 0
    with served(tmp_path) as server:
        assert send(server, token, 2).status == 201
        server.end(signal.SIGKILL)
    with served(tmp_path) as server:
        listed = server.ask("GET", "/api/mvp/cases", token=token).json["cases"]
        assert {case["case"] for case in listed} == {1, 2}
        assert server.end(signal.SIGINT)[0] == 0


def begun(token, length):
    """Give the head of a request for a case, and the first byte of a body of so many."""
    head = "POST /api/mvp/cases HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {length}\r\nAuthorization: Bearer {token}\r\n\r\n"
    return head.encode() + b"{"


def test_a_stop_does_not_wait_for_a_client_that_sends_nothing_more(tmp_path):
    with served(tmp_path) as server:
        token = server.caseworker()
        place = urlsplit(server.url)
        with socket.create_connection((place.hostname, place.port)) as client:
            client.sendall(begun(token, 100))
            assert server.ask("GET", "/health").status == 200
            assert server.end()[0] == 0


def test_a_stop_that_is_told_twice_at_once_still_ends_what_is_under_way(tmp_path):
    with served(tmp_path) as server:
        token = server.caseworker()
        place = urlsplit(server.url)
        with socket.create_connection((place.hostname, place.port)) as client:
            client.sendall(begun(token, len(b'{"case": 5}')))
            assert server.ask("GET", "/health").status == 200
            for number in (signal.SIGTERM, signal.SIGINT):  # as timeout does with one of them
                server.process.send_signal(number)
            client.sendall(b'"case": 5}')
            assert client.recv(12) == b"HTTP/1.1 201"
        assert server.process.wait(PATIENCE_S) == 0


def test_a_port_that_is_taken_ends_with_4_and_leaves_no_folder(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        code, said = refused(tmp_path / "data", "--port", str(port))
    assert code == 4
    assert "another program listens there" in one_line(said)
    assert not (tmp_path / "data").exists()


def test_a_host_that_is_not_ours_ends_with_4(tmp_path):
    code, said = refused(tmp_path, "--host", "192.0.2.1", "--port", "0")
    assert code == 4
    assert "choose another --host or --port" in one_line(said)


def test_another_server_on_the_same_folder_ends_with_4_and_the_first_goes_on(tmp_path):
    with served(tmp_path) as server:
        code, said = refused(tmp_path, "--port", "0")
        assert code == 4
        assert "another server uses this folder" in one_line(said)
        assert server.ask("GET", "/ready").json == {"ready": True, "problems": []}


def test_a_folder_that_is_made_is_for_its_owner_alone(tmp_path):
    with served(tmp_path / "new") as server:
        assert server.ask("GET", "/ready").status == 200
        assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_what_is_kept_is_for_its_owner_alone_also_in_a_folder_that_others_read(tmp_path):
    tmp_path.chmod(0o755)
    with served(tmp_path) as server:
        assert send(server, server.caseworker(), 1).status == 201
        kept = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert {path.name for path in kept} >= {"mvp.sqlite", "collaboration.sqlite-wal"}
        assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_a_folder_that_cannot_be_made_ends_with_4(tmp_path):
    (tmp_path / "file").write_text("")
    code, said = refused(tmp_path / "file" / "data", "--port", "0")
    assert code == 4
    assert "the folder must exist and be writable" in one_line(said)


@pytest.mark.skipif(os.geteuid() == 0, reason="who is root can write everywhere")
def test_a_folder_that_cannot_be_written_ends_with_4(tmp_path):
    tmp_path.chmod(0o500)
    code, said = refused(tmp_path, "--port", "0")
    assert code == 4
    assert "the folder must exist and be writable" in one_line(said)


@pytest.mark.parametrize("name", ["mvp", "collaboration"])
def test_a_store_that_is_no_database_ends_with_4(tmp_path, name):
    (tmp_path / f"{name}.sqlite").write_bytes(b"no database" * 1000)
    code, said = refused(tmp_path, "--port", "0")
    assert code == 4
    assert "the file is damaged" in one_line(said)


def test_a_store_that_was_cut_off_ends_with_4(tmp_path):
    with served(tmp_path) as server:
        assert server.end()[0] == 0
    file = tmp_path / "mvp.sqlite"
    whole = file.read_bytes()
    assert len(whole) > 8192
    file.write_bytes(whole[:6000])
    code, said = refused(tmp_path, "--port", "0")
    assert code == 4
    assert "the file is damaged" in one_line(said)


def test_a_store_of_a_newer_version_ends_with_4_and_is_not_touched(tmp_path):
    with closing(sqlite3.connect(tmp_path / "mvp.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (tmp_path / "mvp.sqlite").read_bytes()
    code, said = refused(tmp_path, "--port", "0")
    assert code == 4
    assert "use the newer program" in one_line(said)
    assert (tmp_path / "mvp.sqlite").read_bytes() == before


def test_a_store_that_another_program_holds_ends_with_4(tmp_path):
    with closing(sqlite3.connect(tmp_path / "mvp.sqlite", isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        code, said = refused(tmp_path, "--port", "0")
    assert code == 4
    assert "another program holds it" in one_line(said)


def test_a_clock_far_behind_the_stores_ends_with_4(tmp_path):
    with served(tmp_path, "--clock", "manual", "--replicate-every", "never") as server:
        assert server.ask("POST", "/api/clock", {"to": "2099-01-01T00:00:00Z"}).status == 200
        assert send(server, server.caseworker(), 1).status == 201
        assert server.end()[0] == 0
    code, said = refused(tmp_path, "--port", "0")
    assert code == 4
    assert "the stores tell of 2099-01-01 00:00: set the clock" in one_line(said)


def test_virtual_time_goes_on_from_the_newest_moment_in_the_stores(tmp_path):
    options = ("--clock", "manual")
    with served(tmp_path, *options) as server:
        server.ask("POST", "/api/clock", {"to": "2024-02-19T11:18:16Z"})
        assert send(server, server.caseworker(), 1).status == 201
        server.end(signal.SIGKILL)
    with served(tmp_path, *options) as server:
        assert server.ask("GET", "/api/clock").json["now"].startswith("2024-02-19T11:18:16")


def test_a_wording_that_would_not_do_ends_with_2(tmp_path):
    (tmp_path / "new_message.de.txt").write_text("Neu\n\n$text\n", encoding="utf-8")
    code, said = refused(tmp_path / "data", "--port", "0", "--mail-templates", str(tmp_path))
    assert code == 2
    assert "new_message.de.txt" in one_line(said)


def test_a_full_disk_refuses_acts_whole_and_says_so_until_there_is_room_again(tmp_path):
    with served(tmp_path) as server:
        token = server.caseworker()
        assert send(server, token, 1).status == 201
        pid = server.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
        for case in (2, 3):
            refusal = server.ask("POST", "/api/mvp/cases", {"case": case, "subject": "x"}, token)
            assert (refusal.status, refusal.json["code"]) == (503, "storage")
        ready = server.ask("GET", "/ready")
        assert (ready.status, ready.json["ready"]) == (503, False)
        assert server.ask("GET", "/health").status == 200
        assert server.ask("GET", "/api/mvp/cases/1", token=token).status == 200
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert server.ask("GET", "/api/mvp/cases/2", token=token).status == 404
        assert send(server, token, 2).status == 201
        code, logged = server.end()
        assert code == 0
        assert '"event":"storage"' in logged
    with served(tmp_path) as server:
        listed = server.ask("GET", "/api/mvp/cases", token=token).json["cases"]
        assert {case["case"] for case in listed} == {1, 2}


def test_logs_are_json_and_tell_nothing_that_users_wrote_and_no_secret(tmp_path):
    with served(tmp_path, "--log-level", "debug") as server:
        token = server.caseworker()
        case = 471_108_150_042  # longer than the digits of a moment or a duration
        assert send(server, token, case, "GEHEIMTEXT").status == 201
        secret = {"address": "k@example.org", "password": "GEHEIMWORT-lang"}
        server.ask("POST", "/api/collaboration/session", secret, None)
        server.ask("POST", "/api/mvp/cases", {"subject": 5, "x": "GEHEIMTEXT"}, token)
        server.ask("GET", "/GEHEIMTEXT?token=GEHEIMTEXT", token=None)
        operator = server.token
        code, logged = server.end()
    assert code == 0
    lines = logged.splitlines()
    assert lines
    assert all(line.startswith("{") and line.endswith("}") for line in lines)
    for word in ("GEHEIM", token, operator, "k@example.org", str(case), "Kfz"):
        assert word not in logged


def test_metrics_count_what_was_done(tmp_path):
    with served(tmp_path) as server:
        send(server, server.caseworker(), 1)
        while len(server.ask("GET", "/mails").json["mails"]) < 2:
            pass  # the test's own limit of time ends this
        told = server.ask("GET", "/metrics", token=None)
        assert told.status == 200
        numbers = dict(
            line.rsplit(" ", 1)
            for line in told.body.decode().splitlines()
            if not line.startswith("#")
        )
        count = 'collab_requests_total{operation="send_message",status="201"}'
        assert float(numbers[count]) == 1
        assert float(numbers['collab_request_seconds_count{operation="send_message"}']) == 1
        assert float(numbers['collab_mails_waiting{side="collaboration"}']) == 2
        assert {
            f'collab_outbox_parcels{{side="{side}"}}' for side in ("mvp", "collaboration")
        } <= set(numbers)
        assert float(numbers['collab_commits_total{side="mvp"}']) >= 1


def test_the_help_loads_no_server():
    code = (
        "import sys; from reference.__main__ import main\n"
        "main(['serve', '--help'], standalone_mode=False)\n"
        "assert not {'aiohttp', 'aiosqlite', 'argon2', 'asyncio', 'jinja2'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_a_clock_a_little_behind_does_not_let_time_go_back(tmp_path):
    ahead = datetime.now(UTC) + timedelta(minutes=3)  # noqa: TID251 - the process has this time
    with served(tmp_path, "--clock", "manual", "--replicate-every", "never") as server:
        server.ask("POST", "/api/clock", {"to": ahead.isoformat()})
        token = server.caseworker()
        assert send(server, token, 1).status == 201
        assert server.end()[0] == 0
    with served(tmp_path) as server:
        server.ask("POST", "/api/mvp/cases/1/notes", {"text": "danach"}, token)
        entries = server.ask("GET", "/api/mvp/cases/1/activities", token=token).json["entries"]
        before, after = (datetime.fromisoformat(entry["at"]) for entry in entries)
        assert ahead == before <= after < ahead + timedelta(minutes=3)


def test_what_was_answered_while_the_server_stopped_is_there_and_nothing_else_broke(tmp_path):
    with served(tmp_path) as server:
        token = server.caseworker()
        answered, began = list[int](), threading.Event()

        def work(first):
            for case in range(first, 2000, 4):
                try:
                    made = server.ask("POST", "/api/mvp/cases", {"case": case}, token)
                except (OSError, HTTPException):
                    return  # nobody listens any more
                assert made.status == 201, made.body
                answered.append(case)
                began.set()

        with ThreadPoolExecutor(4) as people:
            works = [people.submit(work, number) for number in range(1, 5)]
            assert began.wait(PATIENCE_S)
            assert server.end()[0] == 0
            for each in works:
                each.result()
    with served(tmp_path) as server:
        for case in answered:
            assert server.ask("GET", f"/api/mvp/cases/{case}", token=token).status == 200


def test_a_server_is_ready_before_anything_is_loaded_that_its_first_answers_do_not_need(tmp_path):
    later = {"reference.app.demo", "reference.app.openapi", "reference.client", "reference.pages"}
    later |= {"aiosmtplib", "jinja2", "prometheus_client", "rich", "simpy", "simulator"}
    code = f"""
import asyncio, pathlib, sys
from reference.app.serve import serve
import reference.app.process
from reference.app.config import Config
from reference.app.server import serving
from reference.clock import SystemClock

async def start():
    async with serving(Config(pathlib.Path(sys.argv[1]), port=0), SystemClock()):
        print(sorted({later} & set(sys.modules)))

asyncio.run(start())
"""
    line = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert done.stdout == "[]\n"


def test_pages_are_there_as_soon_as_a_server_says_that_it_is_ready(tmp_path):
    with served(tmp_path) as server, ThreadPoolExecutor(8) as people:
        pages = [people.submit(server.ask, "GET", "/mvp/login", token=None) for _ in range(8)]
        assert {page.result().status for page in pages} == {200}
        assert server.ask("GET", "/nowhere", token=None).status == 404
        assert server.ask("DELETE", "/mvp/login", token=None).status == 405
        assert server.end()[0] == 0


class Peer(HTTPServer):
    """A peer that is reached by https; it notes who comes, and what is asked."""

    def __init__(self, certificate):
        super().__init__(("127.0.0.1", 0), Asked)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.came, self.asked = 0, []

    def get_request(self):
        self.came += 1
        return super().get_request()


class Asked(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.asked.append(self.path)
        self.send_error(503)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("known", [True, False])
def test_a_peer_by_https_is_asked_only_if_this_machine_trusts_it(tmp_path, certificate, known):
    trusted = {"SSL_CERT_FILE": str(certificate[0])} if known else {}
    with Peer(certificate) as peer:
        threading.Thread(target=peer.serve_forever).start()
        url = f"https://127.0.0.1:{peer.server_port}"
        alone = ("--side", "mvp", "--peer", url, "--peer-secret", "a-secret-of-both-sides")
        try:
            with served(tmp_path, *alone, "--replicate-every", "never", **trusted) as server:
                assert send(server, server.caseworker(), 1).status == 201
                until = time.monotonic() + PATIENCE_S
                while peer.came < 3 and time.monotonic() < until:
                    time.sleep(0.05)
        finally:
            peer.shutdown()
    assert peer.came >= 3
    assert set(peer.asked) == ({"/api/link/parcels"} if known else set())


@pytest.mark.parametrize("program", ["reference", "simulator"])
def test_the_help_of_a_program_loads_nothing_that_takes_long(program):
    script = (
        f"import sys; from {program}.__main__ import main; main(['--help'], standalone_mode=False);"
        "print(sorted({'aiohttp', 'attr', 'importlib.metadata', 'logging', 'rich'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "Commands:" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
