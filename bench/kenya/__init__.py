"""A generator of Kenyan receipts: no collection of real ones is public, so these are drawn.

    python -m bench.kenya --out DIR --count 150 --seed 7 --split test --condition mixed

Everything follows from the seed. The layouts of the splits (``layouts_train``, ``layouts_test`` and
``layouts_held``) share no block order, label words, fonts or shops: what is tuned on one can be judged on
another. ``held`` was drawn when the rules were finished. Drawn receipts flatter: they have the problems that
somebody thought of.
"""
