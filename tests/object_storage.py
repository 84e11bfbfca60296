"""A storage as they are elsewhere: with addresses on another host, and no folder of this site."""

from django.core.files.storage import InMemoryStorage


class ObjectStorage(InMemoryStorage):
    @property
    def base_url(self):
        raise AttributeError("Only storages of Django itself have one.")

    def url(self, name):
        return f"https://pictures.example.org/site/{name}"
