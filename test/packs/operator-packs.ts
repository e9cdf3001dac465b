import { readFileSync } from 'node:fs';
import path from 'node:path';
import { rulesFolder } from '../../src/platform/config/rules.ts';
import { aMailServer } from '../support/mail-server.ts';
import { MAIL_FROM } from '../support/outbox.ts';
import { rulesFile } from '../support/rules.ts';
import type { Pack } from './packs.ts';

/** Packs as an operator may write them, in the order of the columns of their tables: each from one that comes with Parvis. */
export const operatorPacks = ['two of us', 'by link', 'by mail', 'app for all', 'look only'] as const;
export type OperatorPack = (typeof operatorPacks)[number];

type Entries = Readonly<Record<string, unknown>>;

const everyAct = ['resetGlobalAdmin', 'giveGlobalAdmin', 'export', 'deleteMany'];
const mostActs = everyAct.slice(0, 2);

const written: Readonly<Record<OperatorPack, readonly [from: Pack, entries: Entries]>> = {
  'two of us': [
    'worldwide',
    {
      secondFactor: 'administrators',
      twoAdministrators: { for: everyAct, deleteMoreThan: 1, withinHours: 12 },
    },
  ],
  'by link': [
    'germany',
    {
      languages: ['de', 'en'],
      handOver: { by: 'link', linkHours: 2 },
      session: { idleMinutes: 5, absoluteHours: 1 },
      temporaryPassword: { lifetimeHours: 1, changeWithinMinutes: 5 },
      activityLog: { retentionDays: 365, export: 'forbidden' },
      supportAccess: { grant: 'forbidden', longestHours: 1 },
    },
  ],
  'by mail': [
    'china',
    {
      languages: ['en'],
      secondFactor: 'everybody',
      handOver: { by: 'mailedLink', linkHours: 12 },
      twoAdministrators: { for: mostActs, deleteMoreThan: 50, withinHours: 24 },
    },
  ],
  'app for all': ['us-government', { secondFactor: 'everybody', activityLog: { retentionDays: 100 } }],
  // What a file does not name is done by nobody.
  'look only': ['worldwide', { operations: { 'users.list': 'here', 'users.view': 'here' } }],
};

/** @returns what a portal is started with to serve it: its file, and a mail server where it sends its links by mail */
export async function environmentOfOperatorPack(pack: OperatorPack): Promise<Readonly<Record<string, string>>> {
  const [from, entries] = written[pack];
  const rules = JSON.parse(readFileSync(path.join(rulesFolder, `${from}.json`), 'utf8')) as { region: string };
  const served = { REGION: rules.region, REGION_RULES: rulesFile({ ...rules, ...entries }) };
  return pack === 'by mail' ? { ...served, SMTP_URL: (await aMailServer()).url, MAIL_FROM } : served;
}
