"""Helpers around the parameters of a network."""
from . import rnn  # noqa: F401
from .clip_grad import clip_grad_norm_, clip_grad_value_  # noqa: F401
from .vector import parameters_to_vector, vector_to_parameters  # noqa: F401
