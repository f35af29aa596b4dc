// Demitasse's JavaScript API. The chat element is in demitasse-chat.js.
export { Demitasse } from './engine.js';
export { DemitasseError } from './errors.js';
export { LanguageModel } from './language-model.js';
export { LanguageModelToolCall, LanguageModelToolError, LanguageModelToolSuccess } from './language-model-tools.js';
export { openAiFetch } from './openai-fetch.js';
