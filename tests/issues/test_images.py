"""Uploads become pictures, or are refused with a reason; by every way in."""

import io
import threading
import time
import zlib

import pytest
from django.contrib.admin import ModelAdmin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from django.urls import reverse
from PIL import Image, ImageCms, PngImagePlugin

from issues import images
from issues.forms import AssetForm
from issues.images import InvalidImage
from issues.images.encoding import one_at_a_time
from issues.images.opening import opened
from issues.importing.saving import import_file
from issues.models import Asset, Tag
from tests.builders import animation, install_rows, make_colleague, picture

UPLOAD, ADD = "/admin/desk/upload/", reverse("admin:issues_asset_add")
FORMATS = ["JPEG", "PNG", "GIF", "WEBP", "AVIF"]


def shown(data: bytes) -> Image.Image:
    """Decode a file as a browser would."""
    return Image.open(io.BytesIO(data))


def encoded(file: io.BytesIO) -> Image.Image:
    return shown(images.read(file).original.data)


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Write a PNG by hand."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + name + data + check

    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def png_bomb(side: int) -> bytes:
    """Write a PNG that claims side × side pixels."""
    header = side.to_bytes(4, "big") * 2 + b"\x01\x00\x00\x00\x00"
    return png((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))


def long_animation(frames: int) -> bytes:
    """Write a GIF of many frames of one pixel by hand."""
    screen = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    frame = b"\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    return screen + frame * frames + b";"


