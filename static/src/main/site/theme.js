// Runs before the page is painted, so that a chosen theme doesn't flash up in the other one.
'use strict';
try {
  const { theme } = JSON.parse(localStorage.getItem('demitasse settings')) ?? {};
  if (theme) {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // No storage, or nothing sound in it: the system's theme.
}
