import { seededRandom } from './names.ts';
import { entry, fullName } from './names/entries.ts';
import { demoPeople, type DemoPerson, type PeoplePlan } from './people.ts';

/** A generated partner tenant of the demo. */
export interface DemoTenant {
  name: string;
  domains: string[];
  language: 'en' | 'fr' | 'de';
  people: DemoPerson[];
}

interface TenantPlan extends PeoplePlan {
  readonly name: string;
  readonly language: DemoTenant['language'];
  readonly seed: number;
}

type Listed = PeoplePlan['listed'][number];

function listed(given: string, family: string, account: Partial<Listed['account']>): Listed {
  const none = { administratorLevel: 'none', agentLevel: 'none', state: 'active' } as const;
  return {
    name: fullName(entry(given), entry(family), 'givenFirst'),
    account: { ...none, ...account, listed: true },
  };
}

const globalAdmin = { administratorLevel: 'global' } as const;
const userManagementAdmin = { administratorLevel: 'userManagement' } as const;
const salesAgent = { agentLevel: 'sales' } as const;
const newcomer = { state: 'pending' } as const;

const lumiere: TenantPlan = {
  name: 'Ateliers Lumière',
  domains: ['lumiere.example'],
  language: 'fr',
  seed: 1895,
  listed: [
    listed('Camille', 'Laurent', globalAdmin),
    listed('Chloé:chloe', 'Nguyễn:nguyen', userManagementAdmin),
    listed('Mathis', 'Quéméner:quemener', salesAgent),
    listed('Inès:ines', 'Haddad', newcomer),
  ],
  administrators: { global: 2, userManagement: 3, billing: 5 },
  mix: {
    french: 131,
    frenchLong: 1,
    frenchNamesakes: 2,
    maghrebiLatin: 18,
    arabic: 10,
    vietnameseFrench: 10,
    english: 8,
    westAfrican: 10,
    german: 6,
    iberian: 12,
    italian: 9,
    dutch: 5,
    nordic: 5,
    polish: 7,
    czech: 4,
    danubian: 4,
    turkish: 5,
    greek: 4,
    cyrillic: 5,
    hebrew: 3,
    japanese: 4,
    chinese: 4,
    chineseShort: 1,
    korean: 3,
    devanagari: 3,
    southAsianLatin: 3,
  },
};

const wexmoor: TenantPlan = {
  name: 'Wexmoor & Tarrant',
  domains: ['wexmoor.example'],
  language: 'en',
  seed: 1707,
  listed: [
    listed('Eleanor', 'Whitcombe', globalAdmin),
    listed('Declan', 'O’Brien:obrien', userManagementAdmin),
    listed('Priya', 'Venkataraman', salesAgent),
    listed('Owen', 'Cadwallader', newcomer),
  ],
  administrators: { global: 1, userManagement: 2, billing: 3 },
  mix: {
    english: 62,
    southAsianLatin: 9,
    westAfrican: 7,
    french: 4,
    german: 3,
    polish: 5,
    nordic: 4,
    iberian: 3,
    italian: 2,
    dutch: 2,
    turkish: 2,
    greek: 2,
    cyrillic: 2,
    arabic: 2,
    hebrew: 1,
    chinese: 3,
    chineseShort: 1,
    japanese: 1,
    korean: 1,
    devanagari: 1,
  },
};

const trevadec: TenantPlan = {
  name: 'Cabinet Trévadec',
  domains: ['trevadec.example', 'cabinet-trevadec.example'],
  language: 'fr',
  seed: 29,
  listed: [],
  administrators: { global: 2, userManagement: 2, billing: 1 },
  mix: { french: 31, maghrebiLatin: 3, vietnameseFrench: 2, iberian: 2, polish: 1, arabic: 1 },
};

const muehlbruecker: TenantPlan = {
  name: 'Mühlbrücker Systeme GmbH',
  domains: ['muehlbruecker.example'],
  language: 'de',
  seed: 1949,
  listed: [
    listed('Annika', 'Brandstetter', globalAdmin),
    listed('Emre', 'Çelik:celik', userManagementAdmin),
    listed('Jürgen:juergen', 'Weißbach:weissbach', salesAgent),
    listed('Łucja:lucja', 'Wójcik:wojcik', newcomer),
  ],
  administrators: { global: 1, userManagement: 2, billing: 3 },
  mix: {
    german: 90,
    germanLong: 1,
    germanNamesakes: 2,
    turkish: 13,
    polish: 8,
    danubian: 6,
    vietnameseGerman: 5,
    greek: 4,
    italian: 4,
    cyrillic: 5,
    arabic: 3,
    czech: 3,
    dutch: 2,
    nordic: 2,
    iberian: 2,
    english: 2,
    french: 2,
    hebrew: 1,
    japanese: 1,
    chinese: 1,
    korean: 1,
    devanagari: 1,
  },
};

const plans = { worldwide: [lumiere, wexmoor, trevadec], germany: [muehlbruecker] };

/**
 * Generates the tenants of a demo region. The result is always the same, except that its dates are relative to `now`.
 */
export function demoTenants(region: 'worldwide' | 'germany', now: number): DemoTenant[] {
  return plans[region].map((plan) => ({
    name: plan.name,
    domains: [...plan.domains],
    language: plan.language,
    people: demoPeople(plan, now, seededRandom(plan.seed)),
  }));
}
