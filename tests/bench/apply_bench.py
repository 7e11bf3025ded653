#!/usr/bin/env python3
"""Applies 2,000 small scripts, and runs the same scripts with the engines' own shells and with sqitch.

    python3 apply_bench.py BACKSTAY sqlite [SCRIPTS]
    python3 apply_bench.py BACKSTAY postgresql://... [SCRIPTS]     a role that may make databases: each round gets its own

Times and ratios of the same run, best of three; seconds on the clock, and seconds of processor time (the server's are not in
it). Where the time of an apply goes is read from the times in its journal. The backup is part of an apply: beside the plain
ratio stands the one without it. sqitch (Debian package) runs 100 changes, because it takes about 40 ms for each.

What was removed is moved aside until the end: ext4 looks for five seconds at every file number that was just given back before it
uses another one, which would make the applies of this run slower than any real one.
"""
import json
import os
import pathlib
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
from datetime import datetime

BACKSTAY, TARGET = os.path.abspath(sys.argv[1]), sys.argv[2]
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
ROUNDS, SQITCH_COUNT = 3, 100
SQLITE = TARGET == "sqlite"


def script(i):
    return f'CREATE TABLE "UsrBench{i}" ("Id" INTEGER PRIMARY KEY, "Name" VARCHAR(50));\nINSERT INTO "UsrBench{i}" VALUES (1, \'x\');\n'


def package(folder, count):
    root = folder / "UsrBench"
    for i in range(count):
        at = root / "SqlScripts" / f"Usr{i:05}"
        at.mkdir(parents=True)
        (at / f"Usr{i:05}.sql").write_text(script(i))
        (at / "descriptor.json").write_text(json.dumps({"SqlScript": {
            "UId": f"00000000-0000-4000-8000-{i:012}", "Name": f"Usr{i:05}", "DBEngineType": 2, "InstallType": 1,
            "ModifiedOnUtc": "/Date(1704103200000)/", "BackwardCompatibilityConfirmed": True, "DependsOn": []}}))
    (root / "descriptor.json").write_text(json.dumps({"Descriptor": {
        "UId": "a41c4041-e45d-5cd6-9ec8-c50af49fe6ff", "PackageVersion": "1.0.0", "Name": "UsrBench", "Type": 1,
        "ModifiedOnUtc": "/Date(1704103200000)/", "Maintainer": "x", "DependsOn": []}}))
    return root


# Seconds on the clock, and of the processor.
def run(*command, **options):
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime
    before, started = spent(), time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))[:200]}: code {done.returncode}\n{done.stdout[-2000:]}")
    return time.monotonic() - started, spent() - before


moved, made = 0, []


# The URL of a new database; dropping thousands of tables of a used one needs more locks than a server has.
def empty(work):
    global moved
    (work / "aside").mkdir(exist_ok=True)
    for path in (work / "crm.db", work / "store"):
        if path.exists():
            moved += 1
            path.rename(work / "aside" / str(moved))
    (work / "store").mkdir()
    if SQLITE:
        run("sqlite3", work / "crm.db", 'CREATE TABLE "Contact"("Id" INTEGER PRIMARY KEY)')
        return f"sqlite:{work}/crm.db"
    made.append(f"backstay_bench_{os.getpid()}_{len(made)}")
    run("psql", "-qX", TARGET, "-c", f"CREATE DATABASE {made[-1]}")
    return urllib.parse.urlsplit(TARGET)._replace(path="/" + made[-1]).geturl()


# Clock, processor and phases of the fastest of the rounds.
def best(work, action):
    times = []
    for _ in range(ROUNDS):
        clock, processor = action(empty(work))
        times.append((clock, processor, phases(work, clock)))
    return min(times, key=lambda time: time[0])


PHASES = [("read, checked and planned", None, "PREFLIGHTED"), ("locked, looked at", "PREFLIGHTED", "BACKUP_OPEN"), ("backup", "BACKUP_OPEN", "BACKED_UP"),
          ("elements and scripts", "STEP_INTENT", "STEP_DONE"), ("verified", "STEP_DONE", "COMMITTED"), ("what a restore needs", "COMMITTED", "EXPORTED"),
          ("to the end", "EXPORTED", None)]


def phases(work, clock):
    journal = work / "store" / ".backstay" / "journal.db"
    if not journal.exists():
        return {}
    with sqlite3.connect(journal) as database:
        at = {state: datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp() for state, time in database.execute("SELECT state, at FROM rec ORDER BY rev")}
    named = {name: at[to] - at[since] for name, since, to in PHASES if since in at and to in at}
    named["read, checked and planned"] = clock - (max(at.values()) - min(at.values()))
    return named


def sqitch(work, database):
    project = work / "sqitch"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    engine, target = ("sqlite", f"db:sqlite:{work}/crm.db") if SQLITE else ("pg", "db:pg:" + database.split(":", 1)[1])
    quiet = {"cwd": project, "env": {**os.environ, "SQITCH_FULLNAME": "x", "SQITCH_EMAIL": "x@example.com"}}
    run("sqitch", "init", "bench", "--engine", engine, **quiet)
    for i in range(SQITCH_COUNT):
        run("sqitch", "add", f"c{i}", "-n", "x", "--without", "verify", "--without", "revert", **quiet)
        (project / "deploy" / f"c{i}.sql").write_text(script(i))
    return run("sqitch", "deploy", "--no-verify", target, **quiet)


def main():
    work = pathlib.Path(tempfile.mkdtemp(prefix="backstay-bench-"))
    many, one = package(work / "many", COUNT), package(work / "one", 1)
    all_scripts = work / "all.sql"
    all_scripts.write_text("".join(script(i) for i in range(COUNT)))
    apply = lambda path: lambda database: run(BACKSTAY, "apply", "--database", database, "--store", work / "store", path)
    shell = (lambda _: run("bash", "-c", f"(echo 'BEGIN;'; cat {all_scripts}; echo 'COMMIT;') | sqlite3 -bail {work}/crm.db")) if SQLITE else (
        lambda database: run("psql", "-qX1", "-v", "ON_ERROR_STOP=1", database, "-f", all_scripts))
    times = {"shell": best(work, shell), "apply": best(work, apply(many)), "apply of one": best(work, apply(one))}
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors, {COUNT} scripts")
    for name, (clock, processor, _) in times.items():
        print(f"{name:14} {clock * 1000:9.1f} ms, processor {processor * 1000:9.1f} ms   {clock * 1000 / (1 if name.endswith('one') else COUNT):7.3f} ms a script")
    clock, processor, parts = times["apply"]
    for name, seconds in parts.items():
        print(f"    {name:28} {seconds * 1000:9.1f} ms")
    backup = parts.get("backup", 0)
    print(f"apply / shell                         {clock / times['shell'][0]:.2f}, processor {processor / times['shell'][1]:.2f}")
    print(f"(apply - backup) / shell              {(clock - backup) / times['shell'][0]:.2f}")
    if shutil.which("sqitch"):
        each = sqitch(work, empty(work))[0] / SQITCH_COUNT
        print(f"sqitch         {each * 1000:9.1f} ms a change; apply is {each / (clock / COUNT):.0f} times faster")
    for database in made:
        run("psql", "-qX", TARGET, "-c", f"DROP DATABASE {database}")
    shutil.rmtree(work)


main()
