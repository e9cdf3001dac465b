import type { Request, Response } from 'express';
import { maxImportRows } from '../../domain/imports.ts';
import type { Language } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { usersBatchStore } from '../../core/accounts/index.ts';
import type { Translator } from '../../i18n/translator.ts';
import { bind } from '../../platform/bind.ts';
import type { Database } from '../../platform/database/database.ts';
import { csvText, sendCsv, type CsvFile, type CsvRow } from '../http/csv.ts';
import { scopeOf } from '../http/request.ts';
import { streamText } from '../http/stream.ts';
import { zipChunks, type ZipEntry } from '../http/zip.ts';
import type { UsersCsv } from './csv.ts';

/**
 * Sends the tenant's users as a CSV file that can be imported again without changes, or as an archive of numbered
 * parts.
 */
export type SendUsersFile = (request: Request, response: Response) => Promise<void>;

export interface UsersFileDependencies {
  readonly database: Database;
  readonly csv: UsersCsv;
  readonly translator: Translator;
  /** The maximum number of users in one file, which must be at least the size of a batch. */
  readonly maxRows: number;
}

/** Sends the users as a file. They are read in batches while the file is sent. */
export async function sendUsersFile(deps: UsersFileDependencies, request: Request, response: Response): Promise<void> {
  const scope = scopeOf(request);
  const { database, maxRows } = deps;
  const file = usersFile(deps, scope, request.language);
  if (!(await usersBatchStore.hasMoreThan(database, scope, maxRows))) {
    await sendCsv(request, response, file);
    return;
  }
  response.attachment(`${file.name}.zip`).set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  await streamText(response, zipChunks(partsOf(file, maxRows)));
}

function usersFile(deps: UsersFileDependencies, scope: Scope, language: Language): CsvFile {
  const { translator, csv } = deps;
  const { t, settings } = translator(language);
  return {
    name: t('imports:fileName.export'),
    delimiter: settings.listDelimiter,
    header: csv.header(language),
    batches: rows(deps, scope, language),
  };
}

async function* rows(deps: UsersFileDependencies, scope: Scope, language: Language): AsyncGenerator<string[][]> {
  const { database, csv } = deps;
  for await (const users of usersBatchStore.allUsers(database, scope))
    yield users.map((user) => csv.row(language, user));
}

/**
 * Splits a file into numbered parts, each with the header. A part consists of whole batches, with at most `maxRows`
 * rows in total, so a batch must not be larger than that.
 */
export async function* partsOf(file: CsvFile, maxRows: number): AsyncGenerator<ZipEntry> {
  const batches = file.batches[Symbol.asyncIterator]();
  let next = await batches.next();
  const part = async function* (): AsyncGenerator<readonly CsvRow[]> {
    for (let count = 0; next.done !== true && count + next.value.length <= maxRows; next = await batches.next()) {
      count += next.value.length;
      yield next.value;
    }
  };
  for (let number = 1; next.done !== true && next.value.length > 0; number++) {
    const { delimiter, header } = file;
    yield { name: `${file.name}-${number}.csv`, chunks: csvText({ delimiter, header, batches: part() }) };
  }
}

/** @param maxRows the maximum of an import, so that each file can be imported again */
export const createUsersFile = (
  deps: Omit<UsersFileDependencies, 'maxRows'>,
  maxRows: number = maxImportRows,
): SendUsersFile => bind(Object.assign({ maxRows }, deps), { sendUsersFile }).sendUsersFile;
