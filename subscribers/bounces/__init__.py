"""What comes back: refusals, reports by mail and from providers, and what follows from them."""
