import select
import signal

from clerkform.cli.waking import drain, waking


def is_readable(heard):
    return select.select([heard], [], [], 0)[0] == [heard]


def test_a_signal_that_came_before_a_wait_ends_it():
    came = []
    before = signal.signal(signal.SIGUSR1, lambda *_: came.append(True))
    try:
        with waking() as heard:
            assert not is_readable(heard)
            signal.raise_signal(signal.SIGUSR1)
            assert is_readable(heard)
            drain(heard)
            assert not is_readable(heard)
            drain(heard)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert came == [True]
    assert signal.set_wakeup_fd(-1) == -1
