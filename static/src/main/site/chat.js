// The chat page: draws what the engine says. All text that it shows is set as text, never as markup.
import { describeNeeds, setModelInUse } from './models.js';
import { byId, element, fileName, modelUrl, size } from './page.js';
import { Demitasse } from './demitasse.js';
import { startApp } from './pwa.js';

/** Always the likeliest token: the smallest models, such as the default one, soon lose the thread otherwise. */
const SAMPLING = { temperature: 0, maxTokens: 512 };

const about = byId('about');
const announcement = byId('announcement');
const device = byId('device');
const error = byId('error');
const errorMessage = byId('error-message');
const errorTitle = byId('error-title');
const facts = byId('facts');
const loading = byId('loading');
const messages = byId('messages');
const modelName = byId('model-name');
const needs = byId('needs');
const needsWarning = byId('needs-warning');
const newChat = byId('new-chat');
const progress = byId('progress');
const prompt = byId('prompt');
const retry = byId('retry');
const scroller = byId('scroller');
const send = byId('send');
const status = byId('status');
const suggestions = byId('suggestions');
const welcome = byId('welcome');
const parameters = new URLSearchParams(location.search);

/** @type {Demitasse | null} */
let engine = null;

/** The messages that the next question continues: those of the turns that were answered. */
let conversation = [];

/** The elements of a question whose answer failed; the next question takes their place. */
let failedTurn = [];

/** @param {'loading' | 'ready' | 'answering' | 'error'} state */
function show(state) {
  document.body.dataset.state = state;
  loading.hidden = state !== 'loading';
  error.hidden = state !== 'error';
  send.textContent = state === 'answering' ? 'Stop' : 'Send';
  send.disabled = !engine || engine.closed;
}

/** @param {() => void} again what Retry does */
function fail(title, cause, again) {
  errorTitle.textContent = title;
  errorMessage.textContent = cause.message;
  announcement.textContent = '';
  retry.onclick = again;
  show('error');
}

// The model

async function load() {
  engine = null;
  setModelInUse(null);
  needs.hidden = true;
  needsWarning.hidden = true;
  status.textContent = 'Starting…';
  progress.removeAttribute('value');
  show('loading');
  announcement.textContent = 'Loading the model.';
  try {
    const url = modelUrl(parameters.get('model') ?? (await defaultModel()));
    const file = fileName(url);
    modelName.textContent = file;
    describe({ From: url.href });
    const from = url.origin === location.origin ? '' : ` from ${url.host}`;
    engine = await Demitasse.load(url.href, {
      onNeeds: showNeeds,
      onProgress: (step) => showProgress(step, file, from),
    });
    showModel(url);
    status.textContent = 'Ready';
    announcement.textContent = 'The model is ready.';
    show('ready');
  } catch (cause) {
    status.textContent = 'Not loaded';
    fail('The model could not be loaded', cause, load);
  }
}

async function defaultModel() {
  const response = await fetch('models.json').catch(() => null);
  if (!response?.ok) {
    const why = response ? `HTTP status ${response.status}` : 'the site did not answer';
    throw new Error(`models.json, which names this site's model, could not be read: ${why}`);
  }
  const models = await response.json().catch(() => null);
  if (typeof models?.default !== 'string') {
    throw new Error('models.json names no default model');
  }
  return models.default;
}

function showNeeds(given) {
  const { text, warning } = describeNeeds(given);
  needs.textContent = text;
  needs.hidden = false;
  needsWarning.textContent = warning;
  needsWarning.hidden = warning === '';
  announcement.textContent = warning || announcement.textContent;
}

function showProgress({ phase, loaded, total }, name, from) {
  const doing = phase === 'load' ? `Loading ${name} from this device` : `Downloading ${name}${from}`;
  if (total <= 0) {
    progress.removeAttribute('value');
    status.textContent = `${doing}: ${size(loaded)}`;
  } else if (loaded < total) {
    progress.value = loaded / total;
    const percent = `${Math.floor((100 * loaded) / total)} %`;
    status.textContent = phase === 'load' ? `${doing}: ${percent}` : `${doing}: ${size(loaded, total)} (${percent})`;
  } else {
    progress.removeAttribute('value');
    status.textContent = `Preparing ${name}…`;
  }
}

function showModel(url) {
  const { model } = engine;
  setModelInUse(url.href);
  modelName.textContent = model.name;
  describe({
    From: url.href,
    Architecture: model.architecture,
    Parameters: `${(model.parameters / 1e6).toFixed(0)} million`,
    Size: size(model.bytes),
    Context: `${model.contextLength} tokens`,
    'Chat template': model.chatTemplate ? 'from the model' : 'none: may not follow a conversation',
    Device: '',
  });
  showDevice();
}

/** What computes: it changes if a GPU is lost. */
function showDevice() {
  const { kind, threads, reason } = engine.device;
  device.textContent = kind === 'webgpu' ? 'GPU' : 'CPU';
  device.hidden = false;
  facts.lastElementChild.textContent = `${device.textContent}${kind === 'cpu' ? `, threads: ${threads}` : ''} (${reason})`;
}

