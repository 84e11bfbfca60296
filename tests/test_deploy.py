"""What a machine of one's own runs: units, proxies, and who may read what the site writes."""

import os
import re
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from bitsletter.static_files import CompressedStorage
from issues import media
from issues.images import MAX_BYTES

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
PROXIES = ("Caddyfile", "nginx.conf")
OTHERS = stat.S_IROTH
OTHERS_IN = stat.S_IROTH | stat.S_IXOTH
# What begins the path of a link that is a key.
PERSONAL = ("confirm", "mail", "preferences", "share", "unsubscribe")


def unit(path: Path) -> dict[str, dict[str, list[str]]]:
    """Read a unit of systemd, in which a name may stand more than once."""
    found, section = {}, {}
    for line in path.read_text().splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, _sign, value = line.partition("=")
            section.setdefault(name, []).append(value)
    return found


def proxy(name: str) -> str:
    return " ".join(path.read_text() for path in (DEPLOY / name, DEPLOY / "nginx-files.conf"))


@pytest.fixture
def closed():
    """Write for ourselves alone, as the units and the command do."""
    before = os.umask(0o027)
    yield
    os.umask(before)


class TestUnits:
    CONFINED = {
        *("CapabilityBoundingSet", "NoNewPrivileges", "PrivateDevices", "PrivateTmp", "UMask"),
        *("ProtectHome", "ProtectSystem", "RestrictAddressFamilies", "SystemCallFilter"),
    }

    @pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
    def test_each_service_may_write_to_its_own_data_alone(self, path):
        service = unit(path)["Service"]

        assert service.keys() >= self.CONFINED
        assert service["User"] == service["StateDirectory"] == ["bitsletter"]
        assert service["ProtectSystem"] == ["strict"]
        assert service["UMask"] == ["0027"]

    @pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
    def test_each_service_has_the_settings_that_the_command_has(self, path):
        given = unit(path)["Service"]["Environment"][0].split()

        assert given == ["DATA_DIR=/var/lib/bitsletter", "ENV_FILE=/etc/bitsletter/env"]
        assert all(one in (DEPLOY / "bitsletter").read_text() for one in given)

    def test_all_services_are_confined_alike(self):
        own = {"Nice", "IOSchedulingClass", "ReadWritePaths", "Environment", "Type", "RestartSec"}
        kinds = [
            {
                name: value
                for name, value in unit(path)["Service"].items()
                if name not in own and not name.startswith(("Exec", "Kill", "Timeout"))
            }
            for path in SERVICES
        ]

        for kind in kinds:
            kind.pop("Restart", None)
        assert kinds[0] == kinds[1] == kinds[2]

    def test_the_web_server_serves_as_the_procfile_does(self):
        in_procfile = re.search(r"gunicorn (.*)", (ROOT / "Procfile").read_text())[1]

        assert unit(DEPLOY / "bitsletter-web.service")["Service"]["ExecStart"][0].endswith(
            in_procfile
        )


class TestProxies:
    @pytest.mark.parametrize("name", PROXIES)
    def test_pictures_have_the_headers_that_the_site_gives_them(self, name):
        for value in media.HEADERS.values():
            assert value in proxy(name)

    @pytest.mark.parametrize("name", PROXIES)
    def test_what_the_site_takes_gets_through(self, name):
        most = int(re.search(r"(?:max_size|client_max_body_size) (\d+)m", proxy(name), re.I)[1])

        assert most * 1_000_000 > MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def test_no_personal_link_is_written_into_a_log(self):
        assert "access_log off" in proxy("nginx.conf")
        hidden = re.search(r"request>uri regexp (\S+)", proxy("Caddyfile"))[1]
        for start in PERSONAL:
            assert re.sub(hidden, "", f"/{start}/a-key/?and=more") == ""
        assert re.sub(hidden, "", "/search/?q=words") == "/search/"


class TestWhoMayRead:
    def test_a_proxy_may_read_static_files_and_what_is_compressed(self, tmp_path, closed):
        storage = CompressedStorage(location=tmp_path / "static", base_url="/static/")
        name = storage.save("css/site.css", ContentFile(b"p { color: red } " * 100))

        assert list(storage.post_process({name: (storage, name)}))

        written = list((tmp_path / "static").rglob("*"))
        assert {"".join(path.suffixes[-2:]) for path in written} >= {".css.br", ".css.gz"}
        for path in written:
            needed = OTHERS_IN if path.is_dir() else OTHERS
            assert path.stat().st_mode & needed == needed, path

    def test_a_proxy_may_read_pictures(self, media_folder, closed):
        name = default_storage.save("a/picture.png", ContentFile(b"one"))

        assert (media_folder / name).stat().st_mode & OTHERS
        for folder in (media_folder, media_folder / "a"):
            assert folder.stat().st_mode & OTHERS_IN == OTHERS_IN
