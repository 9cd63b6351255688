"""convkit: convolution computed four ways, readable, and agreeing with PyTorch."""

from . import testing
from .convolution import conv1d, conv2d, conv3d, conv_matrix
from .geometry import output_size
from .gradients import (
    conv1d_input,
    conv1d_weight,
    conv2d_input,
    conv2d_weight,
    conv3d_input,
    conv3d_weight,
)
from .patches import fold, unfold
from .receptive import Layer, ReceptiveField, receptive_field
from .signals import convolve, correlate, normalized_correlate, pearson
from .transpose import conv_transpose1d, conv_transpose2d, conv_transpose3d

__version__ = "0.1.0"

__all__ = [
    "Layer",
    "ReceptiveField",
    "conv1d",
    "conv1d_input",
    "conv1d_weight",
    "conv2d",
    "conv2d_input",
    "conv2d_weight",
    "conv3d",
    "conv3d_input",
    "conv3d_weight",
    "conv_matrix",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "convolve",
    "correlate",
    "fold",
    "normalized_correlate",
    "output_size",
    "pearson",
    "receptive_field",
    "testing",
    "unfold",
]
