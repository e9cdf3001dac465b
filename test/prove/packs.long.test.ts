import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { assertHeld, runProof, stepsRefusedIn, rulesFile, type ProofRun } from './run-proof.ts';

const moving = 'the moving tenant';
const remarkOn = ({ report }: ProofRun, name: string, title: RegExp): string | undefined =>
  report.steps.find((step) => step.region === name && title.test(step.title))?.says;

describe('the proof under the rules of China and the US Government', () => {
  let outcome: ProofRun;
  before(async () => (outcome = await runProof(['--rules', 'rules/china.json', 'rules/us-government.json'])));

  test('succeeds and notices every control', () => assertHeld(outcome));

  test('reports only password resets and log exports as refused in China', () => {
    const resets = [
      'Reset a password and sign in with the new credential; submit the form a second time',
      'Reset a Global admin’s password with another administrator’s approval',
      'Request an export of the log, which the other administrator declines; withdraw another request',
      'Reset several passwords together',
    ];
    assert.deepEqual(stepsRefusedIn(outcome.report, moving), resets);
    assert.deepEqual(stepsRefusedIn(outcome.report, 'china'), [...resets, 'Export the activity log in both formats']);
  });

  test('reports what a step did instead of a refused operation', () => {
    const instead = 'for a new user, because resets are refused';
    for (const title of [/^Choose links for handover/, /^Choose mailed links/])
      assert.equal(remarkOn(outcome, 'china', title), instead);
    assert.ok(outcome.page.includes(instead));
  });

  test('reports operations performed elsewhere as refused, and performs all other operations', () => {
    const refused = stepsRefusedIn(outcome.report, 'us-government');
    for (const beginning of ['Add a user,', 'Import users', 'Export all users as a file', 'Search, filter', 'Enter as'])
      assert.ok(
        refused.some((title) => title.startsWith(beginning)),
        beginning,
      );
    assert.equal(remarkOn(outcome, 'us-government', /^Add a user,/), 'done at the Azure Government portal');
    assert.equal(remarkOn(outcome, 'china', /^Reset several/), 'users do this themselves');
    const done = outcome.report.steps.filter(({ region, status }) => region === 'us-government' && status === 'done');
    for (const beginning of ['Add users by the operator', 'Export the activity log', 'Require one', 'Sign out'])
      assert.ok(
        done.some(({ title }) => title.startsWith(beginning)),
        beginning,
      );
  });
});

describe('the proof under the strictest rules', () => {
  const twoAdministrators = {
    for: ['resetGlobalAdmin', 'giveGlobalAdmin', 'export', 'deleteMany'],
    ...{ deleteMoreThan: 1, withinHours: 24 },
  };
  let outcome: ProofRun;
  before(async () => {
    const strict = { twoAdministrators, secondFactor: 'administrators', handOver: { by: 'link', linkHours: 24 } };
    const stricter = { twoAdministrators, secondFactor: 'everybody', handOver: { by: 'mailedLink', linkHours: 24 } };
    const files = [rulesFile('strict', 'worldwide', strict), rulesFile('stricter', 'germany', stricter)];
    outcome = await runProof(['--rules', ...files]);
  });

  test('succeeds and notices every control', () => assertHeld(outcome));

  test('reports only steps that would relax the rules as refused', () => {
    const looser = [
      'Recover access through a mailed link',
      'Require one administrator again, with the other’s approval',
    ];
    for (const name of ['strict', moving]) assert.deepEqual(stepsRefusedIn(outcome.report, name), looser);
    const shown = 'Choose links for handover; issue one, preview it, open it, and try it again';
    assert.deepEqual(stepsRefusedIn(outcome.report, 'stricter'), [shown, ...looser]);
  });

  test('reports which steps needed approval or a second factor', () => {
    const byTwo = 'with another administrator’s approval';
    for (const title of [/^Export all users as a file/, /^Export the activity log in both/, /^Delete a user and/])
      for (const name of ['strict', 'stricter']) assert.equal(remarkOn(outcome, name, title), byTwo);
    for (const name of ['strict', 'stricter'])
      assert.equal(remarkOn(outcome, name, /who sets up a second factor$/), 'at sign-in, because it is required');
  });

  test('tracks links instead of temporary passwords', () => {
    const fieldsOf = (name: string): string[] =>
      outcome.report.planted.filter(({ region }) => region === name).map(({ field }) => field);
    for (const field of ['of a new user', 'of a reset', 'of a bulk reset', 'of an import'])
      assert.ok(fieldsOf('strict').includes(`one-time link ${field}`), field);
    assert.ok(fieldsOf('stricter').includes('one-time link that was mailed'));
    for (const name of ['strict', 'stricter'])
      assert.deepEqual(
        fieldsOf(name).filter((field) => field.startsWith('temporary password')),
        ['temporary password printed to the operator'],
      );
  });
});
