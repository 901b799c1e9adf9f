#!/usr/bin/env python3
"""slurm.py INITLAB - a sweep through a real Slurm, started here as root on one machine: munged, slurmctld and slurmd of
Debian's packages. While the array runs, slurmctld and slurmd are killed with -9 and restarted, a task is requeued, and
one gets the signal of a time limit. In the end the results are those of a sweep without Slurm."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sweep"))
from sweeps import committed, dump, tiny, write_sweep  # noqa: E402

INITLAB = os.path.abspath(sys.argv[1])
PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo"]
PATH = os.environ["PATH"] + ":/usr/sbin"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Rig:
    """The daemons, their files in one folder."""

    def __init__(self, folder):
        self.folder, self.process = folder, {}
        self.env = {**os.environ, "PATH": PATH, "SLURM_CONF": os.path.join(folder, "slurm.conf")}
        for name in ("state", "spool", "munge"):
            os.mkdir(os.path.join(folder, name), 0o755)
        os.chmod(folder, 0o755)
        key = os.path.join(folder, "munge", "key")
        with open(key, "wb") as file:
            file.write(os.urandom(1024))
        os.chmod(key, 0o400)
        host = socket.gethostname()
        with open(os.path.join(folder, "slurm.conf"), "w", encoding="utf-8") as file:
            file.write(f"""ClusterName=initlab
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={free_port()}
SlurmdPort={free_port()}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,sched_min_interval=0,requeue_setup_env_fail
ReturnToService=2
MaxArraySize=13
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=60 State=UP
""")
        self.start("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={folder}/munge/socket",
                   f"--pid-file={folder}/munge/pid", f"--log-file={folder}/munge/log", f"--seed-file={folder}/munge/seed")
        self.start("slurmctld", "-D", "-c")
        self.start("slurmd", "-D")
        self.wait(lambda: "idle" in self.run("sinfo", "-h", "-o", "%T", check=False), "an idle node", 60)

    def start(self, name, *words):
        with open(os.path.join(self.folder, f"{name}.out"), "ab") as out:
            self.process[name] = subprocess.Popen([name, *words], env=self.env, stdout=out, stderr=out)

    def kill(self, name):
        self.process[name].kill()
        self.process[name].wait()

    def run(self, *words, check=True):
        # scancel asks for minutes about a task between two states; the next call may find it in one
        done = subprocess.run(["timeout", "20", *words], env=self.env, check=False, encoding="utf-8",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if check and done.returncode:
            sys.exit(f"{' '.join(words)}: {done.returncode}: {done.stderr}\n{self.logs()}")
        return done.stdout

    def administer(self):
        """What an administrator does after such faults, and docs/sweeps.md says."""
        # a controller that lags behind drains a node whose job it forgot
        if "drain" in self.run("sinfo", "-h", "-o", "%T", check=False):
            self.run("scontrol", "update", f"nodename={socket.gethostname()}", "state=resume", check=False)
        for line in self.run("squeue", "-h", "-t", "PENDING", "-r", "-o", "%i %r", check=False).splitlines():
            task, reason = line.split(maxsplit=1)
            if "held" in reason:  # a slurmd that died while it launched the task
                self.run("scontrol", "release", task, check=False)
            if reason == "BeginTime":  # a requeued task waits for two minutes: it need not
                self.run("scontrol", "update", f"jobid={task}", "starttime=now", check=False)

    def wait(self, true, what, seconds):
        end = time.monotonic() + seconds
        while not true():
            self.administer()
            if time.monotonic() > end:
                sys.exit(f"no {what} after {seconds} s\n{self.run('squeue', check=False)}\n{self.logs()}")
            time.sleep(0.2)

    def logs(self):
        texts = []
        for name in ("slurmctld.out", "slurmctld.log", "slurmd.out", "slurmd.log", "munged.out"):
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    texts.append(f"== {name}\n" + "".join(file.readlines()[-25:]))
        return "\n".join(texts)

    def running(self):
        """The tasks that run; squeue's own filter takes in those that are still being launched."""
        lines = self.run("squeue", "-h", "-t", "RUNNING", "-o", "%i %t", check=False).splitlines()
        return [line.split()[0] for line in lines if line.endswith(" R")]

    def to_a_task(self, *words):
        """Runs the command on a running task until one is back in the queue: a task may end before it arrives."""
        def restarts(task):
            shown = self.run("scontrol", "show", "job", task, check=False)
            return int(shown.split("Restarts=")[1].split()[0]) if "Restarts=" in shown else 0

        def done():
            for task in self.running()[:1]:
                before = restarts(task)
                if subprocess.run(["timeout", "10", *words, task], env=self.env, check=False,
                                  stderr=subprocess.DEVNULL).returncode == 0:
                    self.wait(lambda: task not in self.running(), f"end of {task}", 60)
                    return restarts(task) > before
            return False
        self.wait(done, f"task that went back to the queue for {words[0]}", 120)

    def stop(self):
        for process in self.process.values():
            process.send_signal(signal.SIGKILL)
            process.wait()


