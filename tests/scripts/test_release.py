"""What scripts/release refuses before it builds anything, and what it makes of what is built."""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Refused(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        shutil.copytree(ROOT / "scripts", self.root / "scripts")

    def git(self, *arguments):
        author = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"]
        subprocess.run(["git", *author, *arguments], cwd=self.root, check=True, capture_output=True)

    def release(self, *arguments):
        ended = subprocess.run(
            [self.root / "scripts/release", *arguments],
            env={"PATH": os.environ["PATH"], "GIT_CEILING_DIRECTORIES": str(self.root.parent)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(ended.returncode, 1)
        return ended.stderr

    def test_what_is_in_no_commit(self):
        self.assertIn("no git repository", self.release())
        self.git("init")
        self.git("add", ".")
        self.git("commit", "--message", "first")
        library = self.root / "scripts/lib.sh"
        library.write_text(library.read_text() + "\n")
        message = self.release()
        self.assertIn("commit or stash", message)
        self.assertIn("scripts/lib.sh", message)

    def test_a_folder_that_is_there(self):
        self.assertIn("scripts exists", self.release("--out", str(self.root / "scripts")))


# Builds what the real one would build, in no time.
CARGO = """#!/bin/sh
out="" packages=""
for word; do
  case $word in --package=*) packages="$packages ${word#*=}" ;; esac
  case $before in --lambda-dir | --output) out=$word ;; --target) target=$word ;; esac
  before=$word
done
case $1 in
  build) mkdir -p "target/$target/release" && cp .programs/chathook "target/$target/release/" ;;
  lambda) for name in $packages; do mkdir -p "$out/$name" && cp .programs/chathook "$out/$name/bootstrap"; done ;;
  run) [ -z "$out" ] || echo packed >"$out" ;;
esac
"""
CHATHOOK = """#!/bin/sh
case $1 in
  --version) echo "chathook 1.2.3 (abc)" ;;
  man) mkdir "$2" && touch "$2/chathook.1" ;;
  completions) echo "# for $2" ;;
esac
"""


class Made(unittest.TestCase):
    def test_it_is_whole_and_its_checksums_are_right(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name in ("scripts", "rules", "functions"):
                shutil.copytree(ROOT / name, root / name)
            for name in ("README.md", "LICENSE-APACHE", "LICENSE-MIT"):
                shutil.copy(ROOT / name, root)
            (root / ".gitignore").write_text("target\n.tools\n.programs\n")
            programs = {
                "cargo": CARGO, "chathook": CHATHOOK,
                "rustc": '#!/bin/sh\n[ "$1" != -vV ] && echo / || echo "host: here"\n',
            }
            (root / ".programs").mkdir()
            for name, text in programs.items():
                (root / ".programs" / name).write_text(text)
                (root / ".programs" / name).chmod(0o755)
            # What builds functions is there already.
            (root / ".tools/build/bin").mkdir(parents=True)
            shutil.copy(ROOT / "scripts/requirements/build.txt", root / ".tools/build/installed.txt")
            (root / ".tools/build/bin/python").symlink_to("/bin/true")
            git = ["git", "-c", "user.name=ada", "-c", "user.email=ada@example.com"]
            for words in (["init"], ["add", "."], ["commit", "--message", "first"]):
                subprocess.run([*git, *words], cwd=root, check=True, capture_output=True)

            environment = {"PATH": f"{root / '.programs'}{os.pathsep}{os.environ['PATH']}"}
            made = subprocess.run([root / "scripts/release"], cwd=root, env=environment, capture_output=True, text=True)
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertIn("Released chathook 1.2.3 (abc) into dist/release:", made.stdout)

            release = root / "dist/release"
            functions = [function.name for function in (ROOT / "functions").iterdir()]
            zips = [f"chathook-1.2.3-{name}-{arch}.zip" for name in functions for arch in ("arm64", "x86_64")]
            program = "chathook-1.2.3-here"
            names = sorted(file.name for file in release.iterdir())
            self.assertEqual(names, sorted([*zips, f"{program}.tar.gz", "SHA256SUMS"]))
            sums = dict(reversed(line.split(maxsplit=1)) for line in (release / "SHA256SUMS").read_text().splitlines())
            for name in names:
                if name != "SHA256SUMS":
                    self.assertEqual(sums.pop(f"./{name}"), hashlib.sha256((release / name).read_bytes()).hexdigest(), name)
            self.assertEqual(sums, {})
            with tarfile.open(release / f"{program}.tar.gz") as archive:
                for name in ("chathook", "README.md", "LICENSE-MIT", "man/chathook.1", "completions/chathook.bash"):
                    self.assertIn(f"{program}/{name}", archive.getnames())
            with zipfile.ZipFile(release / "chathook-1.2.3-webhook-arm64.zip") as function:
                self.assertEqual(function.getinfo("bootstrap").external_attr >> 16 & 0o777, 0o755)
                self.assertEqual(function.read("rules/rules.toml"), b"packed\n")


if __name__ == "__main__":
    unittest.main()
