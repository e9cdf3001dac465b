/**
 * Replaces comments with spaces, so that lines and columns stay the same. A line comment must start the line or follow
 * white space, because strings can contain what looks like a comment, such as `'https://…'`.
 */
export function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, ' ');
  return text
    .replace(/<%#[\s\S]*?%>/g, blank)
    .replace(/(?<=^|\s)\/\*[\s\S]*?\*\//g, blank)
    .replace(/(?<=^|\s)\/\/ .*$/gm, blank);
}
