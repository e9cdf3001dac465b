/**
 * The number of times a race is repeated: `PARVIS_ROUNDS`, or 10 by default. `npm run test:long` sets the variable to
 * 1,000.
 */
export const rounds = Number(process.env.PARVIS_ROUNDS ?? 10);
