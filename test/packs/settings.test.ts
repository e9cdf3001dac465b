import { choiceRuleNames, numericRuleNames } from '../../src/domain/tenant-rules.ts';
import { paths } from '../../src/site/http/paths.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { anOperator } from '../support/operators.ts';
import type { Person } from '../support/person.ts';
import { describeUnderEachPack, textsOf, type Scenario } from './scenario.ts';
import { custom, shipped } from './settings.table.ts';

describeUnderEachPack('rules and settings', { shipped, custom }, async (scenario) => {
  const stranger = await scenario.newStranger().visit(paths.region);
  scenario.observed['page about the region, visitor'] = whereOn(stranger);
  const admin = await scenario.signIn(scenario.camille);
  await read(scenario, admin);
  await support(scenario, admin);
  await log(scenario, admin);
  await scenario.noteLog();
});

async function read({ notePage, observed, signIn, noah }: Scenario, admin: Person): Promise<void> {
  await notePage('links on the account settings', admin, paths.accountSettings, '.tiles .tile-title');
  await admin.visit(paths.responsibilities);
  const same = whereOn(admin) === observed['page about the region, visitor'];
  observed['page about the region, administrator'] = same ? 'the same' : whereOn(admin);
  observed['links on the page about the region, administrator'] = linksOn(admin);
  const user = await (await signIn(noah)).visit(paths.responsibilities);
  observed['links on the page about the region, user'] = linksOn(user);
  await admin.visit(paths.rules);
  const [said = ''] = textsOf(admin, '[aria-labelledby=group-files] div:first-child dd').split('Set by');
  observed['rule for exporting users'] = said.trim();
  const offered = (name: string): boolean => admin.$(`form.form [name=${name}]`).length > 0;
  observed['rules that a tenant cannot tighten'] = [...numericRuleNames, ...choiceRuleNames]
    .filter((name) => !offered(name))
    .join(' ');
}

/** @returns each task with the place that performs it, in short form */
const whereOn = (person: Person): string => {
  const { $ } = person;
  const rows = $('.responsibilities tbody tr').toArray();
  const textIn = (row: (typeof rows)[number], selector: string): string => normalizeSpace($(row).find(selector).text());
  return rows
    .map((row) => {
      const places = $(row).find('.place-list a').toArray();
      const names = places.map((each) => normalizeSpace($(each).text())).join(' or ');
      return `${textIn(row, '.name-first')}: ${names || textIn(row, 'td:nth-child(2)').replace('In this portal', 'here')}`;
    })
    .join(' · ');
};

const linksOn = ({ $ }: Person): string => {
  const all = $('.responsibilities tbody a').toArray();
  return [...new Set(all.map((each) => $(each).attr('href')))].join(' ');
};

async function support({ portal, notePage, noteResponse }: Scenario, admin: Person): Promise<void> {
  const { id: operator } = await anOperator(portal);
  await notePage('support access', admin, paths.supportAccess, '[aria-labelledby=give] :is(.elsewhere p, button)');
  const form = { operator, purpose: 'Imports fail', level: 'look' };
  await noteResponse('granting support access for two days', admin, paths.supportAccess, { ...form, hours: '48' });
  await noteResponse('granting support access for an hour', admin, paths.supportAccess, { ...form, hours: '1' });
}

async function log({ notePage }: Scenario, admin: Person): Promise<void> {
  await notePage('actions on the log', admin, paths.activityLog, '.page-actions .btn');
  await notePage('note on the log', admin, paths.activityLog, '.rule-note');
  await notePage('exporting the log', admin, paths.activityJsonLines);
}
