import { paths } from '../../../paths.ts';
import { expect, StepFault, visitorOf, type Story } from '../story.ts';
import type { Answer } from '../visitor.ts';

/**
 * Has the administrator choose among the company's own rules; '' leaves a rule to the region.
 * @returns the page after it: where fewer administrators would be needed, another must agree first
 */
export async function chooseOwnRules(story: Story, chosen: Readonly<Record<string, string>>): Promise<Answer> {
  const admin = visitorOf(story, 'administrator');
  const { text } = expect(await admin.get(paths.rules), 200);
  const missing = Object.entries(chosen).find(([name, value]) => value !== '' && !offers(text, name, value));
  if (missing) throw new StepFault(`the own rules do not offer ${missing.join(' ')}`);
  return expect(await admin.send(paths.rules, chosen), 200);
}

function offers(page: string, rule: string, choice: string): boolean {
  const [, options = ''] = new RegExp(`<select[^>]* name="${rule}"[^>]*>([\\s\\S]*?)</select>`).exec(page) ?? [];
  return options.includes(`value="${choice}"`);
}
