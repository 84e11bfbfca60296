"""The files that are made of a picture for pages and for mail, and what becomes of them."""

import io
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import ProtectedError
from PIL import Image, ImageChops

from issues import images
from issues.images.encoding import Encoded, worthwhile
from issues.images.opening import opened
from issues.models import Asset, AssetUse, Issue
from tests.builders import animation, make_issue, make_section, picture


def photo(size=(500, 375), mode="RGB", image_format="PNG") -> io.BytesIO:
    """Draw what has as many shades as a photo."""
    shades = [Image.linear_gradient("L"), Image.radial_gradient("L")]
    bands = [*shades, ImageChops.multiply(*shades), shades[0]][: len(mode)]
    file = io.BytesIO()
    Image.merge(mode, bands).resize(size).save(file, image_format)
    file.seek(0)
    return file


def variants(file, image_format, moves=False) -> list[Encoded]:
    found = images.read(file).variants
    return [one for one in found if (one.format, one.moves) == (image_format, moves)]


def decoded(variant: Encoded) -> Image.Image:
    return Image.open(io.BytesIO(variant.data))


class TestWidths:
    @pytest.mark.parametrize(
        ("size", "widths"),
        [
            ((2600, 10), [480, 720, 960, 1600]),
            ((1600, 10), [480, 720, 960, 1600]),
            ((1200, 10), [480, 720, 960, 1200]),
            ((480, 10), [480]),
            ((40, 30), [40]),
            ((1, 2000), [1]),
            ((1, 1), [1]),
        ],
    )
    def test_are_those_that_the_picture_has_pixels_for(self, size, widths):
        assert sorted(one.width for one in variants(picture(size=size), "webp")) == widths

    @pytest.mark.parametrize("image_format", ["avif", "webp", "jpeg"])
    def test_are_what_the_files_have(self, image_format):
        found = variants(photo(), image_format)

        assert found
        for one in found:
            assert decoded(one).format == image_format.upper()
            assert decoded(one).size == (one.width, one.height)
            assert one.height == round(one.width * 0.75)

    def test_of_the_one_for_mail_are_at_most_1200(self):
        assert [one.width for one in variants(picture(size=(1300, 10)), "jpeg")] == [1200]


class TestFormats:
    def test_of_a_photo_are_the_smaller_the_newer(self):
        avif, webp = (variants(photo(), name) for name in ("avif", "webp"))

        assert [one.width for one in avif] == [one.width for one in webp]
        assert sum(len(one.data) for one in avif) < sum(len(one.data) for one in webp)

    def test_leave_out_one_that_saves_nothing_and_never_for_some_widths_only(self):
        original = Encoded("png", 960, 10, b"x" * 900)
        webp = [Encoded("webp", 960, 10, b"x" * 100), Encoded("webp", 480, 10, b"x" * 50)]
        small = [Encoded("avif", 960, 10, b"x" * 80), Encoded("avif", 480, 10, b"x" * 55)]
        large = [Encoded("avif", 960, 10, b"x" * 110), Encoded("avif", 480, 10, b"x" * 45)]

        assert worthwhile(original, [*small, *webp]) == [*small, *webp]
        assert worthwhile(original, [*large, *webp]) == webp

    @pytest.mark.parametrize("image_format", ["avif", "webp"])
    def test_for_pages_keep_what_shines_through(self, image_format):
        for one in variants(photo(mode="RGBA"), image_format):
            assert decoded(one).mode == "RGBA"

    @pytest.mark.parametrize("image_format", ["PNG", "WEBP", "AVIF", "GIF"])
    def test_for_mail_stand_on_white(self, image_format):
        file = io.BytesIO()
        Image.new("RGBA", (40, 30)).save(file, image_format)

        [one] = variants(file, "jpeg")

        assert decoded(one).getpixel((20, 15)) == (255, 255, 255)

    @pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "CMYK"])
    def test_are_made_of_every_kind_of_pixel(self, mode):
        file = io.BytesIO()
        Image.new(mode, (600, 20)).save(file, "JPEG" if mode == "CMYK" else "PNG")

        assert [one.width for one in variants(file, "webp")] == [600, 480]

    def test_are_the_same_bytes_each_time(self):
        small = picture(size=(500, 300))

        names = {tuple(one.name for one in images.read(small).variants) for _ in range(8)}

        assert len(names) == 1


