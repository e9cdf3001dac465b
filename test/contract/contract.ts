import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const isUpdate = process.env.UPDATE_CONTRACT === '1';

/**
 * Compares the behavior of the program with a committed file, line by line.
 *
 * The files of this folder freeze the public interface: routes and the users who may access them, commands, their help
 * and their JSON. A change to them is a change in behavior. If it is intended, regenerate the files and review their
 * diff with the code:
 *
 * UPDATE_CONTRACT=1 npm test -- test/contract
 *
 * @param name a file in this folder
 * @param lines the current behavior
 */
export function assertContract(name: string, lines: readonly string[]): void {
  const file = path.join(import.meta.dirname, name);
  if (isUpdate) writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const committed = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const message = `${name} differs. If this is intended, run: UPDATE_CONTRACT=1 npm test -- test/contract`;
  assert.deepEqual(changesBetween(committed, lines), [], message);
}

/** @returns removed lines with `-`, added lines with `+`, or a note if only the order or number of the lines differs */
export function changesBetween(before: readonly string[], now: readonly string[]): string[] {
  const changes = [
    ...before.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
  const isSame = before.length === now.length && before.every((line, index) => line === now[index]);
  return changes.length > 0 || isSame ? changes : ['the same lines, in another order or number'];
}
