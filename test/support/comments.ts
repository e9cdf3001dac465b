/**
 * The text with its comments blanked out, so that lines and columns stay where they are.
 * Strings may hold what looks like a comment (`'https://…'`): a line comment begins the line or follows a blank.
 */
export function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, ' ');
  return text
    .replace(/<%#[\s\S]*?%>/g, blank)
    .replace(/(?<=^|\s)\/\*[\s\S]*?\*\//g, blank)
    .replace(/(?<=^|\s)\/\/ .*$/gm, blank);
}
