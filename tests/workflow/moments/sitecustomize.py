"""Makes a job wait at a chosen moment, for whoever is about to kill it there.

Python runs a file of this name at its start if it finds one on PYTHONPATH. A moment is a number of audit events
(files opened or renamed, modules imported, log lines …) after the job's process has started, after it has opened
its log or after it has begun to write a file; so the same plan always means the same place in the code, and
nobody has to watch the clock.
"""

import atexit
import json
import os
import re
import sys
import threading
from pathlib import Path

FOLDER = Path(os.environ.get("MOMENTS", ""))
JOB = re.compile(rb"results/logs/([\w/]+)\.log")


class Moment:
    """Counts the main thread's audit events from an anchor on, and stops the process at the chosen one."""

    def __init__(self, job, anchor, count):
        self.job, self.anchor, self.left = job, anchor, count
        self.counting, self.asleep = anchor == "start", False

    def see(self, event, arguments):
        """Audit hook."""
        if self.asleep or threading.current_thread() is not threading.main_thread():
            return
        self.counting = self.counting or self.is_anchor(event, arguments)
        self.left -= self.counting
        if self.left < 0:
            self.stop()

    def is_anchor(self, event, arguments):
        if self.anchor == "write":
            return event == "tempfile.mkstemp"
        return event == "open" and str(arguments[0]).endswith(f"{self.job}.log")

    def stop(self):
        """Say that the moment has come and wait, at the latest at the process's end."""
        if not self.asleep:
            self.asleep = True
            (FOLDER / "reached").write_text(f"{os.getpid()} {self.job}\n")
            (FOLDER / "go_on").read_text()  # a pipe


def watch():
    """Look up this job's next moment, if it has one."""
    job = JOB.search(Path(sys.orig_argv[-1]).read_bytes()).group(1).decode()
    moments = json.loads((FOLDER / "plan.json").read_text()).get(job)
    if moments:
        moment = Moment(job, *moments[0])
        atexit.register(moment.stop)
        sys.addaudithook(moment.see)


if "MOMENTS" in os.environ and "/.snakemake/scripts/" in sys.orig_argv[-1]:
    watch()
