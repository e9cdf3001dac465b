import { statSync } from 'node:fs';
import { fileDamagedCode, fileLostCode } from './store-errors.ts';

const checkEveryMs = 1_000;

/** Thrown if the database file of a running process was deleted or replaced, or is damaged. */
export class SqliteFileFault extends Error {
  readonly code: typeof fileLostCode | typeof fileDamagedCode;

  constructor(code: SqliteFileFault['code'], file: string) {
    super(code === fileLostCode ? `${file} was deleted or replaced while it was in use` : `${file} is damaged`);
    this.code = code;
  }
}

/**
 * Watches whether the paths of the database file and its write-ahead log still refer to the files that this process has
 * open. SQLite continues writing to a deleted file, which is lost when the process ends.
 */
export class SqliteFileWatch {
  readonly #file: string;
  readonly #onFault: (fault: Error) => void;
  readonly #opened = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;
  #missing: string | null = null;
  #isDamaged = false;

  /** @param onFault called once per fault */
  constructor(file: string, onFault: (fault: Error) => void) {
    this.#file = file;
    this.#onFault = onFault;
  }

  /**
   * Stores the identity of the files of the first connection, after SQLite has opened them, and begins to watch them.
   */
  start(): void {
    if (this.#timer !== null) return;
    for (const path of [this.#file, `${this.#file}-wal`]) {
      const identity = identityOf(path);
      if (identity !== null) this.#opened.set(path, identity);
    }
    this.#timer = setInterval(() => this.#look(), checkEveryMs).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /**
   * Checks the files immediately.
   * @throws SqliteFileFault if one was deleted or replaced
   */
  assertPresent(): void {
    this.#look();
    this.assertNotLost();
  }

  /**
   * Relies on the last check of the files, which was at most a second ago.
   * @throws SqliteFileFault if a file was deleted or replaced
   */
  assertNotLost(): void {
    // Create a new error each time, because Knex prepends the statement to the message of the error that it receives.
    if (this.#missing !== null) throw new SqliteFileFault(fileLostCode, this.#missing);
  }

  /** @throws SqliteFileFault if a statement has found the file to be damaged */
  assertUndamaged(): void {
    if (this.#isDamaged) throw new SqliteFileFault(fileDamagedCode, this.#file);
  }

  /** Reports a fault, once, if the error of a statement means that the file is damaged. */
  inspect(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (this.#isDamaged || !/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return;
    this.#isDamaged = true;
    this.#onFault(new SqliteFileFault(fileDamagedCode, this.#file));
  }

  #look(): void {
    const before = this.#missing;
    this.#missing = [...this.#opened].find(([path, identity]) => identityOf(path) !== identity)?.[0] ?? null;
    if (this.#missing !== null && before === null) this.#onFault(new SqliteFileFault(fileLostCode, this.#missing));
  }
}

/** @returns device and inode of a file; null if it does not exist or can't be reached */
function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
