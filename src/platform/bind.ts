type Bound<Functions> = {
  readonly [Name in keyof Functions]: Functions[Name] extends (first: never, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

/** Binds the first parameter of each function, its dependencies, for callers that do not have them. */
export function bind<Dependencies, Functions extends Record<string, (deps: Dependencies, ...rest: never[]) => unknown>>(
  deps: Dependencies,
  functions: Functions,
): Bound<Functions> {
  const entries = Object.entries(functions).map(([name, call]) => [name, call.bind(null, deps)]);
  return Object.fromEntries(entries) as Bound<Functions>;
}
