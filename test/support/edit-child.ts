import { readConfig } from '../../src/platform/config/config.ts';
import { openSubscribedDatabase } from '../../src/core/open-database.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { createUserActions, type SentEdit } from '../../src/core/accounts/users/user-actions.ts';

export interface EditTask {
  readonly scope: Scope;
  readonly userId: string;
  readonly sent: SentEdit;
}

// The child process uses the same database. It saves the edits that its parent sends and replies with the outcome.
const { config } = readConfig(process.env);
if (config === null) throw new Error('The environment is not right');
const database = openSubscribedDatabase(config.database);
const changes = createUserActions({ database, clock: Date.now });
process.on('message', ({ scope, userId, sent }: EditTask) => {
  changes.edit(scope, userId, sent).then(
    ({ outcome }) => process.send?.(outcome),
    (error: unknown) => process.send?.(String(error)),
  );
});
process.on('disconnect', () => void database.close());
process.send?.('ready');
