"""The proof: the handlers as they are shipped, in a world where everything around them fails, by seed."""
