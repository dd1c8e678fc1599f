"""Fields from rows of text: pure rules, one idea a file."""
