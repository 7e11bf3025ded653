// The tables that scripts expect to be there. PostgreSQL itself says what is missing: the scripts are run and taken
// back, and each complaint that names a table or a column is answered, until there is none or nothing can be done.
import { type Database, SqlError } from "./database";
import type { DescribedTable } from "./tables";

const MOST_FIXES = 300;
const SAMPLE_ROWS = 3;

export interface Expected {
  file: string;
  sql: string;
}

interface Environment {
  tables: Map<string, Map<string, string>>; // quoted name -> quoted column -> type
  failing: Map<string, SqlError>;           // file -> what PostgreSQL says of it
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

// "public.Order" as two parts; other schemas are made when they are missed.
function tableName(name: string): string {
  const dot = name.indexOf(".");
  return dot > 0 ? `${quoted(name.slice(0, dot))}.${quoted(name.slice(dot + 1))}` : quoted(name);
}

// A type by the habits of the platforms' names; a complaint about it corrects it.
function guessType(column: string): string {
  if (/^(is|has|use|allow)[A-Z_]/.test(column) || /^(Is|Has|Use|Allow)[A-Z]/.test(column) || /(active|enabled|deleted|done)$/i.test(column)) return "boolean";
  if (/(^|_)id$/i.test(column) || /[a-z]Id$/.test(column)) return "uuid";
  if (/(On|Date|Time|_at)$/.test(column) || /date$/i.test(column)) return "timestamp";
  if (/(count|amount|number|total|sum|price|points|position|order|level|rate|percent|size|version)$/i.test(column)) return "integer";
  return "text";
}

const shortType = (type: string): string => type.replace(/ without time zone$/, "").replace(/^character varying$|^unknown$/, "text");

// The column in front of an operator: `"Name" = ` or `t.name in (`, up to `position` (from 1).
function wordBefore(sql: string, position: number | null): string {
  if (position === null) return "";
  return /(?:"([^"]+)"|(\w+))\s*(?:=|<>|!=|[<>]=?|in\s*\()?\s*$/i.exec(sql.slice(0, position - 1))?.slice(1, 3).find(Boolean) ?? "";
}

const knownTypes = /^(uuid|bool|boolean|smallint|int|int2|int4|int8|integer|bigint|numeric|decimal|real|double precision|text|varchar|character varying|char|character|date|time|timestamp|timestamptz|json|jsonb|bytea|interval)\b/i;

