import type { Page } from 'playwright-core';

/** Records the policy violations, errors and dialogs of a page, and its requests to hosts other than its first one. */
export async function watch(page: Page): Promise<string[]> {
  const noted: string[] = [];
  let origin: string | null = null;
  const note = (what: string): void => void noted.push(`${page.url()}: ${what}`);
  await page.exposeFunction('note', note);
  await page.addInitScript(`addEventListener('securitypolicyviolation', (event) => {
    note('refused by the policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample);
  })`);
  page.on('console', (message) => {
    // The browser also logs an error if the page itself responds with 403, 404, 409 or 422.
    const ownStatus = message.text().startsWith('Failed to load resource') && message.location().url === page.url();
    if (['error', 'warning'].includes(message.type()) && !ownStatus) note(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => note(`error: ${error.message}`));
  page.on('requestfailed', (request) => {
    // Navigating away before the icon has loaded is not an error.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') note(`no answer: ${request.url()}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    origin ??= url.origin;
    if (url.origin !== origin && url.protocol !== 'data:') note(`asks another host: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest())
      note(`${response.status()}: ${response.url()}`);
  });
  page.on('dialog', (dialog) => {
    note(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return noted;
}
