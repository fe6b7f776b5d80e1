#!/usr/bin/env python3
"""Exact budgets of real programs (N-01): in an arena of the bytes that `wrtd inspect --budget` tells, each program does what it
does without a bound; in one of a byte less it is refused, and told so.

usage: programs_in_their_budget.py WRTD DIRECTORY [components]

With `components` the programs are components, made by an adapter that gets itself a stack of the program's memory when it
is first called: so memories have room to grow to (--memory-room). Exit code 77: there are none.
"""
import json
import pathlib
import subprocess
import sys

# These ask for more memory while they run, for which a budget has no room.
GROWING = ("malloc_churn", "memory_growth", "containers", "virtual_calls")


def run(*command):
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)


def main():
    wrtd, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    components = "components" in sys.argv[3:]
    sizes = ["--stack", "65536"] + (["--memory-room", "4M"] if components else [])
    programs = sorted(directory.glob("program_*.wasm"))
    if components and not programs:
        print(f"no components in {directory}")
        return 77
    same, growing, wrong = 0, [], []
    for program in programs:
        told = run(wrtd, "inspect", "--budget", "--json", *(sizes if components else []), program)
        if told.returncode != 0:
            wrong.append(f"{program.name}: no budget: {told.stderr.decode()}")
            continue
        budget = json.loads(told.stdout)["budget"]
        bounded = [wrtd, "run", *sizes, "--arena"]
        free = run(wrtd, "run", "--stack", "65536", program)
        within = run(*bounded, str(budget), program)
        less = run(*bounded, str(budget - 1), program)
        if (within.returncode, within.stdout) == (free.returncode, free.stdout):
            same += 1
        elif any(name in program.name for name in GROWING):
            growing.append(program.name)
        else:
            wrong.append(f"{program.name}: {within.returncode} in {budget} bytes, {free.returncode} without a bound: "
                         f"{within.stderr.decode()}")
        if less.returncode == within.returncode or f"{budget:,}" not in less.stderr.decode():
            wrong.append(f"{program.name}: {less.returncode} in {budget - 1} bytes: {less.stderr.decode()}")
    print(f"{same} programs run in exactly their budget and none in a byte less; "
          f"{len(growing)} want memory beyond it while they run: {', '.join(growing)}")
    for line in wrong:
        print(line)
    return 1 if wrong or same < (15 if components else 45) else 0


if __name__ == "__main__":
    sys.exit(main())
