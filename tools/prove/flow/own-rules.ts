import { paths } from '../../../src/site/http/paths.ts';
import { expect, Refused, getVisitor, type Scenario } from '../scenario.ts';
import type { Answer } from '../visitor.ts';

/**
 * Has the administrator change the tenant's own rules. An empty value resets a rule to that of the region.
 * @returns the next page, which asks for approval if a rule requires fewer administrators than before
 * @throws Refused if a choice is not offered because the region is stricter; the choice is submitted anyway
 */
export async function chooseOwnRules(scenario: Scenario, chosen: Readonly<Record<string, string>>): Promise<Answer> {
  const admin = getVisitor(scenario, 'administrator');
  const { text } = expect(await admin.get(paths.rules), 200);
  const isOffered = Object.entries(chosen).every(([name, value]) => value === '' || offers(text, name, value));
  const page = expect(await admin.send(paths.rules, chosen), isOffered ? 200 : 400);
  if (!isOffered) throw new Refused(page.path);
  return page;
}

function offers(page: string, rule: string, choice: string): boolean {
  const [, options = ''] = new RegExp(`<select[^>]*\\sname="${rule}"[^>]*>([\\s\\S]*?)</select>`).exec(page) ?? [];
  return options.includes(`value="${choice}"`);
}
