"""A Slurm cluster of one node, for as long as a test runs: its own folder, ports and keys, nothing of /etc."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from tests.workflow.servers import free_ports, until

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")

# Without cgroups, Slurm samples each job's memory every second, and kills the job that has more than it asked for.
CONFIGURATION = """
ClusterName=exoprobe
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=0
ReturnToService=2
MinJobAge=86400
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:1
PartitionName=main Nodes={host} Default=YES
"""


def find(name: str) -> str | None:
    """Find a program; sbin is not on every user's path."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def obstacle() -> str | None:
    """Say why a node cannot be started here, None if it can."""
    missing = [name for name in PROGRAMS if find(name) is None]
    if missing:
        return f"no {', '.join(missing)} (Debian's packages slurmctld, slurmd, slurm-client and munge)"
    return None if os.geteuid() == 0 else "Slurm's daemons are to be started by root"


class SlurmNode:
    """munged, slurmctld and slurmd of a cluster of one node; a context manager that stops them in the end.

    Attributes:
        environment: in which Slurm's commands talk to this cluster.
    """

    def __init__(self, folder: Path):
        """Write the cluster's files into a folder of a short path, since it holds a socket."""
        self.folder = folder
        self.environment = {
            **os.environ,
            "SLURM_CONF": f"{folder}/slurm.conf",
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
        }
        self.daemons: dict[str, subprocess.Popen] = {}
        for name in ("state", "spool", "bin"):
            (folder / name).mkdir()
        folder.chmod(0o755)
        host = socket.gethostname().partition(".")[0]
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 9 // 10 >> 20
        text = CONFIGURATION.format(folder=folder, host=host, ports=free_ports(2), cpus=os.cpu_count(), memory=memory)
        (folder / "slurm.conf").write_text(text)
        (folder / "gres.conf").write_text("Name=gpu File=/dev/zero\n")  # a card to hand out, not to compute on
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o600)
        # The plugin takes SLURM_CONF, as all of SLURM_*, out of the environment of the srun inside a job.
        srun = folder / "bin" / "srun"
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {find("srun")} "$@"\n')
        srun.chmod(0o755)

    def __enter__(self) -> "SlurmNode":
        """Start the daemons and wait for the node to be idle."""
        files = [f"--{name}-file={self.folder}/munge.{name}" for name in ("key", "log", "pid", "seed")]
        self.start("munged", "--foreground", "--force", f"--socket={self.folder}/munge.socket", *files)
        until((self.folder / "munge.socket").exists)
        self.start("slurmctld", "-D")
        self.start("slurmd", "-D")
        until(lambda: self.command("sinfo", "--noheader", "--format=%T") == "idle")
        return self

    def __exit__(self, *_: object) -> None:
        """Cancel what is left of jobs, and stop the daemons."""
        self.command("scancel", f"--user={os.geteuid()}")
        until(lambda: not self.command("squeue", "--noheader"))
        for name in reversed(list(self.daemons)):
            self.kill(name)

    def start(self, name: str, *arguments: str) -> None:
        """Start a daemon."""
        with (self.folder / f"{name}.out").open("a") as output:
            self.daemons[name] = subprocess.Popen(
                [find(name), *arguments], env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )

    def restart_controller(self) -> None:
        """End slurmctld as an upgrade does; start it again once its absence shows. (Killed outright it would lose
        the jobs of its last seconds.)
        """
        self.daemons["slurmctld"].terminate()
        self.daemons["slurmctld"].wait()
        assert not self.command("squeue")
        self.start("slurmctld", "-D")

    def kill(self, name: str) -> None:
        """Kill a daemon outright."""
        self.daemons[name].kill()
        self.daemons[name].wait()

    def command(self, *words: str) -> str:
        """Run a command of Slurm's; return what it printed, without the line's end."""
        return subprocess.run(words, env=self.environment, capture_output=True, text=True).stdout.strip()
