import { Demitasse } from 'demitasse';

const form = document.querySelector('form')!;
const question = document.querySelector('input')!;
const output = document.querySelector('output')!;

const loading = Demitasse.load('model.gguf', {
  contextLength: 2048,
  onProgress: ({ loaded, total }) => {
    output.value = `Loading ${Math.round((100 * loaded) / total)} %`;
  },
});

async function answer(content: string) {
  const engine = await loading;
  output.value = '';
  const stream = await engine.chat.completions.create({
    messages: [{ role: 'user', content }],
    temperature: 0, // the same answer each time
    stream: true,
  });
  for await (const { choices } of stream) {
    output.value += choices[0]?.delta.content ?? '';
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  answer(question.value).catch((error) => {
    output.value = String(error);
  });
});
