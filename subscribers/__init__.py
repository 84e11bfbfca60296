"""Readers and delivery; may import `issues`, never the other way round."""
