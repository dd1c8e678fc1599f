"""Whose name, which number: the product's clues beside likeness of character n-grams and of word embeddings.

    make bench-likeness                                   (once: the embedding's environment, var/likeness)
    python -m bench.name_likeness [--invoices 4000] [--seed 1]

Generated payments. ``names``: what a payer is called or typed, among the names of all customers; payers who
are no customer must find nobody. ``own_numbers`` and ``dense_numbers``: mistyped invoice numbers among all,
with a check digit and consecutive. The product's rules are what they are; a likeness takes its best candidate
when score and lead over the second pass the thresholds that gave as many right answers as the product's rules
with the fewest wrong ones, on another set (seed 101). One JSON line:

* ``hit_at_1``: the best candidate is the right one / questions that have an answer (a tie is none);
* ``right``: taken and right / questions that have an answer; ``false``: taken and wrong / taken;
* ``ms``: a question, candidates indexed beforehand; ``index_s``; ``import_s``: CPU seconds to load the code.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.reconcile_lines import facts, rows
from bench.reconcile_speed import ROOT, generated
from shared.books.spellings import lookup_keys
from shared.matching.candidates import extra_keys
from shared.matching.memory import MemoryLookup
from shared.matching.model import CustomerFacts, InvoiceFacts, PaymentFacts
from shared.matching.names import common_words, name_words, same_word
from shared.matching.reference import mentions

EMBEDDING = ROOT / "var" / "likeness" / "bin" / "python"
LEAST, LEADS = [n / 50 for n in range(50)], (0.0, 0.02, 0.05, 0.1, 0.2, 0.3)
Answer = tuple[int, float, float]
"""The best candidate (-1 for none), its score, and its lead over the second."""


@dataclass(frozen=True)
class Task:
    """Questions with the index of the right candidate, -1 where nobody is right."""

    candidates: tuple[str, ...]
    questions: tuple[str, ...]
    right: tuple[int, ...]
    payments: tuple[PaymentFacts, ...]


def tasks(invoices: int, seed: int) -> dict[str, Task]:
    """What is asked on one seed."""
    dense, own = (_asked(invoices, seed, style) for style in ("inv", "check"))
    return {"names": dense["names"], "own_numbers": own["numbers"], "dense_numbers": dense["numbers"]}


def _asked(invoices: int, seed: int, style: str) -> dict[str, Task]:
    folder = generated(invoices, seed, style)
    customers = list(rows(str(folder / "customers.jsonl")))
    numbers = [(row["invoice_id"], row["number"]) for row in rows(str(folder / "invoices.jsonl"))]
    truth = {row["payment_id"]: row for row in rows(str(folder / "truth.jsonl"))}
    place = {row["customer_id"]: n for n, row in enumerate(customers)}
    number_at = {invoice: n for n, (invoice, _) in enumerate(numbers)}
    named: list[tuple[str, int, PaymentFacts]] = []
    typed: list[tuple[str, int, PaymentFacts]] = []
    for row in rows(str(folder / "payments.jsonl")):
        told, seen = truth[row["payment_id"]], facts(row)
        if row["type"] != "payment" or told["kind"] in ("settlement", "duplicate_event"):
            continue
        own = "payer_self" in told["tags"] and told["customer_id"]
        if "ref_name" in told["tags"] and told["customer_id"]:
            named.append((seen.reference or seen.narration, place[told["customer_id"]], seen))
        elif len(name_words(seen.payer_name)) > 1:
            named.append((seen.payer_name, place[told["customer_id"]] if own else -1, seen))
        if {"ref_typo", "ref_typo2"} & set(told["tags"]) and told["links"] and seen.reference:
            typed.append((seen.reference, number_at[told["links"][0][0]], seen))
    names = tuple(row["name"] for row in customers)
    return {
        "names": Task(names, *map(tuple, zip(*named, strict=True))),  # type: ignore[arg-type]
        "numbers": Task(tuple(n for _, n in numbers), *map(tuple, zip(*typed, strict=True))),  # type: ignore[arg-type]
    }


# --- the product's clues
def by_names(task: Task) -> tuple[list[Answer], float, float]:
    """Keys of two names, then words in common; the best alone, with two words or more."""
    began = time.perf_counter()
    books = MemoryLookup()
    for n, name in enumerate(task.candidates):
        books.add_customer(CustomerFacts(str(n), name))
    indexed = time.perf_counter()
    answers = []
    for question in task.questions:
        payment = PaymentFacts("", 0, payer_name=question, reference=question)
        found = books.find(payment, ())
        who = {int(i) for (kind, _), ids in found.items() if kind == "name" for i in ids}
        said = name_words(question)
        answers.append(_best({n: common_words(said, name_words(task.candidates[n])) for n in who}, 2))
    return answers, indexed - began, time.perf_counter() - indexed


def by_rare_words(task: Task) -> tuple[list[Answer], float, float]:
    """The same keys and words, each word worth more the fewer customers have it; not in the product."""
    began = time.perf_counter()
    books = MemoryLookup()
    counts: Counter[str] = Counter()
    for n, name in enumerate(task.candidates):
        books.add_customer(CustomerFacts(str(n), name))
        counts.update(set(name_words(name)))
    worth = {word: 1 + math.log((1 + len(task.candidates)) / (1 + count)) for word, count in counts.items()}
    most = 1 + math.log(1 + len(task.candidates))
    indexed = time.perf_counter()
    answers = []
    for question in task.questions:
        payment = PaymentFacts("", 0, payer_name=question, reference=question)
        found = books.find(payment, ())
        who = {int(i) for (kind, _), ids in found.items() if kind == "name" for i in ids}
        said = name_words(question)
        scores = {n: _rare(said, name_words(task.candidates[n]), worth, most) for n in who}
        ranked = sorted(((score, n) for n, score in scores.items()), reverse=True)
        second = ranked[1][0] if len(ranked) > 1 else 0.0
        answers.append((ranked[0][1], ranked[0][0], ranked[0][0] - second) if ranked else (-1, 0.0, 0.0))
    return answers, indexed - began, time.perf_counter() - indexed


def _rare(said: Sequence[str], name: Sequence[str], worth: dict[str, float], most: float) -> float:
    both = sum(worth[word] ** 2 for word in name if any(same_word(word, other) for other in said))
    sizes = [math.sqrt(sum(worth.get(word, most) ** 2 for word in words)) for words in (said, name)]
    return both / max(1e-9, sizes[0] * sizes[1])


def by_numbers(task: Task) -> tuple[list[Answer], float, float]:
    """Keys of numbers and their neighbourhood, then the reading; the best alone."""
    began = time.perf_counter()
    books = MemoryLookup()
    facts_of = [InvoiceFacts(str(n), number, "", 1, 1, "") for n, number in enumerate(task.candidates)]
    for invoice in facts_of:
        books.add_invoice(invoice)
    indexed = time.perf_counter()
    rank = {"full": 5, "prefixed": 4, "serial": 3, "edit": 2, "serial_edit": 1}
    answers = []
    for question in task.questions:
        payment = PaymentFacts("", 0, reference=question)
        found = books.find(payment, [*extra_keys(payment), *lookup_keys(reference=question)])
        ids = {int(i) for (kind, _), led in found.items() if kind.startswith("number") for i in led}
        said = mentions(question, [facts_of[n] for n in sorted(ids)])
        answers.append(_best({int(m.invoice_id): rank[m.clue] for m in said}, 1))
    return answers, indexed - began, time.perf_counter() - indexed


def _best(scores: dict[int, int], least: int) -> Answer:
    ranked = sorted(((score, n) for n, score in scores.items()), reverse=True)
    if not ranked or ranked[0][0] < least or (len(ranked) > 1 and ranked[1][0] == ranked[0][0]):
        return -1, 0.0, 0.0
    return ranked[0][1], float(ranked[0][0]), 1.0


# --- likenesses
def by_ngrams(task: Task) -> tuple[list[Answer], float, float]:
    """TF-IDF of two to four characters, cosine."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    began = time.perf_counter()
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), lowercase=True)
    index = vectorizer.fit_transform(task.candidates).T.tocsr()
    indexed = time.perf_counter()
    answers = [_top((vectorizer.transform([q]) @ index).toarray()[0]) for q in task.questions]
    return answers, indexed - began, time.perf_counter() - indexed


