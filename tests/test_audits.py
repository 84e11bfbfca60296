"""The audits of code and packages: what is a failure, and what is only said."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import audits
from tests.audits import judged

pytestmark = pytest.mark.once

SOUND = {"name": "django", "version": "5.2.19", "vulns": []}
FAULTY = {
    "name": "nh3",
    "version": "0.1",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["0.2", "0.3"]}],
}
SKIPPED = {"name": "pillow", "skip_reason": "Dependency not found on PyPI"}


class TestPackages:
    def test_a_known_fault_is_a_failure_and_says_what_mends_it(self):
        verdict = judged([SOUND, FAULTY, SKIPPED])

        assert verdict.is_failure
        assert verdict.lines[1:] == ["nh3 0.1: PYSEC-2026-1, mended in 0.2, 0.3"]

    def test_without_any_it_says_how_many_were_looked_at(self):
        verdict = judged([SOUND])

        assert verdict == (["pip-audit: no fault is known of 1 packages"], False)

    def test_what_could_not_be_asked_is_said_and_no_failure(self):
        [line], is_failure = judged([SOUND, SKIPPED])

        assert not is_failure
        assert line.startswith("NOT CHECKED")
        assert "1 of 2" in line
        assert "make audit" in line

    @pytest.mark.parametrize(
        "command",
        [("no_such_module",), ("json.tool", "--help"), ("timeit", "-n", "1", "-s", "while 1: 1")],
    )
    def test_whoever_gives_no_answer_has_not_checked(self, monkeypatch, command):
        monkeypatch.setattr(audits, "PIP_AUDIT", command)
        monkeypatch.setattr(audits, "PATIENCE", 1)

        [line], is_failure = audits.packages()

        assert not is_failure
        assert line.startswith("NOT CHECKED")


class TestCode:
    def test_what_is_unsafe_is_found_with_our_settings(self, tmp_path):
        settings = Path("pyproject.toml").resolve()
        (tmp_path / "unsafe.py").write_text("import pickle\n\npickle.loads(b'')\n")
        command = [*audits.BANDIT[:3], str(settings), *audits.BANDIT[4:]]

        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, capture_output=True, text=True
        )

        assert done.returncode == 1
        assert "B301" in done.stdout
