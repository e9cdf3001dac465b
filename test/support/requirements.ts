/** @returns the services that must be available, from the comma-separated list in `PARVIS_REQUIRE` */
export function requiredServices(): string[] {
  const names = (process.env.PARVIS_REQUIRE ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '');
}
