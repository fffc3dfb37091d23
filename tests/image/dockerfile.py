"""Plays a Dockerfile in folders: `debian:…` comes from debootstrap, RUN happens in a chroot. Needs root."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

CERTIFICATES = "/root/certificates.crt"
LENT = {  # how this machine gets out
    "/etc/resolv.conf": "/etc/",
    "/etc/apt/apt.conf.d": "/etc/apt/",
    "/etc/ssl/certs/ca-certificates.crt": CERTIFICATES,
}
USUAL = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}


@dataclass
class Stage:
    """A root folder, and what its instructions said about how it is run."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(USUAL))
    folder: str = "/"
    user: str = "root"
    ports: list[int] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each word with what follows it, continued lines as one."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in filter(str.strip, lines.replace("\\\n", " ").splitlines()):
        word, _, rest = line.strip().partition(" ")
        yield word, " ".join(rest.split())


class Player:
    """Plays instructions one by one; `stage` is the one that is being built."""

    def __init__(self, context: Path, folder: Path) -> None:
        self.context, self.folder = context, folder
        self.stages: dict[str, Stage] = {}

    def play(self, text: str) -> Stage:
        for word, rest in instructions(text):
            print(f"  {word} {rest[:110]}", flush=True)
            getattr(self, f"_{word.lower()}")(rest)
        return self.stage

    def _from(self, rest: str) -> None:
        image, _, name = rest.partition(" AS ")
        base = self.stages.get(image) or Stage(self._debian(image))
        root = self.folder / f"stage-{len(self.stages)}"
        subprocess.run(["cp", "--archive", base.root, root], check=True)
        self.stage = replace(base, root=root, environment=dict(base.environment))
        self.stages[name or root.name] = self.stage

    def _debian(self, image: str) -> Path:
        release = image.removeprefix("debian:").removesuffix("-slim")
        root = self.folder / release
        subprocess.run(["debootstrap", "--variant=minbase", release, root], check=True, stdout=subprocess.DEVNULL)
        for here, there in LENT.items():
            subprocess.run(["cp", "--recursive", "--dereference", here, f"{root}{there}"], check=True)
        return root

    def _run(self, command: str) -> None:
        environment = self.stage.environment | {"PIP_CERT": CERTIFICATES}
        line = f"cd {self.stage.folder} && {command}"
        subprocess.run(
            ["chroot", self.stage.root, "sh", "-c", line], env=environment, check=True, stdout=subprocess.DEVNULL
        )

    def _copy(self, rest: str) -> None:
        *sources, target = shlex.split(rest)
        origin = self.stages[sources.pop(0).partition("=")[2]].root if sources[0].startswith("--") else self.context
        into = self.stage.root / os.path.join(self.stage.folder, target).lstrip("/")
        into.parent.mkdir(parents=True, exist_ok=True)
        for source in sources:
            subprocess.run(["cp", "--archive", origin / source.lstrip("/"), into], check=True)

    def _env(self, rest: str) -> None:
        self.stage.environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))

    def _workdir(self, rest: str) -> None:
        self.stage.folder = rest
        (self.stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def _user(self, rest: str) -> None:
        self.stage.user = rest

    def _expose(self, rest: str) -> None:
        self.stage.ports = [*map(int, rest.split())]

    def _volume(self, rest: str) -> None:
        self.stage.volumes = rest.split()

    def _cmd(self, rest: str) -> None:
        self.stage.command = json.loads(rest)

    def _healthcheck(self, rest: str) -> None:
        self.stage.health = json.loads(rest.partition("CMD ")[2])
