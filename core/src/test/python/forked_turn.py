"""Forks while another thread has its turn on the file argv[1]; the child's turn comes when that thread's is over."""
import os, sys, threading

from turn import turn

has, leave = threading.Event(), threading.Event()


def hold():
    with turn(sys.argv[1]):
        has.set()
        leave.wait()


holder = threading.Thread(target=hold)
holder.start()
has.wait()
child = os.fork()
if child == 0:
    status = 1
    try:
        with turn(sys.argv[1], timeout=100):
            status = 0
    finally:
        os._exit(status)
leave.set()
holder.join()
sys.exit(os.waitpid(child, 0)[1] != 0)
