/** How often a race is repeated: ten times, or as often as `PARVIS_ROUNDS` says, which `npm run test:long` sets to 1,000. */
export const rounds = Number(process.env.PARVIS_ROUNDS ?? 10);
