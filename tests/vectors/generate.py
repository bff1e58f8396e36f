#!/usr/bin/env python3
"""Writes the vector files beside this script, or with --check compares them with what it would write.

Needs Python 3.11 or later with `cryptography` and `pynacl`. The same files come out on every run and every machine.
"""

import argparse
import importlib
import json
import pathlib
import sys

sys.dont_write_bytecode = True

HERE = pathlib.Path(__file__).parent
# The oldest Unicode version under which every answer holds (X17: the component has this one or a later one).
UNICODE_VERSION = "16.0"
FILES = (
    "keys", "identifiers", "assertion", "registration", "agent-registration", "sealed-task", "task-answer", "references",
    "base-urls", "provider-scope", "rejections", "skew", "verify", "replay", "jwt-login", "record", "errors", "lifecycle",
)  # fmt: skip


def rendered(name):
    """The text of one file, one case per line, everything outside ASCII escaped."""
    module = importlib.import_module("generator.files." + name.replace("-", "_"))
    cases = list(module.cases())
    assert len({case["id"] for case in cases}) == len(cases), f"{name}: an id is used twice"
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    return f'{{"format":1,"unicode_version":"{UNICODE_VERSION}","cases":[\n{lines}\n]}}\n', len(cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs")
    parser.add_argument("names", nargs="*", default=FILES, help="files to make, without .json")
    options = parser.parse_args()
    stale = False
    for name in options.names:
        text, count = rendered(name)
        path = HERE / f"{name}.json"
        differs = not path.exists() or path.read_text(encoding="ascii") != text
        stale |= differs
        if differs and not options.check:
            path.write_text(text, encoding="ascii")
        print(f"{path.name}: {count} cases, {len(text)} bytes{', differs' if differs and options.check else ''}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
