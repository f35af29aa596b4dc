// The conversation that is shown: its messages, and what can be done with them.
import { AnswerView } from './answer-view.js';
import { answer, forPrompt } from './answering.js';
import { onConversations, read } from './conversation-store.js';
import { alternatives, append, branch, merge, newConversation, showBranch } from './conversations.js';
import { t } from './i18n.js';
import { abandon, Keeper } from './keeper.js';
import { engine, load } from './model.js';
import { notify } from './notices.js';
import { byId, button, copy, element, iconButton } from './page.js';
import { announce, fail, show, state } from './status.js';

/**
 * @typedef {import('./conversations.js').Conversation} Conversation
 * @typedef {import('./conversations.js').Message} Message
 * @typedef {import('./conversations.js').NewMessage} NewMessage
 */

/** The distance to the end, in pixels, within which the view follows a growing answer. */
const NEAR_END = 64;

const list = byId('messages');
const scroller = byId('scroller');
const toEnd = byId('to-end');
const welcome = byId('welcome');

/** @type {Conversation} */
let current = newConversation();
/** @type {AbortController | null} aborts the current answer */
let answering = null;
/** @type {(() => void)[]} */
const listeners = [];

/** @param {() => void} listener called when another conversation is shown */
export function onShown(listener) {
  listeners.push(listener);
}

export const shownId = () => current.id;

/**
 * Shows a conversation, or a new one if the id is unknown.
 *
 * @param {string | null} id
 */
export async function open(id) {
  const stored = id ? await read(id).catch(() => null) : null;
  if (stored?.id === current.id && answering) {
    return;
  }
  stop();
  current = stored || newConversation();
  if (canAsk()) {
    show('ready'); // an error belongs to the previous conversation
  }
  draw();
  scroller.scrollTop = scroller.scrollHeight;
  listeners.forEach((listener) => listener());
}

/** Stops the current answer. What has arrived is kept. */
export function stop() {
  answering?.abort();
}

/**
 * Asks a question.
 *
 * @param {string} question
 */
export function ask(question) {
  return respond(append(current, { role: 'user', content: question }));
}

/**
 * Opens the last question for editing.
 *
 * @returns {boolean} whether there is a question
 */
export function editLast() {
  const last = [...list.querySelectorAll('.message.user')].at(-1);
  /** @type {HTMLButtonElement} */ (last?.querySelector('.edit'))?.click();
  return last !== undefined;
}

// Drawing

/** Redraws all messages. */
export function draw() {
  list.replaceChildren();
  welcome.hidden = current.messages.length > 0;
  const path = branch(current);
  /** @type {AnswerView | null} */
  let view = null;
  path.forEach((message, index) => {
    if (message.role === 'user') {
      view = null;
      list.append(questionItem(message));
    } else if (message.role === 'tool') {
      view?.result(message);
    } else {
      if (!view) {
        view = new AnswerView();
        list.append(view.item);
      }
      view.begin();
      view.complete(message);
      if (path[index + 1]?.role !== 'tool') {
        finish(view, message);
      }
    }
  });
  updateToEnd();
}

/** @param {Message} message */
function questionItem(message) {
  const item = element('li', '', 'message user');
  const text = element('div', message.content, 'text');
  const edit = iconButton('edit', t('edit'), () => editMessage(item, message));
  edit.classList.add('edit');
  item.append(element('h3', t('you'), 'unseen'), text, actions(message, message.content, edit));
  return item;
}

/**
 * Adds the row below a finished answer.
 *
 * @param {AnswerView} view
 * @param {Message} last
 */
function finish(view, last) {
  const path = branch(current);
  const at = path.indexOf(last);
  const asked = path.slice(0, at).findLastIndex(({ role }) => role === 'user');
  const again = iconButton('again', t('regenerate'), () => {
    if (canAsk()) {
      respond(path[asked], true);
    }
  });
  view.finish(last.info, actions(path[asked + 1] ?? last, last.content, again));
}

/**
 * Creates the row of actions: copy, one more, and the message's alternatives.
 *
 * @param {Message} message
 * @param {string} text
 * @param {HTMLElement} more
 */
function actions(message, text, more) {
  const row = element('div', '', 'actions');
  const copying = iconButton('copy', t('copyMessage'), () => copy(text, copying));
  row.append(copying, more);
  const all = alternatives(current, message);
  if (all.length > 1) {
    const at = all.indexOf(message);
    const to = (/** @type {number} */ index, /** @type {string} */ name, /** @type {string} */ label) => {
      const made = iconButton(name, label, () => {
        if (!answering) {
          showBranch(current, all[index]);
          draw();
          new Keeper(current).keep();
        }
      });
      made.disabled = !all[index];
      return made;
    };
    const which = element('span', t('alternative', { index: at + 1, count: all.length }), 'which');
    row.append(to(at - 1, 'back', t('previousAlternative')), which, to(at + 1, 'on', t('nextAlternative')));
  }
  return row;
}

/**
 * Lets the user edit a question and ask it again. The original stays as another branch.
 *
 * @param {HTMLElement} item
 * @param {Message} message
 */
