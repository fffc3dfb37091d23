"""Machines on a bridge of their own, in a network that this process alone has: nothing leaves it, and nothing stays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BRIDGE = "10.83.0.1"
INSIDE = "THANX_HOSTS_INSIDE"
PATIENCE = 60  # seconds between TERM and KILL


class NotPermitted(Exception):
    """This machine lets us make no network of our own; `args[0]` says why."""


def enter() -> None:
    """Starts this program anew in a network and a tree of mounts of its own, which end with it."""
    if os.environ.get(INSIDE):
        return
    command = ["unshare", "--net", "--mount", "--propagation", "private"]
    for needed in ("/usr/bin/unshare", "/usr/sbin/ip"):
        if not Path(needed).exists():
            raise NotPermitted(f"{needed} isn't there (on Debian: util-linux, iproute2)")
    tried = subprocess.run([*command, "ip", "link", "add", "probe", "type", "bridge"], capture_output=True, text=True)
    if os.getuid() or tried.returncode:
        raise NotPermitted(f"only root may make networks here: {tried.stderr.strip() or 'not root'}")
    os.execvpe(command[0], [*command, sys.executable, "-m", "tests.hosts", *sys.argv[1:]], os.environ | {INSIDE: "1"})


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def make_bridge() -> None:
    """The network in which the services listen. `ip netns` keeps its names in a folder that is ours alone."""
    Path("/run/netns").mkdir(exist_ok=True)
    run("mount", "-t", "tmpfs", "none", "/run/netns")
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "thanx", "type", "bridge")
    run("ip", "address", "add", f"{BRIDGE}/24", "dev", "thanx")
    run("ip", "link", "set", "thanx", "up")


@dataclass
class Host:
    """A machine with an address, a folder and a name of its own, which sees no folder of another."""

    name: str
    number: int
    folder: Path
    environment: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"10.83.0.{self.number}"

    def connect(self) -> None:
        run("ip", "netns", "add", self.name)
        link = ["ip", "link", "add", f"v-{self.name}", "type", "veth", "peer", "name", "eth0", "netns", self.name]
        run(*link)
        run("ip", "link", "set", f"v-{self.name}", "master", "thanx")
        run("ip", "-n", self.name, "link", "set", "lo", "up")
        run("ip", "-n", self.name, "address", "add", f"{self.address}/24", "dev", "eth0")
        run("ip", "-n", self.name, "link", "set", "eth0", "up")
        self.plug()

    def plug(self) -> None:
        run("ip", "link", "set", f"v-{self.name}", "up")

    def unplug(self) -> None:
        run("ip", "link", "set", f"v-{self.name}", "down")

    def _command(self, command: Sequence[str]) -> list[str]:
        """On this machine all that others keep is an empty folder."""
        others = [f"mount -t tmpfs none {path}" for path in self.folder.parent.iterdir() if path != self.folder]
        script = " && ".join([f"hostname {self.name}", *others, 'exec "$@"'])
        return ["ip", "netns", "exec", self.name, "unshare", "--mount", "--uts", "sh", "-c", script, "sh", *command]

    def start(self, name: str, command: Sequence[str]) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            self._command(command), env=dict(self.environment), stdout=log, stderr=subprocess.STDOUT
        )
        log.close()

    def ask(self, command: Sequence[str]) -> str:
        """What a program that ends by itself prints."""
        answer = subprocess.run(self._command(command), env=dict(self.environment), stdout=subprocess.PIPE, check=True)
        return answer.stdout.decode()

    def stop(self, *names: str, kill: bool = False) -> None:
        for name in names:
            self.processes[name].kill() if kill else self.processes[name].terminate()
        for name in names:
            process = self.processes.pop(name)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def stop_all(self) -> None:
        self.stop(*self.processes, kill=True)
