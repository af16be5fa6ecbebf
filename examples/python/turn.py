"""Takes turns on one file with every other program that uses its queue: Java services, scripts, the command line.

    with turn("letters.duckdb", timeout=30):                     # or shared=True, to read beside other readers
        with duckdb.connect("letters.duckdb") as connection: ...   # open and close the database inside

POSIX, standard library only; core/docs/queue-protocol.md explains the protocol. Nothing else in this process may open the
file "<path>.queue": closing any descriptor of it would drop the locks.
"""
import contextlib, fcntl, os, threading, time

MAGIC, SIZE, NEXT, RELEASED = int.from_bytes(b"DPQUEUE1", "little"), 4096, 8, 16
GUARD, TICKETS, WRITERS, LIMIT = 1 << 62, 1 << 62, 1 << 61, 1 << 60
_lines = {}  # for each companion one ticket, and one descriptor, at a time in a process; a fork copies them as they are just then


@contextlib.contextmanager
def turn(path, shared=False, timeout=None):
    companion, timeout = os.path.realpath(path) + ".queue", threading.TIMEOUT_MAX if timeout is None else timeout
    line, deadline = _lines.setdefault((companion, os.getpid()), threading.Lock()), time.monotonic() + timeout
    if not line.acquire(timeout=timeout):
        raise TimeoutError(f"another thread of this process has its turn on {path}")
    try:
        while True:
            with open(companion, "r+b", 0, opener=lambda name, flags: os.open(name, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600)) as file:
                ticket = _wait(file, shared, deadline)  # whatever happens, closing the file gives everything back
                if _is_at(companion, file):  # or else somebody deleted it: start over on what is there now
                    try:
                        return (yield ticket)
                    finally:
                        fcntl.lockf(file, fcntl.LOCK_UN)
                        with contextlib.suppress(OSError):
                            _store(file, RELEASED, ticket)
    finally:
        line.release()


def _wait(file, shared, deadline):
    ticket, seen, moved = None, None, 0
    while True:
        ticket = ticket or _draw(file, shared)
        if ticket and (ticket == 1 or _is_free(file, (WRITERS if shared else TICKETS) + 1, ticket - 1)):
            return ticket
        released, now = _load(file, RELEASED), time.monotonic()
        if now > deadline:
            raise TimeoutError(f"the turn of {file.name} did not come in time")
        seen, moved = released, moved if released == seen else now
        place = min(max((ticket or 0) - released - 1, 1), 4)  # behind the one who has the turn
        time.sleep(min(min(max((now - moved) / 8, 50e-6), 1e-3) * place * (place + 1) / 2, 5e-3))


def _draw(file, shared):  # None while somebody else draws
    if not _lock(file, fcntl.LOCK_EX, GUARD, 1):
        return None
    try:
        if _load(file, 0) not in (0, MAGIC):
            raise OSError(f"{file.name} is not a queue of this protocol version")
        file.write(bytes(max(0, SIZE - file.seek(0, os.SEEK_END))))  # real zeros, at the end of a file that is new or was cut
        _store(file, 0, MAGIC)
        ticket = _load(file, NEXT) if 1 <= _load(file, NEXT) < LIMIT else 1
        while ticket < LIMIT and not _is_free(file, TICKETS + ticket, 0):  # a live one above: the counter was damaged
            ticket *= 2
        if ticket < LIMIT and _lock(file, fcntl.LOCK_EX, TICKETS + ticket, 1) and (shared or _lock(file, fcntl.LOCK_EX, WRITERS + ticket, 1)):
            _store(file, NEXT, ticket + 1)
            return ticket
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, GUARD)


def _lock(file, how, start, length):
    with contextlib.suppress(BlockingIOError, PermissionError):
        return fcntl.lockf(file, how | fcntl.LOCK_NB, length, start) is None


def _is_free(file, start, length):  # length 0: to the end
    return _lock(file, fcntl.LOCK_SH, start, length) and fcntl.lockf(file, fcntl.LOCK_UN, length, start) is None


def _is_at(path, file):
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.stat(path), os.stat(file.fileno()))


def _load(file, offset):
    return int.from_bytes(os.pread(file.fileno(), 8, offset), "little", signed=True)


def _store(file, offset, number):
    os.pwrite(file.fileno(), number.to_bytes(8, "little"), offset)
