const minute = 60;
const hour = 60 * minute;

/** @returns a time to wait, in seconds, as people say it: minutes below two hours, hours from there on, rounded up */
export function waitOf(seconds: number): { unit: 'throttledMinutes' | 'throttledHours'; count: number } {
  const inHours = seconds >= 2 * hour;
  const count = Math.max(1, Math.ceil(seconds / (inHours ? hour : minute)));
  return { unit: inHours ? 'throttledHours' : 'throttledMinutes', count };
}
