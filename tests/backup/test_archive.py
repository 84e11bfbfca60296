"""The file of a backup: what is not as it was written is refused before anything is done."""

import io
import tarfile

import pytest

from bitsletter.backup import archive
from bitsletter.backup.archive import Slice, Writer
from bitsletter.backup.errors import Damaged

pytestmark = pytest.mark.once

MEMBERS = {
    "media/a/0123456789abcdef.png": b"picture" * 100,
    "tables/issues.issue/000000.jsonl.gz": b"rows",
    "manifest.json": b"{}",
}


def written(members=MEMBERS) -> bytes:
    file = io.BytesIO()
    writer = Writer(file)
    for name, data in members.items():
        writer.add(name, data)
    writer.close()
    return file.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    file = io.BytesIO(data)
    found = archive.read_all(file)
    return {name: archive.read(file, member) for name, member in found.items()}


def packed(change, name="media/a/x.png", data=b"x") -> bytes:
    """Give an archive to which tar itself has added a member."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        change(info)
        tar.addfile(info, io.BytesIO(data))
    return file.getvalue()[: -2 * archive.BLOCK] + written()


class TestWriting:
    def test_what_was_written_is_read(self):
        found = read(written())

        assert {name: found[name] for name in MEMBERS} == MEMBERS

    def test_tar_and_sha256sum_understand_it(self, tmp_path):
        path = tmp_path / "site.tar"
        path.write_bytes(written())

        with tarfile.open(path) as tar:
            assert tar.getnames() == [*MEMBERS, "SHA256SUMS"]
            assert {member.mode for member in tar} == {0o600}
            sums = tar.extractfile("SHA256SUMS").read().decode()
        assert sums.splitlines()[1].endswith("  tables/issues.issue/000000.jsonl.gz")

    def test_what_was_taken_back_is_not_there(self):
        file = io.BytesIO()
        writer = Writer(file)
        writer.add("secret_key", b"abc")
        mark = writer.mark()
        writer.add("media/a/x.png", b"x" * 5000)
        writer.go_back(mark)
        writer.add("manifest.json", b"{}")
        writer.close()

        assert list(read(file.getvalue())) == ["secret_key", "manifest.json", "SHA256SUMS"]

    def test_a_member_is_as_long_as_was_said(self):
        with pytest.raises(ValueError, match="has 3 bytes"):
            Writer(io.BytesIO()).stream("manifest.json", 4, [b"abc"])

    @pytest.mark.parametrize("name", ["../x", "media/a/x.html", "media/x.png", "", "é"])
    def test_nothing_gets_another_name(self, name):
        with pytest.raises(ValueError, match="No member"):
            Writer(io.BytesIO()).add(name, b"")


class TestReading:
    def test_wherever_it_is_cut_off_that_is_noticed(self):
        data = written()
        for end in range(0, len(data), 97):
            with pytest.raises(Damaged):
                read(data[:end])

    def test_whichever_byte_is_changed_nothing_else_is_read(self):
        """Those between the members are of no meaning; every other one is noticed."""
        data, before = written(), read(written())
        for place in range(0, len(data), 61):
            changed = bytearray(data)
            changed[place] ^= 0x20
            try:
                after = read(bytes(changed))
            except Damaged:
                continue
            assert after == before

    @pytest.mark.parametrize(
        "data", [b"", b"\x00" * 10240, b"PK\x03\x04" + b"x" * 2000, b"\x1f\x8b" + b"\x00" * 600]
    )
    def test_what_is_no_backup_is_said_to_be_none(self, data):
        with pytest.raises(Damaged, match="It is no backup|A part of it is missing"):
            read(data)

    @pytest.mark.parametrize(
        "name",
        [
            *("../../etc/passwd", "/etc/passwd", "media/../x.png", "media/a/../../x.png"),
            *("media/a/x.html", "media/a/.png", "media/a//x.png", "x" * 99, "media/a/\\x.png"),
            *("tables/../x/000000.jsonl.gz", "media/a/x.png\n", "manifest.json/"),
        ],
    )
    def test_no_name_leads_elsewhere(self, name):
        with pytest.raises(Damaged):
            read(packed(lambda info: None, name))

    @pytest.mark.parametrize(
        "kind",
        [
            *(tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE),
            *(tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME),
        ],
    )
    def test_nothing_but_files_is_inside(self, kind):
        def change(info):
            info.type, info.linkname = kind, "/etc/passwd"

        with pytest.raises(Damaged):
            read(packed(change))

    def test_a_file_as_long_as_no_disk_is_not_believed(self):
        info = tarfile.TarInfo("media/a/x.png")
        info.size = 2**62

        with pytest.raises(Damaged, match="a part is missing"):
            read(info.tobuf(tarfile.GNU_FORMAT) + b"x" * 5000)

    def test_nor_one_that_is_shorter_than_nothing(self):
        info = tarfile.TarInfo("media/a/x.png")
        info.size = -1

        with pytest.raises(Damaged):
            read(info.tobuf(tarfile.GNU_FORMAT) + written())

    def test_what_is_read_as_a_whole_is_not_long(self):
        info = tarfile.TarInfo("secret_key")
        info.size = 2**20

        with pytest.raises(Damaged, match="too long"):
            read(info.tobuf(tarfile.USTAR_FORMAT) + b"x" * 2**20)

    def test_nothing_is_there_twice_or_behind_the_sums(self):
        data = written()
        for more in (archive.header("manifest.json", 0), archive.header("secret_key", 0)):
            with pytest.raises(Damaged, match="where it should not"):
                read(data[: -2 * archive.BLOCK] + more + bytes(2 * archive.BLOCK))

    def test_what_the_sums_do_not_name_is_refused(self):
        more = archive.header("secret_key", 0)

        with pytest.raises(Damaged, match="secret_key is missing, or not what was written"):
            read(more + written())


class TestSlice:
    def test_is_read_like_a_file_of_its_own(self):
        file = io.BytesIO(written())
        member = archive.read_all(file)["media/a/0123456789abcdef.png"]

        part = Slice(file, member)

        assert part.read(3) == b"pic"
        assert part.tell() == 3
        part.seek(-4, 2)
        assert part.read() == b"ture"
        assert part.read(10) == b""
        part.seek(0)
        assert part.read() == b"picture" * 100
