/**
 * Copies, prints and clears the secrets on a page that shows temporary passwords, links or recovery codes. Each secret
 * is in only one element, which is cleared when the user leaves the page.
 */

/**
 * Fallback for old browsers and pages without TLS. Copies the selection, so that no second element contains the
 * secret.
 */
function copySelection(secret) {
  const selection = getSelection();
  selection.selectAllChildren(secret);
  const copied = document.execCommand('copy');
  if (copied) selection.removeAllRanges();
  return copied;
}

/** @returns whether the secret is on the clipboard */
async function copySecret(secret) {
  try {
    await navigator.clipboard.writeText(secret.textContent.trim());
    return true;
  } catch {
    return copySelection(secret);
  }
}

for (const button of document.querySelectorAll('[data-copy]')) {
  const reveal = button.closest('[data-reveal]');
  const status = reveal.querySelector('[data-copy-status]');
  button.hidden = false;
  button.addEventListener('click', async () => {
    const copied = await copySecret(reveal.querySelector('[data-secret]'));
    status.textContent = copied ? button.dataset.copiedText : button.dataset.failedText;
  });
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}

// Browsers can keep a page in the back/forward cache even with `no-store`, so clear the secrets before the page is
// cached.
addEventListener('pagehide', () => {
  getSelection()?.removeAllRanges();
  for (const secret of document.querySelectorAll('[data-secret]')) secret.textContent = '';
});

addEventListener('pageshow', (event) => {
  if (event.persisted) location.replace(document.querySelector('[data-leave]').href);
});
