"""A process of the torture, as QueueWorker in Java: queue_worker.py <directory> <seed> [broken]."""
import os, random, struct, sys, time

import turn as queue

directory, seed = sys.argv[1], int(sys.argv[2])
broken = len(sys.argv) > 3
chance = random.Random(seed)
log = os.open(os.path.join(directory, f"{os.getpid()}.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
counter = os.open(os.path.join(directory, "counter"), os.O_RDWR | os.O_CREAT)
turns = 0


def read():
    return struct.unpack(">q", os.pread(counter, 8, 0).rjust(8, b"\0"))[0]


def hold(shared, ticket):
    global turns
    turns += 1
    name, value = f"{seed}:{turns}", read()  # process numbers come round again
    os.write(log, f"A {name} {'S' if shared else 'E'} {ticket} {value} {time.monotonic_ns()}\n".encode())
    if chance.random() < 0.66:
        time.sleep(chance.random() * 0.002)
    if not shared:
        os.pwrite(counter, struct.pack(">q", value + 1), 0)
    os.write(log, f"R {name} {read()} {time.monotonic_ns()}\n".encode())


guarded = os.path.join(directory, "guarded")
free = queue._is_free
while not os.path.exists(os.path.join(directory, "stop")):
    shared = chance.random() < 0.25
    timeout = chance.random() * 0.008 if chance.random() < 0.3 else None
    queue._is_free = (lambda *_: True) if broken and chance.random() < 0.1 else free  # does not wait
    try:
        with queue.turn(guarded, shared, timeout) as ticket:
            hold(shared, ticket)
    except TimeoutError:
        pass
