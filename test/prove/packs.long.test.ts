import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { assertHeld, proven, refusedIn, rulesFile, type Proven } from './run-proof.ts';

const moving = 'the company that moves';
const saysOf = ({ report }: Proven, name: string, title: RegExp): string | undefined =>
  report.steps.find((step) => step.region === name && title.test(step.title))?.says;

describe('the proof under the rules of China and of the US Government', () => {
  let outcome: Proven;
  before(async () => (outcome = await proven(['--rules', 'rules/china.json', 'rules/us-government.json'])));

  test('holds', () => assertHeld(outcome));

  test('does in China, and with the company that leaves it, all but what users do alone and taking the log away', () => {
    const resets = [
      'Reset a password and come in by what that gives; the form a second time',
      'Reset a Global admin’s password with another administrator’s agreement',
      'Ask for the log, which the other administrator declines; withdraw another request',
      'Reset several passwords at once',
    ];
    assert.deepEqual(refusedIn(outcome.report, moving), resets);
    assert.deepEqual(refusedIn(outcome.report, 'china'), [...resets, 'Take the activity log away in both forms']);
  });

  test('says what a step did instead of what the rules refuse', () => {
    const instead = 'to a user who was added; a reset is refused';
    for (const title of [/^Decide to hand over links/, /^Decide to mail links/])
      assert.equal(saysOf(outcome, 'china', title), instead);
    assert.ok(outcome.page.includes(instead));
  });

  test('finds the work on users refused where it is done elsewhere, and does the rest', () => {
    const refused = refusedIn(outcome.report, 'us-government');
    for (const beginning of ['Add a user;', 'Import users', 'Export all users as a file', 'Search, filter', 'Enter as'])
      assert.ok(
        refused.some((title) => title.startsWith(beginning)),
        beginning,
      );
    assert.equal(saysOf(outcome, 'us-government', /^Add a user;/), 'done at the Azure Government portal');
    assert.equal(saysOf(outcome, 'china', /^Reset several/), 'users do it alone');
    const done = outcome.report.steps.filter(({ region, status }) => region === 'us-government' && status === 'done');
    for (const beginning of ['Add users by the operator', 'Take the activity log away', 'Leave it to one', 'Sign out'])
      assert.ok(
        done.some(({ title }) => title.startsWith(beginning)),
        beginning,
      );
  });
});

describe('the proof under rules that ask for all there is', () => {
  const twoAdministrators = {
    for: ['resetGlobalAdmin', 'giveGlobalAdmin', 'export', 'deleteMany'],
    ...{ deleteMoreThan: 1, withinHours: 24 },
  };
  let outcome: Proven;
  before(async () => {
    const strict = { twoAdministrators, secondFactor: 'administrators', handOver: { by: 'link', linkHours: 24 } };
    const stricter = { twoAdministrators, secondFactor: 'everybody', handOver: { by: 'mailedLink', linkHours: 24 } };
    const files = [rulesFile('strict', 'worldwide', strict), rulesFile('stricter', 'germany', stricter)];
    outcome = await proven(['--rules', ...files]);
  });

  test('holds', () => assertHeld(outcome));

  test('finds refused only what would be looser', () => {
    const looser = [
      'Recover access alone, by a link that is mailed',
      'Leave it to one administrator again, with the other’s agreement',
    ];
    for (const name of ['strict', moving]) assert.deepEqual(refusedIn(outcome.report, name), looser);
    const shown = 'Decide to hand over links; give one, look at it, open it, try it again';
    assert.deepEqual(refusedIn(outcome.report, 'stricter'), [shown, ...looser]);
  });

  test('says what took another administrator, and a second factor', () => {
    const byTwo = 'with another administrator’s agreement';
    for (const title of [/^Export all users as a file/, /^Take the activity log away in both/, /^Delete a user and/])
      for (const name of ['strict', 'stricter']) assert.equal(saysOf(outcome, name, title), byTwo);
    for (const name of ['strict', 'stricter'])
      assert.equal(saysOf(outcome, name, /who sets up a second factor$/), 'at the sign-in, where it is asked for');
  });

  test('watches seeds and links in the place of temporary passwords', () => {
    const fieldsOf = (name: string): string[] =>
      outcome.report.planted.filter(({ region }) => region === name).map(({ field }) => field);
    for (const field of ['of a new user', 'of a reset', 'of several', 'of an import'])
      assert.ok(fieldsOf('strict').includes(`one-time link ${field}`), field);
    assert.ok(fieldsOf('stricter').includes('one-time link that was mailed'));
    for (const name of ['strict', 'stricter'])
      assert.deepEqual(
        fieldsOf(name).filter((field) => field.startsWith('temporary password')),
        ['temporary password printed to the operator'],
      );
  });
});
