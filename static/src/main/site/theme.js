// Runs before the page is painted, so that it never appears in the wrong theme.
'use strict';
try {
  const { theme } = JSON.parse(localStorage.getItem('demitasse settings') ?? 'null') ?? {};
  if (theme) {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // There is no storage, or it is invalid: the system's theme applies.
}
