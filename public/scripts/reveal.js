/**
 * The screen that shows one temporary password or many: copy, print, and above all forget.
 * Each text lives in one element only, and that element is emptied when the screen is left.
 */

/** Old browsers, and pages not served over TLS, copy what is selected: no second element ever holds the text. */
function copySelection(secret) {
  const selection = getSelection();
  selection.selectAllChildren(secret);
  const copied = document.execCommand('copy');
  if (copied) selection.removeAllRanges();
  return copied;
}

/** Resolves to whether the exact text is now on the clipboard. */
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

// A page may sleep in the back/forward cache even when it is marked no-store: it must sleep empty.
addEventListener('pagehide', () => {
  getSelection()?.removeAllRanges();
  for (const secret of document.querySelectorAll('[data-secret]')) secret.textContent = '';
});

addEventListener('pageshow', (event) => {
  if (event.persisted) location.replace(document.querySelector('[data-leave]').href);
});
