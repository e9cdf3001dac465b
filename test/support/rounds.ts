/** How often a race is repeated: `PARVIS_ROUNDS` times, by default 10. `npm run test:long` sets it to 1,000. */
export const rounds = Number(process.env.PARVIS_ROUNDS ?? 10);
