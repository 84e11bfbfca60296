"""The files for containers: what they name is there, and their commands run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from tests.documented_pages import settings_read

pytestmark = pytest.mark.once

ROOT = settings.BASE_DIR
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one.get("build")}
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
EXAMPLE = ROOT / "deploy" / "compose" / "example.env"
# Of programs that are not ours.
PROGRAMS = ("PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "MALLOC_ARENA_MAX")


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)


def test_two_of_each_run_and_migrations_are_done_before():
    assert OURS.keys() == {"web-a", "web-b", "worker-a", "worker-b", "migrate"}
    for name in OURS.keys() - {"migrate"}:
        assert OURS[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }
        assert OURS[name]["restart"] == "unless-stopped"


def test_all_that_somebody_waits_for_is_there_and_tells_its_health():
    for one in SERVICES.values():
        for name, wanted in one.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[name] or name in OURS


def test_every_volume_and_file_is_there():
    places = [place.split(":")[0] for one in SERVICES.values() for place in one.get("volumes", ())]

    files = [place for place in places if place.startswith(".")]
    assert all((ROOT / file).is_file() for file in files)
    assert set(places) - set(files) == COMPOSE["volumes"].keys()
    assert {one["env_file"] for one in OURS.values()} == {".env"}


def test_what_ours_are_told_are_settings():
    told = {name for one in OURS.values() for name in one["environment"]}
    in_image = {pair.split("=")[0] for line in instructions("ENV") for pair in line.split()}

    assert told | (in_image - set(PROGRAMS)) <= settings_read()


def test_the_example_names_all_that_has_to_be_said():
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    given = {line.split("=")[0] for line in EXAMPLE.read_text().splitlines() if "=" in line}

    assert asked == given


def test_images_of_others_have_a_version():
    for name, one in SERVICES.items():
        if name not in OURS:
            assert re.search(r":v?\d", one["image"])


def test_nobody_but_the_proxy_can_be_reached():
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["proxy"]
    for one in OURS.values():
        assert one["read_only"]
        assert one["cap_drop"] == ["ALL"]


def test_the_image_runs_as_nobody_in_particular_and_ends_by_signals():
    assert instructions("USER") == ["10001:10001"]
    assert all(line.startswith("[") for line in instructions("CMD"))
    assert "bitsletter.healthy" in instructions("HEALTHCHECK")[0]


def test_only_what_runs_gets_into_the_image():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}

    assert "*" in lines
    assert kept == {"bitsletter", "issues", "subscribers", "templates", "static"} | {
        *("manage.py", "requirements.txt")
    }


def test_the_steps_of_the_image_run_where_nothing_else_is(tmp_path):
    app = tmp_path / "app"
    app.mkdir()
    for name in ("bitsletter", "issues", "subscribers", "templates", "static"):
        shutil.copytree(ROOT / name, app / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", app)
    [step] = [line for line in instructions("RUN") if "collectstatic" in line]
    step = step.replace("/tmp/built", str(tmp_path / "built")).replace(
        "python ", f"{sys.executable} "
    )
    environment = environment_of_image(tmp_path)

    subprocess.run(["sh", "-ec", step], cwd=app, env=environment, check=True)

    assert (tmp_path / "static" / "staticfiles.json").is_file()
    assert not (tmp_path / "built").exists()
    assert not list(app.rglob("secret_key"))
    command = shlex.split(instructions("CMD")[-1].strip("[]").replace(",", ""))
    assert command[0] == "gunicorn"
    check = [sys.executable, "-m", *command, "--check-config"]
    subprocess.run(check, cwd=app, env=environment | {"SECRET_KEY": "a" * 50}, check=True)


def environment_of_image(folder: Path) -> dict[str, str]:
    """Give what the image says, with its folders in another one."""
    pairs = [pair.split("=", 1) for line in instructions("ENV") for pair in line.split()]
    said = dict(pairs) | {"DATA_DIR": str(folder / "data"), "STATIC_ROOT": str(folder / "static")}
    return said | {"PATH": os.environ["PATH"]}


@pytest.mark.parametrize("block", ["log", "request_body", "transport http"])
def test_its_proxy_does_what_that_of_one_machine_does(block):
    """It hides personal links, takes as long a text, and keeps no connection that may be closed."""
    said = [
        re.search(rf"^(\t+){block} \{{\n(?:.*\n)*?\1\}}$", path.read_text(), re.MULTILINE)[0]
        for path in (ROOT / "deploy" / "Caddyfile", ROOT / "deploy" / "compose" / "Caddyfile")
    ]

    assert said[0].split() == said[1].split()
