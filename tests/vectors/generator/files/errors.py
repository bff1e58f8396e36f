"""errors.json: the list of section 12."""

from .case import case


def cases():
    yield case("list", "12", "errors.list", {})