def half(image_format: str) -> bytes:
    noise = Image.effect_noise((120, 90), 80).convert("RGB")
    file = io.BytesIO()
    noise.save(file, image_format)
    return file.getvalue()[: len(file.getvalue()) // 2]


NO_PICTURES = {
    "nothing": b"",
    "text": b"hello",
    "a page": b"<html><script>alert(1)</script></html>",
    "a page that begins as a GIF": b"GIF89a<script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "SVG in XML": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "PDF": b"%PDF-1.7\n",
    "BMP": picture("BMP").getvalue(),
    "TIFF": picture("TIFF").getvalue(),
    "an icon": picture("ICO").getvalue(),
    "JPEG 2000": picture("JPEG2000").getvalue(),
}
REFUSED = {
    **{name: (data, "This is no JPEG|broken") for name, data in NO_PICTURES.items()},
    **{f"half a {name}": (half(name), "broken|no JPEG") for name in FORMATS},
    "a bomb": (png_bomb(40_000), "more than 40 megapixels"),
    "a small bomb": (png_bomb(6_400), "more than 40 megapixels"),
    "an animation of many frames": (long_animation(1001), "animation is too long"),
    "a large file": (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
}


class TestRefusals:
    @pytest.mark.parametrize("name", REFUSED)
    def test_of_files(self, name):
        data, reason = REFUSED[name]

        with pytest.raises(InvalidImage, match=reason):
            images.read(io.BytesIO(data))

    @pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG", "AVIF"])
    def test_of_an_animation_with_too_many_pixels(self, image_format, monkeypatch):
        monkeypatch.setattr("issues.images.opening.MAX_PIXELS", 8 * 8 * 2)

        with pytest.raises(InvalidImage, match="animation is too long"):
            images.read(animation(image_format))

    def test_of_an_animation_whose_frames_outgrow_it(self, monkeypatch):
        monkeypatch.setattr("issues.images.opening.MAX_PIXELS", 1000)
        screen = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
        frame = b"\x2c\x00\x00\x00\x00\x40\x00\x40\x00\x00\x02\x02\x44\x01\x00"

        with pytest.raises(InvalidImage):
            images.read(io.BytesIO(screen + frame * 3 + b";"))

    def test_of_what_a_format_of_ours_cannot_express(self):
        for_hours = animation("PNG", durations=(65_000_000, 40))

        with pytest.raises(InvalidImage, match="cannot be written as we need it"):
            images.read(for_hours)

    def test_just_under_the_limit_is_taken(self, monkeypatch):
        monkeypatch.setattr("issues.images.opening.MAX_PIXELS", 1200)

        assert encoded(picture(size=(40, 30))).size == (40, 30)


@pytest.mark.django_db
class TestWaysIn:
    """The desk, the admin and the importer refuse alike, and nothing stays behind."""

    @pytest.mark.parametrize("name", REFUSED)
    def test_the_desk(self, desk, media_folder, name):
        data, _ = REFUSED[name]
        file = SimpleUploadedFile("photo.gif", data, content_type="image/gif")

        response = desk.post(UPLOAD, {"image": file})

        assert response.status_code == 400
        assert response.json()["error"]
        assert is_empty(media_folder)

    @pytest.mark.parametrize("name", REFUSED)
    def test_the_admin(self, desk, media_folder, name):
        data, _ = REFUSED[name]
        file = SimpleUploadedFile("photo.gif", data, content_type="image/gif")

        response = desk.post(ADD, {"upload": file, "alt": "A photo"})

        assert list(response.context["adminform"].form.errors) == ["upload"]
        assert is_empty(media_folder)

    @pytest.mark.parametrize("dry_run", [True, False])
    @pytest.mark.parametrize("name", REFUSED)
    def test_the_importer(self, tmp_path, media_folder, name, dry_run):
        data, _ = REFUSED[name]
        (tmp_path / "photo.gif").write_bytes(data)
        (tmp_path / "7.md").write_text("---\ntitle: Seven\n---\n## Tip\n\n![A photo](photo.gif)\n")

        outcome = import_file(tmp_path / "7.md", dry_run=dry_run)

        assert outcome.status == "failed"
        assert "photo.gif" in outcome.problem
        assert is_empty(media_folder)

    @pytest.mark.parametrize("size", [100, 3_000_000])
    def test_of_a_file_that_is_much_too_large_little_more_is_kept(self, desk, monkeypatch, size):
        monkeypatch.setattr("issues.uploads.MAX_BYTES", size)
        file = SimpleUploadedFile("photo.jpg", b"x" * 10 * size)

        request = desk.post(UPLOAD, {"image": file}).wsgi_request

        assert request.FILES["image"].size == size + 1

    def test_the_admin_reads_a_file_once(self):
        file = SimpleUploadedFile("photo.gif", b"<html>")
        AssetForm.read_early(file)
        file.close()

        form = AssetForm({"alt": "A photo"}, {"upload": file})

        assert list(form.errors) == ["upload"]

    def test_strangers(self, client, media_folder):
        assert client.post(UPLOAD, {"image": picture()}).status_code == 403
        response = client.post(ADD, {"upload": picture(), "alt": "A photo"})

        assert response.status_code == 302
        assert response["Location"].startswith(reverse("admin:login"))
        assert is_empty(media_folder)

    def test_staff_without_the_right(self, client, media_folder):
        client.force_login(make_colleague(None))

        assert client.post(UPLOAD, {"image": picture()}).status_code == 403
        assert client.post(ADD, {"upload": picture(), "alt": "A photo"}).status_code == 403
        assert is_empty(media_folder)

    def test_all_give_the_same_picture(self, desk, tmp_path):
        data = picture("JPEG", (600, 400)).getvalue()
        (tmp_path / "photo.png").write_bytes(data)
        (tmp_path / "7.md").write_text("---\ntitle: Seven\n---\n## Tip\n\n![A photo](photo.png)\n")

        desk.post(UPLOAD, {"image": SimpleUploadedFile("x.gif", data)})
        response = desk.post(ADD, {"upload": SimpleUploadedFile("y.webp", data), "alt": "Mine"})
        outcome = import_file(tmp_path / "7.md")

        asset = Asset.objects.get()
        assert "This picture is there already" in response.content.decode()
        assert outcome.status == "created"
        assert asset.file.name.endswith(".jpg")
        assert asset.variants

    def test_the_admin_makes_variants(self, desk):
        desk.post(ADD, {"upload": picture(), "alt": "A teal square"})

        asset = Asset.objects.get()
        assert (asset.alt, asset.placeholder) == ("A teal square", "#008080")
        assert {one["format"] for one in asset.variants} >= {"webp", "jpeg"}


@pytest.mark.django_db(transaction=True)
class TestWriting:
    """Encoding takes seconds; whoever wants to write meanwhile does not wait for it."""

    @pytest.fixture(autouse=True)
    def installed(self, transactional_db):
        """Install section types again: a test with transactions of its own leaves none behind."""
        install_rows()

    def test_goes_on_while_the_desk_encodes(self, desk):
        write_during(lambda: desk.post(UPLOAD, {"image": picture()}))

    def test_goes_on_while_the_admin_encodes(self, desk):
        write_during(lambda: desk.post(ADD, {"upload": picture(), "alt": "A teal square"}))

    def test_goes_on_while_the_importer_encodes(self, tmp_path):
        (tmp_path / "photo.png").write_bytes(picture().getvalue())
        text = "---\ntitle: Seven\ncover: photo.png\n---\n## Tip\n\n![A photo](photo.png)\n"
        (tmp_path / "7.md").write_text(text)

        write_during(lambda: import_file(tmp_path / "7.md"))


def write_during(act) -> None:
    """Write something while `act` wants to encode a picture and cannot yet."""

    def run():
        act()
        connections.close_all()

    other = threading.Thread(target=run)
    with one_at_a_time:
        other.start()
        time.sleep(0.5)
        Tag.objects.create(name="meanwhile")
        assert not Asset.objects.exists()
    other.join()
    assert Asset.objects.count() == 1


def is_empty(folder) -> bool:
    """Say whether there is neither a row nor a file."""
    files = [one for one in folder.rglob("*") if one.is_file()]
    return not (files or Asset.objects.exists())


class TestEncoding:
    @pytest.mark.parametrize("image_format", FORMATS)
    def test_formats_stay_what_they_are(self, image_format):
        image = encoded(picture(image_format))

        assert (image.format, image.size) == (image_format, (40, 30))

    def test_a_lying_name_and_type_change_nothing(self):
        file = picture("PNG")
        file.name = "photo.jpg"

        assert images.read(file).original.name.endswith(".png")

    @pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "AVIF"])
    def test_a_photo_taken_on_its_side_stands_upright(self, image_format):
        exif = Image.Exif()
        exif[0x0112] = 6  # turn by 90 degrees
        file = io.BytesIO()
        image = Image.new("RGB", (40, 30), "white")
        image.paste("black", (0, 0, 20, 30))  # its left half, which is the upper one of the photo
        image.save(file, image_format, exif=exif)

        image = encoded(file).convert("L")

        assert image.size == (30, 40)
        assert (image.getpixel((15, 5)) < 40, image.getpixel((15, 35)) > 215) == (True, True)

    @pytest.mark.filterwarnings("ignore:Corrupt EXIF")
    def test_broken_metadata_in_a_sound_photo_do_no_harm(self):
        file = picture("JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xffgarbage")

        assert encoded(file).size == (40, 30)

    def test_a_photo_with_a_second_one_behind_it_is_a_jpeg(self):
        file, other = io.BytesIO(), Image.new("RGB", (8, 8))
        Image.new("RGB", (40, 30)).save(file, "MPO", save_all=True, append_images=[other])

        image = encoded(file)

        assert (image.format, image.size) == ("JPEG", (40, 30))
        assert b"MPF" not in images.read(file).original.data

    def test_colours_of_another_profile_become_those_that_browsers_show(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        swapped = swapped_profile(profile.tobytes())

        image = encoded(picture("PNG", color=(200, 10, 20), icc_profile=swapped))

        red, _, blue = image.getpixel((0, 0))
        assert blue > red

    def test_a_broken_profile_is_none(self):
        image = encoded(picture("PNG", color=(200, 10, 20), icc_profile=b"nonsense"))

        assert image.getpixel((0, 0)) == (200, 10, 20)

    def test_colours_for_print_become_colours_of_a_screen(self):
        file = io.BytesIO()
        Image.new("CMYK", (40, 30), (0, 255, 255, 0)).save(file, "JPEG")

        image = encoded(file)
        red, green, blue = image.getpixel((20, 15))

        assert image.mode == "RGB"
        assert (red > 200, green < 60, blue < 60) == (True, True, True)

    def test_sixteen_bits_of_grey_become_eight(self):
        file = io.BytesIO()
        image = Image.new("I;16", (2, 1))
        image.putpixel((1, 0), 0x8000)
        image.save(file, "PNG")

        image = encoded(file)

        assert (image.mode, image.getpixel((0, 0)), image.getpixel((1, 0))) == ("L", 0, 128)

    def test_grey_with_gaps_keeps_them(self):
        file = io.BytesIO()
        Image.new("LA", (40, 30), (90, 128)).save(file, "PNG")

        assert encoded(file).convert("RGBA").getpixel((0, 0)) == (90, 90, 90, 128)

    def test_a_palette_stays_small(self):
        file = io.BytesIO()
        Image.new("P", (40, 30), 1).save(file, "PNG")

        assert encoded(file).mode == "P"

    @pytest.mark.parametrize("image_format", ["PNG", "GIF"])
    def test_a_transparent_palette_colour_stays_transparent(self, image_format):
        image = Image.new("P", (8, 8), 0)
        image.putpalette([255, 0, 0, 0, 0, 255])
        image.putpixel((4, 4), 1)
        file = io.BytesIO()
        image.save(file, image_format, transparency=0)

        image = encoded(file).convert("RGBA")

        assert (image.getpixel((0, 0))[3], image.getpixel((4, 4))) == (0, (0, 0, 255, 255))

    def test_a_large_picture_is_scaled_down(self):
        assert encoded(picture("PNG", (4800, 100))).size == (2400, 50)
        assert encoded(picture("JPEG", (100, 9600))).size == (25, 2400)
        assert encoded(picture("PNG", (1, 20_000))).size == (1, 2400)


def swapped_profile(profile: bytes) -> bytes:
    """Let the red and the blue of an sRGB profile change places."""
    return profile.replace(b"rXYZ", b"xxxx").replace(b"bXYZ", b"rXYZ").replace(b"xxxx", b"bXYZ")


class TestAnimations:
    @pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP", "AVIF"])
    def test_keep_their_frames_and_durations(self, image_format):
        source = opened(images.read(animation(image_format)).original.data)

        assert source.format == image_format
        assert source.durations == [80, 40, 120]
        reds, greens, blues = (frame.getpixel((4, 4)) for frame in source.frames)
        assert (max(reds), max(greens), max(blues)) == (reds[0], greens[1], blues[2])

    @pytest.mark.parametrize("loop", [0, 3])
    @pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP"])
    def test_play_as_often_as_before(self, image_format, loop):
        assert encoded(animation(image_format, loop=loop)).info["loop"] == loop

    @pytest.mark.parametrize(("image_format", "loop"), [("GIF", 65_535), ("PNG", 4_000_000_000)])
    def test_more_often_than_a_variant_can_count(self, image_format, loop):
        read = images.read(animation(image_format, (600, 400), loop=loop))

        [wide, _] = [one for one in read.variants if one.moves]
        assert shown(read.original.data).info["loop"] == loop
        assert shown(wide.data).info["loop"] == 65_535

    def test_one_that_plays_once_does(self):
        assert "loop" not in encoded(animation("GIF", loop=None)).info

    def test_frames_with_gaps_do_not_show_the_ones_before(self):
        first, second = (Image.new("RGBA", (8, 8)) for _ in range(2))
        first.paste("red", (0, 0, 4, 8))
        second.paste("red", (4, 0, 8, 8))
        file = io.BytesIO()
        first.save(file, "GIF", save_all=True, append_images=[second], duration=80, disposal=2)

        source = opened(images.read(file).original.data)

        alphas = [[frame.getpixel((x, 4))[3] for x in (1, 6)] for frame in source.frames]
        assert alphas == [[255, 0], [0, 255]]

    def test_large_ones_are_scaled_down(self):
        image = encoded(animation("GIF", (4800, 10)))

        assert (image.size, image.n_frames) == ((2400, 5), 3)


SECRET = b"secret"
PLACE = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret/></x:xmpmeta>'


def with_metadata(image_format: str) -> io.BytesIO:
    """Draw a picture that tells where it was taken, and more, by all means of its format."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = SECRET.decode()
    exif.get_ifd(0x8825).update(PLACE)
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SECRET.decode())
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    everything = {"exif": exif, "icc_profile": profile, "xmp": XMP, "comment": SECRET}
    if image_format == "PNG":
        everything["pnginfo"] = words
    return picture(image_format, (500, 300), **everything)


def moving_with_metadata(image_format: str) -> io.BytesIO:
    options = {} if image_format == "GIF" else {"exif": Image.Exif().tobytes(), "xmp": XMP}
    return animation(image_format, comment=SECRET, **options)


@pytest.mark.django_db
class TestMetadata:
    def test_no_stored_file_has_any(self, desk, media_folder):
        for image_format in FORMATS:
            assert desk.post(UPLOAD, {"image": with_metadata(image_format)}).status_code == 200
        for image_format in ("GIF", "PNG", "WEBP", "AVIF"):
            file = moving_with_metadata(image_format)
            assert desk.post(UPLOAD, {"image": file}).status_code == 200

        files = [one for one in media_folder.rglob("*") if one.is_file()]
        assert len(files) == sum(len(one.file_names()) for one in Asset.objects.all())
        assert Asset.objects.count() == 9
        for file in files:
            assert metadata_in(file.read_bytes()) == []

    @pytest.mark.parametrize("image_format", FORMATS)
    def test_is_there_before(self, image_format):
        assert metadata_in(with_metadata(image_format).getvalue())


def metadata_in(data: bytes) -> list[str]:
    """Give what a file tells beside its pixels: by Pillow's word, and by the bytes themselves."""
    image = shown(data)
    image.load()
    told = {"exif", "icc_profile", "xmp", "comment", "XML:com.adobe.xmp", "Comment", "photoshop"}
    marks = [SECRET, b"Exif\0\0", b"eXIf", b"iCCP", b"ICC_PROFILE", b"ICCP", b"adobe:ns:meta"]
    found = [*(told & set(image.info)), *(mark.decode() for mark in marks if mark in data)]
    return found + list(image.getexif())


@pytest.mark.django_db
class TestStore:
    def test_the_server_names_the_file_by_what_it_holds(self):
        asset = images.store(picture("JPEG"), alt="Teal")

        assert asset.file.name.startswith("a/")
        assert asset.file.name.endswith(".jpg")
        assert (asset.width, asset.height, asset.alt) == (40, 30, "Teal")

    def test_the_same_file_is_stored_once(self):
        assert images.store(picture()) == images.store(picture())
        assert Asset.objects.count() == 1

    def test_the_same_picture_with_other_metadata_is_stored_once(self, media_folder):
        first = images.store(picture("PNG"))

        second = images.store(picture("PNG", pnginfo=words("Elsewhere")))

        assert first == second
        assert files_in(media_folder) == first.file_names()

    def test_a_name_once_given_is_that_of_the_same_content_for_ever(
        self, media_folder, django_capture_on_commit_callbacks
    ):
        asset = images.store(picture("PNG", (500, 300)))
        before = {name: (media_folder / name).read_bytes() for name in asset.file_names()}

        with django_capture_on_commit_callbacks(execute=True):
            images.discard(asset)
        again = images.store(picture("PNG", (500, 300)))
        images.store(picture("PNG", (500, 301)))

        assert again.file_names() == set(before)
        assert all((media_folder / name).read_bytes() == before[name] for name in before)


def words(text: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", text)
    return info


def files_in(folder) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


@pytest.mark.django_db
class TestFailures:
    """A picture is stored with all its files and its row, or not at all."""

    @pytest.fixture(params=[0, 1, 3])
    def full_disk(self, request, settings, media_folder):
        """Keep pictures where some files fit, and of the next one a part."""
        storage = {"BACKEND": "tests.full_disk.FullDisk", "OPTIONS": {"room": request.param}}
        settings.STORAGES = {**settings.STORAGES, "default": storage}

    def test_a_full_disk_leaves_nothing(self, full_disk, media_folder):
        with pytest.raises(OSError, match="No space"):
            images.store(picture(size=(500, 300)))

        assert is_empty(media_folder)

    def test_a_row_that_cannot_be_written_leaves_nothing(self, media_folder):
        asset = Asset(alt="x" * 100, created_at="nonsense", width=1)
        asset.pk = "nonsense"

        with pytest.raises(ValueError, match="nonsense"):
            images.keep(images.read(picture()), asset)

        assert is_empty(media_folder)

    def test_an_import_that_fails_later_takes_its_pictures_along(self, tmp_path, media_folder):
        (tmp_path / "photo.png").write_bytes(picture().getvalue())
        (tmp_path / "photo.gif").write_bytes(b"<html>")
        (tmp_path / "7.md").write_text(
            "---\ntitle: Seven\n---\n## Tip\n\n![A photo](photo.png)\n\n![No photo](photo.gif)\n"
        )

        assert import_file(tmp_path / "7.md").status == "failed"

        assert is_empty(media_folder)

    def test_one_part_that_succeeds_is_undone_with_the_whole(self, media_folder):
        def do_both():
            with images.undone_together(), transaction.atomic():
                with images.undone_together():
                    images.store(picture())
                raise RuntimeError("The rest fails")

        with pytest.raises(RuntimeError, match="The rest fails"):
            do_both()

        assert is_empty(media_folder)

    def test_a_form_that_fails_later_takes_its_picture_along(self, desk, media_folder, monkeypatch):
        def fail(*args):
            raise RuntimeError("The log is full")

        monkeypatch.setattr(ModelAdmin, "log_addition", fail)

        with pytest.raises(RuntimeError, match="The log is full"):
            desk.post(ADD, {"upload": picture(), "alt": "A teal square"})

        assert is_empty(media_folder)


@pytest.mark.django_db(transaction=True)
class TestParallelUploads:
    def test_of_the_same_file_end_with_one_picture(self, media_folder):
        file = picture("JPEG", (500, 300)).getvalue()

        assets = together(3, lambda: images.store(io.BytesIO(file)))

        assert {asset.pk for asset in assets} == {Asset.objects.get().pk}
        assert files_in(media_folder) == Asset.objects.get().file_names()

    def test_of_a_picture_that_both_have_read_already(self, media_folder):
        pictures = [images.read(picture()) for _ in range(2)]

        assets = together(2, lambda: images.keep(pictures.pop(), Asset()))

        assert {asset.pk for asset in assets} == {Asset.objects.get().pk}
        assert files_in(media_folder) == Asset.objects.get().file_names()


def together(count: int, act) -> list:
    """Do the same in several threads at once; give what they have brought."""
    barrier, results = threading.Barrier(count), []

    def run():
        barrier.wait()
        try:
            results.append(act())
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
