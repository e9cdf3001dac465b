import { Option, type Command } from 'commander';
import type { Language } from '../domain/regions.ts';
import { listLanguages } from '../platform/config/languages.ts';
import {
  createOperators,
  operatorSteps,
  type OperatorStep,
  createSupport,
  supportStore,
} from '../core/support/index.ts';
import { createUserActions, sessionsStore } from '../core/accounts/index.ts';
import { changeAfterConfirmation, type DestructiveOptions, type Effects } from './confirmation.ts';
import { print, printEach, readDatabase, withContext, type CommandContext } from './context.ts';
import { rejectDeletedName } from './find-user.ts';
import type { CommandIo } from './io.ts';
import { printBeforeCommit } from './secret-output.ts';
import { userRecords, passwordText, resetPassword } from './user.ts';

interface JsonOption {
  readonly json?: boolean;
}

interface AddOptions extends JsonOption {
  readonly name: string;
  readonly username: string;
  readonly language?: Language;
}

const descriptions: Readonly<Record<OperatorStep, string>> = {
  block: 'block an operator, end their sessions and revoke all support access granted to them',
  unblock: 'unblock an operator',
  delete: 'delete an operator; the account is erased after the restore window',
};
const done: Readonly<Record<OperatorStep, string>> = { block: 'blocked', unblock: 'unblocked', delete: 'deleted' };

export function addOperatorCommands(program: Command, io: CommandIo): void {
  const operator = program
    .command('operator')
    .description(
      'manage the operators of this portal, who can access a tenant only while it grants them support access',
    );
  addOperatorAddCommand(operator, io);
  addOperatorListCommand(operator, io);
  for (const step of operatorSteps) addOperatorStepCommand(operator, io, step);
  addResetOperatorPasswordCommand(operator, io);
}

function addOperatorAddCommand(operator: Command, io: CommandIo): void {
  operator
    .command('add')
    .description('add an operator and print the temporary password once')
    .requiredOption('--name <name>', 'display name')
    .requiredOption(
      '--username <username>',
      'user name on the email domain of the operators, which the first operator sets',
    )
    .addOption(new Option('--language <language>').choices(listLanguages(io.env.LOCALES_DIR ?? null)))
    .option('--json', 'print one JSON object')
    .action(({ language, json = false, ...person }: AddOptions) =>
      withContext(io, (context) =>
        printBeforeCommit(io, context, async (inner) => {
          await rejectDeletedName(inner, person.username);
          const added = await operatorsOf(inner).add({ ...person, language: language ?? null });
          return passwordText({ json }, added);
        }),
      ),
    );
}

function addOperatorListCommand(operator: Command, io: CommandIo): void {
  operator
    .command('list')
    .description('list the operators')
    .option('--json', 'print one JSON object')
    .action((options: JsonOption) =>
      readDatabase(io, (context) =>
        printEach(io, options, 'operators', userRecords(operatorsOf(context).list(), Date.now()), (each) =>
          [each.id, each.status, each.username, each.name].join('  '),
        ),
      ),
    );
}

function addOperatorStepCommand(operator: Command, io: CommandIo, step: OperatorStep): void {
  operator
    .command(`${step} <operator>`)
    .description(descriptions[step])
    .option('--json', 'print one JSON object')
    .action((typed: string, options: DestructiveOptions) => {
      const change = async (context: CommandContext): Promise<void> => {
        const { id, username } = await operatorsOf(context).changeOperator(step, typed);
        print(io, options, { userId: id, username, done: done[step] }, [`${username} is ${done[step]}.`]);
      };
      if (step !== 'delete') return withContext(io, change);
      const findEffects = (context: CommandContext): Promise<Effects> => effectsOfDeletion(context, typed);
      return changeAfterConfirmation(io, options, { findEffects, change });
    });
}

async function effectsOfDeletion(context: CommandContext, typed: string): Promise<Effects> {
  const { config, database } = context;
  const { user, scope } = await operatorsOf(context).find(typed);
  const sessions = await sessionsStore.countOfUser(database, scope, user.id);
  const supportGrants = (await supportStore.listOpenOfOperatorAcrossTenants(database, user.id)).length;
  const days = config.rules.restoreWindowDays;
  return {
    lines: [
      `Deleting ${user.username} ends all sessions (${sessions}) and revokes all support access granted to the operator (${supportGrants}).`,
      `An operator cannot be restored, and the user name stays taken for ${days} days.`,
    ],
    counts: { sessions, supportGrants },
  };
}

function addResetOperatorPasswordCommand(operator: Command, io: CommandIo): void {
  operator
    .command('reset-password <operator>')
    .description('issue a temporary password for an operator and print it once')
    .option('--json', 'print one JSON object')
    .action((typed: string, options: JsonOption) =>
      withContext(io, (context) =>
        printBeforeCommit(io, context, async (inner) => {
          const { user } = await operatorsOf(inner).find(typed);
          return passwordText(options, await resetPassword(inner, user.username));
        }),
      ),
    );
}

function operatorsOf({ config, database, tenants }: CommandContext) {
  const { rules } = config;
  const clock = Date.now;
  const support = createSupport({ database, rules, scopeFor: tenants.scopeFor, clock });
  return createOperators({ database, tenants, changes: createUserActions({ database, clock }), support, rules });
}
