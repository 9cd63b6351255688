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


def durations(lines: list[str]) -> dict[str, float]:
    """Return the seconds of each test that pytest lists as slow, its setting up counted apart."""
    found = [re.match(r"([\d.]+)s (call|setup|teardown) +(\S.*)", line) for line in lines]
    seconds = {}
    for match in filter(None, found):
        name = match[3] if match[2] == "call" else f"{match[3]} ({match[2]})"
        seconds[name] = max(float(match[1]), seconds.get(name, 0.0))
    return seconds


def main(targets: list[str]) -> int:
    """Run the targets up to the first that fails; each one's last line is its result."""
    start = time.monotonic()
    table, skipped, slow, code = [], Counter(), {}, 0
    for number, target in enumerate(targets, 1):
        print(f"\n━━━ {number} of {len(targets)}: {target} ━━━", flush=True)
        begin = time.monotonic()
        code, lines = run(target)
        minutes = (time.monotonic() - begin) / 60
        result = lines[-1] if lines else "no output"
        table.append(f"{'FAILED' if code else 'ok':8}{target:10}{minutes:5.1f} min   {result}")
        slow |= durations(lines)
        for line in lines:
            if match := re.match(r"SKIPPED \[(\d+)\] \S+ (.*)", line):
                skipped[match[2]] += int(match[1])
        if code:
            break

    minutes = (time.monotonic() - start) / 60
    print("\n━━━ summary ━━━", *table, sep="\n")
    for reason, count in skipped.items():
        print(f"{count} skipped: {reason}")
    if slow:
        print("\nThe slowest tests, in seconds:")
    for name in sorted(slow, key=slow.get, reverse=True)[:10]:
        print(f"{slow[name]:8.1f}  {name}")
    if code:
        print(f"\nmake test FAILED at {target} after {minutes:.1f} minutes")
        return 1
    print(f"\nmake test passed: {len(targets)} steps in {minutes:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
