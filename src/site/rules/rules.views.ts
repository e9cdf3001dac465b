import type { RegionRules, RuleText } from '../../domain/regions.ts';
import type { DisplayText, FormConflict } from '../http/view-models.ts';
import type { describeRules } from './rule-descriptions.ts';
import type { RestrictionNote } from './restriction-notes.ts';
import type { ResponsibilityRow } from './responsibilities.ts';

type DescribedGroup = ReturnType<typeof describeRules>[number];
type Rule = DescribedGroup['rules'][number];
type RuleGroup = Omit<DescribedGroup, 'rules'> & { readonly rules: readonly Rule[] };
/** A rule with the value typed into its field. */
type TypedRule = Rule & { readonly typed: string; readonly stored: DisplayText | undefined };
type TypedGroup = Omit<RuleGroup, 'rules'> & { readonly rules: readonly TypedRule[] };

export interface RulesPage {
  readonly groups: readonly TypedGroup[];
  readonly region: RegionRules;
  readonly canEdit: boolean;
  /** True if no two Global admins can approve each other's requests, so approval can't be made mandatory. */
  readonly lacksApprovers: boolean;
  /** The tenant's own rules when the form was opened, serialized. */
  readonly seen: string;
  readonly conflict: FormConflict | null;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'rules/edition': { readonly region: RegionRules };
    'rules/groups': { readonly groups: readonly RuleGroup[]; readonly origins?: boolean };
    'rules/restriction-note': RestrictionNote;
    'rules/restriction-notes': { readonly notes: readonly RestrictionNote[] };
    'rules/tenant-rules-form': Pick<RulesPage, 'groups' | 'seen' | 'lacksApprovers'>;
    'rules/tenant-rule-field': { readonly rule: TypedRule; readonly label: string };
    'rules/region': {
      readonly rows: readonly ResponsibilityRow[];
      readonly groups: readonly RuleGroup[];
      readonly region: RegionRules;
    };
    'rules/rules': RulesPage;
    'rules/rule-text': RuleText;
    'rules/responsibilities': { readonly rows: readonly ResponsibilityRow[] };
    'rules/responsibilities-link': undefined;
    'rules/responsibilities-table': { readonly rows: readonly ResponsibilityRow[] };
  }
}
