"""Sections 6 to 9: originators, user agents, installation ids, remotes, attestation."""

import itertools

from ..reference.sources import SERVICES
from .case import case


def originator():
    def resolve(name, rule, expect=None, **question):
        return case(name, rule, "originator.resolve", question, **({} if expect is None else {"originator": expect}))

    yield resolve("e9-unrecognised-service", "6-1", "p", mode="thread-first", service_name="chatgpt_cca_extra", persisted="p")
    yield resolve("e9-inherited", "6-1", "h", mode="thread-first", inherited="h", env="Codex Desktop")
    yield resolve("e49-env-first", "6-1", "E", mode="env-first", service_name=" Codex_Work_Local ", env="E", persisted="p")
    yield resolve("e49-thread-first", "6-1", "codex_work_local", mode="thread-first", service_name=" Codex_Work_Local ", env="E", persisted="p")
    for mode in ("env-first", "thread-first"):
        yield resolve(f"e50-env-blank-{mode}", "6-2", "codex_work_cloud", mode=mode, env=" ", service_name="CODEX_WORK_CLOUD", persisted="p")
        yield resolve(f"e50-env-illegal-{mode}", "6-2", "codex_cli_rs", mode=mode, env="bad\n")
    # Each source absent, usable or unusable, in both modes.
    values = {"env": ("E", "bad\n"), "service_name": ("codex_work_web", "other"), "persisted": ("p", " "), "inherited": ("h", ""), "process": ("codex-tui", "\u00e9")}
    for mode in ("env-first", "thread-first"):
        for states in itertools.product((None, 0, 1), repeat=5):
            given = {name: values[name][state] for name, state in zip(values, states) if state is not None}
            label = "".join("-" if state is None else "+!"[state] for state in states)
            yield resolve(f"sources-{mode}-{label}", "6-1, 6-2", mode=mode, **given)
    for service in SERVICES:
        for form in dict.fromkeys((service, service.upper(), service.lower(), service.title(), f"\t{service} ", service + "x", service[:-1])):
            yield resolve(f"service-{form.encode().hex()}", "6-1", service_name=form)
        for form in (service, service.swapcase()):
            yield resolve(f"service-exact-{form}", "6-1", service_name=form, service_name_match="exact")
    yield resolve("replaced", "6-1", "mine", service_name="CODEX_WORK_LOCAL", replacements={"codex_work_local": "mine"})
    yield resolve("replacement-of-another", "6-1", "codex_work_web", service_name="codex_work_web", replacements={"codex_work_local": "mine"})
    yield resolve("replacement-illegal", "6-1, 6-2", service_name="codex_work_web", replacements={"codex_work_web": "b\u00e4d"}, persisted="p")
    yield resolve("not-ascii-case", "6-1", "codex_cli_rs", service_name="codex_wor\u212a_web")
    yield case("mode-unknown", "6-1", "originator.resolve", {"mode": "last"}, "config-invalid")
    for text in ("codex_cli_rs", "codex-tui", "codex_vscode", "Codex ", "Codex Desktop", "Codex", "codex desktop", "CodexX", "codex_atlas", "codex_chatgpt_desktop", "Codex_Atlas", "my-agent"):
        made = resolve(f"first-party-{text.encode().hex()}", "6-8", process=text)
        chosen = made["expect"]["originator"]
        made["expect"] |= {
            "is_first_party": chosen in ("codex_cli_rs", "codex-tui", "codex_vscode") or chosen.startswith("Codex "),
            "is_first_party_chat": chosen in ("codex_atlas", "codex_chatgpt_desktop"),
        }
        yield made
    for text in ("codex-tui", "my agent", "", " ", "a ", "b\u00e4d", "a\nb", "codex-backend", "codex_app_server_daemon"):
        for by in ("client", "host"):
            question = {"value": text, "is_client_name": by == "client"}
            yield case(f"process-{text.encode().hex() or 'empty'}-{by}", "6-6", "originator.check", question, None if _legal(text) else "invalid-originator")


def _legal(text):
    return text != "" and text == text.strip() and all(" " <= c <= "~" for c in text)


