import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeStorage, load } from './site.js';

globalThis.addEventListener = () => {};
globalThis.localStorage = new FakeStorage();
globalThis.BroadcastChannel = class {
  postMessage() {}
};
const { alternatives, append, branch, find, folded, merge, newConversation, showBranch } = await load('conversations.js');
const { list, remove, rename, save } = await load('conversation-store.js');

const contents = (conversation) => branch(conversation).map(({ content }) => content);
const user = (content) => ({ role: 'user', content });
const assistant = (content) => ({ role: 'assistant', content });

test('the first message gives the title', () => {
  const conversation = newConversation();
  append(conversation, user(`  How\nare ${'very '.repeat(20)}you?`));
  assert.match(conversation.title, /^How are very .*…$/);
  assert.equal(conversation.title.length, 60);
});

test('an edited question is a branch next to the original', () => {
  const conversation = newConversation();
  const first = append(conversation, user('a'));
  append(conversation, assistant('b'));
  const edited = append(conversation, user('c'), first.parent);
  append(conversation, assistant('d'));
  assert.deepEqual(contents(conversation), ['c', 'd']);
  assert.deepEqual(alternatives(conversation, edited), [first, edited]);
  showBranch(conversation, first);
  assert.deepEqual(contents(conversation), ['a', 'b']);
});

test('merging keeps the messages of both tabs', () => {
  const here = newConversation();
  append(here, user('a'));
  const there = structuredClone(here);
  append(here, assistant('b'));
  append(there, assistant('c'));
  there.title = 'renamed';
  merge(here, there);
  assert.deepEqual(here.messages.map(({ content }) => content), ['a', 'b', 'c']);
  assert.equal(here.title, 'renamed');
  assert.deepEqual(contents(here), ['a', 'b']);
});

test('an answer that another tab has finished replaces its part', () => {
  const there = newConversation();
  append(there, user('a'));
  const growing = append(there, assistant('b'));
  const here = structuredClone(there);
  growing.content = 'b c';
  append(here, user('d'));
  merge(here, structuredClone(there));
  assert.deepEqual(contents(here), ['a', 'b c', 'd']);
  // The tab whose answer grows keeps its own.
  const stored = structuredClone(there);
  growing.content = 'b c d';
  merge(there, stored);
  assert.deepEqual(contents(there), ['a', 'b c d']);
});

test('searches without case and accents', () => {
  const conversation = newConversation();
  append(conversation, user('Weather'));
  append(conversation, assistant('The Café is open.'));
  assert.equal(find(conversation, folded('WEATHER')), '');
  assert.equal(find(conversation, folded('cafe')), 'The Café is open.');
  assert.equal(find(conversation, folded('tea')), null);
});

test('without IndexedDB conversations are kept in memory', async () => {
  const conversation = newConversation();
  append(conversation, user('a'));
  await save(conversation);
  await rename(conversation.id, ' b ');
  assert.deepEqual((await list()).map(({ title }) => title), ['b']);
  await remove([conversation.id]);
  assert.deepEqual(await list(), []);
});
