/**
 * What one page of the user list costs: 25 rows of 10,000, in French, signed in, on SQLite, against a bare Express "hello".
 * Each round measures hello, then the page, so that a busy machine slows both alike.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../src/config/config.ts';
import { openDatabase } from '../src/data/open.ts';
import { migrate } from '../src/data/migrate.ts';
import { createScope } from '../src/domain/scope.ts';
import { normalizePassword } from '../src/domain/password.ts';
import { createHasher } from '../src/features/passwords/hasher.ts';
import { createStores } from '../src/stores.ts';
import { demoTenants } from '../src/demo/tenants.ts';
import { load, median, startMeasured, type Figures } from './cpu.ts';
import { signIn } from './sign-in.ts';

const userCount = Number(process.argv[2] ?? 10_000);
const rounds = Number(process.argv[3] ?? 5);
const secondsPerSlot = 4;
const password = 'bench: a sentence nobody guesses';
const directory = mkdtempSync(path.join(tmpdir(), 'parvis-bench-'));

async function fill(): Promise<string> {
  const { config } = readConfig({ DATA_DIR: directory });
  if (config === null) throw new Error('The environment is not right');
  await migrate(config.database);
  const database = openDatabase(config.database);
  const [lumiere] = demoTenants('worldwide', Date.now());
  if (lumiere === undefined) throw new Error('The demo has no tenant');
  const tenant = { id: randomUUID(), name: lumiere.name, language: 'fr' } as const;
  const scope = createScope({
    rules: config.rules,
    language: 'fr',
    requestId: 'bench',
    address: null,
    tenant,
    actor: null,
  });
  const passwordHash = await (await createHasher()).hash(normalizePassword(password));
  await createStores(database).transaction(async (stores) => {
    await stores.tenants.insert({ ...tenant, state: 'active', createdAt: Date.now(), domains: lumiere.domains });
    for (let index = 0; index < userCount; index++) {
      const person = lumiere.people[index % lumiere.people.length];
      if (person === undefined) throw new Error('The demo has no people');
      const { state: _state, listed: _listed, ...facts } = person;
      await stores.users.insert(scope, {
        ...facts,
        id: randomUUID(),
        username: `${index}.${person.username}`,
        administratorLevel: index === 0 ? 'global' : person.administratorLevel,
        state: 'active',
        password: 'own',
        temporaryUntil: null,
        passwordSetBy: null,
        passwordSetAt: person.createdAt,
        passwordHash,
      });
    }
  });
  await database.close();
  return `0.${lumiere.people[0]?.username ?? ''}`;
}

const username = await fill();
const hello = await startMeasured('child-hello.ts');
const portal = await startMeasured('child-list.ts', { DATA_DIR: directory });
try {
  const headers = { Cookie: await signIn(portal, username, password), 'Accept-Language': 'fr' };
  const page = '/account-settings/user-management';
  await load(portal, page, headers, 2);
  const slots: { hello: Figures; list: Figures }[] = [];
  for (let round = 0; round < rounds; round++) {
    slots.push({
      hello: await load(hello, '/', {}, secondsPerSlot / 2),
      list: await load(portal, page, headers, secondsPerSlot),
    });
  }
  const cost = median(slots.map(({ list }) => list.cpuMicroseconds));
  const unit = median(slots.map((slot) => slot.hello.cpuMicroseconds));
  console.log(
    `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, ${userCount} users, ${new Date().toISOString().slice(0, 10)}`,
  );
  console.log(
    `list page   ${cost.toFixed(0)} µs of CPU, ${median(slots.map(({ list }) => list.requestsPerSecond)).toFixed(0)} requests/s`,
  );
  console.log(`hello       ${unit.toFixed(1)} µs of CPU`);
  console.log(
    `ratio       ${median(slots.map((slot) => slot.list.cpuMicroseconds / slot.hello.cpuMicroseconds)).toFixed(1)}`,
  );
} finally {
  hello.stop();
  portal.stop();
  rmSync(directory, { recursive: true, force: true });
}
