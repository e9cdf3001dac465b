import { Option, type Command } from 'commander';
import type { Language } from '../domain/regions.ts';
import { listLanguages } from '../platform/config/languages.ts';
import { createOperators, operatorSteps, type OperatorStep, createSupport } from '../core/support/index.ts';
import { createUserActions } from '../core/accounts/index.ts';
import { print, printEach, withContext, type CommandContext } from './context.ts';
import { explainDeletedUser } from './deleted-user.ts';
import type { CommandIo } from './io.ts';
import { resetPassword } from './user.ts';
import { printPassword, userRecords } from './user-output.ts';

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
      withContext(io, async (context) =>
        printPassword(
          io,
          { json },
          await explainDeletedUser(context, person.username, () =>
            operatorsOf(context).add({ ...person, language: language ?? null }),
          ),
        ),
      ),
    );
}

function addOperatorListCommand(operator: Command, io: CommandIo): void {
  operator
    .command('list')
    .description('list the operators')
    .option('--json', 'print one JSON object')
    .action((options: JsonOption) =>
      withContext(io, (context) =>
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
    .action((typed: string, options: JsonOption) =>
      withContext(io, async (context) => {
        const { id, username } = await operatorsOf(context).changeOperator(step, typed);
        print(io, options, { userId: id, username, done: done[step] }, [`${username} is ${done[step]}.`]);
      }),
    );
}

function addResetOperatorPasswordCommand(operator: Command, io: CommandIo): void {
  operator
    .command('reset-password <operator>')
    .description('issue a temporary password for an operator and print it once')
    .option('--json', 'print one JSON object')
    .action((typed: string, options: JsonOption) =>
      withContext(io, async (context) => {
        const { user } = await operatorsOf(context).find(typed);
        printPassword(io, options, await resetPassword(context, user.username));
      }),
    );
}

function operatorsOf({ config, database, tenants }: CommandContext) {
  const { rules } = config;
  const clock = Date.now;
  const support = createSupport({ database, rules, scopeFor: tenants.scopeFor, clock });
  return createOperators({ database, tenants, changes: createUserActions({ database, clock }), support, rules });
}
