"""provider-scope.json: the full product of the inputs of section 9."""

import itertools

from ..reference import scope
from .case import case

BEARER_ROWS = {"P1", "P3", "P8", "P14", "P15", "P16", "P19"}


def cases():
    names = ("scope", "provider", "policy", "login", "state", "fallback")
    number, seen = 0, set()
    for provider in scope.PROVIDERS:
        states = scope.KEY_STATES if provider == "own-key" else scope.STATES
        for rest in itertools.product(scope.SCOPES, scope.POLICIES, scope.LOGINS, states, (False, True)):
            values = (rest[0], provider, *rest[1:])
            question = dict(zip(names, values))
            row = scope.row(**question)
            assert (scope.RESULTS[row] == "bearer") == (row in BEARER_ROWS)
            seen.add(row)
            number += 1
            yield case(f"{number:04}", row, "scope.decide", question)
    assert seen == set(scope.RESULTS)
