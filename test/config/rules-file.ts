import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { readRules, rulesFolder } from '../../src/platform/config/rules.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parvis-rules-'));
after(() => rmSync(folder, { recursive: true }));

export interface RulesFile extends Record<string, unknown> {
  operations: Record<string, unknown>;
  places: Record<string, unknown>;
}

/** @returns a copy of the worldwide rules file to modify */
export const template = (): RulesFile =>
  JSON.parse(readFileSync(path.join(rulesFolder, 'worldwide.json'), 'utf8')) as RulesFile;

/** Writes rules to a file and reads them back. */
export function read(content: string | object): ReturnType<typeof readRules> {
  const file = path.join(folder, 'rules.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readRules(file);
}
