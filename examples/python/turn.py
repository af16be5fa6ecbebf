"""Takes turns on one file with every other program that uses its queue: Java services, scripts, the command line.

    with turn("letters.duckdb", timeout=30):                     # or shared=True, to read beside other readers
        with duckdb.connect("letters.duckdb") as connection: ...   # open and close the database inside

POSIX, standard library only; core/docs/queue-protocol.md explains the protocol. Nothing else in this process may open the
file "<path>.queue": closing any descriptor of it would drop the locks.
"""
import contextlib, fcntl, os, threading, time

MAGIC, SIZE, NEXT, RELEASED = b"DPQUEUE1", 4096, 8, 16
GUARD, TICKETS, WRITERS, LIMIT = 1 << 62, 1 << 62, 1 << 61, 1 << 60
_lines, _files = {}, {}  # in this process: one ticket at a time, and one descriptor, for each companion


@contextlib.contextmanager
def turn(path, shared=False, timeout=None):
    companion, timeout = os.path.realpath(path) + ".queue", threading.TIMEOUT_MAX if timeout is None else timeout
    deadline, file, ticket = time.monotonic() + timeout, None, None
    line = _lines.setdefault(companion, threading.Lock())
    if not line.acquire(timeout=timeout):
        raise TimeoutError(f"another thread of this process has its turn on {path}")
    try:
        while ticket is None:  # start over when the companion was replaced while we waited
            file = _open(companion)
            drawn = _wait(file, shared, deadline)
            ticket = drawn if _is_at(companion, file) else None
        yield ticket
    finally:
        if file is not None:  # whatever has happened, the one ticket of this process and its flag go
            fcntl.lockf(file, fcntl.LOCK_UN, 0, WRITERS)
        with contextlib.suppress(OSError):
            if ticket:
                os.pwrite(file, ticket.to_bytes(8, "little"), RELEASED)
        line.release()


def _open(companion):
    file = _files.get(companion)
    if file is None or not _is_at(companion, file):
        _files[companion] = os.open(companion, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if file is not None:
            os.close(file)
    return _files[companion]


def _wait(file, shared, deadline):
    while not (ticket := _draw(file, shared)):
        _sleep(0.0001, deadline)
    seen, moved, probed = None, time.monotonic(), 0
    while ticket > 1:  # nobody stands before the first
        released, now = _load(file, RELEASED), time.monotonic()
        if released != seen or now - probed > 0.005:  # somebody left, or may have died
            seen, moved, probed = released, moved if released == seen else now, now
            if _free(file, (WRITERS if shared else TICKETS) + 1, ticket - 1):
                break
        _sleep(min(max((now - moved) / 8, 50e-6), 1e-3) * min(max(ticket - released - 1, 1), 4), deadline)
    return ticket


def _draw(file, shared):
    if not _lock(file, fcntl.LOCK_EX, GUARD, 1):
        return None
    try:
        size, magic = os.stat(file).st_size, os.pread(file, 8, 0).ljust(8, b"\0")
        if magic not in (MAGIC, bytes(8)):
            raise OSError("the companion file is not a queue of this protocol version")
        if size < SIZE or magic != MAGIC:
            os.pwrite(file, bytes(max(0, SIZE - size)), size)
            os.pwrite(file, MAGIC, 0)
        ticket = _load(file, NEXT) if 1 <= _load(file, NEXT) < LIMIT else 1
        while not _free(file, TICKETS + ticket, 0):  # a live ticket above: the counter was damaged
            ticket *= 2
            if ticket >= LIMIT:
                return None
        if _lock(file, fcntl.LOCK_EX, TICKETS + ticket, 1) and (shared or _lock(file, fcntl.LOCK_EX, WRITERS + ticket, 1)):
            os.pwrite(file, (ticket + 1).to_bytes(8, "little"), NEXT)
            return ticket
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, GUARD)


def _lock(file, how, start, length):
    with contextlib.suppress(BlockingIOError, PermissionError):
        fcntl.lockf(file, how | fcntl.LOCK_NB, length, start)
        return True


def _free(file, start, length):  # length 0: to the end
    if _lock(file, fcntl.LOCK_SH, start, length):
        fcntl.lockf(file, fcntl.LOCK_UN, length, start)
        return True


def _load(file, offset):
    return int.from_bytes(os.pread(file, 8, offset), "little", signed=True)


def _is_at(companion, file):
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.stat(companion), os.stat(file))


def _sleep(seconds, deadline):
    if time.monotonic() > deadline:
        raise TimeoutError("the turn did not come in time")
    time.sleep(seconds)
