#!/usr/bin/env python3
"""Writes the vector files that the conformance driver answers, or with --check compares them with what it would write.

Needs Python 3.11 or later and nothing else. The same files come out on every run and every machine.
"""

import argparse
import importlib
import json
import pathlib
import sys

sys.dont_write_bytecode = True

HERE = pathlib.Path(__file__).parent
FILES = {
    "renderings": (
        "render-canonical", "escape", "render-flat", "render-headers", "render-mcp", "transports", "extras-turn", "extras-config", "workspaces",
    ),
    "lineages": ("lineage", "window-resume", "uuid-forms", "caller-ids"),
    "histories": ("item-ids", "item-outbound", "item-metadata"),
    "origins": ("originator", "originator-inherit", "user-agent", "installation-id", "git-url-sanitise", "git-url-compare", "attestation"),
}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs")
    check = parser.parse_args().check
    stale = False
    for module, names in FILES.items():
        functions = importlib.import_module(f"generator.files.{module}")
        for name in names:
            cases = list(getattr(functions, name.replace("-", "_"))())
            assert len({case["id"] for case in cases}) == len(cases), f"{name}: an id is used twice"
            text = "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n"
            path = HERE / f"{name}.json"
            differs = not path.exists() or path.read_text(encoding="ascii") != text
            stale |= differs
            if differs and not check:
                path.write_text(text, encoding="ascii")
            print(f"{path.name}: {len(cases)} cases, {len(text)} bytes{', differs' if differs and check else ''}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
