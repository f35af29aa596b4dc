// Uses every type of the API. Compiled by TypesTest, not run.
import {
  Demitasse,
  DemitasseError,
  LanguageModel,
  LanguageModelToolSuccess,
  openAiFetch,
  type Availability,
  type ChatCompletionChunk,
  type ChatCompletionMessageParam,
  type ChatCompletionTool,
  type LanguageModelAnswerContent,
  type Needs,
  type ResponseStreamEvent,
  type Session,
  type StoredModel,
  type Stream,
} from 'demitasse';

declare const file: File;
const { signal } = new AbortController();

export async function load(): Promise<Demitasse> {
  const needs: Needs = await Demitasse.needs('model.gguf');
  console.log(needs.memory.total, needs.disk?.available);
  await Demitasse.load(file);
  const engine = await Demitasse.load('model.gguf', {
    device: 'auto',
    threads: 4,
    contextLength: 4096,
    cache: false,
    onProgress: ({ phase, loaded, total }) => console.log(phase === 'download', loaded / total),
    onNeeds: ({ memory }) => console.log(memory.device?.toFixed()),
    signal,
    baseURL: 'https://host/v1',
    apiKey: 'key',
    remoteModel: 'name',
    allowRemote: (reason) => confirm(reason),
  });
  console.log(engine.model.name, engine.model.sampling?.temperature, engine.closed);
  console.log(engine.device.kind === 'remote' ? engine.device.host : engine.device.threads, engine.device.reason);
  const ids: number[] = await engine.tokenize('text');
  console.log(ids);
  engine.close();
  return engine;
}

export async function stored(): Promise<StoredModel[]> {
  const url: string = await Demitasse.models.import([file], 'local:name');
  const files: File[] = await Demitasse.models.export(url);
  await Demitasse.models.delete(url);
  console.log(files[0]?.size);
  return Demitasse.models.list();
}

export async function chat(engine: Demitasse | Session): Promise<void> {
  const messages: ChatCompletionMessageParam[] = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Hello!' }] },
  ];
  const tools: ChatCompletionTool[] = [
    { type: 'function', function: { name: 'weather', description: 'of a city', parameters: { type: 'object' } } },
  ];
  const completion = await engine.chat.completions.create(
    {
      messages,
      tools,
      tool_choice: { type: 'function', function: { name: 'weather' } },
      parallel_tool_calls: false,
      max_completion_tokens: 100,
      temperature: 0,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.1,
      repetition_penalty: 1.1,
      presence_penalty: 0,
      frequency_penalty: 0,
      logit_bias: { 5: -100 },
      seed: 1,
      n: 2,
      stop: ['\n'],
      logprobs: true,
      top_logprobs: 3,
      reasoning_effort: 'none',
      chat_template_kwargs: { enable_thinking: false },
      speculative: false,
    },
    { signal, onProgress: ({ loaded }) => console.log(loaded) },
  );
  const [{ message, finish_reason, logprobs }] = completion.choices as [(typeof completion.choices)[0]];
  messages.push(message);
  for (const call of message.tool_calls ?? []) {
    console.log(JSON.parse(call.function.arguments), call.function.name);
    messages.push({ role: 'tool', tool_call_id: call.id, content: '20 °C' });
  }
  console.log(finish_reason === 'tool_calls', logprobs?.content?.[0]?.top_logprobs[0]?.bytes, message.reasoning_content);
  console.log(completion.usage?.prompt_tokens_details?.cached_tokens, completion.timings?.draft_n_accepted);

  const stream: Stream<ChatCompletionChunk> = await engine.chat.completions.create({
    messages,
    stream: true,
    stream_options: { include_usage: true },
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } },
  });
  for await (const { choices, usage } of stream) {
    console.log(choices[0]?.delta.content, choices[0]?.delta.tool_calls?.[0]?.function?.arguments, usage?.total_tokens);
  }
  stream.controller.abort();

  // @ts-expect-error an unknown field
  await engine.chat.completions.create({ messages, temprature: 1 });
  // @ts-expect-error no images
  await engine.chat.completions.create({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: '' } }] }] });
}

