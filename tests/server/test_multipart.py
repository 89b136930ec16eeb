"""Forms with files: read whole from any pieces, and refused wherever they are cut off."""

import asyncio
import random

import pytest

from reference.http.multipart import HEAD_BYTES_MAX, parts
from reference.http.problems import Problem, Refused

BOUNDARY = "----gRenze7"


def form(*named: tuple[str, bytes], boundary: str = BOUNDARY) -> bytes:
    """Give a form: of each part what stands in its Content-Disposition, and its content."""
    told = [
        b"--%b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n"
        % (boundary.encode(), what.encode(), content)
        for what, content in named
    ]
    return b"".join(told) + b"--" + boundary.encode() + b"--\r\n"


def read(body: bytes, pieces: list[int] | None = None, boundary: str = BOUNDARY):
    """Read a form that comes in pieces of these sizes."""

    async def coming():
        start = 0
        for size in pieces or []:
            yield body[start : start + size]
            start += size
        if body[start:]:
            yield body[start:]

    async def whole():
        found = []
        async for part in parts(coming(), boundary):
            content = b"".join([chunk async for chunk in part.content])
            found.append((part.name, part.file_name, content))
        return found

    return asyncio.run(whole())


CONTENTS = [
    ("text", None, b"Guten Tag"),
    ("file", "a.bin", b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n-- \r"),
    ("file", "b.bin", b""),
    ("file", "c.bin", bytes(range(256)) * 2),
]
BODY = form(
    ('name="text"', CONTENTS[0][2]),
    ('name="file"; filename="a.bin"', CONTENTS[1][2]),
    ('name="file"; filename="b.bin"', CONTENTS[2][2]),
    ('name="file"; filename="c.bin"', CONTENTS[3][2]),
)


def test_a_form_in_one_piece_is_read():
    assert read(BODY) == CONTENTS


def test_a_form_is_the_same_in_whatever_pieces_it_comes():
    chance = random.Random("pieces")
    for most in (1, 2, 7, 64, 1000):
        pieces = [chance.randint(1, most) for _ in range(len(BODY))]
        assert read(BODY, pieces) == CONTENTS


def test_a_form_that_is_cut_off_anywhere_is_refused():
    end = len(BODY) - len("\r\n")  # the end of the line does not matter
    for cut in range(end):
        with pytest.raises(Refused) as refused:
            read(BODY[:cut])
        assert refused.value.why is Problem.BROKEN


def test_contents_that_nobody_reads_are_passed_over():
    async def names():
        async def coming():
            yield BODY

        return [part.file_name async for part in parts(coming(), BOUNDARY)]

    assert asyncio.run(names()) == [None, "a.bin", "b.bin", "c.bin"]


def test_what_follows_the_end_is_passed_over():
    assert read(BODY + b"Nachwort" * 1000, [len(BODY), 100]) == CONTENTS


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Vorwort\r\n" + BODY,
        b"\r\n" * 10**6 + BODY,
        BODY.replace(BOUNDARY.encode(), b"andere"),
        b"--" + BOUNDARY.encode() + b" \r\n" + BODY,
        b"--" + BOUNDARY.encode() + b"\r\nX: " + b"x" * HEAD_BYTES_MAX + b"\r\n\r\n" + BODY,
        b"--"
        + BOUNDARY.encode()
        + b'\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n'
        + BODY,
    ],
)
def test_what_is_no_form_is_refused(body):
    with pytest.raises(Refused) as refused:
        read(body)
    assert refused.value.why is Problem.BROKEN


@pytest.mark.parametrize(
    "names",
    [
        "name=\"file\"; filename*=idna''a.txt",
        "name=\"file\"; filename*=undefined''a.txt",
        "name=\"file\"; filename*=a\0b''a.txt",
        "name=\"file\"; filename*=UTF-8''a; filename*0=b",
        f'name="file"; filename*{"9" * 5000}=a',
    ],
)
def test_names_that_nobody_can_read_are_refused(names):
    with pytest.raises(Refused) as refused:
        read(form((names, b"content")))
    assert refused.value.why is Problem.BROKEN


@pytest.mark.parametrize("boundary", ["", "x" * 71, "grün"])
def test_a_boundary_that_is_none_is_refused(boundary):
    with pytest.raises(Refused):
        read(BODY, boundary=boundary)


@pytest.mark.parametrize(
    ("header", "name", "file_name"),
    [
        ('name="file"; filename="a;b.txt"', "file", "a;b.txt"),
        ('name="file"; filename="ü.txt"', "file", "ü.txt"),
        ("name=file; filename=a.txt", "file", "a.txt"),
        ("NAME=\"file\"; FileName*=UTF-8''%C3%BC%2F.txt", "file", "ü/.txt"),
        ('name="file"; filename="u.txt"; filename*=UTF-8\'\'%C3%BC.txt', "file", "ü.txt"),
        ('name="file"; filename*=UTF-8\'\'%C3%BC.txt; filename="u.txt"', "file", "ü.txt"),
        ("name=\"file\"; filename*=nonsense''%FF.txt", "file", "ÿ.txt"),
        ('name="file"; filename=""', "file", ""),
        ('name="file"', "file", None),
        ("filename=x", None, "x"),
        (";;;=;", None, None),
    ],
)
def test_names_are_read_as_browsers_write_them(header, name, file_name):
    [(found, found_file, _)] = read(form((header, b"x")))
    assert (found, found_file) == (name, file_name)


def test_a_part_of_another_kind_has_no_names():
    body = form(('name="file"; filename="a"', b"x")).replace(b"form-data", b"attachment")
    assert read(body) == [(None, None, b"x")]
