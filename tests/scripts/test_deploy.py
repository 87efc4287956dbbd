"""What scripts/deploy refuses before it installs or calls anything."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "scripts/deploy"


def deploy(*arguments):
    """The exit code and the messages. One more setting is always missing, so nothing is ever deployed."""
    ended = subprocess.run(
        [DEPLOY, *arguments, "--set", "Architecture=none"],
        env={"PATH": os.environ["PATH"], "CALLBACK_TOKEN": "token"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.returncode, ended.stderr


class Parameters(unittest.TestCase):
    def test_a_name_is_no_pattern(self):
        for name in ("Memory.ize", ".*", "SdkAppI[d]", "MemorySize\\|Architecture", "memorysize", "Memory", "", "-e", "SdkAppId\nCallbackToken"):
            with self.subTest(name):
                code, message = deploy("--set", f"{name}=256")
                self.assertEqual(code, 1)
                self.assertIn(f"--set {name}: there is no such parameter. There are:", message)

    def test_one_of_the_template_is_taken(self):
        for setting in ("MemorySize=256", "WebhookMode=single", "RulesPath="):
            with self.subTest(setting):
                code, message = deploy("--set", setting)
                self.assertEqual(code, 1)
                self.assertIn("--set Architecture=none: Lambda has", message)


class Account(unittest.TestCase):
    """What AWS says, in place of which a script answers."""

    def deploy(self, said, **environment):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name in ("scripts", "functions"):
                shutil.copytree(ROOT / name, root / name)
            shutil.copy(ROOT / "template.yaml", root)
            (root / ".tools/aws/bin").mkdir(parents=True)
            shutil.copy(ROOT / "scripts/requirements/aws.txt", root / ".tools/aws/installed.txt")
            python = root / ".tools/aws/bin/python"
            python.write_text(f"#!/bin/sh\n[ \"$1\" != -m ] || {{ echo '{said}' >&2; exit 1; }}\n")
            python.chmod(0o700)
            ended = subprocess.run(
                [root / "scripts/deploy"],
                env={"PATH": os.environ["PATH"], **environment},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
            )
            self.assertEqual(ended.returncode, 1)
            return ended.stderr

    def test_credentials_that_are_no_good_are_named(self):
        for said in (
            "Error: An error occurred (ExpiredToken) when calling the DescribeStacks operation",
            "Error: The config profile (mistyped) could not be found",
            "Error: Token has expired and refresh failed",
        ):
            for environment in ({}, {"SDK_APP_ID": "1400000000"}):
                with self.subTest(said, **environment):
                    message = self.deploy(said, **environment)
                    self.assertIn(said, message)
                    self.assertIn("Renew or name your credentials", message)
                    self.assertNotIn("is missing", message)

    def test_a_first_deployment_needs_both_settings(self):
        said = "Error: The input stack chathook does not exist on Cloudformation in the region us-east-1"
        self.assertIn("SDK_APP_ID is missing", self.deploy(said))
        self.assertIn("CALLBACK_TOKEN is missing", self.deploy(said, SDK_APP_ID="1400000000"))


if __name__ == "__main__":
    unittest.main()
