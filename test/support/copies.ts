/**
 * The code points of invisible characters, which are copied along with text from emails, web pages and spreadsheets.
 */
const invisiblePoints = [
  0x00ad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x202a, 0x202e,
  0x2060, 0x2064, 0x2066, 0x2068, 0x2069, 0x2800, 0x3164, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xe0001, 0xe007f,
];

type Copy = readonly [label: string, text: string];

/**
 * @returns the forms that a text may have after it was copied: with each invisible character before, within and after
 * it, and with the punctuation that surrounds it
 */
export function copies(text: string): { readonly invisible: readonly Copy[]; readonly all: readonly Copy[] } {
  const middle = Math.floor(text.length / 2);
  const invisible = invisiblePoints.map((point): Copy => {
    const sign = String.fromCodePoint(point);
    const hex = point.toString(16).toUpperCase().padStart(4, '0');
    return [
      `with U+${hex} before, within and after it`,
      [sign, text.slice(0, middle), sign, text.slice(middle), sign].join(''),
    ];
  });
  const ends = ['.', ',', ';', ':', '!', '?', ')', ']', '}', '>', '"', "'", '’', '”', '“', '»', '…', '`', '。', '）'];
  const followed = ends.map((end): Copy => [`with ${end} after it`, text + end]);
  const framed = ['()', '[]', '<>', '""', "''", '“”', '‘’', '«»', '„“', '`.'].map(([open = '', close = '']): Copy => [
    `within ${open} and ${close}`,
    `${open}${text}${close}`,
  ]);
  const combined: Copy = ['in a Unicode isolate, with a period and a space after it', `\u2068${text}\u2069. `];
  return { invisible, all: [...invisible, ...followed, ...framed, combined] };
}
