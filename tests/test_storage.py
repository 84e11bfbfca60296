"""What the settings say of where pictures lie, and what they refuse."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from bitsletter import storage

pytestmark = pytest.mark.once

SECRET = "sesame"
FOLDER = "django.core.files.storage.FileSystemStorage"


def read(url: str, monkeypatch) -> dict:
    monkeypatch.setenv("MEDIA_STORAGE_URL", url)
    return storage.read_storage(Env())


def media_url(url: str, monkeypatch, is_https: bool = True) -> str:
    monkeypatch.setenv("MEDIA_URL", url)
    return storage.read_media_url(Env(), is_https)


class TestWhereTheyLie:
    def test_without_a_setting_in_a_folder(self, monkeypatch):
        assert read("", monkeypatch) == {"BACKEND": FOLDER}

    @pytest.mark.parametrize(
        ("url", "options"),
        [
            (
                "s3://KEY:a%2Fb%2B@s3.example.org:9000/pictures?region=eu-central-1",
                {
                    "endpoint_url": "https://s3.example.org:9000",
                    "region_name": "eu-central-1",
                    "addressing_style": "path",
                    "access_key": "KEY",
                    "secret_key": "a/b+",
                    "bucket_name": "pictures",
                },
            ),
            (
                "s3://KEY:sesame@minio:9000/my.pictures/?scheme=http&style=virtual",
                {
                    "endpoint_url": "http://minio:9000",
                    "region_name": "us-east-1",
                    "addressing_style": "virtual",
                    "access_key": "KEY",
                    "secret_key": "sesame",
                    "bucket_name": "my.pictures",
                },
            ),
            (
                "s3://[2001:db8::1]:9000/pictures",
                {
                    "endpoint_url": "https://[2001:db8::1]:9000",
                    "region_name": "us-east-1",
                    "addressing_style": "path",
                    "bucket_name": "pictures",
                },
            ),
            (
                "s3://pictures?region=eu-central-1",
                {"region_name": "eu-central-1", "bucket_name": "pictures"},
            ),
            (
                "s3://KEY:sesame@pictures",
                {
                    "region_name": None,
                    "access_key": "KEY",
                    "secret_key": "sesame",
                    "bucket_name": "pictures",
                },
            ),
        ],
    )
    def test_in_the_bucket_of_an_address(self, monkeypatch, url, options):
        assert read(url, monkeypatch) == {"BACKEND": storage.BACKEND, "OPTIONS": options}

    @pytest.mark.parametrize(
        "url",
        [
            *("pictures", "s3:", "s3://", "s3:///pictures", "s3://Key:sesame@/pictures", "s3://a"),
            *("https://KEY:sesame@s3.example.org/pictures", "S4://KEY:sesame@host/pictures"),
            *("s3://KEY:ses/ame@host/pictures", "s3://KEY:sesame@host:port/pictures"),
            *("s3://KEY:sesame@host:99999/pictures", "s3://KEY@host/pictures", "s3://KEY:@host/pp"),
            *("s3://:sesame@host/pictures", "s3://KEY:sesame@host/pictures/folder"),
            *("s3://KEY:sesame@host/Pictures", "s3://KEY:sesame@host/pictures?key=sesame"),
            *("s3://KEY:sesame@host/pictures?sesame", "s3://KEY:sesame@host/pictures?scheme=ftp"),
            *("s3://KEY:sesame@host/pictures?style=loud", "s3://KEY:sesame@host/pictures#sesame"),
            *("s3://KEY:sesame@[host/pictures", "s3://KEY:se?same@host/pictures"),
            *("s3://KEY:se#same@host/pictures", "sesame://KEY:sesame@host/pictures"),
        ],
    )
    def test_nonsense_is_refused_and_no_secret_told(self, monkeypatch, url):
        with pytest.raises(ImproperlyConfigured, match="s3://host:port/bucket") as told:
            read(url, monkeypatch)

        # A traceback would show what an error was made of.
        assert told.value.__suppress_context__
        assert not any(part in str(told.value) for part in (SECRET, "ses", "same"))


class TestWhereReadersFetchThem:
    @pytest.mark.parametrize(
        ("url", "read_as"),
        [
            ("", "/media/"),
            ("/media/", "/media/"),
            ("https://media.example.org", "https://media.example.org/"),
            ("https://cdn.example.org:8443/a/b/", "https://cdn.example.org:8443/a/b/"),
        ],
    )
    def test_is_this_site_or_another_host(self, monkeypatch, url, read_as):
        assert media_url(url, monkeypatch) == read_as

    def test_without_https_it_may_have_none_either(self, monkeypatch):
        url = media_url("http://127.0.0.1:9000/pictures", monkeypatch, is_https=False)

        assert url == "http://127.0.0.1:9000/pictures/"
        assert storage.picture_sources(url) == ["http://127.0.0.1:9000"]

    @pytest.mark.parametrize(
        "url",
        [
            *("media", "/", "/pictures/", "//media.example.org/", "http://media.example.org/"),
            *("https://", "https:///media/", "https://me@media.example.org/", "ftp://host/"),
            *("https://media.example.org/?a=1", "https://media.example.org/#a", "https://a b/"),
            *("https://my_bucket.example.org/", "https://[2001:db8::1]/", "https://a;b.example/"),
            *("https://a.example:99999/", "https://a.example/a b/", "https://a.example/'/"),
        ],
    )
    def test_nonsense_is_refused(self, monkeypatch, url):
        with pytest.raises(ImproperlyConfigured, match="MEDIA_URL must look like https://"):
            media_url(url, monkeypatch)


def told_by(code: str, folder, **given: str) -> str:
    """Run a program in a site of its own; give what it says."""
    ours = {"DJANGO_SETTINGS_MODULE": "bitsletter.settings", "DATA_DIR": str(folder), **given}
    command = [sys.executable, "-c", f"import sys, django; django.setup(); {code}"]
    return subprocess.check_output(command, env=os.environ | ours, text=True)


def test_what_talks_to_buckets_is_loaded_only_where_there_is_one(tmp_path):
    code = (
        "from bitsletter.wsgi import application;"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "print([name for name in ('boto3', 'botocore', 'storages') if name in sys.modules])"
    )

    assert told_by(code, tmp_path) == "[]\n"


def test_every_page_may_show_pictures_from_where_they_are(tmp_path):
    code = (
        "from django.conf import settings;"
        "print(*settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'])"
    )

    told = told_by(code, tmp_path, MEDIA_URL="https://Media.example.org/site")

    assert told == "'self' https://media.example.org\n"