class TestPlaceholder:
    def test_is_the_mean_colour(self):
        assert images.read(picture(color="#102030")).placeholder == "#102030"
        assert images.read(picture("GIF", color="#000000")).placeholder == "#000000"

    def test_is_none_where_something_shines_through(self):
        file = io.BytesIO()
        Image.new("RGBA", (40, 30), (255, 0, 0, 128)).save(file, "PNG")

        assert images.read(file).placeholder == ""

    def test_is_there_where_nothing_does(self):
        file = io.BytesIO()
        Image.new("RGBA", (40, 30), (255, 0, 0, 255)).save(file, "PNG")

        assert images.read(file).placeholder == "#ff0000"


class TestAnimations:
    @pytest.mark.parametrize("image_format", ["GIF", "PNG"])
    def test_move_as_before(self, image_format):
        found = variants(animation(image_format, (600, 400)), "webp", moves=True)

        assert [one.width for one in found] == [600, 480]
        for one in found:
            source = opened(one.data)
            assert (len(source.frames), source.durations) == (3, [80, 40, 120])

    @pytest.mark.parametrize(("loop", "plays"), [(None, 1), (0, 0), (2, 3)])
    def test_play_as_often_as_the_gif(self, loop, plays):
        [one, _] = variants(animation("GIF", (600, 400), loop=loop), "webp", moves=True)

        assert opened(one.data).loop == plays

    def test_have_still_pictures_of_their_first_frame(self):
        file = animation("GIF", (600, 400))

        assert [one.width for one in variants(file, "webp")] == [600, 480]
        for image_format in ("webp", "jpeg"):
            for one in variants(file, image_format):
                red, green, blue = decoded(one).convert("RGB").getpixel((20, 20))
                assert (red > 240, green < 15, blue < 15) == (True, True, True)

    def test_are_as_wide_as_is_worth_the_work(self, monkeypatch):
        monkeypatch.setattr("issues.images.encoding.MOVING_PIXELS", 500 * 400 * 3)

        found = variants(animation("GIF", (600, 400)), "webp", moves=True)

        assert [one.width for one in found] == [480]

    def test_that_would_be_larger_than_the_picture_itself_are_left_out(self):
        original = Encoded("gif", 600, 400, b"x" * 100, moves=True)
        wide = Encoded("webp", 600, 400, b"x" * 100, moves=True)
        narrow = Encoded("webp", 480, 320, b"x" * 70, moves=True)

        assert worthwhile(original, [wide, narrow]) == []

    @pytest.mark.django_db
    def test_are_known_as_such(self):
        assert images.store(animation()).is_animated
        assert not images.store(picture()).is_animated


