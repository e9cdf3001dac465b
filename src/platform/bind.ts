type Bound<Functions> = {
  readonly [Name in keyof Functions]: Functions[Name] extends (first: never, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

/**
 * Gives functions that take their dependencies first to callers that do not know these.
 * @returns the same functions without their first parameter
 */
export function bind<Dependencies, Functions extends Record<string, (deps: Dependencies, ...rest: never[]) => unknown>>(
  deps: Dependencies,
  functions: Functions,
): Bound<Functions> {
  const entries = Object.entries(functions).map(([name, call]) => [name, call.bind(null, deps)]);
  return Object.fromEntries(entries) as Bound<Functions>;
}
