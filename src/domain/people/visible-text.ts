/*
 * Invisible characters: readers can't see them, but they make two strings differ. They often come with copied text, and
 * could make one name look like another.
 */

// All characters that Unicode allows fonts to omit, the blank Braille pattern, interlinear annotations, and controls.
// Tabs and line breaks are kept, because they separate words.
const invisible = /(?![\t-\r])[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}\u2800\uFFF9-\uFFFB]/gu;

// Names in Persian, in Indic scripts and with emoji contain joiners and variation selectors, but only next to visible
// characters.
const invisibleInNames =
  /(?![\t-\r\u200C\u200D])[[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}\u2800\uFFF9-\uFFFB]--\p{Variation_Selector}]/gv;
const strayVariationSelector =
  /(?<![[\p{L}\p{M}\p{N}\p{Extended_Pictographic}#*]--\p{Variation_Selector}])\p{Variation_Selector}/gv;
const strayJoiner =
  /(?<![\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200C\u200D]|[\u200C\u200D](?![\p{L}\p{M}\p{N}\p{Extended_Pictographic}])/gu;
const visible = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/**
 * Removes all invisible characters. Use it for strings that people copy and that are then compared: user names,
 * passwords, links and searches.
 */
export const removeInvisible = (text: string): string => text.replace(invisible, '');

/** Removes invisible characters from a name, except joiners and variation selectors next to visible characters. */
export const removeInvisibleFromName = (name: string): string =>
  name.replace(invisibleInNames, '').replace(strayVariationSelector, '').replace(strayJoiner, '');

/** @returns whether a text contains at least one letter, digit or pictograph that a reader can see */
export const hasVisibleCharacter = (text: string): boolean => visible.test(removeInvisible(text));

/** @returns whether a text is longer than `maxLength` Unicode code points */
export const isLongerThan = (text: string, maxLength: number): boolean =>
  text.length > maxLength && [...text].length > maxLength;