def originator_inherit():
    def parent(name, rule, expect, **question):
        return case(name, rule, "originator.parent", question, {"inherits_from": expect})

    everyone = {"spawned_by": "a", "parent": "b", "forked_from": "c"}
    for history, inherits in (("new", True), ("cleared", True), ("fork", False), ("truncated-fork", True), ("resumed", False)):
        rule = "6-5, 6-3" if history in ("fork", "resumed") else "6-5"
        for count in range(4):
            for names in itertools.combinations(everyone, count):
                given = {name: everyone[name] for name in names}
                expect = next(iter(given.values()), None) if inherits else None
                yield parent(f"{history}-{'-'.join(names) or 'nobody'}", f"{rule}, 6-4", expect, history=history, **given)
    yield case("history-unknown", "6-5", "originator.parent", {"history": "lost"}, "config-invalid")
    yield case("e51-truncated-fork", "6-5", "originator.resolve", {"inherited": "h"}, originator="h")
    yield case("e51-resumed", "6-5", "originator.resolve", {"process": "codex-tui"}, originator="codex-tui")
    yield case("fork-with-session-metadata", "6-5, 6-3, 3-2", "originator.resolve", {"persisted": "p"}, originator="p")
    yield case("delegate-copies", "6-5", "originator.resolve", {"inherited": "parent turn's"}, originator="parent turn's")
    yield case("dead-parent", "6-4", "originator.resolve", {"inherited": None}, originator="codex_cli_rs")


def user_agent():
    base = {"originator": "codex_cli_rs", "version": "1.2.3", "os": "Ubuntu", "os_version": "24.4.0", "arch": "x86_64", "terminal": "xterm"}

    def agent(name, expect=None, **parts):
        question = {part: value for part, value in (base | parts).items() if value is not None}
        return case(name, "6-9", "user-agent.render", question, None if expect is None else {"user_agent": expect})

    known = "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; x86_64) xterm"
    yield agent("e52", "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; unknown) xterm (my-mcp; 0.4)", arch=None, suffix=" my-mcp; 0.4 ")
    yield agent("e53-carriage-return", f"{known} (bad_suffix)", suffix="bad\rsuffix")
    yield agent("e53-not-ascii", f"{known} (caf_ _)", suffix="caf\u00e9 \u6771")
    yield agent("no-suffix", known)
    for text in ("", " ", "\t\n", "\u3000"):
        yield agent(f"blank-suffix-{text.encode().hex() or 'empty'}", known, suffix=text)
    for name in base:
        for text in ("caf\u00e9", "a\tb", "a\nb", "\U0001f680", "a b"):
            if name != "originator" or _legal(text):
                yield agent(f"{name}-{text.encode().hex()}", **{name: text})
    yield agent("tab-inside-stays", f"{known} (a\tb)", suffix="a\tb")
    yield agent("empty-terminal", terminal="")
    yield agent("empty-terminal-with-suffix", "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; x86_64)  (s)", terminal="", suffix="s")
    yield agent("terminal-ends-with-a-space", "codex_cli_rs", terminal="xterm ")
    yield agent("delete", f"{known} (a_b)", suffix="a\x7fb")


def installation_id():
    known, random = "5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b", "ffeeddccbbaa99887766554433221100"

    def parse(name, rule, rewrite, **question):
        made = case(name, rule, "installation-id.parse", question | {"random_hex": random})
        assert made["expect"]["rewrite"] is rewrite, name
        return made

    yield parse("e10-upper-case", "7-2", False, text=known.upper())
    yield parse("e10-not-a-uuid", "7-3", True, text="not-a-uuid")
    yield parse("canonical", "7-2", False, text=known)
    for name, text in {"line-end": known + "\n", "spaces": f" \t{known}\r\n", "plain": known.replace("-", ""), "braces": f"{{{known}}}", "urn": f"urn:uuid:{known}"}.items():
        yield parse(name, "7-2, 0-6", False, text=text)
    yield parse("version-7", "7-2", False, text="01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10")
    yield parse("nil", "7-2", False, text="00000000-0000-0000-0000-000000000000")
    for name, text in {"empty": "", "blank": " \n", "two": f"{known}\n{known}", "short": known[:-1], "json": f'"{known}"', "nul": known + "\0"}.items():
        yield parse(name, "7-3", True, text=text)
    for content in ("ff", known.encode().hex() + "80", "c0af", "fffe" + known.encode("utf-16-le").hex()):
        yield parse(f"not-utf-8-{content[:4]}", "7-3", True, content_hex=content)
    yield parse("byte-order-mark", "7-3", True, content_hex="efbbbf" + known.encode().hex())
    made = case("no-randomness", "7-3", "installation-id.parse", {"text": "", "random_hex": "00"}, "random-failed")
    yield made


