"""convkit: convolution computed four ways, readable, and agreeing with PyTorch."""

from . import testing
from .convolution import conv1d, conv2d, conv3d, conv_matrix
from .geometry import output_size
from .patches import fold, unfold
from .receptive import Layer, ReceptiveField, receptive_field
from .signals import convolve, correlate, normalized_correlate, pearson

__version__ = "0.1.0"

__all__ = [
    "Layer",
    "ReceptiveField",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_matrix",
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
