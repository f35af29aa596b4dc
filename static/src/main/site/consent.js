// Asks the user for consent in a dialog, before something is sent to another host or fetched from it.
import { byId, element, openDialog } from './page.js';

const dialog = byId('consent');
const facts = byId('consent-facts');

/**
 * Asks the user. Everything but the click on the confirming button is a refusal.
 *
 * @param {{title: string, text: string, facts: Record<string, string>, confirm: string}} question
 * @param {AbortSignal} signal withdraws the question
 * @returns {Promise<boolean>}
 */
export function askConsent(question, signal) {
  byId('consent-title').textContent = question.title;
  byId('consent-text').textContent = question.text;
  facts.replaceChildren(...Object.entries(question.facts).flatMap(([name, value]) => [element('dt', name), element('dd', value)]));
  const confirm = byId('consent-confirm');
  confirm.textContent = question.confirm;
  openDialog(dialog);
  return new Promise((resolve) => {
    const settle = (/** @type {boolean} */ isGiven) => {
      signal.removeEventListener('abort', refuse);
      dialog.removeEventListener('close', onClose);
      dialog.close();
      resolve(isGiven && !signal.aborted);
    };
    const refuse = () => settle(false);
    const onClose = () => !dialog.open && refuse(); // it is open if the event belongs to the previous question
    confirm.onclick = () => settle(true);
    byId('consent-cancel').onclick = refuse;
    signal.addEventListener('abort', refuse);
    dialog.addEventListener('close', onClose);
  });
}
