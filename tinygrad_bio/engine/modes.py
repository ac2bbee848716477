"""What the engine is doing: recording or not, in which layer, looking for NaN or not. Each thread has its own."""
import contextlib
import functools
import inspect
import threading


class Mode:
    """The state of one thread."""
    __slots__ = ("recording", "anomaly", "scope")

    def __init__(self):
        self.recording = True       # off within no_grad()
        self.anomaly = False        # on within detect_anomaly()
        self.scope = ""             # the layer that is running, such as "encoder.fc1 (Linear)"


class _Threads(threading.local):
    def __init__(self):             # called once in each thread
        self.mode = Mode()


threads = _Threads()                # threads.mode is this thread's Mode


class _GradMode(contextlib.ContextDecorator):
    """Recording on or off for the time of a ``with`` block or of a decorated function; restored on every way out."""
    recording = None

    def __new__(cls, orig_func=None):
        self = super().__new__(cls)
        self.before = []                            # a list, because one object may be entered several times
        return self(orig_func) if callable(orig_func) else self         # @no_grad works without brackets

    def clone(self):
        """Another one like this: threads, and calls within calls, must not share one."""
        return type(self)()

    def __enter__(self):
        self.before.append(threads.mode.recording)
        threads.mode.recording = self.recording
        return self

    def __exit__(self, *_):
        threads.mode.recording = self.before.pop()

    def __call__(self, function):
        if inspect.isgeneratorfunction(function):
            @functools.wraps(function)
            def wrapper(*args, **keywords):
                steps = function(*args, **keywords)
                while True:                             # the mode holds while the generator works, not while its user does
                    with self.clone():
                        try:
                            step = next(steps)
                        except StopIteration as end:
                            return end.value
                    yield step
        else:
            @functools.wraps(function)
            def wrapper(*args, **keywords):
                with self.clone():
                    return function(*args, **keywords)
        return wrapper


class no_grad(_GradMode):
    """Nothing inside is recorded: for evaluation, and for updating weights. Also a decorator.

    >>> w = tg.ones(2, requires_grad=True)
    >>> with tg.no_grad():
    ...     (w * 2).requires_grad
    False
    """
    recording = False


class enable_grad(_GradMode):
    """Records again inside a `no_grad` block.

    >>> w = tg.tensor([1.], requires_grad=True)
    >>> with tg.no_grad(), tg.enable_grad():
    ...     y = w * 2
    >>> y.requires_grad
    True
    """
    recording = True


class inference_mode(_GradMode):
    """The same as `no_grad` here, and ``inference_mode(False)`` as `enable_grad`; PyTorch's name for it.

    >>> w = tg.tensor([1.], requires_grad=True)
    >>> with tg.inference_mode():
    ...     y = w * 2
    >>> y.requires_grad
    False
    """

    def __new__(cls, mode=True):
        self = super().__new__(cls)
        self.recording = not mode
        return self(mode) if callable(mode) else self                   # @inference_mode works without brackets

    def clone(self):
        """Another one like this."""
        return type(self)(not self.recording)


class set_grad_enabled(contextlib.ContextDecorator):
    """Record, or do not: ``with set_grad_enabled(training):``. A plain call changes it for good, as in PyTorch.

    >>> w = tg.tensor([1.], requires_grad=True)
    >>> with tg.set_grad_enabled(False):
    ...     y = w * 2
    >>> y.requires_grad
    False
    """

    def __init__(self, mode):
        self.before, self.mode = threads.mode.recording, bool(mode)
        threads.mode.recording = self.mode

    def __enter__(self):
        threads.mode.recording = self.mode
        return self

    def __exit__(self, *_):
        threads.mode.recording = self.before

    def __call__(self, function):
        threads.mode.recording = self.before        # used as a decorator: nothing has begun yet
        return super().__call__(function)


def is_grad_enabled():
    """Whether operations are recorded now, in this thread.

    >>> with tg.no_grad():
    ...     print(tg.is_grad_enabled())
    False
    """
    return threads.mode.recording


class detect_anomaly(contextlib.ContextDecorator):
    """Find out where a NaN or an infinite gradient comes from. Slower: for looking, not for training.

    Inside, each operation remembers the line of your program that called it; the first gradient that is not finite
    raises an error with the operation, the layer, that line, and the likely cause.

    >>> x = tg.tensor([0., 4.], requires_grad=True)
    >>> with tg.autograd.detect_anomaly():
    ...     y = tg.sqrt(x).sum()
    ...     y.backward()                                                    # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    RuntimeError: op 'sqrt': the gradient of its argument is inf ...
    """

    def __init__(self, check_nan=True):
        self.check_nan = check_nan

    def __enter__(self):
        self.before, threads.mode.anomaly = threads.mode.anomaly, self.check_nan
        return self

    def __exit__(self, *_):
        threads.mode.anomaly = self.before


class set_detect_anomaly(detect_anomaly):
    """`detect_anomaly` on or off from this line on, or within a ``with`` block.

    >>> with tg.autograd.set_detect_anomaly(True):
    ...     pass
    """

    def __init__(self, mode, check_nan=True):
        self.before, threads.mode.anomaly = threads.mode.anomaly, bool(mode and check_nan)

    def __enter__(self):
        return self
