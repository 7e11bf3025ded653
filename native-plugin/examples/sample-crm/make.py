#!/usr/bin/env python3
"""Makes a small CRM to play with: a SQLite database, a folder of configuration elements, and three packages.

    python3 make.py FOLDER

The packages are the sample loyalty package of tests/data/creatio with its PostgreSQL scripts replaced by ones that
SQLite understands. 1.1 changes rows of customers; 1.2 fails in its last script.
"""
import json
import pathlib
import shutil
import sqlite3
import sys

SAMPLES = pathlib.Path(__file__).resolve().parents[3] / "tests" / "data" / "creatio" / "safe-loyalty"
RANK = 'CASE WHEN t."UsrMinPoints" >= 1000 THEN 3 WHEN t."UsrMinPoints" >= 250 THEN 2 ELSE 1 END AS "Rank"'
VIEW = 'DROP VIEW IF EXISTS "UsrVwBsTier";\n\nCREATE VIEW "UsrVwBsTier" AS\nSELECT t."Id", t."Name", {columns}\nFROM "UsrBsLoyaltyTier" t;\n'
SCHEMA = """
CREATE TABLE "Contact" ("Id" INTEGER PRIMARY KEY, "Name" TEXT NOT NULL, "Email" TEXT, "UsrPoints" INTEGER NOT NULL DEFAULT 0);
CREATE TABLE "UsrBsLoyaltyTier" ("Id" TEXT PRIMARY KEY, "Name" TEXT, "UsrMinPoints" INTEGER, "UsrIsDefault" INTEGER, "UsrNote" TEXT);
INSERT INTO "Contact" ("Name", "Email", "UsrPoints") VALUES
  ('Ada', 'ada@example.com', 40), ('Grace', 'grace@example.com', 260), ('Edsger', 'edsger@example.com', 1200);
"""


def read(path):
    return json.loads(path.read_text(encoding="utf-8-sig"))


def write(path, document):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document, indent=2) + "\n", encoding="utf-8")


def add_script(package, name, uid, modified, sql):
    folder = package / "SqlScripts" / name
    write(folder / f"{name}.sql", sql)
    write(folder / "descriptor.json", {"SqlScript": {
        "UId": uid, "Name": name, "DBEngineType": 2, "InstallType": 1, "ModifiedOnUtc": f"/Date({modified})/",
        "BackwardCompatibilityConfirmed": True, "DependsOn": []}})


def make_package(folder, sample, version, modified, scripts):
    package = folder / "UsrBsLoyalty"
    shutil.copytree(SAMPLES / sample / "UsrBsLoyalty", package)
    shutil.rmtree(package / "SqlScripts")
    descriptor = read(package / "descriptor.json")
    descriptor["Descriptor"].update(PackageVersion=version, ModifiedOnUtc=f"/Date({modified})/", DependsOn=[])
    write(package / "descriptor.json", descriptor)
    for name, uid, changed, sql in scripts:
        add_script(package, name, uid, changed, sql)


def main(folder):
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "crm.db") as database:
        database.executescript(SCHEMA)
    write(folder / "store" / "Base" / "Schemas" / "ContactPage" / "ContactPage.js", 'define("ContactPage", [], function() { return {}; });\n')
    first, second, third = 1704103200000, 1714557600000, 1719828000000
    view = ("UsrVwBsTier", "573ff599-429c-5f3a-8cd0-0101ca91e447")
    points = ("UsrMinimumPoints", "0c1d1f0e-6a5f-4b0e-9d1f-3f1a5f5f2c11")
    with_note = (*view, second, VIEW.format(columns=f't."UsrMinPoints", t."UsrNote", {RANK}'))
    minimum = (*points, second, 'UPDATE "Contact" SET "UsrPoints" = 100 WHERE "UsrPoints" < 100;\n')
    make_package(folder / "packages" / "loyalty-1.0", "1.0", "1.0.0.0", first, [
        (*view, first, VIEW.format(columns=f't."UsrMinPoints", {RANK}'))])
    make_package(folder / "packages" / "loyalty-1.1", "1.1", "1.1.0.0", second, [with_note, minimum])
    make_package(folder / "packages" / "loyalty-1.2", "1.1", "1.2.0.0", third, [
        with_note,
        (*points, third, 'UPDATE "Contact" SET "UsrPoints" = "UsrPoints" * 2;\n'),
        ("UsrNewContact", "7a8c8d52-0b52-4a7e-8a80-6f0c6d2b8e77", third, 'INSERT INTO "Contact" ("Id", "Name") VALUES (1, NULL);\n')])


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