def by_embedding(task: Task) -> tuple[list[Answer], float, float]:
    """Mean of static word-piece vectors, cosine; runs where the vectors are installed."""
    code = [str(EMBEDDING), "-m", "bench.name_embedding"]
    given = json.dumps({"candidates": task.candidates, "questions": task.questions})
    done = subprocess.run(code, cwd=ROOT, input=given, text=True, check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout)
    return [tuple(answer) for answer in told["answers"]], told["index_s"], told["ask_s"]  # type: ignore[misc]


def _top(scores: Any) -> Answer:
    best = int(scores.argmax())
    high = float(scores[best])
    scores[best] = -1.0
    return best, high, high - float(scores.max())


# --- figures
def judge(answers: Sequence[Answer], right: Sequence[int], least: float, lead: float) -> tuple[int, int]:
    """Taken and right, taken and wrong, at these thresholds."""
    taken = [
        (answer[0], due)
        for answer, due in zip(answers, right, strict=True)
        if answer[0] >= 0 and answer[1] >= least and answer[2] >= lead
    ]
    good = sum(found == due for found, due in taken)
    return good, len(taken) - good


def thresholds(answers: Sequence[Answer], right: Sequence[int], wanted: int) -> tuple[float, float]:
    """The fewest wrong answers with ``wanted`` right ones; where that cannot be, all that is right."""
    best = (wanted + len(right), 0.0, 0.0)
    for least in LEAST:
        for lead in LEADS:
            good, bad = judge(answers, right, least, lead)
            if good >= wanted and bad < best[0]:
                best = (bad, least, lead)
    return best[1], best[2]


