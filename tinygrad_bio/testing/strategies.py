"""Hypothesis strategies: shapes, tensors and indices, drawn at random and made small again when a test fails.

    from hypothesis import given
    from tinygrad_bio.testing import assert_close, strategies

    @given(strategies.tensors(low=0.1))
    def test_log_undoes_exp(x):
        assert_close(x.log().exp(), x)

The numbers themselves come from a seed that Hypothesis draws. Arrays are small, often empty or of size 1, and
lie in memory in all the ways that NumPy knows: transposed, reversed, with gaps, one row repeated.
"""
import numpy as np

from ..autograd import new_tensor
from ..backend import to_device

LAYOUTS = ("plain", "transposed", "reversed", "with gaps", "repeated")
INDICES = ("basic", "integers", "boolean", "mixed")


def import_hypothesis():
    """Hypothesis with its strategies, or an error that says how to install it.

    >>> import_hypothesis().__name__
    'hypothesis'
    """
    try:
        import hypothesis.extra.numpy
        import hypothesis.strategies
    except ImportError as error:
        raise ImportError('testing.strategies, check_op and property_test need Hypothesis, which is not '
                          'installed: pip install "tinygrad_bio[test]"') from error
    return hypothesis


def laid_out(array, layout):
    """The same numbers in another layout of memory; "repeated": one slice along an axis everywhere, stride 0.

    >>> laid_out(np.arange(3), "reversed").strides, laid_out(np.arange(3), "repeated")
    ((-8,), array([0, 0, 0]))
    """
    if layout == "transposed":
        return np.array(array, order="F")
    if layout == "reversed":
        return np.flip(np.flip(array).copy()) if array.ndim else array
    if layout == "with gaps":
        wide = np.full(tuple(2 * n for n in array.shape), 77, dtype=array.dtype)
        view = wide[(slice(None, None, 2),) * array.ndim + (...,)]
        view[...] = array
        return view
    if layout == "repeated" and array.size and array.ndim:
        axis = int(np.argmax(array.shape))
        return np.broadcast_to(array[(slice(None),) * axis + (slice(0, 1),)], array.shape)
    return array


def random_array(seed, shape, low=-2.0, high=2.0, dtype="float64"):
    """Evenly distributed numbers; whole ones, `high` included, for an integer dtype.

    >>> random_array(0, (3,), 0, 1, "float32")
    array([0.6369617 , 0.26978672, 0.04097353], dtype=float32)
    """
    rng, dtype = np.random.default_rng(seed), np.dtype(dtype)
    if dtype.kind == "f":
        return np.asarray(rng.uniform(low, high, shape)).astype(dtype)
    return np.asarray(rng.integers(int(low), int(high), shape, endpoint=True)).astype(dtype)


# -------------------------------------------------------------------------------------- shapes and tensors

def shapes(min_dims=0, max_dims=3, min_side=0, max_side=3):
    """Shapes such as ``()``, ``(3,)``, ``(0, 2)``, ``(1, 3, 1)``.

    >>> from hypothesis import given
    >>> @given(shapes(max_dims=2))
    ... def test(shape):
    ...     assert len(shape) <= 2
    >>> test()
    """
    return import_hypothesis().extra.numpy.array_shapes(
        min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side)


def broadcastable_shapes(n, min_dims=0, max_dims=3, min_side=0, max_side=3):
    """Tuples of n shapes that can be broadcast together: ``((2, 1), (3,))``.

    >>> from hypothesis import given
    >>> @given(broadcastable_shapes(2))
    ... def test(shapes):
    ...     assert (np.ones(shapes[0]) + np.ones(shapes[1])).shape == np.broadcast_shapes(*shapes)
    >>> test()
    """
    drawn = import_hypothesis().extra.numpy.mutually_broadcastable_shapes(
        num_shapes=n, min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side)
    return drawn.map(lambda found: found.input_shapes)


def seeds():
    """Seeds for random numbers.

    >>> from hypothesis import given
    >>> @given(seeds())
    ... def test(seed):
    ...     assert tg.manual_seed(seed).initial_seed() == seed
    >>> test()
    """
    return import_hypothesis().strategies.integers(0, 2 ** 32 - 1)


def arrays(shape=None, low=-2.0, high=2.0, dtype="float64", layouts=LAYOUTS):
    """NumPy arrays of numbers from `low` to `high`, in one shape or those of a strategy, in all layouts.

    >>> from hypothesis import given
    >>> @given(arrays(shape=(2, 3), low=0.0))
    ... def test(x):
    ...     assert x.shape == (2, 3) and x.min() >= 0
    >>> test()
    """
    st = import_hypothesis().strategies
    shape = shapes() if shape is None else shape if isinstance(shape, st.SearchStrategy) else st.just(shape)

    def array(shape, seed, layout):
        return laid_out(random_array(seed, shape, low, high, dtype), layout)
    return st.builds(array, shape, seeds(), st.sampled_from(layouts))


