"""The questions of spark-jobs, answered by DuckDB: a second opinion, and what one machine can do without Spark.

It reads the same Iceberg tables through PyIceberg: the files of the newest snapshot are copied to a folder, and DuckDB reads them
there. The SQL beside this file is written for itself, and drops copies plainly: one row for each id. Prints a JSON object a line and
question, as `spark-jobs ask --json` does, with the seconds of the fastest of --runs: took_s on the clock, cpu_s of all
processors together.
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import sys
import tempfile
import time

import duckdb
from pyiceberg.catalog import load_catalog

HERE = pathlib.Path(__file__).parent
QUESTIONS = ["weekend", "hours", "words", "citizens", "spread", "trend", "calm", "drones"]
TABLES = ["reports", "riots"]


def catalog():
    env = os.environ
    return load_catalog("lake", **{
        "type": "rest", "uri": env["ICEBERG_CATALOG_URI"], "warehouse": "s3://peacestate",
        "rest.sigv4-enabled": "true", "rest.signing-name": "s3", "rest.signing-region": env["AWS_REGION"],
        "s3.endpoint": env["AWS_ENDPOINT_URL_S3"], "s3.region": env["AWS_REGION"], "s3.path-style-access": "true",
        "s3.access-key-id": env["AWS_ACCESS_KEY_ID"], "s3.secret-access-key": env["AWS_SECRET_ACCESS_KEY"],
    })


def download(lake, name, folder):
    """Copies the data files of a table's newest snapshot."""
    table = lake.load_table(f"peacestate.{name}")
    paths = [task.file.file_path for task in table.scan().plan_files()]

    def copy(number):
        with table.io.new_input(paths[number]).open() as source, open(folder / f"{name}-{number}.parquet", "wb") as target:
            target.write(source.read())

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(copy, range(len(paths))))
    return len(paths)


def district_of():
    """The macro that names the nearest district; of two as far, the first by name."""
    features = json.loads((HERE.parents[1] / "peaceland" / "districts.geojson").read_text())["features"]
    places = sorted((f["properties"]["name"], *f["properties"]["centre"]) for f in features)
    far = [f"(lat - {y!r}::DOUBLE) ** 2 + ((lon - {x!r}::DOUBLE) * 0.7193398003386512::DOUBLE) ** 2" for _, x, y in places]
    whens = " ".join(f"WHEN {f} THEN '{name}'" for f, (name, *_) in zip(far, places))
    return f"CREATE MACRO district_of(lat, lon) AS CASE least({', '.join(far)}) {whens} END"


def connect(folder, found, since, until):
    """The tables as views, with the rows of the scope."""
    db = duckdb.connect()
    db.execute(district_of())
    for name, column in zip(TABLES, ["reported_at", "detected_at"]):
        if not found[name]:
            sys.exit(f"peacestate.{name} is empty: fly with go run ./simulator, and wait for the archive")
        # Days and hours are those of UTC, whatever this machine's are.
        db.execute(f"""CREATE VIEW {name} AS SELECT * REPLACE (make_timestamp(epoch_us({column})) AS {column})
            FROM read_parquet('{folder}/{name}-*.parquet', union_by_name = true)
            WHERE epoch_us({column}) >= {micros(since)} AND epoch_us({column}) < {micros(until)}""")
    return db


def micros(day):
    return round(day.replace(tzinfo=datetime.timezone.utc).timestamp()) * 1_000_000


def plain(value):
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return value


def ask(db, question, runs):
    query = (HERE / f"{question}.sql").read_text()
    best = None
    for _ in range(runs):
        began, worked = time.monotonic(), time.process_time()
        result = db.execute(query)
        rows = result.fetchall()
        took = (time.monotonic() - began, time.process_time() - worked)
        best = took if best is None else min(best, took)
    columns = [c[0] for c in result.description]
    return {"question": question, "columns": columns, "rows": [[plain(v) for v in row] for row in rows],
            "took_s": round(best[0], 3), "cpu_s": round(best[1], 3)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="*", choices=[*QUESTIONS, []], help="all, unless some are named")
    parser.add_argument("--runs", type=int, default=1, help="how often each is asked; the fastest counts (1)")
    parser.add_argument("--since", type=datetime.datetime.fromisoformat, default="1970-01-01", help="event time, UTC, included")
    parser.add_argument("--until", type=datetime.datetime.fromisoformat, default="9999-01-01", help="event time, UTC, excluded")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error(f"--runs must be at least 1, not {options.runs}")
    missing = [n for n in ("ICEBERG_CATALOG_URI", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
               if n not in os.environ]
    if missing:
        sys.exit(f"not set: {', '.join(missing)}; run it as stack/env {sys.argv[0]}")
    with tempfile.TemporaryDirectory(prefix="peacestate-duckdb-") as name:
        folder = pathlib.Path(name)
        try:
            lake = catalog()
            found = {table: download(lake, table, folder) for table in TABLES}
        except Exception as problem:  # of HTTP, S3 or the table: one line is what a person can use
            sys.exit(f"the tables cannot be read: {type(problem).__name__}: {str(problem).splitlines()[0] if str(problem) else ''}; does the stack run?")
        db = connect(folder, found, options.since, options.until)
        for question in options.questions or QUESTIONS:
            print(json.dumps(ask(db, question, options.runs)), flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
