/** A form on a page, with its action and the fields that are submitted if the user enters nothing. */
export interface PageForm {
  readonly action: string;
  readonly fields: readonly [name: string, value: string][];
}

// This pattern is sufficient because the portal's own pages are well-formed.
const tags = /<(form|input|select|option|textarea)\b((?:[^>"']|"[^"]*"|'[^']*')*)>/g;

/** @returns the forms of a page in document order */
export function readForms(html: string): PageForm[] {
  return [...html.matchAll(/<form\b[\s\S]*?<\/form>/g)].map(([text]) => {
    const fields: [string, string][] = [];
    let [action, select] = ['', ''];
    for (const [, tag, inside = ''] of text.matchAll(tags)) {
      const attributes = attributesOf(inside);
      const { name = '', type = 'text', value = '' } = attributes;
      if (tag === 'form') action = attributes.action ?? '';
      if (tag === 'select') select = name;
      if (tag === 'option' && 'selected' in attributes) fields.push([select, value]);
      const sent = !['checkbox', 'radio', 'file', 'password', 'submit'].includes(type) || 'checked' in attributes;
      if (tag === 'input' && name !== '' && sent) fields.push([name, value]);
    }
    return { action, fields };
  });
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w-]+)(?:="([^"]*)"|='([^']*)')?/g)];
  return Object.fromEntries(pairs.map(([, name = '', one, other]) => [name, decode(one ?? other ?? '')]));
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#34': '"', '#39': "'" };

/** @returns the text with the portal's HTML escapes decoded */
export const decode = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#34|#39);/g, (whole, name: string) => entities[name] ?? whole);
