// The chat element. Importing the module defines it.
import type { CompletionUsage, Device, FinishReason, Model } from './demitasse.js';

/**
 * `<demitasse-chat>`: a chat for any page. Attributes: `model` (URL, required), `system` (the system message), `theme` (`light`, `dark`
 * or `auto`), `placeholder`, `autoload` (load the model without asking, unless the page's URL contains its host), `max-tokens` and
 * `temperature` of answers, and `texts` (JSON).
 * The attribute `state` is the current state: `idle`, `asking`, `loading`, `ready`, `answering` or `error`.
 */
export class DemitasseChat extends HTMLElement {
  addEventListener<Type extends keyof DemitasseChatEventMap>(
    type: Type,
    listener: (this: DemitasseChat, event: DemitasseChatEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export interface DemitasseChatEventMap extends HTMLElementEventMap {
  /** The model is loaded. */
  'demitasse-ready': CustomEvent<{ model: Model; device: Device }>;
  /** An answer has ended. */
  'demitasse-answer': CustomEvent<{
    question: string;
    content: string;
    reasoning: string;
    finishReason: FinishReason | 'abort';
    /** Absent if the answer was stopped before it began. */
    usage?: CompletionUsage;
  }>;
}

declare global {
  interface HTMLElementTagNameMap {
    'demitasse-chat': DemitasseChat;
  }
}
