"""How a case is made: the question, the answer of the reference, and what the author of the case expects of it."""

import hashlib

from ..reference.driver import answer


def case(name, rule, op, question, code=None, ok=None):
    """One case. With `code` the reference must refuse so; otherwise it must succeed, with the members of `ok` if given."""
    expect = answer(op, question)
    if code is not None:
        assert expect == {"error": code}, f"{name}: {expect}, expected {code}"
    else:
        assert "error" not in expect, f"{name}: {expect}"
        for member, value in (ok or {}).items():
            assert expect[member] == value, f"{name}: {member} is {expect[member]!r}"
    return {"id": name, "rule": rule, "op": op, "input": question, "expect": expect}


class Stream:
    """Bytes and choices that are the same on every run: SHA-256 over a label and a counter."""

    def __init__(self, label):
        self.label = label
        self.count = 0

    def bytes(self, size=32):
        assert size <= 32
        self.count += 1
        return hashlib.sha256(f"{self.label}/{self.count}".encode()).digest()[:size]

    def below(self, bound):
        return int.from_bytes(self.bytes(), "big") % bound

    def between(self, first, last):
        return first + self.below(last - first + 1)

    def choice(self, options):
        return options[self.below(len(options))]

    def text(self, alphabet, size):
        return "".join(self.choice(alphabet) for _ in range(size))
