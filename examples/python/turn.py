"""Take turns on one file with all other programs that use its queue: Java services, other scripts, the command line.

    with turn("letters.duckdb"):                    # or turn(path, shared=True, timeout=30)
        with duckdb.connect("letters.duckdb") as connection: ...   # open and close the database inside

POSIX, standard library only. The protocol: core/docs/queue-protocol.md. Nothing else may open or close `<path>.queue` in this process.
"""
import contextlib, fcntl, os, struct, threading, time

MAGIC, SIZE, NEXT, RELEASED = b"DPQUEUE1", 4096, 8, 16
GUARD, TICKETS, WRITERS, LIMIT = 1 << 62, 1 << 62, 1 << 61, 1 << 60
_files, _lines, _registry = {}, {}, threading.Lock()  # one descriptor and one ticket per process and file


@contextlib.contextmanager
def turn(path, shared=False, timeout=None):
    companion = os.path.realpath(path) + ".queue"
    deadline = None if timeout is None else time.monotonic() + timeout
    with _registry:
        line = _lines.setdefault(companion, threading.Lock())
    if not line.acquire(timeout=-1 if timeout is None else timeout):
        raise TimeoutError(f"another thread holds the turn on {path}")
    ticket, current = None, False
    try:
        while not current:  # the companion may be replaced while we wait: start over on the new one
            file = _open(companion, deadline)
            ticket = _poll(lambda: _enqueue(file, shared), deadline, 0.0001)
            _wait(file, ticket, shared, deadline)
            current = _key(companion) == _files[companion][1]
            if not current:
                _unlock(file, ticket)
        yield ticket
    finally:
        if ticket is not None:
            _unlock(file, ticket)
            if current:
                os.pwrite(file, struct.pack("<q", ticket), RELEASED)
        line.release()


def _open(companion, deadline):
    file, key = _files.get(companion, (None, None))
    if file is None or key != _key(companion):
        if file is not None:
            os.close(file)
        file = os.open(companion, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        _files[companion] = (file, (os.fstat(file).st_dev, os.fstat(file).st_ino))
    if os.fstat(file).st_size < SIZE or os.pread(file, 8, 0) != MAGIC:
        _poll(lambda: _try(file, fcntl.LOCK_EX, GUARD, 1), deadline, 0.0001)
        size = os.fstat(file).st_size
        if size < SIZE:
            os.pwrite(file, bytes(SIZE - size), size)
        if os.pread(file, 8, 0) == bytes(8):
            os.pwrite(file, MAGIC, 0)
        fcntl.lockf(file, fcntl.LOCK_UN, 1, GUARD)
        if os.pread(file, 8, 0) != MAGIC:
            raise OSError(f"{companion} is not a queue of this protocol version")
    return file


def _enqueue(file, shared):
    if not _try(file, fcntl.LOCK_EX, GUARD, 1):
        return None
    try:
        ticket = struct.unpack("<q", os.pread(file, 8, NEXT).ljust(8, b"\0"))[0]
        ticket = ticket if 1 <= ticket < LIMIT else 1
        while not _free(file, TICKETS + ticket, 0):
            ticket *= 2
            if ticket >= LIMIT:
                return None
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, TICKETS + ticket)
        if not shared:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, WRITERS + ticket)
        os.pwrite(file, struct.pack("<q", ticket + 1), NEXT)
        return ticket
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, GUARD)


def _wait(file, ticket, shared, deadline):
    try:
        first, seen, moved, probed = (WRITERS if shared else TICKETS) + 1, None, time.monotonic(), 0
        while ticket > 1:
            released, now = os.pread(file, 8, RELEASED), time.monotonic()
            if released != seen or now - probed > 0.005:
                moved, seen, probed = now if released != seen else moved, released, now
                if _free(file, first, ticket - 1):
                    break
            if deadline is not None and now > deadline:
                raise TimeoutError(f"ticket {ticket} waited too long in {_files}")
            distance = ticket - struct.unpack("<q", released.ljust(8, b"\0"))[0]
            time.sleep(min(max((now - moved) / 8, 50e-6), 1e-3) * min(max(distance, 1), 4))
    except BaseException:
        _unlock(file, ticket)
        raise


def _unlock(file, ticket):
    fcntl.lockf(file, fcntl.LOCK_UN, 1, TICKETS + ticket)
    fcntl.lockf(file, fcntl.LOCK_UN, 1, WRITERS + ticket)


def _poll(attempt, deadline, seconds):
    while not (result := attempt()):
        if deadline is not None and time.monotonic() > deadline:
            raise TimeoutError("somebody holds the guard of the queue")
        time.sleep(seconds)
    return result


def _try(file, how, start, length):
    try:
        fcntl.lockf(file, how | fcntl.LOCK_NB, length, start)
        return True
    except (BlockingIOError, PermissionError):
        return False


def _free(file, start, length):  # length 0: to the end
    if _try(file, fcntl.LOCK_SH, start, length):
        fcntl.lockf(file, fcntl.LOCK_UN, length, start)
        return True
    return False


def _key(companion):
    try:
        status = os.stat(companion, follow_symlinks=False)
        return status.st_dev, status.st_ino
    except FileNotFoundError:
        return None
