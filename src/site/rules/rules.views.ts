import type { RegionRules, RuleText } from '../../domain/regions.ts';
import type { describeRules } from './describe.ts';
import type { Note } from './notes.ts';
import type { WhereRow } from './where.ts';

type DescribedGroup = ReturnType<typeof describeRules>[number];
type Rule = DescribedGroup['rules'][number];
type RuleGroup = Omit<DescribedGroup, 'rules'> & { readonly rules: readonly Rule[] };
/** A rule with what stands in its field. */
type TypedRule = Rule & { readonly typed: string };
type TypedGroup = Omit<RuleGroup, 'rules'> & { readonly rules: readonly TypedRule[] };

export interface RulesPage {
  readonly groups: readonly TypedGroup[];
  readonly region: RegionRules;
  readonly mayEdit: boolean;
  /** Stands for the rules that the form was opened with. */
  readonly seen: string;
  /** Whether someone else saved rules after the form was opened. */
  readonly meanwhile: boolean;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'rules/edition': { readonly region: RegionRules };
    'rules/groups': { readonly groups: readonly RuleGroup[]; readonly origins?: boolean };
    'rules/note': Note;
    'rules/notes': { readonly notes: readonly Note[] };
    'rules/own': Pick<RulesPage, 'groups' | 'seen'>;
    'rules/own-rule': { readonly rule: TypedRule; readonly label: string };
    'rules/region': {
      readonly rows: readonly WhereRow[];
      readonly groups: readonly RuleGroup[];
      readonly region: RegionRules;
    };
    'rules/rules': RulesPage;
    'rules/text': RuleText;
    'rules/where': { readonly rows: readonly WhereRow[] };
    'rules/where-link': undefined;
    'rules/where-table': { readonly rows: readonly WhereRow[] };
  }
}
