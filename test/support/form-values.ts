import assert from 'node:assert/strict';
import type * as cheerio from 'cheerio';

type Selection = ReturnType<cheerio.CheerioAPI>;

/** Replaces white space, including no-break spaces, with single spaces, as a browser displays it. */
export const normalizeSpace = (text: string): string => text.replace(/\s+/g, ' ').trim();

interface Node {
  readonly type?: string;
  readonly name?: string;
  readonly data?: string;
  readonly attribs?: Readonly<Record<string, string>>;
  readonly children?: readonly Node[];
}

const invisible = new Set(['script', 'style', 'svg']);

/** @returns the text that a browser displays in the selected elements */
export function visibleText(selection: Selection): string {
  const textOf = ({ type, name = '', data, attribs = {}, children = [] }: Node): string => {
    if (type === 'text') return data ?? '';
    if (invisible.has(name) || 'hidden' in attribs) return '';
    return children.map(textOf).join('');
  };
  return (selection.toArray() as Node[]).map(textOf).join('');
}

/** The values of a form's fields. A field that occurs several times has an array of values. */
type FormValues = Record<string, string | string[]>;

export function urlEncoded(values: FormValues): string {
  const pairs = Object.entries(values).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  return new URLSearchParams(pairs).toString();
}

export function formValues($: cheerio.CheerioAPI, form: Selection): FormValues {
  const values: FormValues = {};
  form.find('input[name], select[name], textarea[name]').each((_, element) => {
    const field = $(element);
    const type = field.attr('type');
    if ((type === 'checkbox' || type === 'radio') && field.attr('checked') === undefined) return;
    const value = field.is('select')
      ? (field.find('option[selected]').attr('value') ?? field.find('option').attr('value'))
      : field.attr('value');
    const name = field.attr('name') ?? '';
    const before = values[name];
    values[name] = before === undefined ? (value ?? '') : [before, value ?? ''].flat();
  });
  return values;
}

export function fieldsByLabel(
  $: cheerio.CheerioAPI,
  form: Selection,
  fields: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([label, value]) => {
      const found = form
        .find('label')
        .filter((_, element) => normalizeSpace($(element).text()) === label)
        .first();
      const name = $(`#${found.attr('for') ?? 'none'}`).attr('name');
      assert.ok(name, `There is no field "${label}"`);
      return [name, value];
    }),
  );
}
