// Demitasse's JavaScript API. The chat element has a module of its own: demitasse-chat.js.
export { Demitasse } from './engine.js';
export { DemitasseError } from './errors.js';
export { LanguageModel } from './language-model.js';
export { openAiFetch } from './openai-fetch.js';
