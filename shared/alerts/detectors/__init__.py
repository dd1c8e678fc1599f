"""The rules of the event path: each looks at one movement and the past of its party, and gives reasons."""
