// The chat page: connects its parts. All text is set as text or sanitized, never inserted as raw markup.
import { refresh as refreshBenchmarks } from './benchmark.js';
import { ask, canAsk, draw, editLast, stop } from './conversation.js';
import { applyLanguage, onLanguage, t } from './i18n.js';
import { engine, load, onModel, serverName } from './model.js';
import { showModel } from './models.js';
import { byId, icon, openDialog } from './page.js';
import { startApp } from './pwa.js';
import { change, onSettings, settings } from './settings.js';
import { openSettings } from './settings-panel.js';
import { search } from './sidebar.js';
import { onState, state } from './status.js';
import './storage-notices.js';

const prompt = byId('prompt');
const send = byId('send');
const isAnswering = () => state() === 'answering';

// The composer

/** @param {string} content */
function fillPrompt(content) {
  prompt.value = content;
  prompt.style.height = '';
  prompt.style.height = `${prompt.scrollHeight}px`;
}

function sendPrompt() {
  const question = prompt.value.trim();
  if (question !== '' && canAsk()) {
    fillPrompt('');
    ask(question);
  }
  prompt.focus();
}

function showSend() {
  const label = t(isAnswering() ? 'stop' : 'send');
  send.ariaLabel = send.title = label;
  send.replaceChildren(icon(isAnswering() ? 'stop' : 'send'));
  send.disabled = !isAnswering() && !canAsk();
}

/** Shows the toggles of the model's capabilities. */
function showAbilities() {
  const isRemote = serverName() !== null;
  const abilities = { thinking: !isRemote && engine?.model?.thinks, tools: isRemote || engine?.model?.tools };
  for (const [name, isThere] of Object.entries(abilities)) {
    const toggle = byId(`toggle-${name}`);
    toggle.hidden = !isThere;
    toggle.ariaPressed = String(settings[name]);
    toggle.onclick = () => change({ [name]: !settings[name] });
  }
}

prompt.addEventListener('input', () => fillPrompt(prompt.value));
prompt.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (!isAnswering()) {
      sendPrompt();
    }
  } else if (event.key === 'ArrowUp' && prompt.value === '' && editLast()) {
    event.preventDefault();
  }
});
send.addEventListener('click', () => (isAnswering() ? stop() : sendPrompt()));
byId('suggestions').addEventListener('click', (/** @type {{target: Element}} */ { target }) => {
  const chosen = target.closest('button');
  if (chosen) {
    fillPrompt(chosen.textContent);
    prompt.focus();
  }
});
onState(showSend);
onModel(showAbilities);

// Views

function showView() {
  const isBenchmark = location.hash === '#benchmark';
  document.body.dataset.view = isBenchmark ? 'benchmark' : 'chat';
  byId('scroller').hidden = isBenchmark;
  byId('benchmark').hidden = !isBenchmark;
  byId('benchmark-open').ariaCurrent = isBenchmark ? 'page' : null;
  if (isBenchmark) {
    refreshBenchmarks();
  }
}

addEventListener('hashchange', showView);
byId('help-open').addEventListener('click', () => openDialog(byId('help')));

/** Keyboard shortcuts, with Ctrl or ⌘. @type {Record<string, () => void>} */
const SHORTCUTS = {
  'k': search,
  ',': () => openSettings(),
  '/': () => openDialog(byId('help')),
  'shift+o': () => byId('new-chat').click(),
};

document.addEventListener('keydown', (event) => {
  const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
  if (document.querySelector('dialog:modal')) {
    return; // a modal dialog handles its own keys
  }
  const run = (ctrlKey || metaKey) && !altKey && SHORTCUTS[(shiftKey ? 'shift+' : '') + key.toLowerCase()];
  if (run) {
    event.preventDefault();
    run();
  } else if (key === 'Escape' && isAnswering()) {
    stop();
  }
});

// Settings with an immediate effect

/** @type {NodeListOf<HTMLMetaElement>} */
const themeMetas = document.querySelectorAll('meta[name="theme-color"]');
const themeColors = [...themeMetas].map((meta) => ({ meta, own: meta.content }));

function applyTheme() {
  const { theme } = settings;
  if (theme === 'system') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
  // The first color is for light, the second for dark.
  /** @type {Record<string, string>} */
  const colors = { light: themeColors[0].own, dark: themeColors[1].own };
  themeColors.forEach(({ meta, own }) => {
    meta.content = colors[theme] ?? own;
  });
}

onSettings((names) => {
  if (names.includes('language')) {
    applyLanguage();
  }
  if (names.includes('theme')) {
    applyTheme();
  }
  showAbilities();
});
onLanguage(() => {
  showSend();
  draw();
});

await applyLanguage();
applyTheme();
showView();
showModel();
fillPrompt(new URLSearchParams(location.search).get('prompt') ?? '');
startApp().then(load);
