"""convkit: convolution by every classic algorithm, readable, and agreeing with PyTorch."""

import importlib
from types import ModuleType

from . import testing
from .convolution import conv1d, conv2d, conv3d, conv_matrix
from .geometry import output_size
from .gradients import (
    conv1d_bias,
    conv1d_input,
    conv1d_weight,
    conv2d_bias,
    conv2d_input,
    conv2d_weight,
    conv3d_bias,
    conv3d_input,
    conv3d_weight,
)
from .patches import fold, unfold
from .pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool1d_input,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_input,
    adaptive_avg_pool3d,
    adaptive_avg_pool3d_input,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
    avg_pool1d,
    avg_pool1d_input,
    avg_pool2d,
    avg_pool2d_input,
    avg_pool3d,
    avg_pool3d_input,
    max_pool1d,
    max_pool1d_input,
    max_pool2d,
    max_pool2d_input,
    max_pool3d,
    max_pool3d_input,
    max_unpool1d,
    max_unpool1d_input,
    max_unpool2d,
    max_unpool2d_input,
    max_unpool3d,
    max_unpool3d_input,
)
from .receptive import Layer, ReceptiveField, receptive_field
from .signals import (
    convolve,
    correlate,
    correlation_lags,
    normalized_correlate,
    pearson,
    separable,
)
from .transpose import conv_transpose1d, conv_transpose2d, conv_transpose3d

__version__ = "0.1.0"

__all__ = [
    "Layer",
    "ReceptiveField",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool1d_input",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_input",
    "adaptive_avg_pool3d",
    "adaptive_avg_pool3d_input",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool1d",
    "avg_pool1d_input",
    "avg_pool2d",
    "avg_pool2d_input",
    "avg_pool3d",
    "avg_pool3d_input",
    "conv1d",
    "conv1d_bias",
    "conv1d_input",
    "conv1d_weight",
    "conv2d",
    "conv2d_bias",
    "conv2d_input",
    "conv2d_weight",
    "conv3d",
    "conv3d_bias",
    "conv3d_input",
    "conv3d_weight",
    "conv_matrix",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "convolve",
    "correlate",
    "correlation_lags",
    "fold",
    "max_pool1d",
    "max_pool1d_input",
    "max_pool2d",
    "max_pool2d_input",
    "max_pool3d",
    "max_pool3d_input",
    "max_unpool1d",
    "max_unpool1d_input",
    "max_unpool2d",
    "max_unpool2d_input",
    "max_unpool3d",
    "max_unpool3d_input",
    "normalized_correlate",
    "output_size",
    "pearson",
    "receptive_field",
    "separable",
    "testing",
    "unfold",
]


def __getattr__(name: str) -> ModuleType:
    """Load what needs more than NumPy and SciPy when it is first asked for."""
    if name in ("explorers", "plotting"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