// A value that the type takes, another one in each row.
function sampleFor(type: string, row: number): string {
  const name = type.toLowerCase();
  if (/^uuid/.test(name)) return "gen_random_uuid()";
  if (/^bool/.test(name)) return row % 2 === 0 ? "true" : "false";
  if (/^timestamp|^date/.test(name)) return `'2026-01-0${row} 08:00'`;
  if (/^time/.test(name)) return `'0${row}:00'`;
  if (/^interval/.test(name)) return `'${row} days'`;
  if (/^(smallint|int|bigint|numeric|decimal|real|double|money)/.test(name)) return String(row * 10);
  if (/^json/.test(name)) return `'{"sample": ${row}}'`;
  if (/^bytea/.test(name)) return `'\\x0${row}'`;
  const length = Number(/\((\d+)/.exec(name)?.[1] ?? (/^(char|character|bpchar)$/.test(name) ? 1 : 50));
  return `'${`sample ${row}`.slice(-length)}'`;
}

export class EnvironmentBuilder {
  readonly environment: Environment = { tables: new Map(), failing: new Map() };
  #database: Database;
  #fixed: (what: string) => void;

  constructor(database: Database, fixed: (what: string) => void) {
    this.#database = database;
    this.#fixed = fixed;
  }

  // Makes what the scripts ask for, with sample rows; what still fails is given back.
  async build(scripts: readonly Expected[]): Promise<Map<string, SqlError>> {
    for (let fixes = 0; fixes < MOST_FIXES; fixes += 1) {
      const [script, error] = await this.#trial(scripts);
      if (!script || !error) break;
      if (!(await this.#fix(error, script))) this.environment.failing.set(script.file, error);
    }
    for (const table of this.environment.tables.keys()) await this.#fill(table);
    return this.environment.failing;
  }

  // The tables of a description, with sample rows. A type that this server does not have becomes text.
  async create(tables: readonly DescribedTable[]): Promise<void> {
    for (const { name, columns, key } of tables) {
      const [schema] = name.includes(".") ? [name.slice(0, name.indexOf("."))] : [];
      if (schema) await this.#attempt(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
      const keys = key.length > 0 ? [`PRIMARY KEY (${key.map(quoted).join(", ")})`] : [];
      const sql = (typeOf: (type: string) => string) =>
        `CREATE TABLE ${tableName(name)} (${[...columns.map((column) => `${quoted(column.name)} ${typeOf(column.type)}${column.nullable ? "" : " NOT NULL"}`), ...keys].join(", ")})`;
      const made = (await this.#attempt(sql((type) => type))) || (await this.#attempt(sql((type) => (knownTypes.test(type) ? type : "text"))));
      if (!made) continue;
      this.#fixed(`table ${name}`);
      this.environment.tables.set(tableName(name), new Map(columns.map((column) => [quoted(column.name), column.type])));
      await this.#fill(tableName(name), true);
    }
  }

  // Which scripts fail on what is there; each on its own, in front of the others that work.
  async trial(scripts: readonly Expected[]): Promise<Map<string, SqlError>> {
    for (const _ of scripts) {
      const [script, error] = await this.#trial(scripts);
      if (!script || !error) break;
      this.environment.failing.set(script.file, error);
    }
    return this.environment.failing;
  }

  tables(): string[] {
    return [...this.environment.tables.keys()];
  }

  async #attempt(sql: string): Promise<boolean> {
    try {
      await this.#database.exec(sql);
      return true;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return false;
    }
  }

  // Runs everything that has a chance and takes it back; the first script that fails, and why.
  async #trial(scripts: readonly Expected[]): Promise<[Expected | null, SqlError | null]> {
    await this.#database.exec("BEGIN");
    try {
      for (const script of scripts) {
        if (this.environment.failing.has(script.file)) continue;
        try {
          await this.#database.exec(script.sql);
        } catch (error) {
          if (!(error instanceof SqlError)) throw error;
          return [script, error];
        }
      }
      return [null, null];
    } finally {
      await this.#database.exec("ROLLBACK").catch(() => {});
    }
  }

  async #fix(error: SqlError, script: Expected): Promise<boolean> {
    const [first = "", second = ""] = [...error.message.matchAll(/"((?:[^"]|"")*)"/g)].map((match) => match[1] ?? "");
    try {
      if (error.code === "42P01") return await this.#addTable(first);
      if (error.code === "3F000") return await this.#run(`CREATE SCHEMA ${quoted(first)}`, `schema ${first}`);
      if (error.code === "42703") return await this.#addColumn(first || (/column (?:\w+\.)?(\w+) does/.exec(error.message)?.[1] ?? ""), second, script);
      if (error.code === "42804") return await this.#retype(first, /expression is of type (.+)$/.exec(error.message)?.[1] ?? "", script);
      if (error.code === "42883") return await this.#match(error, script);
      if (error.code === "22P02") return await this.#widen(/for type ([a-z ]+?):/.exec(error.message)?.[1] ?? "", error, script);
      return false;
    } catch (problem) {
      if (problem instanceof SqlError) return false; // what was tried does not work either
      throw problem;
    }
  }

  async #run(sql: string, what: string): Promise<boolean> {
    await this.#database.exec(sql);
    this.#fixed(what);
    return true;
  }

  async #addTable(name: string): Promise<boolean> {
    const table = tableName(name);
    if (!name || this.environment.tables.has(table)) return false;
    await this.#run(`CREATE TABLE ${table} ("Id" uuid PRIMARY KEY DEFAULT gen_random_uuid())`, `table ${name}`);
    this.environment.tables.set(table, new Map([['"Id"', "uuid"]]));
    return true;
  }

  // Without a table in the complaint it is one of those that the script names.
  #tablesOf(script: Expected): string[] {
    return [...this.environment.tables.keys()].filter((table) => script.sql.includes(table.split('"').at(-2) ?? table));
  }

  async #addColumn(column: string, relation: string, script: Expected): Promise<boolean> {
    if (!column) return false;
    const named = relation ? [...this.environment.tables.keys()].filter((table) => table === tableName(relation) || table.endsWith(`.${quoted(relation)}`)) : this.#tablesOf(script);
    let added = false;
    for (const table of named) {
      const columns = this.environment.tables.get(table);
      if (!columns || columns.has(quoted(column))) continue;
      const type = guessType(column);
      added = await this.#run(`ALTER TABLE ${table} ADD COLUMN ${quoted(column)} ${type}`, `column ${column} of ${table}`);
      columns.set(quoted(column), type);
    }
    return added;
  }

  async #retype(column: string, type: string, script: Expected): Promise<boolean> {
    if (!/^[a-z][a-z ]*(\[\])?$/.test(type)) return false;
    for (const table of this.#tablesOf(script)) {
      const columns = this.environment.tables.get(table);
      if (!columns?.has(quoted(column)) || columns.get(quoted(column)) === type) continue;
      columns.set(quoted(column), type);
      return this.#run(`ALTER TABLE ${table} ALTER COLUMN ${quoted(column)} DROP DEFAULT, ALTER COLUMN ${quoted(column)} TYPE ${type} USING NULL`, `type of ${column}`);
    }
    return false;
  }

  // "operator does not exist: text = boolean": one of the two is a guess, and the column is the word before the place.
  async #match(error: SqlError, script: Expected): Promise<boolean> {
    const [, left = "", right = ""] = /operator does not exist: ([a-z ]+?) [^a-z ]+ ([a-z ]+)$/.exec(error.message) ?? [];
    return this.#change(wordBefore(script.sql, error.position), shortType(left), shortType(right), script);
  }

  // A literal that is none of the guessed type: text takes every one.
  async #widen(type: string, error: SqlError, script: Expected): Promise<boolean> {
    return this.#change(wordBefore(script.sql, error.position), shortType(type), "text", script);
  }

  // Gives the column, or any guessed one of type `from` when its name is not known, the type `to`.
  async #change(column: string, from: string, to: string, script: Expected): Promise<boolean> {
    if (!from || !to) return false;
    for (const table of this.#tablesOf(script)) {
      const columns = this.environment.tables.get(table) ?? new Map<string, string>();
      for (const [name, type] of columns) {
        if (name === '"Id"' || type !== from || (column && name !== quoted(column))) continue;
        columns.set(name, to);
        return this.#run(`ALTER TABLE ${table} ALTER COLUMN ${name} TYPE ${to} USING NULL`, `type of ${name}`);
      }
    }
    return column !== "" && this.#change("", from, to, script);
  }

  async #fill(table: string, withKey = false): Promise<void> {
    const columns = [...(this.environment.tables.get(table) ?? new Map<string, string>())].filter(([name]) => withKey || name !== '"Id"');
    for (let row = 1; row <= SAMPLE_ROWS; row += 1) {
      const values = columns.map(([, type]) => sampleFor(type, row));
      const sql = columns.length > 0 ? `INSERT INTO ${table} (${columns.map(([name]) => name).join(", ")}) VALUES (${values.join(", ")})` : `INSERT INTO ${table} DEFAULT VALUES`;
      await this.#attempt(sql);
    }
  }
}
