"""Worker processes for the data loader: each has a pipe to the main process, and answers its tasks in order.

There are no shared queues or locks: a worker that is killed, or that hangs, harms nobody but itself, and
ending it is always safe. Batch k is made by worker k mod W and read from its pipe in that order.
"""
import collections
import contextlib
import multiprocessing
import os
import pickle
import queue
import random
import signal
import threading
import traceback

import numpy as np

from .fetch import Here, WorkerInfo, fetch, stream

END = "end of the stream"
SHUTDOWN = 5.0                      # seconds that a worker is given to leave by itself


# ---------------------------------------------------------------------------------------- in the worker

def work(connection, inherited, info, collate_fn, init_fn):
    """What a worker process does: answer tasks until the main process says that there are no more."""
    for end in inherited:                           # copies of the main process's ends: while they are open,
        end.close()                                 # nobody can see that the main process is gone
    signal.signal(signal.SIGINT, signal.SIG_IGN)        # Ctrl-C is for the main process: it ends the workers
    Here.worker = info
    random.seed(info.seed)
    np.random.seed(info.seed % 2 ** 32)
    tasks = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, tasks), daemon=True).start()
    failed = None
    try:
        if init_fn is not None:
            init_fn(info.id)
    except Exception as error:
        failed = Failure(error, info.id, "worker_init_fn")
    for task in iter(tasks.get, None):
        for answer in [failed] if failed else _answers(task, info, collate_fn):
            _send(connection, answer, info.id)


def _listen(connection, tasks):
    """Put tasks into a queue as they come, so that the main process never has to wait for a busy worker."""
    task = ()
    while task is not None:                             # None: no more
        try:
            task = connection.recv()
        except (EOFError, OSError):                     # the main process is gone: nobody waits for an answer
            os._exit(1)
        tasks.put(task)


def _answers(task, info, collate_fn):
    """The batch that a task asks for; or all batches of this worker's share of a stream."""
    try:
        if task[0] == "batch":
            _, seed, number, indices = task
            yield fetch(info.dataset, indices, collate_fn, seed, number)
        else:
            _, seed, batch_size, drop_last = task
            info.seed = seed + info.id
            for batch in stream(info.dataset, batch_size, drop_last, collate_fn, seed):
                if batch is not None:
                    yield batch
            yield END
    except Exception as error:
        yield Failure(error, info.id, getattr(error, "where", "the dataset"))


def _send(connection, answer, worker):
    try:
        data = pickle.dumps(answer, protocol=5)
    except Exception as error:
        where = "sending the batch to the main process (it must be picklable)"
        data = pickle.dumps(Failure(error, worker, where), protocol=5)
    connection.send_bytes(data)


class Failure:
    """An error in a worker, on its way to the main process."""

    def __init__(self, error, worker, where):
        self.kind = type(error)
        try:
            pickle.dumps(self.kind)
        except Exception:                               # a class that the main process cannot know
            self.kind = RuntimeError
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        self.text = (f"DataLoader worker {worker}, {where}: {type(error).__name__}: {error}\n\n"
                     f"The worker's traceback:\n" + "".join(lines))

    def error(self):
        """The error again: of the same type, if that takes a text."""
        try:
            return self.kind(_Text(self.text))
        except Exception:
            return RuntimeError(self.text)


class _Text(str):
    """A text that a KeyError shows as it is, with its line breaks."""
    __repr__ = str.__str__


# ------------------------------------------------------------------------------------ in the main process

@contextlib.contextmanager
def _ctrl_c_held_back():
    """Ctrl-C waits until this is over; a process started meanwhile never gets one."""
    if not hasattr(signal, "pthread_sigmask"):          # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Workers:
    """The worker processes of a data loader.

    Parameters
    ----------
    number, dataset, collate_fn, init_fn, context, timeout, prefetch : the loader's settings
    seed : for Python's and NumPy's own random numbers in worker i: seed + i
    """

    def __init__(self, number, dataset, collate_fn, init_fn, context, timeout, prefetch, seed):
        self.timeout, self.prefetch = timeout, prefetch
        self.processes, self.connections = [], []
        if context is None or isinstance(context, str):
            context = multiprocessing.get_context(context)
        try:
            for i in range(number):
                ours, theirs = context.Pipe()
                self.connections.append(ours)
                info = WorkerInfo(i, number, seed + i, dataset)
                inherited = self.connections if context.get_start_method() == "fork" else []
                process = context.Process(target=work, args=(theirs, inherited, info, collate_fn, init_fn),
                                          daemon=True, name=f"DataLoader worker {i}")
                with _ctrl_c_held_back():
                    process.start()
                theirs.close()
                self.processes.append(process)
        except BaseException:
            self.close(now=True)
            raise

    def batches(self, tasks):
        """The answers to tasks, in their order. Some tasks are always under way."""
        tasks, busy = iter(tasks), collections.deque()
        for i in range(self.prefetch * len(self.processes)):
            if not self._give(tasks, i % len(self.processes), busy):
                break
        while busy:
            worker = busy.popleft()
            answer = self._receive(worker)
            self._give(tasks, worker, busy)
            yield answer

    def streams(self, task):
        """The batches of an IterableDataset: one of each worker in turn, until all have come to their end."""
        active = collections.deque(range(len(self.processes)))
        for worker in active:
            self.connections[worker].send(task)
        while active:
            worker = active.popleft()
            answer = self._receive(worker)
            if not (isinstance(answer, str) and answer == END):
                active.append(worker)
                yield answer

    def _give(self, tasks, worker, busy):
        for task in tasks:
            try:
                self.connections[worker].send(task)
            except OSError:                             # it is gone: `_receive` says so when its turn comes
                pass
            busy.append(worker)
            return True
        return False

    def _receive(self, worker):
        connection, process = self.connections[worker], self.processes[worker]
        who = f"DataLoader worker {worker} (process {process.pid})"
        try:
            if self.timeout and not connection.poll(self.timeout):
                raise RuntimeError(f"{who} did not answer within timeout={self.timeout} s")
            answer = pickle.loads(connection.recv_bytes())
        except (EOFError, OSError) as error:
            process.join(SHUTDOWN)
            code = process.exitcode or 0
            why = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
            raise RuntimeError(f"{who} {why}{' (out of memory?)' if code == -9 else ''}. With num_workers=0 "
                               f"an error of the dataset is seen where it happens") from error
        if isinstance(answer, Failure):
            raise answer.error()
        return answer

    def close(self, now=False):
        """End all workers: let idle ones leave by themselves, or (now=True) stop them in whatever they do."""
        for connection in self.connections:
            if not now:
                try:
                    connection.send(None)
                except OSError:
                    pass
            connection.close()
        for process in self.processes:
            if now:
                process.terminate()
        for process in self.processes:
            process.join(SHUTDOWN)
            if process.is_alive():
                process.kill()
                process.join()
        self.processes, self.connections = [], []
