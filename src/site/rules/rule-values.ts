import type { RuleChange } from '../../domain/activity/event.ts';
import type { DisplayText } from '../http/view-models.ts';

/**
 * @returns the text of a rule's value.
 * @param value null if the region's rule applies
 */
export function ruleValueText(rule: string, value: RuleChange['to']): DisplayText {
  if (value === null) return { key: 'activity:detail.asRegion' };
  if (typeof value === 'number') return { key: `account-settings:rules.value.${rule}`, values: { count: value } };
  return { key: `account-settings:rules.choice.${rule}.${value}` };
}
