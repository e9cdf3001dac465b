/*
 * Finds common mistakes in the values of environment files and URLs, and says how to correct them. Messages never quote
 * a value, because it may contain a password.
 */

/** The settings with a URL that can contain a password. */
const urlSettings = ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL'] as const;
const encodingHint =
  'is not a valid URL; in the user name and password, write # as %23, @ as %40, / as %2F, : as %3A and % as %25';

const quoted = /^(["']).*\1$/s;

// Drivers accept a PostgreSQL URL with credentials but no host, which is not a valid URL.
const parse = (text: string): URL | null => URL.parse(text) ?? URL.parse(text.replace('@/', '@localhost/'));

// An unencoded /, ? or # in a password ends the host, so the @ before the real host is parsed as part of the path, the
// query or the fragment.
function isMisread(text: string): boolean {
  const url = parse(text);
  return url?.hash !== '' || `${url.pathname}${url.search}`.includes('@');
}

function isTimeZone(name: string): boolean {
  // The path of a time zone file cannot be checked here.
  if (/^:?\//.test(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name.replace(/^:/, '') });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param given the environment variables that are set
 * @param settings the names of all settings
 * @returns at most one message per variable
 */
export function valueHints(
  given: Readonly<Record<string, string>>,
  settings: readonly string[],
): ReadonlyMap<string, string> {
  const hints = new Map<string, string>();
  for (const name of urlSettings) {
    const value = given[name];
    if (value !== undefined && /^(postgres(ql)?|rediss?|smtps?):\/\//.test(value) && isMisread(value))
      hints.set(name, encodingHint);
  }
  for (const name of [...settings, 'TZ'])
    if (quoted.test(given[name]?.trim() ?? ''))
      hints.set(name, 'must not be in quotation marks, which docker --env-file passes on as part of the value');
  const zone = given.TZ?.trim();
  if (zone !== undefined && !hints.has('TZ') && !isTimeZone(zone))
    hints.set('TZ', 'is not a time zone such as Europe/Paris');
  return hints;
}
