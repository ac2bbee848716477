"""Time the ten workloads side by side with PyTorch: ``python tests/benchmarks/run.py [W1 W9 …] [--rounds 15]``.

Both libraries run in one process and in turn, a few steps each, round after round; the table shows the median time of a step
and the median of the ratios within a round. A ratio below 1 means that tinygrad_bio is faster. With one thread it is the
processor's own time, which does not count while other programs run. Nothing here asserts a time: machines differ, and
other programs disturb. Single layers: ``layers.py``.
"""
import argparse
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))


def seconds_per_step(step, steps, clock):
    """The time of one step, from several in a row."""
    start = clock()
    for _ in range(steps):
        step()
    return (clock() - start) / steps


def compare(build, ours, theirs, rounds, clock=time.perf_counter, least=0.03):
    """Median milliseconds of both, and the median ratio ours/theirs. Each turn takes PyTorch `least` seconds or more."""
    a, b = build(ours), build(theirs)
    for step in (a, b):
        for _ in range(3):
            step()                                              # warm up: caches, buffers, thread pools
    steps = max(1, int(least / seconds_per_step(b, 1, time.perf_counter)))
    times = [(seconds_per_step(a, steps, clock), seconds_per_step(b, steps, clock)) for _ in range(rounds)]
    return (1e3 * statistics.median(t for t, _ in times), 1e3 * statistics.median(t for _, t in times),
            statistics.median(t / u for t, u in times))


def prepared(options):
    """Both libraries, with so many threads, and the clock to use; says what is measured."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        if os.environ.get(variable) != str(options.threads):
            os.environ[variable] = str(options.threads)         # NumPy reads it when it is imported: start once more
            os.execv(sys.executable, [sys.executable, *sys.argv])
    try:
        import torch
    except ImportError:
        sys.exit("the benchmarks compare with PyTorch: pip install 'tinygrad_bio[parity]'")
    import tinygrad_bio as tg
    torch.set_num_threads(options.threads)
    clock = time.process_time if options.threads == 1 else time.perf_counter
    print(f"tinygrad_bio beside PyTorch {torch.__version__}, {options.threads} threads, median of {options.rounds} rounds, "
          f"{'processor time' if options.threads == 1 else 'time by the clock'}\n")
    return tg, torch, clock


def main(argv=None):
    """Run the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="W1 … W10 (all)")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(argv)
    tg, torch, clock = prepared(options)
    from workloads import WORKLOADS                             # after the threads are set: this imports NumPy
    print(f"{'':4} {'ours ms':>9} {'PyTorch ms':>11} {'ratio':>6}   one training step")
    for name in options.names or WORKLOADS:
        build = WORKLOADS[name]
        try:
            ours, theirs, ratio = compare(build, tg, torch, options.rounds, clock)
        except (AttributeError, NotImplementedError) as error:
            print(f"{name:4} {'-':>9} {'-':>11} {'-':>6}   {build.__doc__.splitlines()[0]}  [not yet: {error}]")
            continue
        print(f"{name:4} {ours:9.3f} {theirs:11.3f} {ratio:6.2f}   {build.__doc__.splitlines()[0]}")


if __name__ == "__main__":
    main()
