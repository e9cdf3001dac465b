import { readFileSync } from 'node:fs';
import path from 'node:path';
import { rulesFolder } from '../../src/platform/config/rules.ts';
import { aMailServer } from '../support/mail-server.ts';
import { MAIL_FROM } from '../support/outbox.ts';
import { rulesFile } from '../support/rules.ts';
import type { Pack } from './packs.ts';

/** Custom rules that an operator may write, each derived from a built-in pack, in the order of the table columns. */
export const operatorPacks = [
  'two administrators',
  'links shown',
  'links mailed',
  'second factor for all',
  'view only',
] as const;
export type OperatorPack = (typeof operatorPacks)[number];

type Entries = Readonly<Record<string, unknown>>;

const everyAct = ['resetGlobalAdmin', 'giveGlobalAdmin', 'export', 'deleteMany'];
const mostActs = everyAct.slice(0, 2);

const written: Readonly<Record<OperatorPack, readonly [from: Pack, entries: Entries]>> = {
  'two administrators': [
    'worldwide',
    {
      secondFactor: 'administrators',
      twoAdministrators: { for: everyAct, deleteMoreThan: 1, withinHours: 12 },
    },
  ],
  'links shown': [
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
  'links mailed': [
    'china',
    {
      languages: ['en'],
      secondFactor: 'everybody',
      handOver: { by: 'mailedLink', linkHours: 12 },
      twoAdministrators: { for: mostActs, deleteMoreThan: 50, withinHours: 24 },
    },
  ],
  'second factor for all': ['us-government', { secondFactor: 'everybody', activityLog: { retentionDays: 100 } }],
  // Unlisted operations are denied.
  'view only': ['worldwide', { operations: { 'users.list': 'here', 'users.view': 'here' } }],
};

/** @returns the settings of a portal with these rules, including a mail server if links are mailed */
export async function environmentOfOperatorPack(pack: OperatorPack): Promise<Readonly<Record<string, string>>> {
  const [from, entries] = written[pack];
  const rules = JSON.parse(readFileSync(path.join(rulesFolder, `${from}.json`), 'utf8')) as { region: string };
  const served = { REGION: rules.region, REGION_RULES: rulesFile({ ...rules, ...entries }) };
  return pack === 'links mailed' ? { ...served, SMTP_URL: (await aMailServer()).url, MAIL_FROM } : served;
}