def tensors(shape=None, low=-2.0, high=2.0, dtype="float64", requires_grad=None, layouts=LAYOUTS,
            device="cpu"):
    """Tensors of numbers between `low` and `high`.

    Parameters
    ----------
    shape : one shape, or a strategy such as ``shapes(min_dims=1)``; any shape if left out
    low, high : the range: keep inside the domain of what you test
    requires_grad : by default, true for floats
    layouts : how the numbers may lie in memory; on another device they always lie plainly

    >>> from hypothesis import given
    >>> @given(tensors(low=0.1))
    ... def test(x):
    ...     assert tg.allclose(x.log().exp(), x)
    >>> test()
    """
    def tensor(array):
        made = new_tensor(array if device == "cpu" else to_device(array.copy(), device), None)
        made.requires_grad = made.is_floating_point() if requires_grad is None else requires_grad
        return made
    return arrays(shape, low, high, dtype, layouts).map(tensor)


# ------------------------------------------------------------------------------------------------- indices

def indices(shape, kinds=INDICES):
    """Valid indices of an array of this shape.

    Parameters
    ----------
    kinds : which ones: "basic" (numbers, slices, …, None), "integers" (index arrays; places occur twice,
        or are counted from the end), "boolean" (a mask of the first dimensions), "mixed" (all of these)

    >>> from hypothesis import given
    >>> @given(indices((2, 3), kinds=["boolean"]))
    ... def test(index):
    ...     assert tg.allclose(tg.ones(2, 3)[index], tg.tensor(1.))
    >>> test()
    """
    hypothesis, shape = import_hypothesis(), tuple(shape)
    possible = {"basic": hypothesis.extra.numpy.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True),
                "integers": _integers(shape), "boolean": _masks(shape), "mixed": _mixed(shape)}
    unknown = set(kinds) - set(possible)
    if unknown:
        raise ValueError(f"indices: kinds {sorted(unknown)} are not known: choose from {INDICES}")
    return hypothesis.strategies.one_of([possible[kind] for kind in kinds])


def _places(size, shape):
    """Arrays of places along a dimension of this size, the first of them twice where there is room."""
    hypothesis = import_hypothesis()

    def repeat_first(index):
        if index.size > 1:
            index.reshape(-1)[-1] = index.reshape(-1)[0]
        return index
    elements = hypothesis.strategies.integers(-size, size - 1)
    return hypothesis.extra.numpy.arrays("int64", shape, elements=elements).map(repeat_first)


def _integers(shape):
    """An index array for the first dimension, or one for each of several, that broadcast."""
    if not shape or 0 in shape:
        return import_hypothesis().strategies.just(Ellipsis)
    st = import_hypothesis().strategies

    @st.composite
    def draw_index(draw):
        n = draw(st.integers(1, len(shape)))
        sizes = draw(broadcastable_shapes(n, max_dims=2, min_side=1))
        index = tuple(draw(_places(size, s)) for size, s in zip(shape, sizes))
        return index[0] if n == 1 and draw(st.booleans()) else index
    return draw_index()


def _masks(shape):
    hypothesis = import_hypothesis()
    return hypothesis.strategies.integers(0, len(shape)).flatmap(
        lambda n: hypothesis.extra.numpy.arrays(bool, shape[:n]))


def _mixed(shape):
    """A number, slice, index array or mask for each dimension, None in between; arrays of one length."""
    st = import_hypothesis().strategies

    @st.composite
    def draw_index(draw):
        n, parts = draw(st.integers(1, 3)), []
        for size in shape:
            if draw(st.integers(0, 4)) == 4:
                parts.append(None)
            kind = draw(st.sampled_from(["number", "slice", "array", "mask"] if size else ["slice"]))
            if kind == "number":
                parts.append(draw(st.integers(-size, size - 1)))
            elif kind == "slice":
                parts.append(draw(st.slices(size)))
            elif kind == "array":
                parts.append(draw(_places(size, (n,))))
            else:                                       # a mask of n places, or of one, fits beside arrays
                chosen = draw(st.permutations(range(size)))[:n if n <= size else 1]
                parts.append(np.isin(np.arange(size), chosen))
        if parts and draw(st.booleans()):
            parts[-1:] = [Ellipsis]
        return tuple(parts)
    return draw_index()
