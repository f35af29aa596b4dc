// llama.cpp as a native program, for NativeEngine: reads lines of {prompt, maxTokens}, and writes the fields of Completion.
//
//   node native.mjs FOLDER-OF-NODE_MODULES MODEL THREADS CONTEXT-LENGTH
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [folder, modelPath, threads, contextSize] = process.argv.slice(2);
const { getLlama } = await import(pathToFileURL(`${folder}/node_modules/node-llama-cpp/dist/index.js`));

const llama = await getLlama({ gpu: false, build: 'never', maxThreads: Number(threads), logLevel: 'error' });
const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
const context = await model.createContext({
  contextSize: Number(contextSize),
  threads: Number(threads),
  flashAttention: true, // faster than without it here
});
const sequence = context.getSequence();
const { add_bos_token: addBos, bos_token_id: bos } = model.fileInfo.metadata.tokenizer.ggml;

async function complete({ prompt, maxTokens }) {
  await sequence.clearHistory();
  const ids = model.tokenize(prompt, true);
  if (addBos) {
    ids.unshift(bos);
  }
  const answer = [];
  const stamps = [];
  const start = performance.now();
  for await (const id of sequence.evaluate(ids, { temperature: 0 })) {
    stamps.push(performance.now());
    answer.push(id);
    if (answer.length === maxTokens) {
      break;
    }
  }
  const end = performance.now();
  return { promptTokens: ids.length, cachedTokens: 0, start, stamps, end, text: model.detokenize(answer) };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await complete(JSON.parse(line))));
}
await llama.dispose();
