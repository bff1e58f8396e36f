// Light, dark, or what the system says.

const NAME = 'agent-identity-console-theme';

export function startTheme() {
  const choices = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('input[name="theme"]'));
  const wear = (/** @type {string} */ theme) => (document.documentElement.dataset['theme'] = theme);
  const kept = recall();
  for (const choice of choices) {
    if (choice.value === kept) choice.checked = true;
    if (choice.checked) wear(choice.value);
    choice.addEventListener('change', () => {
      wear(choice.value);
      remember(choice.value);
    });
  }
}

function recall() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

/** @param {string} theme */
function remember(theme) {
  try {
    localStorage.setItem(NAME, theme);
  } catch {
    // Where nothing may be kept the choice holds for this page.
  }
}
