import type { Response } from 'supertest';
import { userPath } from '../../src/site/http/paths.ts';
import { formValues } from './form-values.ts';
import type { Person } from './person.ts';

/**
 * Opens a user's page and submits its edit form with the given fields, even with those that the form does not contain.
 */
export async function editUser(
  person: Person,
  userId: string,
  fields: Readonly<Record<string, string>>,
): Promise<Response> {
  await person.visit(userPath(userId));
  return person.send('POST', userPath(userId), { ...editFormValues(person), ...fields });
}

/** @returns the values that the edit form on the current page would submit */
export function editFormValues(person: Person): Record<string, string> {
  const form = person.$('input[name="version"]').closest('form');
  return formValues(person.$, form) as Record<string, string>;
}
