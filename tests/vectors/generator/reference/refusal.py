"""The one exception of the reference: a refusal with a stable code."""


class Refused(Exception):
    """The operation answers with this error code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def refuse_unless(condition, code):
    """Raises `Refused(code)` when the condition does not hold."""
    if not condition:
        raise Refused(code)
