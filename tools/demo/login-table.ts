import type { DemoLogin } from './seed.ts';

/** Formats sign-in details as a table with aligned columns. */
export function loginTable(logins: readonly DemoLogin[]): string {
  const header = {
    region: 'Region',
    tenant: 'Tenant',
    name: 'Name',
    level: 'Level',
    username: 'User name',
    password: 'Password',
    address: 'Address',
  };
  const columns = Object.keys(header) as (keyof DemoLogin)[];
  const rows = [header, ...logins];
  const widths = columns.map((column) => Math.max(...rows.map((row) => [...row[column]].length)));
  const line = (row: DemoLogin): string =>
    columns
      .map((column, index) => row[column] + ' '.repeat((widths[index] ?? 0) - [...row[column]].length))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
