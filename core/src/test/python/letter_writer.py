"""A program that writes letters into a file that a Java service works with: letter_writer.py <file> <name> <rows> [turns].

With "turns" it keeps to the file's queue, otherwise it knows nothing of it. It opens the file for each row, tries again
when DuckDB refuses because somebody has it, and prints how often that was.
"""
import contextlib, sys, time

import duckdb
from turn import turn

file, name, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
turns = len(sys.argv) > 4
refused = 0


def write(number):
    global refused
    while True:
        try:
            with duckdb.connect(file) as connection:
                connection.execute("INSERT INTO letter VALUES (?, ?)", [name, number])
            return
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise
            refused += 1
        time.sleep(0.005)


for number in range(rows):
    with turn(file) if turns else contextlib.nullcontext():
        write(number)
print(refused)
