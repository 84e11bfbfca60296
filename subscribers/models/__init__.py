"""Who gets the newsletter, what they agreed to, and the letters that wait for them."""

from subscribers.models.consent_event import ConsentEvent
from subscribers.models.former_link import FormerLink
from subscribers.models.letter import Letter
from subscribers.models.limit import Limit
from subscribers.models.subscriber import Subscriber
from subscribers.models.suppression import Suppression

__all__ = ["ConsentEvent", "FormerLink", "Letter", "Limit", "Subscriber", "Suppression"]
