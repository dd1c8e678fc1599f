"""What every Hesabu function shares, one room per capability (docs/architecture.md)."""

import gc

# Loading makes some hundred thousand objects that stay. Looking for garbage among them after every 700, as
# Python does, takes about a tenth of a cold start (docs/decisions/0017).
gc.set_threshold(10_000, 10, 10)
