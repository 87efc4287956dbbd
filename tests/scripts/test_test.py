"""What scripts/test does where not all of it can run."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Elsewhere(unittest.TestCase):
    """On another system than Linux, with tools in place of the real ones that do nothing, and do it well."""

    def run_steps(self, *steps):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            shutil.copytree(ROOT / "scripts", root / "scripts")
            tools = ["path/cargo", "path/python3"]
            for venv in ("aws", "checks"):
                tools += [f".tools/{venv}/bin/python", f".tools/{venv}/bin/shellcheck"]
            for tool in (*tools, "path/uname"):
                (root / tool).parent.mkdir(parents=True, exist_ok=True)
                (root / tool).write_text("#!/bin/sh\n" + ("echo Darwin\n" if tool == "path/uname" else ""))
                (root / tool).chmod(0o700)
            for venv in ("aws", "checks"):
                shutil.copy(ROOT / f"scripts/requirements/{venv}.txt", root / f".tools/{venv}/installed.txt")
            return subprocess.run(
                [root / "scripts/test", *steps],
                env={"PATH": f"{root}/path:{os.environ['PATH']}"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
            )

    def test_the_deployed_test_is_skipped_and_that_is_said(self):
        ended = self.run_steps()
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.assertIn("SKIPPED deployed", ended.stdout)
        self.assertIn("everything else passed", ended.stdout)

    def test_who_asks_for_it_hears_what_it_needs(self):
        ended = self.run_steps("deployed")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("use Linux", ended.stderr)


if __name__ == "__main__":
    unittest.main()
