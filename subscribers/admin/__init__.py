"""The desk of those who look after the subscribers: the list, each person, what is suppressed."""

from subscribers.admin import people, suppressed

__all__ = ["people", "suppressed"]
