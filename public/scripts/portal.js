/**
 * Small comforts for every page. Without this file each task still works, by links and forms alone.
 */

/** A form that is on its way is not sent again by an impatient second click. */
function submitOnce() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = 'true';
  });
  // Coming Back, or a download that leaves the page in place, must find the form usable.
  const release = () => document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent);
  addEventListener('pageshow', release);
  addEventListener('focus', release);
}

/** A button to look at what is typed; the field is hidden again before it is sent, so that no browser remembers it. */
function offerToShow(field) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn';
  button.setAttribute('aria-controls', field.id);
  // Two of these may stand on one page: who only hears them must hear which field each is for.
  const label = field.labels[0];
  label.id = `${field.id}-label`;
  // Described by it, not named by it: the label's own name leads to the field alone.
  button.setAttribute('aria-describedby', label.id);
  const set = (shown) => {
    field.type = shown ? 'text' : 'password';
    button.textContent = shown ? field.dataset.hideLabel : field.dataset.showLabel;
  };
  button.addEventListener('click', () => set(field.type === 'password'));
  field.form?.addEventListener('submit', () => set(false));
  set(false);
  field.after(button);
}

/** An open switcher closes on Escape and on a click elsewhere, as a menu does. */
function closeSwitchers() {
  const close = (keep, focus) => {
    for (const switcher of document.querySelectorAll('details.switcher[open]')) {
      if (switcher.contains(keep)) continue;
      const hadFocus = switcher.contains(document.activeElement);
      switcher.open = false;
      if (focus && hadFocus) switcher.querySelector('summary').focus();
    }
  };
  document.addEventListener('click', (event) => close(event.target, false));
  document.addEventListener('focusin', (event) => close(event.target, false));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close(null, true);
  });
}

/** Chooses everybody on the page, or nobody; without a script the link does so with a new page. */
function chooseInPlace(link) {
  const boxes = document.querySelectorAll(`input[type=checkbox][name="${link.dataset.choose}"]`);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    const everybody = [...boxes].every((box) => box.checked);
    for (const box of boxes) box.checked = !everybody;
  });
}

submitOnce();
closeSwitchers();
document.querySelectorAll('input[data-show-label]').forEach(offerToShow);
document.querySelectorAll('a[data-choose]').forEach(chooseInPlace);
document.querySelector('[data-focus]')?.focus();
