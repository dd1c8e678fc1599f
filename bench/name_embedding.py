"""A static word embedding over stdin and stdout, in the environment where its vectors are installed.

WordLlama's 256 numbers a word piece (MIT) come inside the package, so that nothing is fetched at run time;
its own loader asks the network for a file that lies beside them, so the two files are read here. A text is
the mean of its pieces, likeness is the cosine; a text without pieces is like nothing.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def load() -> Callable[[list[str]], Any]:
    """What turns texts into unit vectors, one row each."""
    import numpy as np
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    spec = find_spec("wordllama")
    assert spec is not None
    assert spec.origin is not None
    place = Path(spec.origin).parent
    tokenizer = Tokenizer.from_file(str(place / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    tokenizer.no_padding()
    vectors = next(iter(load_file(str(place / "weights" / "l2_supercat_256.safetensors")).values()))

    def embed(texts: list[str]) -> Any:
        pieces = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        rows = np.stack([vectors[ids].astype(np.float32).sum(axis=0) / max(1, len(ids)) for ids in pieces])
        rows = np.nan_to_num(rows)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    return embed


def main() -> None:
    """Answer one task: for each question the best candidate, its score, and its lead."""
    task = json.load(sys.stdin)
    embed = load()
    began = time.perf_counter()
    index = embed([text.title() for text in task["candidates"]]).T.copy()
    indexed = time.perf_counter()
    answers = []
    for question in task["questions"]:
        scores = (embed([question.title()]) @ index)[0]
        best = int(scores.argmax())
        high = float(scores[best])
        scores[best] = -1.0
        answers.append((best, high, high - float(scores.max())))
    done = time.perf_counter()
    print(json.dumps({"answers": answers, "index_s": indexed - began, "ask_s": done - indexed}))


if __name__ == "__main__":
    main()
