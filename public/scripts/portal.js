/**
 * Progressive enhancement for every page. Without JavaScript, each task still works with links and forms.
 */

/** Prevents a second click from submitting a form twice. */
function preventDoubleSubmit() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.submitted) event.preventDefault();
    else form.dataset.submitted = 'true';
  });
  // Forms must be usable again after Back, and after a download that leaves the page open.
  const release = () =>
    document.querySelectorAll('form[data-submitted]').forEach((form) => delete form.dataset.submitted);
  addEventListener('pageshow', release);
  addEventListener('focus', release);
}

/**
 * Adds a button that shows the typed password. The field is masked again on submit, so that browsers do not store it
 * as text.
 */
function addShowButton(field) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn';
  button.setAttribute('aria-controls', field.id);
  // A page can have several of these buttons: screen reader users must hear which field each button belongs to.
  const label = field.labels[0];
  label.id = `${field.id}-label`;
  // Use a description: as part of the button's name, the label would refer to both the field and the button.
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

const minDistinctCharacters = 5;

/**
 * Shows how far a new password is from its minimum length. It stays in the browser; only the server decides, when the
 * form is submitted.
 */
function addPasswordMeter(field) {
  const meter = document.createElement('meter');
  const state = document.createElement('p');
  state.className = 'field-hint';
  state.id = `${field.id}-meter`;
  state.setAttribute('role', 'status');
  meter.setAttribute('aria-labelledby', state.id);
  meter.max = Number(field.dataset.minimumLength);
  meter.low = meter.max / 2;
  // Only the full length is good, so the optimum lies above `high`.
  meter.high = meter.max - 1;
  meter.optimum = meter.max;
  const textOf = (characters) => {
    if (characters.length < meter.max) return field.dataset.meterShort;
    const isRepetitive = new Set(characters).size < minDistinctCharacters;
    return isRepetitive ? field.dataset.meterRepetitive : field.dataset.meterEnough;
  };
  const update = () => {
    const characters = [...field.value.normalize('NFKC')];
    meter.value = characters.length;
    meter.hidden = characters.length === 0;
    // Setting an unchanged message would make screen readers announce it again with every character.
    const text = meter.hidden ? '' : textOf(characters);
    if (state.textContent !== text) state.textContent = text;
  };
  field.addEventListener('input', update);
  field.closest('.field').append(meter, state);
  update();
}

/** Closes open language and theme switchers, like menus, on Escape, on outside clicks and when they lose focus. */
function setUpSwitchers() {
  const close = (except, restoreFocus) => {
    for (const switcher of document.querySelectorAll('details.switcher[open]')) {
      if (switcher.contains(except)) continue;
      const hadFocus = switcher.contains(document.activeElement);
      switcher.open = false;
      if (restoreFocus && hadFocus) switcher.querySelector('summary').focus();
    }
  };
  document.addEventListener('click', (event) => close(event.target, false));
  document.addEventListener('focusin', (event) => close(event.target, false));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close(null, true);
  });
}

/** Selects or clears all users on the page. Without JavaScript, the link reloads the page with all of them selected. */
function toggleAllInPlace(link) {
  const boxes = document.querySelectorAll(`input[type=checkbox][name="${link.dataset.selectAll}"]`);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    const allChecked = [...boxes].every((box) => box.checked);
    for (const box of boxes) box.checked = !allChecked;
  });
}

preventDoubleSubmit();
setUpSwitchers();
document.querySelectorAll('input[data-show-label]').forEach(addShowButton);
document.querySelectorAll('input[data-minimum-length]').forEach(addPasswordMeter);
document.querySelectorAll('a[data-select-all]').forEach(toggleAllInPlace);
document.querySelector('[data-focus]')?.focus();
