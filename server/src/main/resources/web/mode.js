// Before anything is painted, so that nobody who chose the dark sees a white flash. `view/mode.js` goes on from here.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('polder.mode');
  } catch {
    // Storage may be forbidden; then the system's mode it is.
  }
  const isDark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.mode = isDark ? 'dark' : 'light';
})();