export async function complete(engine: Demitasse | Session): Promise<string> {
  for await (const { choices } of await engine.completions.create({ prompt: [1, 2], stream: true, max_tokens: 5 })) {
    console.log(choices[0]?.text);
  }
  const { choices } = await engine.completions.create({ prompt: 'Once', logprobs: 2 });
  return choices.map(({ text, logprobs }) => text + logprobs?.tokens?.join()).join();
}

export async function embed(engine: Demitasse): Promise<number> {
  const base64 = await engine.embeddings.create({ input: 'text', encoding_format: 'base64' });
  const text: string | undefined = base64.data[0]?.embedding;
  const { data } = await engine.embeddings.create({ input: ['one', 'two'] });
  return (data[0]?.embedding[0] ?? 0) + (text?.length ?? 0);
}

export async function sessions(engine: Demitasse): Promise<void> {
  const session = engine.session();
  await session.save('name');
  await session.close();
  for (const { name, tokens, bytes, saved } of await engine.sessions.list()) {
    console.log(tokens, bytes, new Date(saved));
    await chat(await engine.restoreSession(name));
    await engine.sessions.delete(name);
  }
}

export async function errors(engine: Demitasse): Promise<void> {
  try {
    await engine.completions.create({ prompt: '' });
  } catch (error) {
    if (error instanceof DemitasseError) {
      console.log(error.status, error.param, error.code);
    }
  }
}

export async function promptApi(engine: Demitasse): Promise<void> {
  LanguageModel.use(engine);
  const availability: Availability = await LanguageModel.availability({ expectedInputs: [{ type: 'text', languages: ['en'] }] });
  const params = await LanguageModel.params();
  const session = await LanguageModel.create({
    model: 'model.gguf',
    temperature: params?.defaultTemperature ?? 1,
    topK: 3,
    initialPrompts: [{ role: 'system', content: 'Be brief.' }],
    monitor: (monitor) => monitor.addEventListener('downloadprogress', ({ loaded }) => console.log(availability, loaded)),
    tools: [{ name: 'time', description: 'now', inputSchema: { type: 'object' }, execute: async () => new Date().toISOString() }],
    signal,
  });
  session.oncontextoverflow = () => console.log(session.contextUsage / session.contextWindow);
  session.addEventListener('quotaoverflow', () => console.log(session.inputUsage / session.inputQuota));
  await session.append([{ role: 'user', content: 'One.' }], { signal });
  console.log(await session.measureContextUsage('Two.'), await session.measureInputUsage('Two.'));
  const text: string = await session.prompt([{ role: 'assistant', content: '```', prefix: true }], {
    responseConstraint: { type: 'object' },
  });
  const reader = session.promptStreaming(text).getReader();
  const piece: string | undefined = (await reader.read()).value;
  const matched: string = await session.prompt('Three.', { responseConstraint: /\d+/, omitResponseConstraintInput: true });
  const clone = await session.clone();
  clone.destroy();
  console.log(piece, matched, session.topK, session.temperature, session.samplingMode);
}

export async function openLoop(): Promise<void> {
  const session = await LanguageModel.create({
    expectedInputs: [{ type: 'tool-response' }],
    expectedOutputs: [{ type: 'tool-call' }],
    tools: [{ name: 'time', description: 'now', inputSchema: { type: 'object' } }],
  });
  const parts = await session.prompt<LanguageModelAnswerContent[]>('What time is it?');
  for (const part of parts) {
    if (part.type === 'tool-call') {
      const { callId, name } = part.value;
      const value = new LanguageModelToolSuccess({ callId, name, result: [{ type: 'text', value: 'noon' }] });
      const older = new LanguageModelToolSuccess({ callID: part.value.callID, name, result: [] });
      console.log(older.callID === callId);
      await session.prompt([{ role: 'user', content: [{ type: 'tool-response', value }] }]);
    }
  }
}

export async function respond(engine: Demitasse): Promise<void> {
  const { output } = await engine.responses.create({ input: 'Hello!', text: { format: { type: 'json_object' } }, strict: true });
  const stream: Stream<ResponseStreamEvent> = await engine.responses.create(
    { input: [...output, { role: 'user', content: 'And?' }], stream: true },
    { signal },
  );
  for await (const event of stream) {
    console.log(event.type === 'response.output_text.delta' ? event.delta : event.type);
  }
}

export const answeringFetch: typeof fetch = openAiFetch(await load());
