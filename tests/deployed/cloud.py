"""A local AWS (MiniStack, with IAM evaluated) and the stack deployed to it, on this machine alone."""

import contextlib
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

import boto3

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools"


class Cloud:
    """A local AWS on a free port. The caller's own AWS account is out of reach: none of its settings are passed on."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="chathook-cloud-"))
        self.port = free_port()
        self.log = self.folder / "ministack.log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "LANG": "C.UTF-8",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        os.environ.clear()
        os.environ.update(self.environment)
        settings = {
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",  # would listen on every interface
            "LAMBDA_EXECUTOR": "local",
            "AUTH": "true",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [TOOLS / "ministack/bin/python", "-m", "ministack"],
                env=self.environment | settings,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that the functions that it starts end with it
            )
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def wait_until_ready(self, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                with contextlib.closing(connection):
                    connection.request("GET", "/_ministack/health")
                    if connection.getresponse().status == 200:
                        return
            time.sleep(0.1)
        raise RuntimeError(f"MiniStack is not up after {seconds} s; its log:\n{self.log.read_text()}")

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Stack:
    """The template, deployed by scripts/deploy."""

    def __init__(self, cloud, template, name, sdk_app_id):
        self.cloud, self.template, self.name, self.sdk_app_id = cloud, template, name, sdk_app_id
        self.formation = boto3.client("cloudformation")

    def deploy(self, *options, **variables):
        """Runs scripts/deploy with these options and environment variables; returns the finished process."""
        environment = self.cloud.environment | {"SAM_CLI_POLL_DELAY": "1"} | variables
        command = [ROOT / "scripts/deploy", "--template-file", self.template, "--stack-name", self.name, *options]
        return subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def outputs(self):
        (stack,) = self.formation.describe_stacks(StackName=self.name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def resource(self, logical_id):
        """The physical name of a resource."""
        detail = self.formation.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return detail["StackResourceDetail"]["PhysicalResourceId"]

    def post(self, output, callback, token, command=None, **query):
        """Posts a callback as the platform does to the URL of an output: the HTTP status and the answer's JSON."""
        now = str(int(time.time()))
        query = {
            "SdkAppid": self.sdk_app_id,
            "CallbackCommand": command or callback["CallbackCommand"],
            "contenttype": "json",
            "ClientIP": "203.0.113.7",
            "OptPlatform": "Android",
            "Sign": hashlib.sha256((token + now).encode()).hexdigest(),
            "RequestTime": now,
        } | query
        host = urllib.parse.urlsplit(self.outputs()[output]).hostname
        connection = http.client.HTTPConnection("127.0.0.1", self.cloud.port, timeout=30)
        connection.request(
            "POST",
            f"/?{urllib.parse.urlencode(query)}",
            json.dumps(callback, ensure_ascii=False).encode(),
            {"Host": host, "Content-Type": "application/json"},
        )
        with contextlib.closing(connection), connection.getresponse() as response:
            body = response.read()
        try:
            return response.status, json.loads(body)
        except ValueError:
            raise AssertionError(f"{output} answered {response.status} and no JSON: {body[:2000]!r}") from None

    def log(self, function):
        """Every line that a function logged."""
        logs = boto3.client("logs")
        group = self.resource(f"{function}LogGroup")
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]

    def json_log(self, function):
        """Every JSON line that a function logged."""
        return [json.loads(line) for line in self.log(function) if re.match(r"\s*\{", line)]
