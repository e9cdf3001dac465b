import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const isUpdate = process.env.UPDATE_CONTRACT === '1';

/**
 * Compares what the program does with what a committed file says, line by line.
 *
 * The files of this folder freeze what others rely on: addresses and who may open them, commands, their help and their JSON.
 * A change of them is a change of behavior. Where it is meant, write the files again and review their diff with the code:
 *
 *     UPDATE_CONTRACT=1 npm test -- test/contract
 *
 * @param name of a file in this folder
 * @param lines what holds now
 */
export function assertContract(name: string, lines: readonly string[]): void {
  const file = path.join(import.meta.dirname, name);
  if (isUpdate) writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const committed = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const message = `${name} says otherwise; where this is meant: UPDATE_CONTRACT=1 npm test -- test/contract`;
  assert.deepEqual(changesBetween(committed, lines), [], message);
}

/** @returns the lines that are gone, behind `-`, and those that are new, behind `+`; or a word on what else differs */
export function changesBetween(before: readonly string[], now: readonly string[]): string[] {
  const changes = [
    ...before.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
  const isSame = before.length === now.length && before.every((line, index) => line === now[index]);
  return changes.length > 0 || isSame ? changes : ['the same lines, in another order or number'];
}
