"""Special functions under the names of ``torch.special``: ``tg.special.expit(x)``."""
from .functions.math import (  # noqa: F401
    digamma, erf, erfc, erfinv, exp2, expm1, lgamma as gammaln, log1p, logit, polygamma, round,
    sigmoid as expit, sinc, xlogy)
from .functions.reduce import log_softmax, logsumexp, softmax  # noqa: F401

psi = digamma
