"""The Kubernetes profile, with a server in the cluster's place that runs each pod's command in an empty folder."""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from tests.workflow.conftest import copy_project
from tests.workflow.servers import KEYS, s3_server

IMAGES, SAMPLES = "results/data/orl/images.zip", "results/data/orl/samples.parquet"


class Cluster(ThreadingHTTPServer):
    """What of Kubernetes' API the plugin talks to: secrets, jobs, their status.

    Attributes:
        jobs: what was submitted, in that order.
        wheels: a folder for what pods install from; see envs/Dockerfile.
        fail: how many of the jobs to end with an error at once, as if they ran out of memory.
    """

    def __init__(self, fail: int, wheels: Path):
        super().__init__(("127.0.0.1", 0), Answers)
        self.secret: dict[str, str] = {}
        self.jobs: list[dict] = []
        self.status: dict[str, dict] = {}
        self.fail = fail
        self.wheels = wheels

    def submit(self, job: dict) -> None:
        """Run a job's container to its end."""
        self.jobs.append(job)
        failed = len(self.jobs) <= self.fail or self.run_container(job["spec"]["template"]["spec"]["containers"][0])
        self.status[job["metadata"]["name"]] = {"failed": 1} if failed else {"succeeded": 1}

    def run_container(self, container: dict) -> int:
        """Run the command with nothing but the environment that the pod would have; return its exit status."""
        secret = {
            entry["name"]: base64.b64decode(self.secret[entry["valueFrom"]["secretKeyRef"]["key"]]).decode()
            for entry in container["env"]
        }
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        with tempfile.TemporaryDirectory() as folder:
            return subprocess.run(
                [*container["command"], *container["args"]],
                cwd=folder,
                env={"PATH": path, "HOME": folder, **secret},
            ).returncode


class Answers(BaseHTTPRequestHandler):
    """The API's answers, each an object in JSON."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/secrets"):
            self.server.secret = body["data"]
        else:
            self.server.submit(body)
        self.answer(body)

    def do_GET(self):
        name = self.path.removesuffix("/status").rpartition("/")[2]
        self.answer({"items": []} if name.startswith("pods") else {"status": self.server.status[name]})

    def do_DELETE(self):
        self.answer({})

    def answer(self, body: dict) -> None:
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def cluster(root, finished, tmp_path_factory):
    """One job was computed in pods, the first of which ended with an error."""
    project = copy_project(root, tmp_path_factory.mktemp("kubernetes"))
    git = ["git", "-c", "user.name=x", "-c", "user.email=x"]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "x"]):
        subprocess.run([*git, *command], cwd=project.folder, check=True)
    wheels = tmp_path_factory.mktemp("wheels")
    pinned = re.search(r"^snakemake-storage-plugin-s3==.+$", (root / "requirements.lock").read_text(), re.MULTILINE)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", wheels, pinned.group()]
    subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
    with Cluster(fail=1, wheels=wheels) as api, s3_server() as (address, bucket):
        threading.Thread(target=api.serve_forever).start()
        bucket.upload_file(finished.path(IMAGES), IMAGES)
        kubeconfig = project.path(".kubeconfig")
        kubeconfig.write_text(yaml.safe_dump(kube_config(f"http://127.0.0.1:{api.server_port}")))
        where = ("--profile", "profiles/kubernetes", "--storage-s3-endpoint-url", address)
        process = project.start(
            "--seconds-between-status-checks",
            "1",
            SAMPLES,
            where=where,
            environment={**os.environ, **KEYS, "KUBECONFIG": str(kubeconfig)},
        )
        output, _ = process.communicate()
        api.shutdown()
        assert process.returncode == 0, output
        yield api, bucket


def kube_config(server):
    """What a user's ~/.kube/config says."""
    context = {"name": "test", "context": {"cluster": "test", "user": "test"}}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [context],
        "clusters": [{"name": "test", "cluster": {"server": server}}],
        "users": [{"name": "test", "user": {}}],
    }


def test_a_pod_with_nothing_but_the_packages_computes_the_local_run_s_result(cluster, finished):
    _, bucket = cluster
    assert bucket.Object(SAMPLES).get()["Body"].read() == finished.path(SAMPLES).read_bytes()


def test_pods_run_the_profile_s_image_and_ask_for_more_with_each_attempt(cluster, finished):
    api, _ = cluster
    profile = finished.read_config(finished.path("profiles/kubernetes/config.yaml"))
    containers = [job["spec"]["template"]["spec"]["containers"][0] for job in api.jobs]
    assert {container["image"] for container in containers} == {profile["container-image"]}
    assert [container["resources"]["limits"]["memory"] for container in containers] == ["1000M", "2000M"]
    assert not any("nvidia.com/gpu" in container["resources"]["limits"] for container in containers)
