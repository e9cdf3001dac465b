/**
 * How often a race is repeated: `PARVIS_ROUNDS` times, or 10 times by default. `npm run test:long` sets the variable to
 * 1,000.
 */
export const rounds = Number(process.env.PARVIS_ROUNDS ?? 10);
