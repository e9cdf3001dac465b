/*
 * Days as the log's address and its files write them, 2026-11-23. They are those of the process's time zone, as on every
 * page.
 */

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** @returns the day of a moment. @param at epoch ms */
export function localDateOf(at: number): string {
  const day = new Date(at);
  return [day.getFullYear(), twoDigits(day.getMonth() + 1), twoDigits(day.getDate())].join('-');
}

/** @returns day and time of a moment, as spreadsheets of every language read it. @param at epoch ms */
export function localDateTimeOf(at: number): string {
  const time = new Date(at);
  return `${localDateOf(at)} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':')}`;
}

/** @returns when a day, or one so many days later, begins, epoch ms */
export function startOfDay(day: string, daysLater = 0): number {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).getTime();
}
