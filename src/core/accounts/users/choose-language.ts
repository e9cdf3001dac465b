import type { Language } from '../../../domain/regions.ts';
import { actingUserId } from '../../../domain/principal.ts';
import type { Scope } from '../../../domain/scope.ts';
import { languageFault, rejectFaults } from '../../../domain/validation.ts';
import type { Database } from '../../../platform/database/database.ts';
import * as usersStore from '../stores/users.store.ts';

/**
 * Sets the acting user's own language.
 * @throws Failure badRequest for a language that the region does not offer
 */
export async function chooseLanguage(database: Database, scope: Scope, language: Language): Promise<void> {
  rejectFaults(languageFault(scope.rules, { language }));
  await usersStore.setLanguage(database, scope, actingUserId(scope), language);
}
