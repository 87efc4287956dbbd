"""What scripts/release refuses before it builds anything."""

import os
import shutil
import subprocess
import tempfile
import unittest
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


if __name__ == "__main__":
    unittest.main()
