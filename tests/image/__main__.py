"""Builds the image in folders, starts it with a read-only root as its own user, and says what came of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.image.dockerfile import Player, Stage

ROOT = Path(__file__).parents[2]
PROBE = (Path(__file__).parent / "probe.py").read_text()
# In namespaces of its own: nothing but the volume and /tmp can be written to, and only the program opens ports.
INSIDE = """set -eu
root="$1" volume="$2" user="$3"; shift 3
ip link set lo up
mount --bind "$root" "$root"
mount --bind "$root$volume" "$root$volume"
mount -o remount,ro,bind "$root"
mount -t tmpfs tmpfs "$root/tmp"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
exec chroot --userspec="$user:$user" "$root" env --ignore-environment "$@"
"""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="image-", dir="/var/tmp") as folder:
        began = time.monotonic()
        image = Player(ROOT, Path(folder)).play((ROOT / "Dockerfile").read_text())
        size = subprocess.check_output(["du", "--summarize", "--human-readable", image.root], text=True).split()[0]
        print(f"Built in {time.monotonic() - began:.0f} s; the image has {size}.")
        found = looked_at(image)
    print(json.dumps(found))
    problems = [*wrong(image, found)]
    print("\n".join(problems) or "Nothing is wrong.")
    return len(problems)


def looked_at(image: Stage) -> dict[str, Any]:
    told = json.dumps({"command": image.command, "health": image.health, "volumes": image.volumes})
    inside = ["sh", "-c", INSIDE, "inside", str(image.root), image.volumes[0], image.user]
    namespaces = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    known = [f"--chdir={image.folder}", *(f"{name}={value}" for name, value in image.environment.items())]
    probe = ["python", "-c", PROBE, told]
    said = subprocess.check_output([*namespaces, *inside, *known, *probe], text=True)
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def wrong(image: Stage, found: dict[str, Any]) -> Iterator[str]:
    if not found["healthy"]:
        yield "It never became healthy."
    if found["user"] == 0:
        yield "It runs as root."
    if found["ports"] != image.ports:
        yield f"It listens on {found['ports']}, and says {image.ports}."
    if found["writable"]:
        yield f"Its user could write to {', '.join(found['writable'])}."
    if found["ended_with"] != 0:
        yield f"It ended with {found['ended_with']} when asked to stop."


if __name__ == "__main__":
    sys.exit(main())
