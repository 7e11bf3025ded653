// The page's side of the database in the worker. Ending it takes everything with it, at any moment.
import type { DatabaseValue, RehearsalAnswer } from "backstay";
import type { DatabaseError } from "./database_worker";

export type Result = NonNullable<RehearsalAnswer["rows"]>;

export class SqlError extends Error {
  readonly code: string;
  readonly position: number | null;
  readonly where: string;
  readonly hint: string;

  constructor({ code, message, position, where, hint }: DatabaseError) {
    super(message);
    this.code = code;
    this.position = position;
    this.where = where ?? "";
    this.hint = hint ?? "";
  }
}

interface Answer {
  ready?: true;
  failed?: string;
  id?: number;
  result?: Result | null;
  error?: DatabaseError;
}

export class Database {
  readonly ready: Promise<void>;
  #worker: Worker;
  #waiting = new Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>();
  #next = 1;
  #ended: (error: Error) => void = () => {};

  constructor(signal: AbortSignal) {
    this.#worker = new Worker(new URL("./database_worker.ts", import.meta.url), { type: "module" });
    this.ready = new Promise((resolve, reject) => {
      this.#ended = reject;
      this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if (data.ready) resolve();
        else if (data.failed) reject(new Error(data.failed));
        else this.#settle(data);
      };
      this.#worker.onerror = (event) => this.end(new Error(event.message || "the database stopped"));
    });
    this.ready.catch(() => {});
    signal.addEventListener("abort", () => this.end(signal.reason as Error), { once: true });
  }

  async exec(sql: string): Promise<void> {
    await this.#ask("exec", sql);
  }

  rows(sql: string, values: DatabaseValue[] = []): Promise<Result> {
    return this.#ask("rows", sql, values);
  }

  end(error: Error): void {
    this.#worker.terminate();
    this.#ended(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #ask(call: "exec" | "rows", sql: string, values?: DatabaseValue[]): Promise<Result> {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call, sql, values });
    });
  }

  #settle({ id, result, error }: Answer): void {
    const waiting = this.#waiting.get(id ?? -1);
    this.#waiting.delete(id ?? -1);
    if (error) waiting?.reject(new SqlError(error));
    else waiting?.resolve(result ?? { columns: [], rows: [], affected: -1 });
  }
}