@pytest.mark.django_db
class TestFacts:
    def test_are_those_of_the_files(self, media_folder):
        asset = images.store(photo())

        asset.refresh_from_db()
        assert [one.width for one in asset.variants_of("avif")] == [480, 500]
        assert [one.width for one in asset.variants_of("webp")] == [480, 500]
        [jpeg] = asset.variants_of("jpeg")
        for one in [*asset.variants_of("avif"), *asset.variants_of("webp"), jpeg]:
            path = media_folder / one.name
            assert path.stat().st_size == one.bytes
            with Image.open(path) as image:
                assert image.size == (one.width, one.height)

    def test_name_files_by_what_they_hold(self):
        asset = images.store(photo())

        names = {one.name for one in images.read(photo()).variants}
        assert {one["name"] for one in asset.variants} == names


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Do what waits for a transaction to end: that of a test never does."""
    return partial(django_capture_on_commit_callbacks, execute=True)


@pytest.fixture
def make_variants(capsys, committed):
    def run(**options) -> str:
        with committed():
            call_command("make_variants", **options)
        return capsys.readouterr().out

    return run


def without_variants(file) -> Asset:
    """Store a picture as it was before there were variants."""
    asset = images.store(file)
    for one in asset.variants:
        asset.storage().delete(one["name"])
    Asset.objects.filter(pk=asset.pk).update(variants=[], placeholder="")
    asset.refresh_from_db()
    return asset


@pytest.mark.django_db
class TestMakeVariants:
    def test_gives_some_to_those_that_have_none(self, make_variants, media_folder):
        old, new = without_variants(picture()), images.store(picture(color="red"))

        assert make_variants() == "The variants of 1 pictures were made.\n"

        old.refresh_from_db()
        assert old.variants_of("webp")[0].width == 40
        assert old.placeholder == "#008080"
        assert files_in(media_folder) == old.file_names() | new.file_names()

    def test_again_changes_nothing(self, make_variants, media_folder):
        images.store(photo())
        images.store(animation("GIF", (600, 400)))
        before = {name: (media_folder / name).stat().st_mtime_ns for name in files_in(media_folder)}

        assert make_variants(all=True) == "The variants of 0 pictures were made.\n"

        assert before == {
            name: (media_folder / name).stat().st_mtime_ns for name in files_in(media_folder)
        }

    def test_with_all_replaces_all_but_that_which_mail_shows(self, make_variants, media_folder):
        asset = images.store(photo())
        for one in asset.variants:
            path = media_folder / one["name"]
            one["name"] = f"a/{'0' * 30}{one['name'][-7:]}"
            path.rename(media_folder / one["name"])
        asset.save()
        [mailed] = asset.variants_of("jpeg")

        make_variants(all=True)

        asset.refresh_from_db()
        assert asset.variants_of("jpeg") == [mailed]
        names = {one.name for one in images.read(photo()).variants if one.format != "jpeg"}
        assert asset.file_names() == names | {asset.file.name, mailed.name}
        assert files_in(media_folder) > asset.file_names()

    def test_keeps_the_files_that_kept_pages_name_until_the_worker_sweeps(
        self, make_variants, media_folder
    ):
        asset = images.store(photo())
        asset.variants[0]["name"] = f"a/{'0' * 32}.avif"
        asset.save()
        before = files_in(media_folder)

        make_variants(all=True)

        assert images.sweep() == 0
        assert files_in(media_folder) > before

    def test_works_for_an_original_that_is_larger_than_uploads_may_be(
        self, make_variants, monkeypatch
    ):
        asset = without_variants(photo())
        monkeypatch.setattr("issues.images.opening.MAX_BYTES", 100)

        make_variants()

        asset.refresh_from_db()
        assert asset.variants

    def test_notes_how_large_the_original_is(self, make_variants):
        asset = images.store(picture())
        assert asset.bytes == asset.file.size
        Asset.objects.update(bytes=0)

        make_variants()

        assert Asset.objects.get().bytes == asset.bytes

    def test_with_all_mends_what_is_missing(self, make_variants, media_folder):
        asset = images.store(photo())
        for one in asset.variants:
            (media_folder / one["name"]).unlink()

        make_variants(all=True)

        assert files_in(media_folder) == asset.file_names()

    def test_goes_on_past_broken_and_missing_files_and_names_them(self, capsys, media_folder):
        broken, missing, sound = (
            without_variants(picture(color=color)) for color in ("red", "green", "blue")
        )
        (media_folder / broken.file.name).write_bytes(b"<html>")
        (media_folder / missing.file.name).unlink()

        with pytest.raises(CommandError, match="files of 2 pictures are broken or missing"):
            call_command("make_variants")

        errors = capsys.readouterr().err
        assert f"{broken.file.name}: This is no JPEG" in errors
        assert f"{missing.file.name}: No such file" in errors
        sound.refresh_from_db()
        assert sound.variants

    def test_makes_kept_pages_old_where_the_picture_is_seen(self, make_variants):
        asset = without_variants(picture())
        covered, introduced, told, other = (make_issue(number) for number in range(1, 5))
        Issue.objects.filter(pk=covered.pk).update(cover=asset)
        AssetUse.objects.create(asset=asset, issue=introduced)
        for title in ("One", "Two"):
            AssetUse.objects.create(asset=asset, section=make_section(told, title))
        before = dict(Issue.objects.values_list("number", "updated_at"))

        make_variants()

        after = dict(Issue.objects.values_list("number", "updated_at"))
        assert {number for number in after if after[number] != before[number]} == {1, 2, 3}


def files_in(folder) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


@pytest.mark.django_db
class TestDiscard:
    def test_takes_all_files_along(self, media_folder, committed):
        asset, other = images.store(photo()), images.store(picture())

        with committed():
            images.discard(asset)

        assert Asset.objects.get() == other
        assert files_in(media_folder) == other.file_names()

    def test_is_refused_while_something_shows_the_picture(self, media_folder, committed):
        asset = images.store(picture())
        make_issue(cover=asset)

        with committed(), pytest.raises(ProtectedError):
            images.discard(asset)

        assert files_in(media_folder) == Asset.objects.get().file_names()

    def test_keeps_the_files_if_it_is_undone(self, media_folder, committed):
        asset = images.store(picture())

        with committed(), transaction.atomic():
            images.discard(asset)
            transaction.set_rollback(True)

        assert files_in(media_folder) == Asset.objects.get().file_names()

    def test_keeps_a_file_that_another_picture_names(self, media_folder, committed):
        asset, other = images.store(picture()), images.store(picture(color="red"))
        other.variants += asset.variants
        other.save()

        with committed():
            images.discard(asset)

        assert files_in(media_folder) == other.file_names()
