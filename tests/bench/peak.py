"""The memory a command took: read from the system while it runs, since what the system says afterwards of a child
counts the parent that it was forked from as well."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Peak:
    resident: int  # KiB: all pages, those of files that any number of processes share included
    private: int  # KiB: pages of its own


def kilobytes(text: str, row: str) -> int:
    found = text.find(row + ":")
    return int(text[found + len(row) + 1:].split(None, 1)[0]) if found >= 0 else 0


def peak(command: list[str], every: float = 0.002) -> Peak:
    """Runs a command to its end, or raises CalledProcessError. What it takes in its last moments may be missed."""
    most = Peak(0, 0)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as child:
        process = Path("/proc") / str(child.pid)
        name = Path(command[0]).name[:15]
        while child.poll() is None:
            try:
                status = (process / "status").read_text()
                rollup = (process / "smaps_rollup").read_text()
            except OSError:  # it has just ended
                continue
            if kilobytes(status, "VmHWM") and status.split(None, 2)[1] == name:  # it is past exec
                most = Peak(max(most.resident, kilobytes(status, "VmHWM")),
                            max(most.private, kilobytes(rollup, "Anonymous")))
            time.sleep(every)
        if child.returncode != 0:
            raise subprocess.CalledProcessError(child.returncode, command)
    return most
