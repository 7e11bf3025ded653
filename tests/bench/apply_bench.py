#!/usr/bin/env python3
"""Applies 2,000 small scripts, and runs the same scripts with the engines' own shells and with sqitch.

    python3 apply_bench.py BACKSTAY sqlite [SCRIPTS]
    python3 apply_bench.py BACKSTAY postgresql://... [SCRIPTS]     an empty scratch database; its tables are dropped

Prints times and ratios of the same run; wall clock, best of three. The backup is part of the apply and is told apart by an
apply of one script. sqitch (Debian package) runs 100 of them, because it takes about 40 ms for each.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

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


def run(*command, **options):
    started = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))[:200]}: code {done.returncode}\n{done.stdout[-2000:]}")
    return time.monotonic() - started


def empty(work):
    for name in ("crm.db", "store"):
        path = work / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    (work / "store").mkdir()
    if SQLITE:
        run("sqlite3", work / "crm.db", 'CREATE TABLE "Contact"("Id" INTEGER PRIMARY KEY)')
    else:
        run("psql", "-qX", TARGET, "-c", "DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS sqitch CASCADE")


def best(work, action):
    times = []
    for _ in range(ROUNDS):
        empty(work)
        times.append(action())
    return min(times)


def sqitch(work):
    project = work / "sqitch"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    engine, target = ("sqlite", f"db:sqlite:{work}/crm.db") if SQLITE else ("pg", "db:pg:" + TARGET.split(":", 1)[1])
    quiet = {"cwd": project, "env": {**os.environ, "SQITCH_FULLNAME": "x", "SQITCH_EMAIL": "x@example.com"}}
    run("sqitch", "init", "bench", "--engine", engine, **quiet)
    for i in range(SQITCH_COUNT):
        run("sqitch", "add", f"c{i}", "-n", "x", "--without", "verify", "--without", "revert", **quiet)
        (project / "deploy" / f"c{i}.sql").write_text(script(i))
    return run("sqitch", "deploy", "--no-verify", target, **quiet)


def main():
    work = pathlib.Path(tempfile.mkdtemp(prefix="backstay-bench-"))
    database = f"sqlite:{work}/crm.db" if SQLITE else TARGET
    many, one = package(work / "many", COUNT), package(work / "one", 1)
    all_scripts = work / "all.sql"
    all_scripts.write_text("".join(script(i) for i in range(COUNT)))
    apply = lambda path: lambda: run(BACKSTAY, "apply", "--database", database, "--store", work / "store", path)
    shell = (lambda: run("bash", "-c", f"(echo 'BEGIN;'; cat {all_scripts}; echo 'COMMIT;') | sqlite3 -bail {work}/crm.db")) if SQLITE else (
        lambda: run("psql", "-qX1", "-v", "ON_ERROR_STOP=1", TARGET, "-f", all_scripts))
    times = {"shell": best(work, shell), "apply": best(work, apply(many)), "apply of one": best(work, apply(one))}
    for name, seconds in times.items():
        print(f"{name:14} {seconds * 1000:9.1f} ms   {seconds * 1000 / (1 if name.endswith('one') else COUNT):7.3f} ms a script")
    print(f"apply / shell                      {times['apply'] / times['shell']:.2f}")
    print(f"(apply - apply of one) / shell     {(times['apply'] - times['apply of one']) / times['shell']:.2f}")
    if shutil.which("sqitch"):
        empty(work)
        each = sqitch(work) / SQITCH_COUNT
        print(f"sqitch         {each * 1000:9.1f} ms a change; apply is {each / (times['apply'] / COUNT):.0f} times faster")
    shutil.rmtree(work)


main()