SANITISE = {
    "e54-user-and-password": ("8-7", "https://alice:s3cret@git.example.com/team/repo.git", "https://git.example.com/team/repo.git"),
    "e54-last-at-counts": ("8-7", "https://a@b@git.example.com/x", "https://git.example.com/x"),
    "e54-ssh-password": ("8-8", "ssh://git:pw@git.example.com:2222/r", "ssh://git@git.example.com:2222/r"),
    "e54-git-over-https": ("8-7, 8-8", "https://git@git.example.com/r", "https://git.example.com/r"),
    "e55-git": ("8-10", "git@git.example.com:team/repo.git", "git@git.example.com:team/repo.git"),
    "e55-user": ("8-10", "alice@git.example.com:team/repo.git", "git.example.com:team/repo.git"),
    "e55-address": ("8-10", "alice@[2001:db8::1]:team/repo.git", "[2001:db8::1]:team/repo.git"),
    "e56-helper": ("8-6", "codecommit::us-east-1://profile@repo", "codecommit::us-east-1://repo"),
    "e56-white-space": ("8-6", "ext::sh -c connect", None),
    "e57-slash-in-password": ("8-9", "https://user:p/w@git.example.com/x", None),
    "e57-password": ("8-11", "user:pw@git.example.com:repo.git", None),
    "e57-at-in-the-path": ("8-12, 8-7", "https://git.example.com/a%2Fb@c", "https://git.example.com/a%2Fb@c"),
    "e57-drive": ("8-12", "C:\\src\\repo", "C:\\src\\repo"),
    "ssh-git": ("8-8", "ssh://git@h/r", "ssh://git@h/r"),
    "git-ssh": ("8-8", "git+ssh://git:pw@h/r", "git+ssh://git@h/r"),
    "ssh-git-scheme": ("8-8", "ssh+git://git@h/r", "ssh+git://git@h/r"),
    "ssh-other-user": ("8-8", "ssh://alice@h/r", "ssh://h/r"),
    "ssh-git-in-upper-case": ("8-8", "ssh://Git@h/r", "ssh://h/r"),
    "ssh-longer-user": ("8-8", "ssh://github@h/r", "ssh://h/r"),
    "empty-user": ("8-7", "https://@h/r", "https://h/r"),
    "no-user": ("8-7", "https://git.example.com/team/repo.git", "https://git.example.com/team/repo.git"),
    "no-path": ("8-7", "https://alice@h", "https://h"),
    "query-with-at": ("8-7, 8-12", "https://h/x?u=a@b", "https://h/x?u=a@b"),
    "user-query-and-fragment": ("8-12", "https://a@h/x?y=%20#z", "https://h/x?y=%20#z"),
    "port": ("8-9", "https://a@h:8443/x", "https://h:8443/x"),
    "empty-port": ("8-9", "https://h:/x", "https://h:/x"),
    "address-with-port": ("8-9", "https://a@[2001:db8::1]:443/x", "https://[2001:db8::1]:443/x"),
    "file": ("8-9", "file:///srv/repo", "file:///srv/repo"),
    "host-empty": ("8-9", "https:///x", None),
    "host-empty-behind-user": ("8-9", "https://a@/x", None),
    "host-white-space": ("8-9", "https://a b/x", None),
    "port-letters": ("8-9", "https://h:80a/x", None),
    "scheme-underscore": ("8-9", "my_scheme://h/x", None),
    "scheme-white-space": ("8-9", " https://h/x", None),
    "several-helpers": ("8-6", "a::b-1::c.2::https://u@h/x", "a::b-1::c.2::https://h/x"),
    "helper-scp": ("8-6, 8-10", "ext::alice@h:x", "ext::h:x"),
    "helper-path": ("8-6, 8-12", "ext::/srv/x", "ext::/srv/x"),
    "helper-not-letters": ("8-6", "a_b::c", "a_b::c"),
    "scp-without-user": ("8-12", "h:x", "h:x"),
    "scp-empty-user": ("8-11", "@h:x", None),
    "scp-empty-host": ("8-11", "a@:x", None),
    "scp-only-colon": ("8-11", ":x", None),
    "scp-empty-path": ("8-11", "a@h:", None),
    "scp-two-users": ("8-10", "a@b@h:x", "h:x"),
    "scp-at-behind-slash": ("8-11, 8-12", "h:x/a@b", "h:x/a@b"),
    "scp-at-before-slash": ("8-11", "h:a@b/x", None),
    "local-path": ("8-12", "/srv/repo@x:y", "/srv/repo@x:y"),
    "relative-path": ("8-12", "./a:b@c", "./a:b@c"),
    "name": ("8-12", "repo", "repo"),
    "name-with-at": ("8-12", "a@b", "a@b"),
    "drive-forward": ("8-12", "c:/src@x", "c:/src@x"),
    "drive-letter-as-host": ("8-10", "c:src", "c:src"),
    "not-ascii-path": ("8-12", "https://a@h/\u6771\u4eac", "https://h/\u6771\u4eac"),
    "empty": ("8-5", "", None),
    "line-feed": ("8-5", "https://h/x\n", None),
    "nul": ("8-5", "https://h/\0", None),
    "c1": ("8-5", "https://h/\x85", None),
    "delete": ("8-5", "https://h/\x7f", None),
}


