import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { finishedImport, passwordsIn, people } from '../support/finished-import.ts';
import { importPath, usersPath } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { databaseContents, recordResponses } from '../support/responses.ts';

const english = { 'Accept-Language': 'en' };
const portal = await openPortal();

describe('a temporary password issued for an import', async () => {
  const { app, sent } = recordResponses(portal.app);
  const { admin, address, camille } = await finishedImport(portal, app);
  await admin.submit('Download passwords');
  const secrets = [...passwordsIn(admin.body).values()].flatMap((secret) => [secret, secret.replaceAll('-', '')]);

  it('appears only in the response to the download', async () => {
    assert.equal(secrets.length, people * 2);
    await admin.send('POST', `${address}/passwords`);
    for (const page of [address, importPath, usersPath, `${usersPath}/export.csv`, '/dashboard'])
      await admin.visit(page);
    await (await aPerson({ app }, english).signIn(camille)).visit(address);
    const holding = sent.filter(({ headers, body }) => secrets.some((secret) => (headers + body).includes(secret)));
    assert.equal(holding.length, 1);
    assert.ok(sent.length > 10);
  });

  it('is not stored in the database, in files or in the log', async () => {
    const { database } = portal.config;
    const folder = path.dirname(database.kind === 'sqlite' ? database.file : '');
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const files = entries.map(({ parentPath, name }) => readFileSync(path.join(parentPath, name), 'latin1'));
    const kept = [await databaseContents(portal.database), portal.logged(), ...files];
    for (const place of kept) for (const secret of secrets) assert.ok(!place.includes(secret));
    assert.ok(kept[0]!.includes('$argon2id$') && files.length > 0);
  });
});
