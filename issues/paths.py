"""The paths of what readers see."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=50_000)
def path(name: str, *arguments) -> str:
    """Give the path of a page of the archive.

    Lists ask for a hundred of them on a page, and asking Django anew takes a third of its time.
    """
    return reverse(f"issues:{name}", args=arguments)
