import type { PlannedRow } from '../../domain/imports.ts';

// `?ukasz` was Łukasz before a program saved the file in an encoding without Ł, or opened it in the wrong one.
const lost = /\p{L}\?|\?\p{L}|\uFFFD/u;
// `ZoÃ©` was Zoé before a program read UTF-8 as Windows-1252, which turns the two bytes of `é` into an accented capital
// and a symbol.
const misread = /[ÂÃÄÅÐÑØÙÎÏ][\u0080-\u00BF€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€/;

const isDamaged = (name: string): boolean => lost.test(name) || misread.test(name);

const nameFields: readonly string[] = ['firstName', 'lastName', 'displayName'];

/** @returns whether a row would store a name that seems to have lost letters when the file was saved */
export function hasDamagedLetters(row: PlannedRow): boolean {
  if (row.outcome === 'added') return [row.user.firstName, row.user.lastName, row.user.displayName].some(isDamaged);
  if (row.outcome !== 'changed') return false;
  return row.changes.some(({ field, to }) => nameFields.includes(field) && isDamaged(to ?? ''));
}
