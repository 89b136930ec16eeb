"""The JSON Schema of scenario files, by which editors complete and mark mistakes."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator.scenario.file import schema
from simulator.scenario.nodes import Faults, Fields, Items, Node, tree_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.rglob("*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(schema())


def as_editors_see_it(node: Node) -> Any:
    """Give a tree as YAML 1.2 has it."""
    if isinstance(node, Fields):
        return {key.value: as_editors_see_it(value) for key, value in node.fields}
    if isinstance(node, Items):
        return [as_editors_see_it(item) for item in node.items]
    if node.is_null:
        return None
    if not node.quoted and node.value in {"true", "false"}:
        return node.value == "true"
    return int(node.value) if not node.quoted and node.value.isdigit() else node.value


def seen(text: str) -> Any:
    node = tree_of(text, Faults("s.yaml"))
    assert node is not None
    return as_editors_see_it(node)


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(SCENARIOS)) for file in FILES])
def test_an_editor_marks_nothing_in_a_file_that_is_right(file: Path) -> None:
    VALIDATOR.validate(seen(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "text",
    [
        "scenario: x\nstep: []\nsteps: []\n",
        "steps: []\n",
        "scenario: x\nsteps: [{by: anna, act: sned, case: 53}]\n",
        "scenario: x\nsteps: [{by: k, see: inbox, unred: 1}]\n",
        "scenario: x\nreadings: {open_scope: all}\nsteps: []\n",
    ],
)
def test_an_editor_marks_what_is_wrong(text: str) -> None:
    assert list(VALIDATOR.iter_errors(seen(text)))
