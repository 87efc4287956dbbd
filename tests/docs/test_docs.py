"""What the documents promise: links and anchors lead somewhere, both READMEs give the same commands, the commands run and
print what is shown below them, the screenshot is what `serve` prints, every key of the rule language has an example that
does what its comment says, and every setting is described.

How a document is read:
- A block ```sh is run line by line in a copy of the project, `cargo run --` and `chathook` alike. What NOT_RUN names is
  only checked: the program, the subcommand and the flags exist.
- A block ```text below it is the output of what was run, or what a command that still runs has printed since; the test
  waits for that. A line `…` stands for any lines, `…` within a line for any text. Times, ports and long numbers may differ.
- The blocks of a document share one folder: what one starts or writes is there for the next.
- In docs/rules.md, a block ```toml is a rules file, or one line of a rule for each example."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from itertools import zip_longest
from pathlib import Path

import tomlkit  # the SAM CLI brings it

ROOT = Path(__file__).parents[2]
README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
RULES, OPERATIONS = ROOT / "docs/rules.md", ROOT / "docs/operations.md"
README_BYTES = 9 * 1024

NOT_RUN = re.compile(
    r"--aws\b|^aws |^SDK_APP_ID="  # needs AWS
    r"|^scripts/|cargo (build|install|test)|--release"  # takes minutes
    r"|^npm "  # needs the network
    r"|^rustup |/usr/share/dict|^read "  # changes the machine, is not on every one, needs a person
)
# What runs until it is stopped.
ENDLESS = re.compile(r"\bserve\b|--follow\b")


def documents():
    """All documents of the project, without what tools and builds leave in its folder."""
    foreign = {"target", "dist", "node_modules"}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in foreign)
        yield from (Path(folder) / name for name in sorted(files) if name.endswith(".md"))


class Block:
    """A fenced block: its language, its lines without the indentation of a list, and where it begins."""

    def __init__(self, language, line):
        self.language, self.line, self.lines = language, line, []

    def commands(self):
        """The commands of a shell block, continued lines joined, comments taken off."""
        text = "\n".join(self.lines).replace("\\\n", " ")
        commands = (re.sub(r"(^|\s+)#.*", "", line).strip() for line in text.split("\n"))
        return [" ".join(command.split()) if '"' not in command else command for command in commands if command]


def parse(path):
    """The prose lines of a document, each with its number, and its fenced blocks."""
    prose, blocks, fence = [], [], None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        opening = re.match(r"( *)```(\S*)", line)
        if opening and fence is None:
            fence = opening[1]
            blocks.append(Block(opening[2], number))
        elif opening:
            fence = None
        elif fence is not None:
            blocks[-1].lines.append(line.removeprefix(fence))
        else:
            prose.append((number, line))
    return prose, blocks


def shell_blocks(path):
    return [block for block in parse(path)[1] if block.language == "sh"]


def anchors(path):
    """The anchors that headings get, as GitHub makes them."""
    found = set()
    for _, line in parse(path)[0]:
        if heading := re.match(r"#+ +(.*?) *#*$", line):
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            number, anchor = 0, slug
            while anchor in found:
                number += 1
                anchor = f"{slug}-{number}"
            found.add(anchor)
    return found


def in_code(prose):
    return [(number, span) for number, line in prose for span in re.findall(r"`([^`]+)`", line)]


class Links(unittest.TestCase):
    def test_every_relative_link_leads_to_a_file_and_a_heading(self):
        for path in documents():
            for number, line in parse(path)[0]:
                for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
                    if re.match(r"[a-z]+:", target):
                        continue
                    with self.subTest(document=path.relative_to(ROOT), line=number, link=target):
                        name, _, anchor = target.partition("#")
                        file = (path.parent / name).resolve() if name else path
                        self.assertTrue(file.exists(), "no such file")
                        if anchor:
                            self.assertIn(anchor, anchors(file), "no such heading")

    def test_every_path_that_is_named_exists(self):
        roots = "cli|docs|functions|fuzz|rules|scripts|shared|tests"
        for path in documents():
            for number, span in in_code(parse(path)[0]):
                if re.fullmatch(rf"({roots})/[\w./*-]+", span):
                    with self.subTest(document=path.relative_to(ROOT), line=number, path=span):
                        self.assertTrue(list(ROOT.glob(span.rstrip("/"))), "no such file")


class Readmes(unittest.TestCase):
    def test_both_give_the_same_commands(self):
        english, chinese = ([block.commands() for block in shell_blocks(path)] for path in (README, CHINESE))
        self.assertEqual(english, chinese)

    def test_both_are_short(self):
        for path in (README, CHINESE):
            self.assertLessEqual(len(path.read_bytes()), README_BYTES, path.name)


class Project:
    """A copy of what the commands need, in a folder of its own, with `cargo` and `chathook` as the commands call them."""

    _binary = None

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="chathook-docs-"))
        self.running, self.outputs = [], []
        shutil.copytree(ROOT / "rules", self.folder / "rules")
        for folder in ("tests/fixtures", "shared/matcher/corpora/languages"):
            shutil.copytree(ROOT / folder, self.folder / folder)
        programs = self.folder / ".programs"
        programs.mkdir()
        (programs / "chathook").symlink_to(self.binary())
        (programs / "cargo").write_text('#!/bin/sh\n[ "$1 $2" = "run --" ] || exit 2\nshift 2\nexec chathook "$@"\n')
        (programs / "cargo").chmod(0o755)
        settings = ("SDK_APP_ID", "CALLBACK_TOKEN", "PREVIOUS_CALLBACK_TOKEN", "ALLOW_UNSIGNED", "TABLE_NAME", "RULES_PATH")
        self.environment = {name: value for name, value in os.environ.items() if name not in settings}
        self.environment |= {"COLUMNS": "80", "TZ": "UTC"}  # the terminal that the documents show
        self.environment["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"

    @classmethod
    def binary(cls):
        if cls._binary is None:
            # As the end-to-end tests build it, so that it is there already.
            build = ["cargo", "build", "--quiet", "--locked", "--workspace", "--bins", "--message-format", "json-render-diagnostics"]
            built = subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
            binaries = {message["target"]["name"]: message["executable"]
                        for message in map(json.loads, built.splitlines()) if message.get("executable")}
            cls._binary = Path(binaries["chathook"])
        return cls._binary

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.send_signal(signal.SIGINT)
        for process in self.running:
            process.wait(timeout=60)
        shutil.rmtree(self.folder)

    def run(self, command, typed=""):
        """Runs a command to its end, with this as its standard input."""
        return subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, input=typed, text=True, capture_output=True
        )

    def start(self, command):
        """Starts what runs until it is stopped, and waits for its first lines."""
        if "serve" in command:
            command += " --listen 127.0.0.1:0 --dynamodb-listen 127.0.0.1:0"  # others may use the usual ports
        output = self.folder / f".output-{len(self.running)}"
        self.outputs.append(output)
        with output.open("w") as file:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=file, stderr=subprocess.STDOUT,
                # As on a terminal. Where the tests run in the background, Ctrl-C would be ignored.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        self.running.append(process)
        wanted = "listening on" if "serve" in command else "\n"
        for _ in range(600):
            if process.poll() is not None or wanted in output.read_text():
                break
            time.sleep(0.05)
        return process

    def printed(self):
        """What each of the commands that were started has printed so far."""
        return [output.read_text() for output in self.outputs]


def normal(text):
    """Without what differs from run to run."""
    text = re.sub(r" *\b\d+(\.\d+)? (µs|ms)\b", " 0 ms", text)  # with the padding, and in either unit
    text = re.sub(r"\b127\.0\.0\.1:\d+", "127.0.0.1:0", text)
    text = re.sub(r"\b\d+_\d+_\d+\b", "0_0_0", text)  # a MsgKey: the middle number has up to ten digits
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2000-01-01T00:00:00Z", text)
    text = re.sub(r"\d{9,}", lambda digits: "9" * len(digits[0]), text)
    return "\n".join(line.rstrip() for line in text.split("\n"))


def shown(lines):
    """What is shown as output, as a regular expression."""
    patterns = []
    for line in normal("\n".join(lines)).split("\n"):
        patterns.append(r"(?:.*\n)*?" if line == "…" else "[^\n]*".join(map(re.escape, line.split("…"))) + r"\n")
    return re.compile("^" + "".join(patterns), re.MULTILINE)


class Commands(unittest.TestCase):
    def test_every_command_runs_and_prints_what_is_shown(self):
        for path in documents():
            blocks = parse(path)[1]
            if any(block.language == "sh" for block in blocks):
                with self.subTest(document=path.relative_to(ROOT)), Project() as project:
                    self.run_all(project, blocks)

    def run_all(self, project, blocks):
        ran, output, begun = False, "", []
        for block in blocks:
            if block.language == "text" and ran:
                self.wait_for_output(project, block, output, begun)
            if block.language != "sh":
                continue
            ran, output, begun = False, "", [len(text) for text in project.printed()]
            for command in block.commands():
                if NOT_RUN.search(command):
                    self.check(project, command)
                    continue
                ran = True
                if ENDLESS.search(command):
                    process = project.start(command)
                    self.assertIsNone(process.poll(), f"line {block.line}: {command} ended: {project.printed()[-1]}")
                else:
                    done = project.run(command)
                    self.assertEqual(done.returncode, 0, f"line {block.line}: {command}\n{done.stdout}{done.stderr}")
                    output += done.stdout

    def wait_for_output(self, project, block, output, begun):
        """Until what is shown is in the output of the commands that ended, or in what the others have printed since they
        had printed as much as `begun` says."""
        for _ in range(600):
            printed = output + "".join(text[start:] for text, start in zip_longest(project.printed(), begun, fillvalue=0))
            if shown(block.lines).search(normal(printed)):
                return
            time.sleep(0.05)
        self.assertRegex(normal(printed), shown(block.lines), f"the output shown in line {block.line}")

    def test_what_is_named_in_the_text_exists(self):
        with Project() as project:
            for path in documents():
                for number, span in in_code(parse(path)[0]):
                    if re.match(r"(chathook|cargo run --|scripts/\w+) .*\w", span):
                        with self.subTest(document=path.relative_to(ROOT), line=number, command=span):
                            self.check(project, span)

    def check(self, project, command):
        """That the program, the subcommand and the flags of a command exist."""
        words = re.sub(r"^(\w+=\S* +)+|cargo run -- ", lambda found: "chathook " if "cargo" in found[0] else "", command).split()
        flags = [re.sub(r"=.*", "", word) for word in words if re.fullmatch(r"--[a-z][\w-]*(=.*)?", word)]
        if words[0].startswith("scripts/"):
            help_text = project.run(f"{ROOT / words[0]} --help")
            flags += words[1:] if words[0] == "scripts/test" and not flags else []
            flags = [flag for flag in flags if flag not in ("--help", "--region")]  # the second goes to sam
        elif words[0] == "chathook":
            names = re.match(r"(?: [a-z][a-z-]+)*", " ".join(["", *words[1:3]]))[0].split()
            is_group = names[:1] in (["messages"], ["rules"])
            help_text = project.run(f"chathook {' '.join(names[: 2 if is_group else 1])} --help")
        else:
            packages = re.findall(r"(?:-p|--package) (\S+)", command)
            manifests = "".join(file.read_text() for file in ROOT.glob("**/Cargo.toml") if "target" not in file.parts)
            for package in packages:
                self.assertIn(f'name = "{package}"', manifests, command)
            for manifest in re.findall(r"--manifest-path (\S+)", command):
                self.assertTrue((ROOT / manifest).exists(), command)
            return
        self.assertEqual(help_text.returncode, 0, f"{command}: {help_text.stderr}")
        for flag in flags:
            self.assertRegex(help_text.stdout, rf"(?<![\w-]){re.escape(flag)}(?![\w-])", f"{command}: no {flag}")


class Screenshot(unittest.TestCase):
    def test_what_is_drawn_is_what_serve_prints(self):
        with Project() as project:
            drawn = project.run(f"{ROOT}/scripts/screenshot --out now.svg")
            self.assertEqual(drawn.returncode, 0, drawn.stderr)
            now, shown = (normal(path.read_text(encoding="utf-8")) for path in (project.folder / "now.svg", ROOT / "docs/serve.svg"))
            self.assertEqual(now, shown, "docs/serve.svg is out of date: run scripts/screenshot")
        for path in (README, CHINESE):
            self.assertIn("(docs/serve.svg)", path.read_text(encoding="utf-8"))


class RuleExamples(unittest.TestCase):
    """Every example of docs/rules.md is a rules file or a line of a rule."""

    KEYS_OF_A_RULE = {
        "id": 'id = "example"',
        "when": 'when = { terms = ["casino"] }',
        "action": 'action = { type = "flag" }',
    }

    def examples(self):
        """Each example's place, its text as a whole file, the texts that it hits, and those that it does not."""
        for block in parse(RULES)[1]:
            if block.language != "toml":
                continue
            if any(line.startswith("schema") for line in block.lines):
                yield block.line, "\n".join(block.lines), [], []
                continue
            for number, line in enumerate(block.lines, block.line + 1):
                code, _, comment = line.partition(" # ")
                key = code.split(" ", 1)[0]
                rest = [line for other, line in self.KEYS_OF_A_RULE.items() if other != key]
                hits, _, misses = comment.partition("; not")
                texts = [re.findall(r'"([^"]*)"', part) if "hits" in comment else [] for part in (hits, misses)]
                yield number, "\n".join(["schema = 1", "[[rule]]", *rest, code]), *texts

    def test_every_example_is_without_mistake_and_does_what_it_says(self):
        with Project() as project:
            shutil.copy(ROOT / "rules/adverts.txt", project.folder)
            for line, rules, hits, misses in self.examples():
                with self.subTest(line=line):
                    (project.folder / "example.toml").write_text(rules)
                    checked = project.run("chathook rules check example.toml")
                    self.assertEqual(checked.returncode, 0, checked.stderr)
                    self.assertIn("no problems", checked.stdout)
                    messages = "".join(json.dumps({"text": text}) + "\n" for text in hits + misses)
                    judged = project.run("chathook rules run example.toml --input -", messages)
                    self.assertEqual(judged.returncode, 0, judged.stderr)
                    found = [json.loads(line) for line in judged.stdout.splitlines()]
                    self.assertEqual(hits, [message["text"] for message in found if message["rules"]])
                    self.assertEqual(misses, [message["text"] for message in found if not message["rules"]])

    def test_every_key_and_value_of_the_language_has_an_example(self):
        with Project() as project:
            schema = json.loads(project.run("chathook rules schema").stdout)
        wanted, shown = set(), set()
        self.name_all(schema, "File", schema, wanted, set())
        for _, rules, _, _ in self.examples():
            self.name_shown(schema, "File", schema, tomlkit.parse(rules).unwrap(), shown)
        self.assertEqual(sorted(wanted - shown), [])
        self.assertGreater(len(wanted), 60)

    def resolve(self, schema, name, node):
        """The node that a reference leads to, and its name."""
        while "$ref" in node or "allOf" in node:
            reference = node.get("$ref") or node["allOf"][0]["$ref"]
            name = reference.rsplit("/", 1)[-1]
            node = schema["definitions"][name]
        return name, node

    def choices(self, node):
        """The values that a string may have."""
        alternatives = node.get("oneOf") or node.get("anyOf") or [node]
        return [value for choice in alternatives for value in choice.get("enum", [choice.get("const")]) if value is not None]

    def alternatives(self, name, node):
        """A table with several shapes, each under a name of its own: an action by its `type`."""
        shapes = [choice for choice in node.get("oneOf", node.get("anyOf", [])) if "properties" in choice]
        return [(f"{name} {shape['properties']['type']['const']}", shape) for shape in shapes] or [(name, node)]

    def name_all(self, schema, name, node, names, known):
        name, node = self.resolve(schema, name, node)
        if name in known:
            return
        known.add(name)
        names.update((name, value) for value in self.choices(node))
        for shape_name, shape in self.alternatives(name, node):
            for key, value in shape.get("properties", {}).items():
                names.add((shape_name, key))
                value = value.get("items", value)
                if "$ref" in value or "allOf" in value:
                    self.name_all(schema, key, value, names, known)

    def name_shown(self, schema, name, node, value, names):
        name, node = self.resolve(schema, name, node)
        if isinstance(value, list):
            for item in value:
                self.name_shown(schema, name, node.get("items", {}), item, names)
        elif isinstance(value, dict):
            shapes = self.alternatives(name, node)
            name, node = next(((n, s) for n, s in shapes if n == f"{name} {value.get('type')}"), shapes[0])
            for key, inner in value.items():
                names.add((name, key))
                self.name_shown(schema, key, node.get("properties", {}).get(key, {}), inner, names)
        else:
            names.add((name, value))


