// Demitasse's JavaScript API.
export { Demitasse } from './engine.js';
export { DemitasseError } from './errors.js';
export { LanguageModel } from './language-model.js';
export { openAiFetch } from './openai-fetch.js';

if (globalThis.customElements) {
  import('./demitasse-chat.js');
}
