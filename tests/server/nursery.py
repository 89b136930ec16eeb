"""A process that has loaded the server, and forks one whenever it is asked: most of a start's time.

A request comes on its standard input, a socket: the options of `serve` and the environment as JSON,
with what is the server's standard output, and its log. On the output come the server's number, what
the server says, and its exit code once it has ended. One that dies at a point is no fork: which
point that is, it has to be told before it loads.
"""

import os
import signal
import socket
import sys

import orjson

import reference.app.description_pages
import reference.app.exposition
import reference.app.process
import reference.app.site  # noqa: F401 - all are loaded for those that are forked
from reference.__main__ import main
from reference.store.crash import VARIABLE

REQUEST_MAX = 100_000


def fork_for_ever() -> None:
    """Fork servers until whoever asks is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    asked = socket.socket(fileno=0)
    while True:
        request, files, _, _ = socket.recv_fds(asked, REQUEST_MAX, 2)
        if not request:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            wait_for_a_server(*orjson.loads(request), *files)
        for file in files:
            os.close(file)


def wait_for_a_server(options, environment, output, log):
    """Fork a server, and tell how it ends."""
    server = os.fork()
    if server == 0:
        serve(options, environment, output, log)
    _, status = os.waitpid(server, 0)
    os.write(output, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def serve(options, environment, output, log):
    """Be a server."""
    os.write(output, b"%d\n" % os.getpid())
    for file, standard in ((os.open(os.devnull, os.O_RDONLY), 0), (output, 1), (log, 2)):
        os.dup2(file, standard)
    os.environ.update(environment)
    if VARIABLE in environment:
        os.execv(sys.executable, [sys.executable, "-m", "reference", "serve", *options])  # noqa: S606
    main(["serve", *options])


if __name__ == "__main__":
    fork_for_ever()
