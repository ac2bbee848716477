"""Helpers around training: ``utils.data`` (datasets, samplers, the data loader)."""
from . import data  # noqa: F401
