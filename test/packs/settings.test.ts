import { ownChoiceNames, ownNumberNames } from '../../src/domain/tenant-rules.ts';
import { paths } from '../../src/site/http/paths.ts';
import { squeeze } from '../support/filled-forms.ts';
import { anOperator } from '../support/operators.ts';
import type { Person } from '../support/person.ts';
import { describeUnderEachPack, textsOf, type Scenario } from './scenario.ts';
import { custom, shipped } from './settings.table.ts';

describeUnderEachPack('the rules', { shipped, custom }, async (scenario) => {
  const stranger = await scenario.newStranger().visit(paths.region);
  scenario.observed['a stranger reads what is done where'] = whereOn(stranger);
  const admin = await scenario.signIn(scenario.camille);
  await read(scenario, admin);
  await support(scenario, admin);
  await log(scenario, admin);
  await scenario.noteLog();
});

async function read({ notePage, observed, signIn, noah }: Scenario, admin: Person): Promise<void> {
  await notePage('account settings lead on to', admin, paths.accountSettings, '.tiles .tile-title');
  await admin.visit(paths.where);
  const same = whereOn(admin) === observed['a stranger reads what is done where'];
  observed['an administrator reads of it'] = same ? 'the same' : whereOn(admin);
  observed['and goes from there to'] = linksOn(admin);
  const user = await (await signIn(noah)).visit(paths.where);
  observed['somebody else goes from there to'] = linksOn(user);
  await admin.visit(paths.rules);
  const [said = ''] = textsOf(admin, '[aria-labelledby=group-files] div:first-child dd').split('Rule of');
  observed['of exporting users the rules say'] = said.trim();
  const offered = (name: string): boolean => admin.$(`form.form [name=${name}]`).length > 0;
  observed['a tenant cannot tighten'] = [...ownNumberNames, ...ownChoiceNames]
    .filter((name) => !offered(name))
    .join(' ');
}

/** Of each thing where it is done, in short. */
const whereOn = (person: Person): string => {
  const { $ } = person;
  const rows = $('.where tbody tr').toArray();
  const textIn = (row: (typeof rows)[number], selector: string): string => squeeze($(row).find(selector).text());
  return rows
    .map((row) => {
      const places = $(row).find('.places a').toArray();
      const names = places.map((each) => squeeze($(each).text())).join(' or ');
      return `${textIn(row, '.name-first')}: ${names || textIn(row, 'td:nth-child(2)').replace('Here, in this portal', 'here')}`;
    })
    .join(' · ');
};

const linksOn = ({ $ }: Person): string => {
  const all = $('.where tbody a').toArray();
  return [...new Set(all.map((each) => $(each).attr('href')))].join(' ');
};

async function support({ portal, notePage, noteResponse }: Scenario, admin: Person): Promise<void> {
  const { id: operator } = await anOperator(portal);
  await notePage('support access', admin, paths.supportAccess, '[aria-labelledby=give] :is(.elsewhere p, button)');
  const wish = { operator, purpose: 'Imports fail', level: 'look' };
  await noteResponse('letting an operator in for two days', admin, paths.supportAccess, { ...wish, hours: '48' });
  await noteResponse('letting an operator in for an hour', admin, paths.supportAccess, { ...wish, hours: '1' });
}

async function log({ notePage }: Scenario, admin: Person): Promise<void> {
  await notePage('the log offers', admin, paths.activityLog, '.page-actions .btn');
  await notePage('the log says', admin, paths.activityLog, '.rule-note');
  await notePage('exporting the log', admin, paths.activityJsonLines);
}