def git_url_sanitise():
    for name, (rule, url, expect) in SANITISE.items():
        yield case(name, rule, "git-url.sanitize", {"url": url}, "invalid-remote-url" if expect is None else {"url": expect})
    # What begins with "planted" must not come back (0-7).
    for name, url in {"port": "https://planted-user:planted-password@h:x/r", "scp": "planted-user:planted-password@h:r", "control": "https://planted\n@h/r"}.items():
        yield case(f"refused-without-a-word-{name}", "0-7, 8-5", "git-url.sanitize", {"url": url}, "invalid-remote-url")


def git_url_compare():
    def compare(name, a, b, same, rule="8-13"):
        return case(name, rule, "git-url.same", {"a": a, "b": b}, "invalid-remote-url" if same is None else {"same": same})

    yield compare("e58-equal", " https://h/x.git/ ", "https://h/x", True)
    yield compare("e58-different", "https://h/X", "https://h/x", False)
    yield compare("users-do-not-count", "https://a:b@h/x.git", "https://h/x", True)
    yield compare("several-slashes", "https://h/x///", "https://h/x", True)
    yield compare("one-suffix-only", "https://h/x.git.git", "https://h/x", False)
    yield compare("suffix-then-slash", "https://h/x.git//", "https://h/x.git", True)
    yield compare("slash-before-suffix", "https://h/x/.git", "https://h/x", False)
    yield compare("suffix-in-upper-case", "https://h/x.GIT", "https://h/x", False)
    yield compare("schemes-count", "ssh://git@h/x", "https://h/x", False)
    yield compare("scp", "alice@h:x.git", "h:x/", True)
    yield compare("git-user-counts", "git@h:x", "h:x", False)
    yield compare("line-ends-around", "https://h/x\n", "\thttps://h/x", True)
    yield compare("refused-first", "ext::sh -c x", "https://h/x", None, "8-5, 8-13")
    yield compare("refused-second", "https://h/x", "", None, "8-5, 8-13")
    yield compare("drive", "C:\\src\\repo", "C:\\src\\repo/", True)


def attestation():
    def envelope(name, rule, status, token=None, header=""):
        question = {"status": status} | ({} if token is None else {"token": token})
        return case(name, rule, "attestation.envelope", question, **({} if header == "" else {"header": header}))

    yield envelope("e8-ok", "9-1", 0, "v1.opaque-client-payload", '{"v":1,"s":0,"t":"v1.opaque-client-payload"}')
    for status in range(1, 5):
        yield envelope(f"e8-status-{status}", "9-1, 9-2", status, None, f'{{"v":1,"s":{status}}}')
        yield envelope(f"no-token-with-status-{status}", "9-1, 9-2, 9-6", status, "late", f'{{"v":1,"s":{status}}}')
    yield envelope("e59-escaped", "9-1", 0, 'a"b\\c', '{"v":1,"s":0,"t":"a\\"b\\\\c"}')
    yield envelope("e59-not-ascii", "9-7", 0, "\u00e9", None)
    for name, token in (("absent", None), ("empty", ""), ("number", 7), ("object", {"token": "t"})):
        yield envelope(f"malformed-{name}", "9-2", 0, token, '{"v":1,"s":4}')
    yield envelope("controls-escaped", "9-1, 9-7", 0, "a\n\t\x01b")
    yield envelope("delete", "9-7", 0, "\x7f", None)
    yield envelope("illegal-without-a-word", "0-5, 0-7, 9-7", 0, "planted-token \u00e9", None)
    yield envelope("slash", "9-1", 0, "a/b+c=", '{"v":1,"s":0,"t":"a/b+c="}')
    yield envelope("space-at-the-ends", "9-1", 0, " t ", '{"v":1,"s":0,"t":" t "}')
    yield envelope("astral", "9-7", 0, "\U0001f680", None)
    yield envelope("long", "9-1", 0, "t" * 5000)
    for status in (5, 255):
        made = {"id": f"status-{status}", "rule": "9-2", "op": "attestation.envelope", "input": {"status": status}, "expect": {"error": "config-invalid"}}
        yield made
