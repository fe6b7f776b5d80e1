#!/usr/bin/env python3
"""Looks at the machine code of the interpreter's handlers: how long they are, and that the hot ones have no frame.

A handler keeps everything in registers and leaves by a jump. Where the compiler could not keep it so (a call on a path
that is hardly ever taken is enough), it saves registers on the native stack at every entry, and each dispatch pays for
it. This prints a line for every family of handlers and fails if a hot one touches the stack, begins with a prologue,
calls something, or does not begin a cache line.

    handler_code.py BINARY          a release build with tail-call dispatch
"""

import argparse
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field

# Families that programs spend their time in. Each must be there.
HOT = """
binary unary load load_sum store store_sum compare_branch branch_if branch branch_table move constant wide_constant
select global_get global_set enter call call_indirect return_none return_value fuel spill_floats reload_floats
binary_pair binary_branch load_branch move_pair call_moved move_branch global_sum sum_to_global load_load load_store
binary_store load_binary load_scaled load_test load_table sum_table move_test binary_wide select_constant sum_branch
sum_move call_spilled
""".split()

LINE = 64


@dataclass
class Handler:
    name: str
    address: int
    instructions: list[str] = field(default_factory=list)

    def length(self) -> int:
        """Instructions, without what only fills up to the next function."""
        count = len(self.instructions)
        while count and re.match(r"(data16|cs|nop|xchg\s+%ax,%ax|int3)\b", self.instructions[count - 1]):
            count -= 1
        return count

    def stack_uses(self) -> int:
        return sum(1 for text in self.instructions
                   if re.match(r"(push|pop)q?\b", text) or "(%rsp" in text or re.match(r"(sub|add|and)\s.*,%rsp$", text))

    def has_prologue(self) -> bool:
        return bool(self.instructions) and bool(re.match(r"push|sub\s.*,%rsp$", self.instructions[0]))

    def calls(self) -> int:
        return sum(1 for text in self.instructions if re.match(r"(\w+ )?call", text))


def run(*command: str, text: str | None = None) -> str:
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def handlers_of(binary: str) -> list[Handler]:
    """Functions of the interpreter whose first parameters are those of a handler."""
    functions: list[Handler] = []
    current: Handler | None = None
    for line in run("objdump", "-d", "--no-show-raw-insn", binary).splitlines():
        if head := re.match(r"([0-9a-f]+) <(.*)>:$", line):
            current = None
            if "3wrt7runtime" in head.group(2):
                current = Handler(head.group(2), int(head.group(1), 16))
                functions.append(current)
        elif current and (code := re.match(r"\s+[0-9a-f]+:\s+(.*\S)", line)):
            current.instructions.append(code.group(1))
    names = run("c++filt", text="\n".join(function.name for function in functions)).splitlines()
    handlers = []
    for function, name in zip(functions, names):
        signature = "(wrt::runtime::Cell const*, wrt::runtime::Slot*, unsigned char*, wrt::runtime::Execution*"
        before, found, _ = name.partition(signature)
        if found:
            function.name = before
            handlers.append(function)
    return handlers


def family(handler: Handler) -> str:
    name = handler.name.split("<", 1)[0].removesuffix("::")
    return re.split(r"::|\s", name)[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    arguments = parser.parse_args()
    families: dict[str, list[Handler]] = defaultdict(list)
    handlers = handlers_of(arguments.binary)
    for handler in handlers:
        families[family(handler)].append(handler)

    failures = [f"no handler of family {name}" for name in HOT if name not in families]
    print(f"{'family':<24}{'handlers':>9}{'median':>8}{'longest':>8}{'stack':>7}{'calls':>7}   (instructions; with stack use)")
    for name in sorted(families, key=lambda key: (key not in HOT, key)):
        members = families[name]
        lengths = [member.length() for member in members]
        with_stack = sum(1 for member in members if member.stack_uses())
        with_calls = sum(1 for member in members if member.calls())
        mark = "*" if name in HOT else " "
        print(f"{mark}{name:<23}{len(members):>9}{statistics.median(lengths):>8g}{max(lengths):>8}{with_stack:>7}{with_calls:>7}")
        if name not in HOT:
            continue
        for member in members:
            wrong = []
            if member.has_prologue():
                wrong.append("has a prologue")
            if member.stack_uses():
                wrong.append(f"uses the stack {member.stack_uses()} times")
            if member.calls():
                wrong.append("calls")
            if member.address % LINE:
                wrong.append("does not begin a cache line")
            if wrong:
                failures.append(f"{member.name}: {', '.join(wrong)}")
    total = sum(handler.length() for handler in handlers)
    print(f"{len(handlers)} handlers, {total} instructions; * marks hot families")
    failures.sort(key=lambda failure: failure.endswith(": does not begin a cache line"))  # what is rarer first
    for failure in failures[:40]:
        print(f"FAILED {failure}")
    if len(failures) > 40:
        print(f"FAILED and {len(failures) - 40} more")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
