"""What ``x.shape`` is: a tuple that can also say how many numbers such a tensor holds."""
import math


class Size(tuple):
    """The sizes of all dimensions: a tuple, in every respect, with `numel`. Parts of it are Sizes too.

    >>> x = tg.zeros(5, 2, 3)
    >>> x.shape, x.shape[1:].numel(), x.shape == (5, 2, 3)
    ((5, 2, 3), 6, True)
    """
    __slots__ = ()

    def numel(self):
        """How many numbers a tensor of this shape holds.

        >>> tg.Size([2, 3]).numel()
        6
        """
        return math.prod(self)

    def __getitem__(self, index):
        part = tuple.__getitem__(self, index)
        return Size(part) if type(index) is slice else part

    def __add__(self, other):
        return Size(tuple.__add__(self, other))
