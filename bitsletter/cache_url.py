"""The cache that several processes share, as CACHE_URL names it."""

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError


def read_shared_cache(env: Env) -> dict:
    """Give Django's description of it."""
    try:
        shared = env.dj_cache_url("CACHE_URL")
    except EnvError:
        # Not from the error, whose words may hold half the password.
        raise ImproperlyConfigured(
            "CACHE_URL must look like redis://name:password@host:6379/0. Write / # ? @ and % in "
            "the password as %2F %23 %3F %40 and %25."
        ) from None
    if shared["BACKEND"].endswith(".RedisCache"):
        shared["BACKEND"] = "bitsletter.shared_cache.SharedCache"
    return shared
