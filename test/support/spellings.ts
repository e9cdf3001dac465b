export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Ways to write a path that a faulty access check may not recognize. */
export const spellings: [label: string, spell: (path: string) => string][] = [
  ['unchanged', (path) => path],
  ['with a trailing slash', (path) => `${path}/`],
  ['in capital letters', (path) => path.toUpperCase()],
  ['with doubled slashes', (path) => path.replaceAll('/', '//')],
  ['with encoded slashes', (path) => `/${path.slice(1).replaceAll('/', '%2F')}`],
  ['with its first slash encoded', (path) => `/%2F${path.slice(1)}`],
  ['with an encoded letter', (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)],
  ['with a dot', (path) => `/.${path}`],
  ['with two dots', (path) => `/change-password/..${path}`],
  ['with a parameter', (path) => `${path};a=/change-password`],
  ['with a query', (path) => `${path}?to=/change-password`],
  ['with a backslash', (path) => `/${path.slice(1).replaceAll('/', '\\')}`],
  ['as an absolute URL', (path) => `http://localhost${path}`],
];
