import type { Response } from 'supertest';
import { userPath } from '../../src/site/http/paths.ts';
import { formValues } from './form-values.ts';
import type { Person } from './person.ts';

/** Opens a user's page and sends its edit form with some fields replaced, offered or not. */
export async function editUser(
  person: Person,
  userId: string,
  fields: Readonly<Record<string, string>>,
): Promise<Response> {
  await person.visit(userPath(userId));
  return person.send('POST', userPath(userId), { ...editFormValues(person), ...fields });
}

/** @returns what the edit form of the user's page would send as it is */
export function editFormValues(person: Person): Record<string, string> {
  const form = person.$('input[name="version"]').closest('form');
  return formValues(person.$, form) as Record<string, string>;
}
