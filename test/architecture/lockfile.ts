interface Entry {
  readonly resolved?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** Finds packages without an entry, and registry URLs. Both break `npm ci` on another machine. */
export function lockfileFaults(packages: Readonly<Record<string, Entry>>): string[] {
  return Object.entries(packages).flatMap(([path, entry]) => {
    const wanted = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies });
    const missing = wanted.filter((name) => !foldersAbove(path).some((folder) => packages[`${folder}${name}`]));
    return [
      ...missing.map((name) => `${path || 'the root'} needs ${name}, which has no entry`),
      ...(entry.resolved === undefined ? [] : [`${path} is bound to the address ${entry.resolved}`]),
    ];
  });
}

/** Returns the folders in which Node resolves a package's dependencies, from the innermost to the root. */
function foldersAbove(path: string): string[] {
  const parts = path === '' ? [] : path.split(/\/?node_modules\//).filter(Boolean);
  return parts
    .map(
      (_part, index) =>
        `${parts
          .slice(0, index + 1)
          .map((part) => `node_modules/${part}/`)
          .join('')}node_modules/`,
    )
    .concat('node_modules/');
}
