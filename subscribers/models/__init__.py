"""Who gets the newsletter, what they agreed to, and what is on its way to them."""

from subscribers.models.bounce import Bounce
from subscribers.models.consent_event import ConsentEvent
from subscribers.models.delivery import Delivery
from subscribers.models.former_link import FormerLink
from subscribers.models.hold import Hold
from subscribers.models.installation import Installation
from subscribers.models.letter import Letter
from subscribers.models.limit import Limit
from subscribers.models.mailing import Mailing, MailingPicture
from subscribers.models.nudge import Nudge
from subscribers.models.slot import Slot
from subscribers.models.subscriber import Subscriber
from subscribers.models.suppression import Suppression
from subscribers.models.worker import Worker

__all__ = [
    "Bounce",
    "ConsentEvent",
    "Delivery",
    "FormerLink",
    "Hold",
    "Installation",
    "Letter",
    "Limit",
    "Mailing",
    "MailingPicture",
    "Nudge",
    "Slot",
    "Subscriber",
    "Suppression",
    "Worker",
]
