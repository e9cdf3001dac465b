type Bound<Functions> = {
  readonly [Name in keyof Functions]: Functions[Name] extends (first: never, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

/** Binds the first parameter of each function, the dependencies, so that callers do not have to pass them. */
export function bind<Dependencies, Functions extends Record<string, (deps: Dependencies, ...rest: never[]) => unknown>>(
  deps: Dependencies,
  functions: Functions,
): Bound<Functions> {
  const entries = Object.entries(functions).map(([name, call]) => [name, call.bind(null, deps)]);
  return Object.fromEntries(entries) as Bound<Functions>;
}
