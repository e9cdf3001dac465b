import type { Request } from 'express';
import type { FormValues } from './drafts.ts';

/** The declaration that every route with a form must contain. */
export interface FormDeclaration {
  /**
   * The path of the page with the form if it differs from the route's path; null if there is no page to return to, as
   * with a button that appears on every page.
   */
  readonly page?: string | null;
  /**
   * The fields whose values are kept when the form cannot be processed. All other fields are discarded. Passwords,
   * codes and files must never be listed.
   */
  readonly keeps: readonly string[];
  /** Whether the page cannot be shown without these values, because they come from the preceding page. */
  readonly needsInput?: true;
  /** How to detect changes that other users made after the page was rendered. */
  readonly changes: ChangeDetection;
}

export type ChangeDetection =
  /** The hidden fields that contain the state that the page showed. */
  | { readonly comparedBy: readonly string[] }
  /** Why the form cannot overwrite a change that its sender has not seen. */
  | { readonly notNeeded: string };

/** The form to which a request was sent. */
export interface FoundForm {
  readonly declaration: FormDeclaration;
  /** Whether visitors may use the form. */
  readonly isPublic: boolean;
  /** The path of the page with the form; null if there is none. */
  readonly page: string | null;
}

interface FormRoute {
  readonly method: string;
  readonly path: string;
  readonly access: string;
  readonly form?: FormDeclaration;
}

export type FindForm = (request: Request) => FoundForm | null;

/** @returns a function that finds the form to which a POST request was sent, and returns null if there is none */
export function createFormFinder(routes: readonly FormRoute[]): FindForm {
  const forms = routes.flatMap(({ path, access, form }) =>
    form ? [{ path, access, form, matches: matcherOf(path) }] : [],
  );
  // Fixed paths precede paths with placeholders that would match them too.
  forms.sort((one, other) => Number(one.path.includes(':')) - Number(other.path.includes(':')));
  return (request) => {
    for (const { path, access, form, matches } of forms) {
      const parameters = matches(request.path);
      if (parameters === null) continue;
      const page = form.page === null ? null : addressOf(form.page ?? path, parameters);
      return { declaration: form, isPublic: access === 'anyone', page };
    }
    return null;
  };
}

type Matcher = (path: string) => Readonly<Record<string, string>> | null;

// Matches paths as Express does, ignoring case and a trailing slash, except that values stay encoded.
function matcherOf(pattern: string): Matcher {
  const names = [...pattern.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const regularExpression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll(/:\w+/g, '([^/]+)')}/?$`, 'i');
  return (path) => {
    const found = regularExpression.exec(path);
    return found && Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? '']));
  };
}

const addressOf = (pattern: string, values: Readonly<Record<string, string>>): string =>
  pattern.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? '');

/** @returns the submitted values of the fields that a form keeps */
export function keptValuesOf({ keeps }: FormDeclaration, body: unknown): FormValues {
  const typed = (body ?? {}) as Readonly<Record<string, unknown>>;
  const values = keeps.flatMap((name): [string, string | string[]][] => {
    const value = Object.hasOwn(typed, name) ? typed[name] : undefined;
    if (typeof value === 'string') return [[name, value]];
    return Array.isArray(value) ? [[name, value.filter((each) => typeof each === 'string')]] : [];
  });
  return Object.fromEntries(values);
}