Method = Callable[[Task], tuple[list[Answer], float, float]]


def measure(method: Method, own: Method, test: Task, train: Task) -> dict[str, Any]:
    """One method on one task; ``own`` is the product's, whose rules decide for themselves."""
    least = lead = 0.0
    if method is not own:
        wanted, _ = judge(own(train)[0], train.right, 0.0, 0.0)
        least, lead = thresholds(method(train)[0], train.right, wanted)
    answers, index_s, ask_s = method(test)
    due = sum(n >= 0 for n in test.right)
    good, bad = judge(answers, test.right, least, lead)
    # a tie is no hit: which of two alike candidates comes first is chance
    hits = sum(a[0] == n and a[2] > 1e-9 for a, n in zip(answers, test.right, strict=True) if n >= 0)
    return {
        "hit_at_1": round(hits / due, 3),
        "right": round(good / due, 3),
        "false": round(bad / max(1, good + bad), 4),
        "ms": round(1000 * ask_s / len(test.questions), 3),
        "index_s": round(index_s, 2),
    }


IMPORTS = {
    "ours": (sys.executable, "import shared.matching.candidates"),
    "ngrams": (sys.executable, "from sklearn.feature_extraction.text import TfidfVectorizer"),
    "embedding": (str(EMBEDDING), "from bench.name_embedding import load; load()"),
}


def import_seconds(name: str) -> float:
    """CPU seconds of a fresh process, the least of three, less those of a bare one."""
    python, code = IMPORTS[name]
    return round(max(0.0, _cpu(python, code) - _cpu(python, "pass")), 3)


def _cpu(python: str, code: str) -> float:
    tell = f"import time\n{code}\nprint(time.process_time())"
    runs = [
        subprocess.run([python, "-c", tell], cwd=ROOT, text=True, check=True, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    return min(float(run.stdout.splitlines()[-1]) for run in runs)


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.name_likeness", description=__doc__)
    parser.add_argument("--invoices", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    test, train = tasks(options.invoices, options.seed), tasks(options.invoices, 101)
    likenesses: dict[str, Method] = {"ngrams": by_ngrams}
    if EMBEDDING.exists():
        likenesses["embedding"] = by_embedding
    figures: dict[str, Any] = {"benchmark": "name_likeness"}
    for task, own in (("names", by_names), ("own_numbers", by_numbers), ("dense_numbers", by_numbers)):
        figures[task] = {"questions": len(test[task].questions), "candidates": len(test[task].candidates)}
        figures[task]["ours"] = measure(own, own, test[task], train[task])
        for name, method in likenesses.items():
            figures[task][name] = measure(method, own, test[task], train[task])
    figures["names"]["rare_words"] = measure(by_rare_words, by_names, test["names"], train["names"])
    figures["import_s"] = {name: import_seconds(name) for name in ("ours", *likenesses)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
