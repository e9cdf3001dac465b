/** The services whose lack is a failure and not a reason to skip: a comma list in `PARVIS_REQUIRE`. */
export function requiredServices(): string[] {
  const names = (process.env.PARVIS_REQUIRE ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '');
}
