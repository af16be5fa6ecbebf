"""A program that writes letters into a file that a Java service works with: letter_writer.py <file> <name> <rows> [turns].

With "turns" it keeps to the file's queue, otherwise it knows nothing of it. It opens the file for each row, tries again
when DuckDB refuses because somebody has it, and prints how often that was. And when somebody wrote while it was being opened:
DuckDB 2.0 reads the file's headers before it has the lock, and would go on from a state that is gone.
"""
import contextlib, os, sys, time

import duckdb
from turn import turn

file, name, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
turns = len(sys.argv) > 4
refused = 0


def written():
    now = os.stat(file)
    return now.st_mtime_ns, now.st_size


def write(number):
    global refused
    while True:
        before = written()
        try:
            with duckdb.connect(file) as connection:
                if written() == before:
                    connection.execute("INSERT INTO letter VALUES (?, ?)", [name, number])
                    return
                connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise
            refused += 1
        time.sleep(0.005)


for number in range(rows):
    with turn(file) if turns else contextlib.nullcontext():
        write(number)
print(refused)
