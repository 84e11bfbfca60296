"""What the interface of a provider answers, by way of django-anymail."""

from typing import NamedTuple

from anymail.exceptions import (
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
)
from requests.exceptions import ConnectTimeout
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

# Answers that are about the message; the others are about us, the network or the provider.
ABOUT_THE_MESSAGE = {400, 406, 413, 422}
NOT_TAKEN = range(400, 500)
# As a mail server would say it (RFC 3463), so that `bounces` understands it.
INVALID, SUPPRESSED = "5.1.3", "5.7.1"


class Verdict(NamedTuple):
    """What became of a message that was not taken."""

    reply: str
    is_about_message: bool  # and not about the connection
    is_attempt: bool = True  # it may have been taken


def judge(error: Exception) -> Verdict | None:
    """Say what an error of a provider means; None if it is none of theirs."""
    match error:
        case AnymailRecipientsRefused():
            said = getattr(error.response, "text", "")
            return Verdict(f"{refusal_of(error)} {error} {said}", is_about_message=True)
        case AnymailInvalidAddress():
            return Verdict(f"{INVALID} {error}", is_about_message=True)
        case AnymailAPIError() if error.status_code in ABOUT_THE_MESSAGE:
            return Verdict(str(error), is_about_message=True)
        case AnymailAPIError() if error.status_code is not None:
            is_attempt = error.status_code not in NOT_TAKEN
            return Verdict(str(error), is_about_message=False, is_attempt=is_attempt)
        case AnymailAPIError():
            has_reached = not is_unreachable(error.__cause__)
            return Verdict(str(error), is_about_message=False, is_attempt=has_reached)
    return None


def refusal_of(error: AnymailRecipientsRefused) -> str:
    status = getattr(error.email_message, "anymail_status", None)
    is_invalid = status is not None and status.status == {"invalid"}
    return INVALID if is_invalid else SUPPRESSED


def is_unreachable(cause: BaseException | None) -> bool:
    """Say whether nobody has heard of the message: the connection was never made."""
    if isinstance(cause, ConnectTimeout):
        return True
    reason = getattr(next(iter(getattr(cause, "args", ())), None), "reason", None)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
