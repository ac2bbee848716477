"""Helpers around the parameters of a network."""
from . import parametrizations, parametrize, rnn  # noqa: F401
from .clip_grad import clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm  # noqa: F401
from .hooked_norm import remove_spectral_norm, remove_weight_norm, spectral_norm, weight_norm  # noqa: F401
from .vector import parameters_to_vector, vector_to_parameters  # noqa: F401
