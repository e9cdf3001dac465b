/*
 * Functions for dates in the process's time zone. The log's URLs and exports contain dates in the format `YYYY-MM-DD`.
 */

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/**
 * @param at a time in epoch milliseconds
 * @returns the date in the format `YYYY-MM-DD`
 */
export function localDateOf(at: number): string {
  const day = new Date(at);
  return [day.getFullYear(), twoDigits(day.getMonth() + 1), twoDigits(day.getDate())].join('-');
}

/**
 * @param at a time in epoch milliseconds
 * @returns the date and time in a format that spreadsheets recognize in every language
 */
export function localDateTimeOf(at: number): string {
  const time = new Date(at);
  return `${localDateOf(at)} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':')}`;
}

/** @returns the start of a day, or of the day `daysLater` days after it, in epoch milliseconds */
export function startOfDay(day: string, daysLater = 0): number {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).getTime();
}
