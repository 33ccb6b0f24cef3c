"""The long run of intake's properties: which rounds there are, and what a failed one says."""

from pathlib import Path

import pytest

from tests.long import intake as long_run
from tests.long.intake import AT_ONCE, PROPERTIES, ROOT, Round, rounds_of


def test_rounds_cover_all_properties_on_both_databases_with_a_seed_each() -> None:
    rounds = list(rounds_of(250, 100, 7, "", None))
    assert len(rounds) == 3 * 2 * len(PROPERTIES | AT_ONCE)
    identity = [each for each in rounds if each.name == "identity" and each.database == "sqlite"]
    assert [(each.seed, each.examples) for each in identity] == [(7, 100), (8, 100), (9, 50)]
    assert {each.database for each in rounds_of(1, 1, 0, "copies", "postgresql")} == {"postgresql"}
    for each in (PROPERTIES | AT_ONCE).values():
        assert Path(ROOT, "tests", "intake", each.partition("::")[0]).is_file()


def test_a_round_that_fails_ends_the_run_and_says_how_to_try_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = [Round("identity", "no_such_test.py", "sqlite", seed, 3) for seed in (5, 6, 7)]
    monkeypatch.setattr(long_run, "rounds_of", lambda *_: broken)
    assert long_run.main(["--processes", "1", "--seed", "5"]) == 1
    said = capsys.readouterr()
    assert "FAILS" in said.out
    assert said.out.count("FAILS") == 1
    assert "Try it again: DISPATCH_TEST_EXAMPLES=3 python -m pytest" in said.err
    assert "--hypothesis-seed=5 -k sqlite tests/intake/no_such_test.py" in said.err


def test_what_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        long_run.main(["--only", "nothing"])
    assert ended.value.code == 2
    assert "there is no such property" in capsys.readouterr().err
