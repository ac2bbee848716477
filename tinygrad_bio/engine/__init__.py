"""Side rooms of ``autograd.py``: what the engine needs and a first reading can skip.

* ``modes``: recording on or off (`no_grad`), anomaly detection, the layer that is running
* ``messages``: errors told in the user's terms
* ``convert``: arguments of mixed types and dtypes
* ``written``: arrays that were written in place after they were recorded
* ``hooks``: functions called with gradients
* ``function``: PyTorch's class for custom operations
"""