function describe(entries) {
  facts.replaceChildren(...Object.entries(entries).flatMap(([name, value]) => [element('dt', name), element('dd', value)]));
}

// The conversation

async function ask(question) {
  failedTurn.forEach((old) => old.remove());
  failedTurn = [];
  const turns = conversation;
  const asked = { role: 'user', content: question };
  const { item: questionItem } = addMessage('user', 'You', question);
  const { item, text } = addMessage('assistant', 'Demitasse', '');
  let reasoning = null;
  const reading = element('p', 'Reading the prompt…', 'reading');
  const answer = text.appendChild(new Text());
  item.append(reading);
  item.setAttribute('aria-busy', 'true');
  welcome.hidden = true;
  scroller.scrollTop = scroller.scrollHeight;
  show('answering');
  announcement.textContent = 'Answering.';
  try {
    const result = await engine.chat([...turns, asked], {
      ...SAMPLING,
      onProgress: ({ loaded, total }) => {
        reading.textContent = `Reading the prompt… ${loaded} / ${total} tokens`;
      },
      onToken: (piece, _, thought) => {
        reading.remove();
        following(() => {
          if (thought !== '') {
            reasoning ??= addReasoning(text);
            reasoning.append(thought);
          }
          answer.appendData(piece);
        });
      },
    });
    following(() => {
      answer.data = result.text;
      for (const call of result.toolCalls) {
        text.append(element('pre', `${call.name}(${JSON.stringify(call.arguments)})`, 'tool-call'));
      }
      item.append(element('p', figures(result), 'figures'));
    });
    showDevice();
    // An empty answer would teach the model to give more of them.
    if (result.text !== '') {
      turns.push(asked, { role: 'assistant', content: result.text });
    }
    announcement.textContent = result.finishReason === 'abort' ? 'Answer stopped.' : 'Answer finished.';
    show('ready');
  } catch (cause) {
    failedTurn = [questionItem, item];
    item.classList.add('failed');
    fail('The answer failed', cause, async () => {
      if (engine.closed) {
        await load();
      }
      if (engine) {
        await ask(question);
      }
    });
  } finally {
    reading.remove();
    item.removeAttribute('aria-busy');
  }
}

function addMessage(role, speaker, content) {
  const item = element('li', '', `message ${role}`);
  const text = element('div', content, 'text');
  item.append(element('h3', speaker, 'unseen'), text);
  messages.append(item);
  return { item, text };
}

/** The model's reasoning, folded, before its answer. */
function addReasoning(text) {
  const details = element('details', '', 'reasoning');
  const thoughts = element('div', '');
  details.append(element('summary', 'Thoughts'), thoughts);
  text.before(details);
  return thoughts;
}

/** Changes the conversation, and keeps its end in view if that is where the reader is. */
function following(change) {
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
  change();
  if (atEnd) {
    scroller.scrollTop = scroller.scrollHeight;
  }
}

function figures({ finishReason, usage, timings }) {
  const { promptTokens, cachedTokens, completionTokens } = usage;
  const parts = [count(completionTokens, 'token')];
  if (timings.decodeMs > 0) {
    parts.push(`${((1000 * completionTokens) / timings.decodeMs).toFixed(1)} tok/s`);
  }
  const reused = cachedTokens > 0 ? ` (${cachedTokens} reused)` : '';
  parts.push(`${count(promptTokens, 'prompt token')}${reused} in ${(timings.prefillMs / 1000).toFixed(1)} s`);
  if (finishReason === 'length') {
    parts.push('cut at the length limit');
  } else if (finishReason === 'abort') {
    parts.push('stopped');
  }
  return parts.join(' · ');
}

// Small things

const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;

function fillPrompt(content) {
  prompt.value = content;
  prompt.style.height = '';
  prompt.style.height = `${prompt.scrollHeight}px`;
}

function sendPrompt() {
  const question = prompt.value.trim();
  if (question !== '' && !send.disabled) {
    fillPrompt('');
    ask(question);
  }
  prompt.focus();
}

const answering = () => document.body.dataset.state === 'answering';

prompt.addEventListener('input', () => fillPrompt(prompt.value));
prompt.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (!answering()) {
      sendPrompt();
    }
  }
});
send.addEventListener('click', () => (answering() ? engine.abort() : sendPrompt()));
suggestions.addEventListener('click', ({ target }) => {
  if (target instanceof HTMLButtonElement) {
    fillPrompt(target.textContent);
    prompt.focus();
  }
});
newChat.addEventListener('click', () => {
  engine?.abort();
  conversation = [];
  failedTurn = [];
  messages.replaceChildren();
  welcome.hidden = false;
  if (engine && !engine.closed && !answering()) {
    show('ready');
  }
  prompt.focus();
});
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && about.open) {
    about.open = false;
  }
});

fillPrompt(parameters.get('prompt') ?? '');
startApp().then(load);
