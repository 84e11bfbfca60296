"""Authoring and archive: issues, their sections, tags and pictures."""
