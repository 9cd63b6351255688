"""Run make targets one after the other and end with a table of what each did."""

import os
import re
import subprocess
import sys
import time
from collections import Counter


def run(target: str) -> tuple[int, list[str]]:
    """Run one make target, show its output as it comes, and return its exit code and lines."""
    command = [os.environ.get("MAKE", "make"), "--no-print-directory", target]
    lines = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            text = re.sub(r"\x1b\[[0-9;]*m", "", line).strip("= \n")
            if text and not text.startswith("make"):
                lines.append(text)
    return process.returncode, lines


def main(targets: list[str]) -> int:
    """Run the targets up to the first that fails; each one's last line is its result."""
    start = time.monotonic()
    table, skipped, code = [], Counter(), 0
    for number, target in enumerate(targets, 1):
        print(f"\n━━━ {number} of {len(targets)}: {target} ━━━", flush=True)
        begin = time.monotonic()
        code, lines = run(target)
        minutes = (time.monotonic() - begin) / 60
        result = lines[-1] if lines else "no output"
        table.append(f"{'FAILED' if code else 'ok':8}{target:10}{minutes:5.1f} min   {result}")
        for line in lines:
            if match := re.match(r"SKIPPED \[(\d+)\] \S+ (.*)", line):
                skipped[match[2]] += int(match[1])
        if code:
            break

    minutes = (time.monotonic() - start) / 60
    print("\n━━━ summary ━━━", *table, sep="\n")
    for reason, count in skipped.items():
        print(f"{count} skipped: {reason}")
    if code:
        print(f"\nmake test FAILED at {target} after {minutes:.1f} minutes")
        return 1
    print(f"\nmake test passed: {len(targets)} steps in {minutes:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
