"""A generator of Kenyan receipts: no collection of real ones is public, so these are drawn.

    python -m bench.kenya --out DIR --count 150 --seed 7 --split test --condition mixed

Everything follows from the seed. The layouts of the two splits (``layouts_train``, ``layouts_test``) share no
block order, label words or shop names, so that what is tuned on one can be judged on the other. Drawn
receipts flatter: they have the problems that somebody thought of.
"""
