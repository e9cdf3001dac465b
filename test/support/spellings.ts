export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Ways to write an address that a careless guard takes for another one. */
export const spellings: [label: string, spell: (path: string) => string][] = [
  ['as it is', (path) => path],
  ['with a slash behind it', (path) => `${path}/`],
  ['in capitals', (path) => path.toUpperCase()],
  ['with doubled slashes', (path) => path.replaceAll('/', '//')],
  ['with encoded slashes', (path) => `/${path.slice(1).replaceAll('/', '%2F')}`],
  ['with its first slash encoded', (path) => `/%2F${path.slice(1)}`],
  ['with an encoded letter', (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)],
  ['with a dot', (path) => `/.${path}`],
  ['with two dots', (path) => `/change-password/..${path}`],
  ['with a parameter', (path) => `${path};a=/change-password`],
  ['with a question', (path) => `${path}?to=/change-password`],
  ['with a backslash', (path) => `/${path.slice(1).replaceAll('/', '\\')}`],
  ['as a whole address', (path) => `http://localhost${path}`],
];
