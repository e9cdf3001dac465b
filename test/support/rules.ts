import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { rulesFolder } from '../../src/platform/config/rules.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parvis-own-rules-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** Writes the rules to a file. @returns the path of the file */
export function rulesFile(rules: object): string {
  const file = path.join(folder, `${++files}.json`);
  writeFileSync(file, JSON.stringify(rules));
  return file;
}

/**
 * Writes the rules of the worldwide region, with some entries replaced, to a file.
 * @returns the environment variables of a portal with these rules
 */
export function withRules(entries: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const rules = JSON.parse(readFileSync(path.join(rulesFolder, 'worldwide.json'), 'utf8')) as object;
  return { REGION_RULES: rulesFile({ ...rules, ...entries }) };
}
