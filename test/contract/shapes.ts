/**
 * @returns the key paths and types of a JSON value, such as `tenants[].id: string`. The entries of a list are merged: a
 * key that some entries lack ends with `?`, and a key with several types lists each of them
 */
export function shapeOf(value: unknown): string[] {
  return shapesAt([value], '');
}

function shapesAt(values: readonly unknown[], at: string): string[] {
  const types = [...new Set(values.map(typeOf))].sort().join(' | ');
  const items = values.filter(Array.isArray).flat() as unknown[];
  const objects = values.filter((value) => typeOf(value) === 'object') as Readonly<Record<string, unknown>>[];
  const keys = [...new Set(objects.flatMap(Object.keys))].sort();
  return [
    `${at || '(all)'}: ${types}`,
    ...(items.length > 0 ? shapesAt(items, `${at}[]`) : []),
    ...keys.flatMap((key) => {
      const having = objects.filter((each) => Object.hasOwn(each, key));
      const name = having.length < objects.length ? `${key}?` : key;
      return shapesAt(
        having.map((each) => each[key]),
        at === '' ? name : `${at}.${name}`,
      );
    }),
  ];
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value);