function editMessage(item, message) {
  if (!canAsk()) {
    return;
  }
  const form = element('form', '', 'editing');
  const field = Object.assign(element('textarea'), { value: message.content, ariaLabel: t('editMessage') });
  const cancel = () => {
    draw();
    /** @type {HTMLButtonElement} */ ([...list.querySelectorAll('.edit')].at(index))?.focus();
  };
  const index = [...list.querySelectorAll('.message.user')].indexOf(item);
  const row = element('div', '', 'row');
  const asks = Object.assign(element('button', t('send')), { type: 'submit' });
  row.append(button(t('cancel'), 'quiet', cancel), asks);
  form.append(field, row);
  form.onsubmit = (event) => {
    event.preventDefault();
    if (field.value.trim() !== '' && canAsk()) {
      const asked = append(current, { role: 'user', content: field.value.trim() }, message.parent);
      draw();
      respond(asked);
      byId('prompt').focus();
    }
  };
  form.onkeydown = (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      cancel();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.target === field) {
      event.preventDefault();
      form.requestSubmit();
    }
  };
  item.replaceChildren(form);
  item.classList.add('edited');
  field.focus();
}

/** Whether the model can answer now. */
export const canAsk = () => Boolean(engine && !engine.closed && !answering && state() !== 'loading');

// Answering

/**
 * Lets the model answer a question of the conversation.
 *
 * @param {Message} question
 * @param {boolean} [again] whether a different answer is wanted
 */
async function respond(question, again = false) {
  const conversation = current;
  const { signal } = (answering = new AbortController());
  conversation.leaf = question.id;
  draw();
  const view = beginAnswer();
  let last = question;
  const keeper = new Keeper(conversation);
  // Called when a message has content, so that a failure leaves no empty message.
  const add = (/** @type {NewMessage} */ message) => {
    last = message === last ? last : append(conversation, message, last.id);
  };
  keeper.keep();
  /** @type {import('./answering.js').AnswerListener} */
  const listener = {
    onProgress: (progress) => view.waiting(progress),
    onBegin: () => view.begin(),
    onGrowth(message) {
      add(message);
      view.grow(message);
      keeper.keepGrowth();
    },
    onComplete(message) {
      add(message);
      view.complete(message);
    },
    onResult(message) {
      add(message);
      following(() => view.result(message));
    },
  };
  /** @type {unknown} */
  let failure = null;
  try {
    await answer(forPrompt(branch(conversation)), again, signal, listener);
  } catch (cause) {
    failure = cause;
  }
  answering = null;
  view.item.ariaBusy = null;
  const isShown = conversation === current;
  if (isShown) {
    following(() => (failure ? view.item.remove() : finish(view, last)));
    if (failure && last !== question) {
      draw(); // with the messages that have arrived
    }
  }
  if (state() === 'answering') {
    if (failure && isShown) {
      fail(t('answerFailed'), failure, { again: () => retry(question, again) });
    } else {
      announce(signal.aborted ? 'answerStopped' : 'answerFinished');
      show('ready');
    }
  }
  await keeper.keep();
  if (keeper.isContinued && conversation === current) {
    showContinued();
  }
}

/** Shows the messages that another tab has added during an answer. */
function showContinued() {
  if (!answering && !list.querySelector('.editing')) {
    draw();
  }
  notify('continued', { text: () => t('continuedElsewhere') });
}

/** Shows an answer that has no content yet. */
function beginAnswer() {
  const view = new AnswerView(following);
  list.append(view.item);
  view.item.ariaBusy = 'true';
  view.waiting({ phase: 'prefill', loaded: 0, total: 0 });
  scroller.scrollTop = scroller.scrollHeight;
  show('answering');
  announce('answering');
  return view;
}

/**
 * @param {Message} question
 * @param {boolean} again
 */
async function retry(question, again) {
  if (engine?.closed) {
    await load();
  }
  if (canAsk()) {
    await respond(question, again);
  }
}

/**
 * Changes the list. If its end is in view, it stays in view.
 *
 * @param {() => void} change
 */
function following(change) {
  const atEnd = isAtEnd();
  change();
  if (atEnd) {
    scroller.scrollTop = scroller.scrollHeight;
  }
  updateToEnd();
}

const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;

function updateToEnd() {
  toEnd.hidden = isAtEnd();
}

scroller.addEventListener('scroll', updateToEnd, { passive: true });
toEnd.addEventListener('click', () => {
  scroller.scrollTop = scroller.scrollHeight;
});

// Storage

/**
 * Must be called before conversations are deleted.
 *
 * @param {string[]} ids
 */
export function discard(ids) {
  if (ids.includes(current.id)) {
    abandon(current);
    open(null);
  }
}

onConversations(async ({ id, removed, elsewhere }) => {
  if (elsewhere && removed.includes(current.id)) {
    discard([current.id]);
  } else if (elsewhere && !answering && (id === null || id === current.id)) {
    const stored = await read(current.id).catch(() => undefined);
    if (stored?.id !== current.id || answering) {
      return;
    }
    if (list.querySelector('.editing')) {
      merge(current, stored);
    } else {
      current = stored;
      draw();
    }
  }
});
