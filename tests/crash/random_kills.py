#!/usr/bin/env python3
"""Kills the command line with signal 9 at random moments of apply, restore and recover, and compares fingerprints.

    python3 tests/crash/random_kills.py BACKSTAY sqlite [--rounds N] [--seed S] [--mode MODE]
    tests/support/with_postgres.sh python3 tests/crash/random_kills.py BACKSTAY postgresql [...]

The system is the sample CRM with more rows and elements. After the kills a recovery runs to its end: the old state, the
new one, or one that waits for a decision (code 5). Then the operation is done again, to show that nothing is stuck.
No fault points and no build of its own: what is killed is what is shipped.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = '''
CREATE TABLE "Contact" ("Id" integer PRIMARY KEY, "Name" text NOT NULL, "Email" text, "UsrPoints" integer NOT NULL DEFAULT 0);
CREATE TABLE "UsrBsLoyaltyTier" ("Id" text PRIMARY KEY, "Name" text, "UsrMinPoints" integer, "UsrIsDefault" boolean, "UsrNote" text);
'''


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{command}: code {done.returncode}\n{done.stdout[-3000:]}")
    return done.stdout


class SqliteSystem:
    def __init__(self, work, rows):
        self.work, self.url = work, f"sqlite:{work}/live/crm.db"
        self.rows = rows

    def make(self, folder):
        with sqlite3.connect(folder / "crm.db") as database:
            database.executescript(SCHEMA)
            database.executemany('INSERT INTO "Contact" ("Id", "Name", "UsrPoints") VALUES (?, ?, ?)', self.rows)

    def keep(self, name):
        shutil.rmtree(self.work / name, ignore_errors=True)
        shutil.copytree(self.work / "live", self.work / name)

    def take(self, name):
        shutil.rmtree(self.work / "live", ignore_errors=True)
        shutil.copytree(self.work / name, self.work / "live")

    def state(self):
        database = sqlite3.connect(self.work / "live" / "crm.db")
        tables = database.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'backstay%' AND name NOT LIKE 'sqlite%' ORDER BY 1").fetchall()
        rows = [database.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall() for name, sql in tables]
        left = database.execute("SELECT name FROM sqlite_master WHERE name IN ('backstay_op', 'backstay_step', 'backstay_cap')").fetchall()
        database.close()
        return repr((tables, rows)), left


class PostgresSystem(SqliteSystem):
    def __init__(self, work, rows):
        super().__init__(work, rows)
        self.url = os.environ["BACKSTAY_PG_URL"]

    def psql(self, text, database="app"):
        return run("psql", "-qXAt", "-v", "ON_ERROR_STOP=1", self.url.replace("/app?", f"/{database}?"), input=text)

    def make(self, folder):
        values = ",".join(f"({i},'{name}',{points})" for i, name, points in self.rows)
        self.psql(f'DROP SCHEMA IF EXISTS backstay, backstay_capture CASCADE; DROP VIEW IF EXISTS "UsrVwBsTier"; DROP TABLE IF EXISTS "Contact", "UsrBsLoyaltyTier";{SCHEMA}'
                  f'INSERT INTO "Contact" ("Id", "Name", "UsrPoints") VALUES {values}')

    def keep(self, name):
        super().keep(name)
        self.psql(f"DROP DATABASE IF EXISTS kept_{name}", "postgres")
        self.psql(f"CREATE DATABASE kept_{name} TEMPLATE app", "postgres")

    def take(self, name):
        super().take(name)
        self.psql("DROP DATABASE app WITH (FORCE)", "postgres")
        self.psql(f"CREATE DATABASE app TEMPLATE kept_{name}", "postgres")

    def state(self):
        schema = self.psql("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, ordinal_position;"
                           "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1")
        rows = self.psql('SELECT * FROM "Contact" ORDER BY 1; SELECT * FROM "UsrBsLoyaltyTier" ORDER BY 1')
        left = self.psql("SELECT nspname FROM pg_namespace WHERE nspname ~ '^backstay'").split()
        return schema + rows, left


def fingerprint(system):
    text, left = system.state()
    digest = hashlib.sha256(text.encode())
    store = system.work / "live" / "store"
    for path in sorted(path for path in store.rglob("*") if path.is_file() and ".backstay" not in path.parts):
        digest.update(f"{path.relative_to(store)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest(), left


# What the journal said when the recovery had ended.
def journal(system):
    with sqlite3.connect(system.work / "live" / "store" / ".backstay" / "journal.db") as database:
        return database.execute("SELECT op_id, state, at FROM rec ORDER BY rev DESC LIMIT 40").fetchall()[::-1]


class Trial:
    def __init__(self, system, program, mode):
        self.system, self.program, self.mode = system, program, mode
        self.packages = system.work / "made" / "packages"

    def command(self, what):
        words = [self.program, what, "--database", self.system.url, "--store", str(self.system.work / "live" / "store"), "--format", "json"]
        if what == "apply":
            words += [str(self.packages / "loyalty-1.1"), "--mode", self.mode]
        return words

    # Code, report, seconds. With `kill_after` the process and whatever it started are ended by signal 9.
    def call(self, what, kill_after=None):
        started = time.monotonic()
        process = subprocess.Popen(self.command(what), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            out, _ = process.communicate(timeout=kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
        return process.returncode, out, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("database", choices=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--mode", default="whole")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    work = pathlib.Path(tempfile.mkdtemp(prefix="backstay-kills-"))
    rows = [(i, f"contact {i}", chance.randrange(300)) for i in range(1, 2001)]
    system = (SqliteSystem if given.database == "sqlite" else PostgresSystem)(work, rows)
    run(sys.executable, ROOT / "native-plugin/examples/sample-crm/make.py", work / "made")
    for version in ("1.0", "1.1"):
        pages = work / f"made/packages/loyalty-{version}/UsrBsLoyalty/Files/pages"
        pages.mkdir(parents=True)
        for i in range(150):
            (pages / f"page{i}.js").write_text(f"// {version} {i}\n" * 20)
    (work / "live").mkdir()
    shutil.copytree(work / "made" / "store", work / "live" / "store")
    system.make(work / "live")
    trial = Trial(system, os.path.abspath(given.program), given.mode)

    def must(what):
        code, out, seconds = trial.call(what)
        if code != 0:
            sys.exit(f"undisturbed {what}: code {code}\n{out}")
        return seconds

    # Version 1.0 is there; 1.1 is what is applied and taken back.
    first = trial.command("apply")[:-3] + [str(trial.packages / "loyalty-1.0")]
    run(*first)
    system.keep("old")
    sides, seconds = {"old": fingerprint(system)[0]}, {}
    seconds["apply"] = must("apply")
    sides["new"] = fingerprint(system)[0]
    system.keep("new")
    seconds["restore"] = must("restore")
    sides["back"] = fingerprint(system)[0]
    if sides["back"] != sides["old"] or sides["new"] == sides["old"]:
        sys.exit("undisturbed, a restore does not give the old state")
    counts = {"old": 0, "new": 0, "named": 0, "wrong": 0, "killed": 0, "recoveries killed": 0}
    for number in range(given.rounds):
        what = "apply" if number % 2 == 0 else "restore"
        before, after = ("old", "new") if what == "apply" else ("new", "old")
        system.take(before)
        kill_after = chance.random() * seconds[what] * 1.05
        code, out, _ = trial.call(what, kill_after)
        counts["killed"] += code == -9
        story = f"round {number} (seed {given.seed}): {what} killed after {kill_after:.3f} s of {seconds[what]:.3f} (code {code})"
        while chance.random() < 0.5:
            kill_after = chance.random() * seconds[what] * 0.5
            code, out, _ = trial.call("recover", kill_after)
            counts["recoveries killed"] += code == -9
            story += f", recover killed after {kill_after:.3f} (code {code})"
        code, out, _ = trial.call("recover")
        records = journal(system)
        now, left = fingerprint(system)
        side = next((name for name in ("old", "new") if sides[name] == now), None)
        problem = None
        if code == 5:
            counts["named"] += 1
        elif code != 0:
            problem = f"recover ended with {code}: {out}"
        elif side is None:
            problem = "neither old nor new"
        elif left:
            problem = f"left in the database: {left}"
        if not problem and code == 0:
            counts[side] += 1
            # Nothing is stuck: what was not done can be done now.
            if side == before:
                code, out, _ = trial.call(what)
                if code != 0 or fingerprint(system)[0] != sides[after]:
                    problem = f"doing it again ended with {code}: {out}"
        if problem:
            counts["wrong"] += 1
            print(f"WRONG {story}\n  {problem}")
            for record in records:
                print("   ", *record)
    shutil.rmtree(work)
    print(f"{given.database}, {given.mode}, {given.rounds} rounds: {json.dumps(counts)}")
    return 1 if counts["wrong"] or not counts["killed"] else 0


sys.exit(main())
