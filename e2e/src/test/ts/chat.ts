// The chat element's types. Compiled by TypesTest, not run.
import { DemitasseChat } from 'demitasse/chat';

export function element(): string | null {
  const chat = document.createElement('demitasse-chat');
  chat.setAttribute('model', 'model.gguf');
  chat.addEventListener('demitasse-ready', ({ detail }) => console.log(detail.model.name, detail.device.kind));
  chat.addEventListener('demitasse-answer', ({ detail }) => console.log(detail.content, detail.usage?.total_tokens));
  chat.addEventListener('click', ({ clientX }) => console.log(clientX));
  return document.querySelector('demitasse-chat')?.getAttribute('theme') ?? null;
}

export const isChat = (item: Element): item is DemitasseChat => item instanceof DemitasseChat;