def local(*words):
    return subprocess.run([INITLAB, "sweep", *words], check=True, encoding="utf-8", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def main(folder):
    os.chdir(folder)
    tiny("data")
    runs = write_sweep("sweep.yaml", 240, epochs=1400)
    begin = time.monotonic()
    local("run", "sweep.yaml", "--data", "data", "--out", "plain", "--pack-size", "4", "--devices", "cpu:2", "--quiet")
    print(f"{runs} runs without Slurm: {time.monotonic() - begin:.1f} s", flush=True)
    packs = committed("plain")[0]
    os.mkdir("rig")
    rig = Rig(os.path.join(folder, "rig"))
    try:
        os.environ.update(PATH=PATH, SLURM_CONF=rig.env["SLURM_CONF"])
        out = local("submit", "sweep.yaml", "--data", "data", "--engine", "slurm", "--kind", "cpu", "--out", "array",
                    "--pack-size", "4", "--parallel", "2", "--shards", "100", "--sbatch", "--time=5")
        assert "in 12 shards, 2 at a time; MaxArraySize is 13" in out.stderr, out.stderr
        command = out.stdout.split()
        assert command[0] == "sbatch", out.stdout
        rig.run(*command)
        faults = 0

        def progress(share):
            rig.wait(lambda: os.path.isdir("array") and committed("array")[1] >= share * packs, f"{share} of packs", 120)

        progress(0.1)
        rig.kill("slurmctld")
        time.sleep(1)
        rig.start("slurmctld", "-D")
        faults += 1
        progress(0.25)
        rig.kill("slurmd")
        time.sleep(1)
        rig.start("slurmd", "-D")
        faults += 1
        progress(0.35)
        rig.to_a_task("scancel", "--batch", "--signal=USR1")  # what --signal=B:USR1@60 sends
        faults += 1
        time.sleep(2)  # Slurm 22.05 refuses to start a task that was requeued twice in a second
        rig.to_a_task("scontrol", "requeue")
        faults += 1

        def ended():
            return not rig.run("squeue", "-h", "-o", "%i", check=False).strip()

        rig.wait(ended, "empty queue", 240)
        if committed("array")[1] < packs:  # a task that died with its daemon: submitted again, it trains what is left
            rig.run(*command)
            rig.wait(ended, "empty queue", 240)
        local("merge", "array")
        want, got = dump("plain"), dump("array")
        lines, distinct = committed("array")
        print(f"{packs} packs, {faults} faults: {distinct} committed, {lines - distinct} of them twice; "
              f"results {'equal' if got == want else 'DIFFER'}")
        assert got == want and distinct == packs and faults == 4
    finally:
        rig.stop()
        subprocess.run(["pkill", "-KILL", "-f", os.path.join(folder, "array")], check=False)


missing = [name for name in PROGRAMS if not shutil.which(name, path=PATH)]
if missing or os.geteuid() != 0:
    print("skipped:", f"no {', '.join(missing)}" if missing else "only root can start Slurm")
    sys.exit(77)
with tempfile.TemporaryDirectory(prefix="initlab-slurm-") as FOLDER:
    main(os.path.realpath(FOLDER))
