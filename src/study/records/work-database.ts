/**
 * A database that lasts as long as one piece of work. What there is of every image stands in it, so that memory need not grow with
 * their number: SQLite keeps a few megabytes and has the rest in a file, which it takes out of its folder at once, so that no kill can
 * leave it behind. It comes with Node.
 */
import type * as Sqlite from 'node:sqlite';
import { PneumoscopeError } from '../../base/errors.ts';
import { diskError } from '../../base/files/disk-error.ts';

/** What a column may hold; a boolean is 0 or 1. */
export type SqlValue = string | number | Uint8Array | null;

/** Pages that are kept in memory, in KiB. */
const cacheSize = 2048;

/** Nothing has to survive this process, so nothing is written twice or waited for. */
const settings = `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -${cacheSize};`;

/** Text is ordered by its UTF-8 bytes, which is the order of `compareCodePoints`. */
export class WorkDatabase {
  readonly #database: Sqlite.DatabaseSync;
  readonly #statements = new Map<string, Sqlite.StatementSync>();
  readonly #walked = new Set<Sqlite.StatementSync>();

  /** @param schema the statements that make its tables */
  constructor(schema: string) {
    const { DatabaseSync } = loadSqlite();
    // Without a name it is a temporary one.
    this.#database = guard(() => new DatabaseSync(''));
    this.define(settings + schema);
  }

  /** Any statements without values. */
  define(sql: string): void {
    guard(() => this.#database.exec(sql));
  }

  /** @returns how many rows it changed */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return guard(() => Number(this.#prepare(sql).run(...values).changes));
  }

  /** The first row, where there is one. */
  find(sql: string, ...values: readonly SqlValue[]): Readonly<Record<string, unknown>> | undefined {
    return guard(() => this.#prepare(sql).get(...values));
  }

  /** The first column of the first row of a query that always has one, such as a count. */
  number(sql: string, ...values: readonly SqlValue[]): number {
    const [value] = Object.values(this.find(sql, ...values) ?? {});
    return Number(value);
  }

  /** Rows one by one; other tables may be written in between. */
  *rows<Row>(sql: string, ...values: readonly SqlValue[]): Generator<Row> {
    // A statement of its own: two walks over the same rows may be under way at once.
    const statement = guard(() => this.#database.prepare(sql));
    // Node 22 forgets that an iterator needs its statement.
    this.#walked.add(statement);
    const iterator = guard(() => statement.iterate(...values));
    try {
      for (;;) {
        const next = guard(() => iterator.next());
        if (next.done === true) return;
        yield next.value as Row;
      }
    } finally {
      iterator.return?.();
      this.#walked.delete(statement);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): Sqlite.StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** SQLite's result codes for what a disk does, https://sqlite.org/rescode.html, as the codes of the file system where it has one. */
const diskFaults: Readonly<Record<number, string>> = {
  8: 'EROFS',
  10: 'EIO',
  13: 'ENOSPC',
  14: 'SQLITE_CANTOPEN',
};
const remedy = 'free some space, or name a folder on another disk in the variable TMPDIR (TMP on Windows)';

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : -1;
    const fault = diskFaults[code];
    throw fault === undefined ? error : diskError(fault, 'The folder for temporary files', { remedy, cause: error });
  }
}

/** Node 22 and 23 warn that SQLite is new in them, which is no matter of the user's. */
function loadSqlite(): typeof Sqlite {
  const emitWarning = Reflect.get(process, 'emitWarning');
  process.emitWarning = () => undefined;
  try {
    const sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined;
    if (sqlite !== undefined) return sqlite;
  } finally {
    process.emitWarning = emitWarning;
  }
  throw new PneumoscopeError('E_USAGE', `Node ${process.version} has no SQLite; run this with Node 22.13 or newer`);
}
