"""Views of the writing desk beside the admin's own screens; staff only."""
