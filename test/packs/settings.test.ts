import { ownChoiceNames, ownNumberNames } from '../../src/domain/tenant-rules.ts';
import { paths } from '../../src/site/http/paths.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { anOperator } from '../support/operators.ts';
import type { Person } from '../support/person.ts';
import { tell, textsOf, type Day } from './day.ts';
import { own, shipped } from './settings.table.ts';

tell('the rules', { shipped, own }, async (day) => {
  const stranger = await day.aStranger().visit(paths.region);
  day.found['a stranger reads what is done where'] = whereOn(stranger);
  const admin = await day.signIn(day.camille);
  await read(day, admin);
  await support(day, admin);
  await log(day, admin);
  await day.readLog();
});

async function read({ look, found, signIn, noah }: Day, admin: Person): Promise<void> {
  await look('account settings lead on to', admin, paths.accountSettings, '.tiles .tile-title');
  await admin.visit(paths.where);
  const same = whereOn(admin) === found['a stranger reads what is done where'];
  found['an administrator reads of it'] = same ? 'the same' : whereOn(admin);
  found['and goes from there to'] = linksOn(admin);
  const user = await (await signIn(noah)).visit(paths.where);
  found['somebody else goes from there to'] = linksOn(user);
  await admin.visit(paths.rules);
  const [said = ''] = textsOf(admin, '[aria-labelledby=group-files] div:first-child dd').split('Set by');
  found['of exporting users the rules say'] = said.trim();
  const offered = (name: string): boolean => admin.$(`form.form [name=${name}]`).length > 0;
  found['a tenant cannot tighten'] = [...ownNumberNames, ...ownChoiceNames].filter((name) => !offered(name)).join(' ');
}

/** Of each thing where it is done, in short. */
const whereOn = (person: Person): string => {
  const { $ } = person;
  const rows = $('.where tbody tr').toArray();
  const textIn = (row: (typeof rows)[number], selector: string): string => normalizeSpace($(row).find(selector).text());
  return rows
    .map((row) => {
      const places = $(row).find('.places a').toArray();
      const names = places.map((each) => normalizeSpace($(each).text())).join(' or ');
      return `${textIn(row, '.name-first')}: ${names || textIn(row, 'td:nth-child(2)').replace('In this portal', 'here')}`;
    })
    .join(' · ');
};

const linksOn = ({ $ }: Person): string => {
  const all = $('.where tbody a').toArray();
  return [...new Set(all.map((each) => $(each).attr('href')))].join(' ');
};

async function support({ portal, look, send }: Day, admin: Person): Promise<void> {
  const { id: operator } = await anOperator(portal);
  await look('support access', admin, paths.supportAccess, '[aria-labelledby=give] :is(.elsewhere p, button)');
  const wish = { operator, purpose: 'Imports fail', level: 'look' };
  await send('letting an operator in for two days', admin, paths.supportAccess, { ...wish, hours: '48' });
  await send('letting an operator in for an hour', admin, paths.supportAccess, { ...wish, hours: '1' });
}

async function log({ look }: Day, admin: Person): Promise<void> {
  await look('the log offers', admin, paths.activityLog, '.page-actions .btn');
  await look('the log says', admin, paths.activityLog, '.rule-note');
  await look('exporting the log', admin, paths.activityJsonLines);
}
