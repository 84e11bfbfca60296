"""Uploads become pictures, or are refused with a reason."""

import io
import zlib

import pytest
from PIL import Image, ImageCms

from issues import images
from issues.images import InvalidImage, encode, store
from issues.models import Asset
from tests.builders import picture


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


class TestRefusals:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"hello",
            b"<html><script>alert(1)</script></html>",
            b"GIF89a<script>alert(1)</script>",
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            b"%!PS-Adobe-3.0 EPSF-3.0",
        ],
    )
    def test_what_is_no_picture(self, data):
        with pytest.raises(InvalidImage, match="no JPEG|broken"):
            encode(data)

    def test_a_picture_that_ends_too_early(self):
        data = picture("JPEG", (400, 300)).getvalue()

        with pytest.raises(InvalidImage, match="broken"):
            encode(data[: len(data) // 2])

    def test_a_format_that_is_not_on_the_list(self):
        with pytest.raises(InvalidImage, match="no JPEG"):
            encode(picture("BMP").getvalue())

    @pytest.mark.parametrize("side", [6_400, 20_000])
    def test_too_many_pixels_behind_a_small_file(self, side):
        with pytest.raises(InvalidImage, match="more than 40 megapixels"):
            encode(png_bomb(side))

    def test_a_file_over_20_mb(self):
        with pytest.raises(InvalidImage, match="larger than 20 MB"):
            store(io.BytesIO(b"x" * (20 * 1024 * 1024 + 1)))


def png_bomb(side: int) -> bytes:
    """Write a PNG of side × side black pixels by hand, without holding them in memory."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + name + data + check

    packer = zlib.compressobj(9)
    row = b"\0" * (side // 8 + 1)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = side.to_bytes(4, "big") * 2 + b"\x01\x00\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


class TestEncoding:
    @pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
    def test_formats_stay_what_they_are(self, image_format):
        data, found, size = encode(picture(image_format).getvalue())

        assert (found, size) == (image_format, (40, 30))
        assert opened(data).format == image_format

    def test_the_place_where_a_photo_was_taken_is_gone(self):
        exif = Image.Exif()
        exif[0x010E] = "secret words"
        exif.get_ifd(0x8825)[1] = "N"

        data, _, _ = encode(picture("JPEG", exif=exif).getvalue())

        assert not opened(data).getexif()
        assert b"secret" not in data

    def test_a_photo_taken_on_its_side_stands_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6  # turn by 90 degrees

        _, _, size = encode(picture("JPEG", (40, 30), exif=exif).getvalue())

        assert size == (30, 40)

    def test_colour_profiles_are_applied_and_dropped(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

        data, _, _ = encode(picture("PNG", icc_profile=profile).getvalue())

        assert "icc_profile" not in opened(data).info

    def test_a_large_picture_is_scaled_down(self):
        assert encode(picture("PNG", (4800, 100)).getvalue())[2] == (2400, 50)
        assert encode(picture("PNG", (1, 20_000)).getvalue())[2] == (1, 2400)

    @pytest.mark.parametrize("image_format", ["PNG", "GIF"])
    def test_a_transparent_palette_colour_stays_transparent(self, image_format):
        image = Image.new("P", (8, 8), 0)
        image.putpalette([255, 0, 0, 0, 0, 255])
        image.putpixel((4, 4), 1)
        file = io.BytesIO()
        image.save(file, image_format, transparency=0)

        data, _, _ = encode(file.getvalue())

        shown = opened(data).convert("RGBA")
        assert (shown.getpixel((0, 0))[3], shown.getpixel((4, 4))) == (0, (0, 0, 255, 255))

    def test_an_animation_too_long_for_its_size_is_refused(self):
        frames = [Image.new("L", (2000, 2000), shade) for shade in range(12)]
        file = io.BytesIO()
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])

        with pytest.raises(InvalidImage, match="animation is too long"):
            encode(file.getvalue())

    def test_an_animation_keeps_moving(self):
        frames = [Image.new("RGB", (8, 8), color) for color in ("red", "green", "blue")]
        file = io.BytesIO()
        frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=80)

        data, _, _ = encode(file.getvalue())

        assert opened(data).n_frames == 3
        assert opened(data).info["duration"] == 80


@pytest.mark.django_db
class TestStore:
    def test_the_server_names_the_file_by_what_it_holds(self):
        asset = store(picture("JPEG"), alt="Teal")

        assert asset.file.name.startswith("a/")
        assert asset.file.name.endswith(".jpg")
        assert (asset.width, asset.height, asset.alt) == (40, 30, "Teal")

    def test_the_same_file_is_stored_once(self):
        assert store(picture()) == store(picture())
        assert Asset.objects.count() == 1

    def test_a_png_called_jpg_is_a_png(self):
        file = picture("PNG")
        file.name = "photo.jpg"

        assert store(file).file.name.endswith(".png")


@pytest.mark.django_db
class TestServing:
    def test_a_picture_may_be_kept_for_ever_and_runs_nothing(self, client):
        response = client.get(store(picture("WEBP")).file.url)

        assert response.status_code == 200
        assert response["Content-Type"] == "image/webp"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["Content-Security-Policy"] == "sandbox"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert opened(response.getvalue()).size == (40, 30)

    @pytest.mark.parametrize(
        "name",
        [
            *("a/none.png", "a/../a/x.png", "a/%2e%2e/x.png", "../settings.py", "a/x.html", "a/"),
            *("a//x.png", "a/x.png/", "a/..png", "a/x%00.png", "a\\x.png", "", "db.sqlite3"),
        ],
    )
    def test_tricks_with_paths_answer_404(self, client, name):
        assert client.get(f"/media/{name}").status_code == 404


def test_every_stored_kind_has_a_content_type():
    assert set(images.CONTENT_TYPES) == set(images.EXTENSIONS.values())
