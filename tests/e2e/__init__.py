"""The whole system at once, over real HTTP."""
