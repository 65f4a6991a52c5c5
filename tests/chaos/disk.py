"""A small file system of its own for the database, so that a full disk can be had and undone."""

import asyncio
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from random import Random

from ieum_lab.embedded.stack import Stack
from tests.chaos.scene import Scene

BYTES = 8 * 1024**3
SPARE_BYTES = 64 * 1024


def disk_of(stack: Stack) -> Path:
    """Name where the disk of a stack's database is mounted, if it is."""
    return stack.state.folder / "postgres"


def mount(stack: Stack) -> bool:
    """Mount the disk before the stack is started; False where that is not allowed (it takes root)."""
    folder = disk_of(stack)
    folder.mkdir(parents=True, exist_ok=True)
    if (
        os.geteuid() == 0
        and shutil.which("mount")
        and _run("mount", "-t", "tmpfs", *_size(BYTES), "tmpfs", folder)
    ):
        return True
    folder.rmdir()
    return False


def unmount(stack: Stack) -> None:
    """Unmount the disk of a stack that has ended."""
    with suppress(OSError):
        if disk_of(stack).is_mount():
            _run("umount", "--lazy", disk_of(stack))


async def fill_disk(scene: Scene, random: Random) -> str:
    """Leave the database no room for some seconds."""
    disk = disk_of(scene.stack)
    if not disk.is_mount():
        raise OSError("The database has no disk of its own here; that takes root.")
    room = os.statvfs(disk)
    used = (room.f_blocks - room.f_bfree) * room.f_frsize
    seconds = random.uniform(3, 10)
    resize = ("mount", "-o")
    await asyncio.to_thread(_run, *resize, f"remount,size={used + SPARE_BYTES}", disk)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(_run, *resize, f"remount,size={BYTES}", disk)
    await asyncio.sleep(1)
    ended = scene.stack.postgres.child.process() is None
    if ended:
        await asyncio.to_thread(scene.stack.postgres.start)
    return f"for {seconds:.0f} s{', PostgreSQL gave up' if ended else ''}"


def _size(size: int) -> tuple[str, str]:
    return "-o", f"size={size}"


def _run(*command: str | Path) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
