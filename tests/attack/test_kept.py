"""What was attacked in parts is reported as it was run."""

import pytest

from tests.attack import kept, report
from tests.attack.ended import Tally


def part(name, seed, wrong="", share=0.25):
    tally = Tally("a thing tried")
    tally.add("as asked")
    tally.add("a sentence", wrong)
    return kept.Part(name, tally, 60.0, share, seed)


def page(tmp_path, *parts):
    files = []
    for k, one in enumerate(parts):
        files.append(tmp_path / f"{k}.json")
        kept.write(files[-1], [one])
    return report.text(kept.read(files), ["first", "second"])


def test_parts_are_added_and_count_as_what_was_run(tmp_path):
    found = page(tmp_path, part("first", 0), part("first", 1))
    assert "| a thing tried | 4 | 50 % | a sentence 2, as asked 2 | none | 2.0 |" in found
    assert "## Wrong" not in found


def test_a_wrong_ending_of_any_part_is_listed(tmp_path):
    found = page(tmp_path, part("first", 0), part("first", 1, "it hung"))
    assert "| a thing tried | 4 | 50 % | a sentence 2, as asked 2 | 1 | 2.0 |" in found
    assert "- first: it hung" in found


def test_an_attack_that_was_not_run_is_said_to_be_missing(tmp_path):
    found = page(tmp_path, part("first", 0, share=1.0))
    assert "| a thing tried | 2 | all |" in found
    assert "| second | 0 | **not run** |" in found


def test_the_same_attempts_do_not_count_twice(tmp_path):
    with pytest.raises(kept.Twice, match="seed of its own"):
        page(tmp_path, part("first", 0), part("first", 0))
