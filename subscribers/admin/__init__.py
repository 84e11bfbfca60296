"""The desk of those who look after subscribers and mailings: lists, and a page for each of them."""

from subscribers.admin import mailings, people, suppressed

__all__ = ["mailings", "people", "suppressed"]
