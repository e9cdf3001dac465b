import type { Counts, PlannedRow } from '../../src/domain/imports.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import type { User } from '../../src/domain/people/user.ts';
import type { TestTenant } from './builders.ts';
import { normalizeSpace } from './form-values.ts';
import type { Person } from './person.ts';
import type { Portal } from './portal.ts';
import * as importsStore from '../../src/core/imports/imports.store.ts';
import { person } from '../../src/domain/principal.ts';

export const usersPath = '/account-settings/user-management';
export const importPath = `${usersPath}/import`;

/** @returns the scope of a user in a tenant */
export const scopeOf = ({ scope }: Pick<TestTenant, 'scope'>, user: User): Scope =>
  createScope({ ...scope, principal: person(user) });

/** Creates an import that has been staged but not confirmed. @returns the ID of the import */
export async function aStagedImport(
  portal: Pick<Portal, 'database' | 'clock'>,
  tenant: Pick<TestTenant, 'scope'>,
  user: User,
  rows: readonly PlannedRow[] = [],
): Promise<string> {
  const at = portal.clock.now;
  const staging = await importsStore.begin(portal.database, scopeOf(tenant, user), {
    fileName: 'Kanarienvogel.csv',
    at,
    expiresAt: at + 86_400_000,
  });
  await staging.add(rows);
  const of = (outcome: PlannedRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  const counts: Counts = {
    added: of('added'),
    changed: of('changed'),
    unchanged: of('unchanged'),
    refused: of('refused'),
  };
  await staging.stage(counts);
  return staging.id;
}

/** @returns the rows that the page of an import shows */
export function shownRows({ $ }: Person): { line: string; who: string; result: string; details: string }[] {
  return $('main table tbody tr')
    .toArray()
    .map((row) => {
      const [line = '', result = '', details = ''] = $(row)
        .find('td')
        .toArray()
        .map((cell) => normalizeSpace($(cell).text()));
      return { line, who: normalizeSpace($(row).find('th').text()), result, details };
    });
}

/** Builds a CSV file with semicolons as delimiters. */
export const csvOf = (...rows: readonly (readonly string[])[]): string => rows.map((row) => row.join(';')).join('\r\n');

export const labels = {
  fr: { import: 'Importer', file: 'Fichier CSV', check: 'Vérifier le fichier' },
  en: { import: 'Import', file: 'CSV file', check: 'Check file' },
  de: { import: 'Importieren', file: 'CSV-Datei', check: 'Datei prüfen' },
} as const;

/** Uploads a file on the English import page. @returns the person, who then sees the result of the check */
export async function uploadForCheck(admin: Person, content: Buffer | string, name = 'people.csv'): Promise<Person> {
  await admin.visit(importPath);
  return admin.upload(labels.en.check, labels.en.file, { name, content });
}
