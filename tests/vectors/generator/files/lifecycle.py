"""lifecycle.json: L1–L13, N8–N12, and the clock repeat of D2."""

from ..lifecycle import cooldowns, retrying, sharing, storing


def cases():
    for part in (storing, sharing, cooldowns, retrying):
        yield from part.cases()
