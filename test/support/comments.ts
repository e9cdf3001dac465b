/**
 * Blanks out comments, so that lines and columns stay the same. Because strings can contain what looks like a comment
 * (`'https://…'`), a line comment must start the line or follow white space.
 */
export function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, ' ');
  return text
    .replace(/<%#[\s\S]*?%>/g, blank)
    .replace(/(?<=^|\s)\/\*[\s\S]*?\*\//g, blank)
    .replace(/(?<=^|\s)\/\/ .*$/gm, blank);
}
