import { Demitasse } from 'demitasse';

const engine = await Demitasse.load('model.gguf', { contextLength: 512, device: 'cpu' });
const { choices } = await engine.chat.completions.create({
  messages: [{ role: 'user', content: 'What is the capital of France?' }],
  temperature: 0,
});
document.title = choices[0]?.message.content ?? '';
