"""convkit's types as a caller's type checker sees them, through the installed package."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

ACCEPTED = """
import numpy as np
import convkit as ck
x, w = np.ones((1, 2, 9, 9)), np.ones((4, 2, 3, 3), "f4")
y: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = ck.conv2d(x, w)
ck.conv1d([[1, 2, 3, 4]], [[[3, 2]]], [1], 2, "valid", 1, 1)
ck.conv2d(x, w, stride=(1, 2), padding=[1, 0], dilation=2, padding_mode="reflect", method="fft")
ck.conv3d(x, w, None, padding="same")
ck.conv_matrix(w, (2, 9, 9), padding=1).T @ np.ones(4 * 9 * 9)
ck.correlate((1, 2, 3), np.array([4, 5], "f4"), mode="same")
r: float = ck.pearson([True, False], [1.5, 2.5])
ck.testing.assert_agree(ck.normalized_correlate(x, x[0]), [[1.0]])
""".strip().splitlines()

REFUSED = """
ck.conv2d(x, w, stride="2")
ck.conv2d(x, w, padding=1.5)
ck.conv2d(x, w, dilation=(1, None))
ck.conv2d(x, w, padding_mode=0)
ck.conv2d(x, w, 1, 1, 1, 1, 1, "zeros")
ck.conv2d(x)
ck.conv_matrix(w, 9)
ck.convolve([1, 2], [1], mode=None)
s: str = ck.pearson([1, 2], [1, 3])
ck.convolution1d(x, w)
""".strip().splitlines()


def test_mypy_accepts_right_calls_and_refuses_each_wrong_one(tmp_path):
    program = tmp_path / "caller.py"
    program.write_text("\n".join(ACCEPTED + REFUSED) + "\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ROOT / ".mypy_cache"]
    done = subprocess.run([*command, program.name], cwd=tmp_path, capture_output=True, text=True)
    lines = {int(line) for line in re.findall(r"^caller\.py:(\d+): error", done.stdout, re.M)}
    wrong = range(len(ACCEPTED) + 1, len(ACCEPTED) + len(REFUSED) + 1)
    assert lines == set(wrong), done.stdout + done.stderr
