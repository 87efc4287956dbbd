"""What scripts/deploy refuses before it installs or calls anything."""

import os
import subprocess
import unittest
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "scripts/deploy"


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


if __name__ == "__main__":
    unittest.main()
