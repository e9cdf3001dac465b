import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { dataDirectory, fault, json, run } from './command.ts';

interface Added {
  userId: string;
  username: string;
  temporaryPassword: string;
}
interface Listed {
  operators: { id: string; username: string; name: string; status: string }[];
}

describe('the operator commands', () => {
  const environment = { DATA_DIR: dataDirectory() };
  const operator = <T>(...args: string[]): Promise<T> => json<T>(['operator', ...args], environment);
  const statuses = async (): Promise<string[]> =>
    (await operator<Listed>('list')).operators.map(({ username, status }) => `${username} ${status}`);

  before(() => json(['migrate'], environment));

  it('add a first and a second operator, who must both replace their passwords', async () => {
    assert.deepEqual(await operator('list'), { operators: [] });
    const ada = await operator<Added>('add', '--name', 'Ada Betrieb', '--username', 'Ada@Hosting.example');
    assert.equal(ada.username, 'ada@hosting.example');
    assert.match(ada.temporaryPassword, /^\w{4}(-\w{4}){4}$/);
    await operator('add', '--name', 'Bo', '--username', 'bo@hosting.example', '--language', 'de');
    assert.deepEqual(await statuses(), ['ada@hosting.example passwordChange', 'bo@hosting.example passwordChange']);
  });

  it('reject an account that would mix operators and tenants, in one line', async () => {
    const add = (username: string) => ['operator', 'add', '--name', 'X', '--username', username];
    assert.match(await fault(add('x@other.example'), environment), /must end with one of the organization’s domains/);
    assert.match(await fault(add('ada@hosting.example'), environment), /already in use/);
    assert.match(await fault(add('no name'), environment), /letters, digits/);
    const { tenants } = await json<{ tenants: { id: string; name: string }[] }>(['tenant', 'list'], environment);
    assert.deepEqual(
      tenants.map(({ name }) => name),
      ['hosting.example'],
    );
    const level = ['user', 'add', '--tenant', tenants[0]!.id, '--username', 'y@hosting.example', '--name', 'Y'];
    assert.match(
      await fault([...level, '--administrator-level', 'global'], environment),
      /Operator accounts can’t have an administrator role/,
    );
    const tenant = ['tenant', 'add', '--name', 'T', '--domain', 'hosting.example', '--language', 'en'];
    assert.match(
      await fault([...tenant, '--admin-name', 'A', '--admin-username', 'a@hosting.example'], environment),
      /already has this domain/,
    );
  });

  it('block, unblock, delete and reset the password of an operator, given by user name or id', async () => {
    const [ada] = (await operator<Listed>('list')).operators;
    assert.deepEqual(await operator('block', 'bo@hosting.example'), {
      ...{ userId: (await operator<Listed>('list')).operators[1]?.id, username: 'bo@hosting.example' },
      done: 'blocked',
    });
    assert.deepEqual(await statuses(), ['ada@hosting.example passwordChange', 'bo@hosting.example blocked']);
    await operator('unblock', 'bo@hosting.example');
    await operator('delete', 'BO@hosting.example', '--yes');
    assert.deepEqual(await statuses(), ['ada@hosting.example passwordChange']);
    const { temporaryPassword } = await operator<Added>('reset-password', ada?.id ?? '');
    assert.match(temporaryPassword, /^\w{4}(-\w{4}){4}$/);
    assert.match((await run(['operator', 'list'], environment)).stdout, /ada@hosting\.example {2}Ada Betrieb\n$/);
  });

  it('report when the user name of a deleted operator becomes available again', async () => {
    const error =
      /^bo@hosting\.example is deleted and will be erased permanently at \d{4}-\d\d-\d\dT[\d:.]+Z\. The user name is available again after that time\.$/;
    for (const username of ['bo@hosting.example', 'BO@hosting.example\u200B'])
      assert.match(await fault(['operator', 'add', '--name', 'Bo', '--username', username], environment), error);
  });

  it('do not find users of other tenants', async () => {
    const partner = ['--name', 'P', '--domain', 'partner.example', '--language', 'en', '--admin-name', 'Pia'];
    await json(['tenant', 'add', ...partner, '--admin-username', 'pia@partner.example'], environment);
    for (const step of ['block', 'unblock', 'delete', 'reset-password'])
      assert.equal(await fault(['operator', step, 'pia@partner.example'], environment), 'This operator doesn’t exist.');
  });
});