class Operations(unittest.TestCase):
    def test_the_compiler_is_pinned_to_the_version_that_is_named(self):
        pinned = tomlkit.parse((ROOT / "rust-toolchain.toml").read_text())["toolchain"]["channel"]
        self.assertEqual(pinned, tomlkit.parse((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["rust-version"])
        for path in (README, CHINESE):
            self.assertIn(f"Rust {pinned.rsplit('.', 1)[0]}", path.read_text(encoding="utf-8"))

    def test_every_parameter_of_the_template_is_documented(self):
        text = OPERATIONS.read_text(encoding="utf-8")
        parameters = re.search(r"^Parameters:\n(.*?)^\S", (ROOT / "template.yaml").read_text(), re.M | re.S)[1]
        for name in re.findall(r"^  (\w+):$", parameters, re.M):
            variable = re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()
            self.assertTrue(f"| `{variable}`" in text or f"| `{name}`" in text, f"{name} is not in docs/operations.md")

    def test_the_metrics_that_are_counted_are_those_that_are_documented(self):
        sources = "".join(file.read_text() for file in sorted((ROOT / "shared/endpoint/src").glob("**/*.rs")))
        calls = re.findall(r"metrics::(?:counter|histogram)!\((.*?)\)\s*\.(?:increment|record)", sources, re.S)
        section = OPERATIONS.read_text(encoding="utf-8").split("## Metrics and alarms")[1].split("\n## ")[0]
        cells = re.findall(r"^\| (`.*?) \|", section, re.M)
        self.assertEqual(
            sorted(set(re.findall(r'"([A-Z]\w+)"', "".join(calls)))), sorted(re.findall(r"`(\w+)`", "".join(cells)))
        )


if __name__ == "__main__":
    unittest.main()
