import { conflict, inField, notFound, type FieldFault } from '../../domain/errors.ts';
import {
  importRetentionMs,
  isImportInForce,
  importModes,
  maxImportBytes,
  maxImportMebibytes,
  canConfirm,
  type ImportMode,
} from '../../domain/imports.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Language } from '../../domain/regions.ts';
import { cleanName, type NameOrder } from '../../domain/people/user.ts';
import type { Throttle } from '../accounts/index.ts';
import type { UserCsvVocabulary } from './csv-vocabulary.ts';
import { readAndPlan } from './read-and-plan.ts';
import { UnreadableFile } from './unreadable-file.ts';
import type { Import } from './imports.mapping.ts';
import { deleteOlder } from './delete-imports.store.ts';
import * as importsStore from './imports.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { choiceFault, rejectFaults } from '../../domain/validation.ts';
import { bind } from '../../platform/bind.ts';

const maxKept = 10;
const maxFileNameLength = 120;

export interface UploadedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export type StageResult =
  | { readonly outcome: 'staged'; readonly id: string }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldFault[] };

export type Imports = ReturnType<typeof createImports>;

export interface ImportsDependencies {
  readonly database: Database;
  readonly csv: UserCsvVocabulary;
  readonly throttle: Throttle;
  readonly nameOrderOf: (language: Language) => NameOrder;
  readonly clock: () => number;
}

/** @throws Failure notFound for an unknown ID, an expired import, or another user's import */
export async function load(deps: ImportsDependencies, scope: Scope, id: string): Promise<Import> {
  const { database, clock } = deps;
  const found = await importsStore.find(database, scope, id);
  if (found === null || !isImportInForce(found, clock())) throw notFound();
  return found;
}

/**
 * Reads a file and stages the planned action for each row, without changing any user.
 * @throws Failure throttled
 */
export async function stage(deps: ImportsDependencies, scope: Scope, file: UploadedFile): Promise<StageResult> {
  const { throttle, clock, database } = deps;
  if (file.bytes.length > maxImportBytes) {
    const parameters = { size: maxImportMebibytes };
    return { outcome: 'invalid', faults: [{ field: 'file', code: 'import.tooLarge', parameters }] };
  }
  await throttle.requireBudget(scope, 'import');
  const at = clock();
  const fileName = cleanName(file.name).slice(0, maxFileNameLength);
  const staging = await importsStore.begin(database, scope, { fileName, at, expiresAt: at + importRetentionMs });
  try {
    const context = { nameOrder: deps.nameOrderOf(scope.tenant.language), now: at };
    const { counts, notes } = await readAndPlan(deps, scope, context, file.bytes, staging.add);
    await staging.stage(counts, notes);
  } catch (error) {
    await staging.discard();
    if (error instanceof UnreadableFile) return { outcome: 'invalid', faults: [inField('file', error.fault)] };
    throw error;
  }
  await deleteOlder(database, scope, staging.id, maxKept);
  return { outcome: 'staged', id: staging.id };
}

export type ConfirmResult =
  | { readonly outcome: 'confirmed' }
  /** The import has already been confirmed, or it has expired. */
  | { readonly outcome: 'notStaged' }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldFault[] };

/**
 * Confirms an import. A background job applies it.
 * @param confirmation.leaveOut the positions of the columns that the user agrees to leave out. It must contain all
 * columns that are not imported
 * @throws Failure badRequest or conflict
 */
export async function confirm(
  deps: ImportsDependencies,
  scope: Scope,
  found: Import,
  { mode, epoch, leaveOut }: { mode: ImportMode; epoch: number; leaveOut: readonly number[] },
): Promise<ConfirmResult> {
  const { database, clock } = deps;
  rejectFaults(choiceFault('mode', importModes, mode));
  if (found.state !== 'staged') return { outcome: 'notStaged' };
  if (!canConfirm(mode, found.counts)) throw conflict('import.modeNotPossible');
  if (found.notes.otherColumns.some(({ index }) => !leaveOut.includes(index)))
    return { outcome: 'invalid', faults: [{ field: 'leaveOut', code: 'import.columnsNotLeftOut' }] };
  const confirmation = { mode, epoch, expiresAt: clock() + importRetentionMs };
  const isConfirmed = await importsStore.confirm(database, scope, found.id, confirmation);
  return { outcome: isConfirmed ? 'confirmed' : 'notStaged' };
}

/** Imports of users from files. An upload is staged for review and then confirmed by the user who uploaded it. */
export const createImports = (deps: ImportsDependencies) => bind(deps, { load, stage, confirm });
