"""The round by hand of the README: every block, as it stands there."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from pathlib import Path

from tests.server.post import PostOffice
from tests.server.processes import environment, free_port, served

ROOT = Path(__file__).parents[2]
SEEN_AT_THE_END = (
    '"cloud_status":"OK"',
    '"status_text":"Vorgang liegt beim Makler"',
    "Das Gutachten",
)


def blocks():
    """Give the shell blocks of the section."""
    section = (ROOT / "README.md").read_text().partition("## A whole round by hand")[2]
    return re.findall(r"```sh\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)


async def run(script, folder):
    """Run a script as a shell does; give its code, and what it said."""
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-eu",
        "-c",
        script,
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(120):
            said, _ = await process.communicate()
        return process.returncode, said.decode()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


async def test_the_round_of_the_readme_works_as_it_stands(tmp_path):
    script = "".join(blocks()) + "wait $SERVER\n"
    script = script.replace(
        ".venv/bin/collab-reference serve", f"{sys.executable} -m reference serve --port 8080"
    )
    code, said = await run(script.replace("8080", str(free_port())), tmp_path)
    assert code == 0, said
    assert all(each in said for each in SEEN_AT_THE_END), said
    assert said.count('"message":"m1"') >= 3  # sent, sent again, in the inbox
    assert '"unread":1' in said
    assert '"unread":0' in said


async def test_the_same_round_goes_between_two_processes_with_a_mail_server(tmp_path):
    start, people, sending, mail, reading, replying, status = blocks()
    assert "serve" in start
    assert "/mails" in mail
    mvp_port, portal_port = free_port(), free_port()
    post = PostOffice()
    async with post.opened() as _:
        smtp = f"127.0.0.1:{post.port}"
        with (
            side(tmp_path, "mvp", mvp_port, portal_port, smtp) as mvp,
            side(tmp_path, "collaboration", portal_port, mvp_port, smtp) as portal,
        ):
            begin = f"MVP={mvp.url}/api/mvp PORTAL={portal.url}/api/collaboration\n"
            begin += f"OPERATOR={mvp.token}\n"
            wait = "until [ -s link ]; do sleep 0.1; done; LINK=$(cat link)\n"
            status = status.replace("kill $SERVER\n", "")
            script = begin + people + sending + wait + reading + replying + status
            running = asyncio.create_task(run(script, tmp_path))
            texts = "".join(each.text for each in await post.mails(2))
            (tmp_path / "link").write_text(re.search(r"token=(\S+)", texts)[1])
            code, said = await running
    assert code == 0, said
    assert all(each in said for each in SEEN_AT_THE_END), said
    assert sorted(each.event for each in post.arrived) == ["new_message", "registration"]
    assert {each.to for each in post.arrived} == {"k@example.org"}
    assert "Gutachten" not in texts


def side(folder, name, port, other, smtp):
    """Serve one side in a process of its own."""
    options = ("--side", name, "--port", str(port), "--peer", f"http://127.0.0.1:{other}")
    secret = {"COLLAB_PEER_SECRET": "ein-gemeinsames-Geheimnis"}
    more = ("--smtp", smtp) if name == "collaboration" else ()
    return served(folder / name, *options, *more, **secret)
