import { type Environment, json } from './command.ts';

export interface Added {
  readonly tenantId: string;
  readonly userId: string;
  readonly username: string;
  readonly temporaryPassword: string;
}

export interface ListedTenant {
  readonly id: string;
  readonly name: string;
  readonly domains: string[];
  readonly status: string;
  readonly users: number;
}

export interface ListedUser extends Record<string, unknown> {
  readonly id: string;
  readonly username: string;
  readonly status: string;
}

export const listTenants = async (environment: Environment): Promise<ListedTenant[]> =>
  (await json<{ tenants: ListedTenant[] }>(['tenant', 'list'], environment)).tenants;

export const listUsers = async (environment: Environment, tenantId: string): Promise<ListedUser[]> =>
  (await json<{ users: ListedUser[] }>(['user', 'list', '--tenant', tenantId], environment)).users;

/** @returns the arguments of a command for these options */
export const optionsOf = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);

/** The options of `tenant add` for a tenant with the domain lumiere.example. */
export const lumiere = {
  name: 'Ateliers Lumière',
  domain: 'lumiere.example',
  language: 'fr',
  'admin-name': 'Camille Laurent',
  'admin-username': 'Camille@Lumiere.Example',
} as const;
