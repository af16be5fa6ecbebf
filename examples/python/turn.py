"""Takes turns on one file with every other program that uses its queue: Java services, scripts, the command line.

    with turn("letters.duckdb", timeout=30):                     # or shared=True, to read beside other readers
        with duckdb.connect("letters.duckdb") as connection: ...   # open and close the database inside

POSIX, standard library only; core/docs/queue-protocol.md explains the protocol. Nothing else in this process may open the
file "<path>.queue": closing any descriptor of it would drop the locks.
"""
import contextlib, fcntl, os, threading, time

MAGIC, SIZE, NEXT, RELEASED = int.from_bytes(b"DPQUEUE1", "little"), 4096, 8, 16
GUARD, TICKETS, WRITERS, LIMIT = 1 << 62, 1 << 62, 1 << 61, 1 << 60
_queues = {}  # for each companion one descriptor, and one ticket at a time, in this process


@contextlib.contextmanager
def turn(path, shared=False, timeout=None):
    companion, timeout = os.path.realpath(path) + ".queue", threading.TIMEOUT_MAX if timeout is None else timeout
    queue, deadline, ticket = _queues.setdefault(companion, _Queue(companion)), time.monotonic() + timeout, None
    if not queue.line.acquire(timeout=timeout):
        raise TimeoutError(f"another thread of this process has its turn on {path}")
    try:
        yield (ticket := queue.wait(shared, deadline))
    finally:
        if queue.file is not None:  # whatever has happened, the one ticket of this process and its flag go
            fcntl.lockf(queue.file, fcntl.LOCK_UN, 0, WRITERS)
        with contextlib.suppress(OSError):
            if ticket:
                queue.store(RELEASED, ticket)
        queue.line.release()


class _Queue:
    def __init__(self, path):
        self.path, self.file, self.line = path, None, threading.Lock()

    def wait(self, shared, deadline):
        ticket, seen, moved = None, None, 0
        while True:
            if not self.is_current():  # the first time, or the companion was replaced: start over on the new one
                old, ticket, self.file = self.file, None, os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
                if old is not None:
                    os.close(old)
            ticket = ticket or self.draw(shared)
            if ticket and (ticket == 1 or self.is_free((WRITERS if shared else TICKETS) + 1, ticket - 1)) and self.is_current():
                return ticket
            released, now = self.load(RELEASED), time.monotonic()
            if now > deadline:
                raise TimeoutError(f"the turn on {self.path} did not come in time")
            seen, moved = released, moved if released == seen else now
            time.sleep(min(max((now - moved) / 8, 50e-6), 1e-3) * min(max((ticket or 0) - released - 1, 1), 4))

    def draw(self, shared):  # None while somebody else draws
        if not self.lock(fcntl.LOCK_EX, GUARD, 1):
            return None
        try:
            if self.load(0) not in (0, MAGIC):
                raise OSError(f"{self.path} is not a queue of this protocol version")
            size = os.stat(self.file).st_size
            os.pwrite(self.file, bytes(max(0, SIZE - size)), size)  # real zeros, in a file that is new or was cut
            self.store(0, MAGIC)
            ticket = self.load(NEXT) if 1 <= self.load(NEXT) < LIMIT else 1
            while ticket < LIMIT and not self.is_free(TICKETS + ticket, 0):  # a live one above: the counter was damaged
                ticket *= 2
            if ticket < LIMIT and self.lock(fcntl.LOCK_EX, TICKETS + ticket, 1):
                if shared or self.lock(fcntl.LOCK_EX, WRITERS + ticket, 1):
                    self.store(NEXT, ticket + 1)
                    return ticket
        finally:
            fcntl.lockf(self.file, fcntl.LOCK_UN, 1, GUARD)

    def lock(self, how, start, length):
        with contextlib.suppress(BlockingIOError, PermissionError):
            return fcntl.lockf(self.file, how | fcntl.LOCK_NB, length, start) is None

    def is_free(self, start, length):  # length 0: to the end
        return self.lock(fcntl.LOCK_SH, start, length) and fcntl.lockf(self.file, fcntl.LOCK_UN, length, start) is None

    def is_current(self):
        with contextlib.suppress(FileNotFoundError):
            return self.file is not None and os.path.samestat(os.stat(self.path), os.stat(self.file))

    def load(self, offset):
        return int.from_bytes(os.pread(self.file, 8, offset), "little", signed=True)

    def store(self, offset, number):
        os.pwrite(self.file, number.to_bytes(8, "little"), offset)
