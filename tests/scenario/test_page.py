"""The page about scenario files: its example runs."""

import re
from pathlib import Path

from simulator.exits import Exit
from simulator.history.vocabulary import ACTS, LABELS, SEES
from simulator.run.running import Task, run_file

PAGE = Path(__file__).parents[2] / "scenarios" / "README.md"


def test_the_example_of_the_page_is_kept(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert examples
    for example in examples:
        file = tmp_path / "example.yaml"
        file.write_text(example, encoding="utf-8")
        ran = run_file(file, Task())
        assert ran.exit is Exit.KEPT, ran.why
        assert ran.acts > 50


def test_the_page_names_every_act_and_look_and_all_their_words() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for kind, words in (("act", ACTS), ("see", SEES)):
        table = page.partition(f"| `{kind}:` |")[2].partition("<!--")[0]
        for word in words.keys() - {"arrival"}:
            assert f"\n| `{word}`" in table
        for label in (*LABELS[kind], *(LABELS["expects"] if kind == "act" else LABELS["hint"])):
            assert f"`{label}`" in table
