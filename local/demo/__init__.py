"""The demo: one believable Nairobi hardware shop, drawn from seeds."""
