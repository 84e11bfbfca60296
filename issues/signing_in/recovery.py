"""Codes that stand in, once each, for a phone that is lost."""

import hashlib
import secrets

from issues.models import RecoveryCode

COUNT = 10
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # those that look alike are left out
LENGTH = 16  # 80 bits: nobody finds them from their digests, so that these need not be slow


def renew(user) -> list[str]:
    """Give new codes, as they are shown; only their digests are kept, in the place of the old."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(COUNT)]
    forget(user)
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=digest(one)) for one in codes)
    return ["-".join(code[at : at + 4] for at in range(0, LENGTH, 4)) for code in codes]


def use(user, code: str) -> bool:
    """Say whether it is a code of this account, which is then used up."""
    deleted, _ = RecoveryCode.objects.filter(user=user, digest=digest(code)).delete()
    return bool(deleted)


def left(user) -> int:
    return RecoveryCode.objects.filter(user=user).count()


def forget(user) -> None:
    RecoveryCode.objects.filter(user=user).delete()


def digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
