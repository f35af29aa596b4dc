// Types of Demitasse's JavaScript API. The shapes of requests and answers are those of OpenAI's API: an answer from here can be
// given to what takes the `openai` package's types, and a request for here can be sent with that package.

// Loading

/** How far a load or the reading of a prompt has come. */
export interface Progress {
  /**
   * `download`: the model is fetched, while the engine reads what has come; `load`: the engine reads the model, all of which is
   * stored; `prefill`: the engine reads a prompt.
   */
  phase: 'download' | 'load' | 'prefill';
  /** Bytes that are stored, bytes that were read, or prompt tokens that were read. */
  loaded: number;
  /** Of the same; 0 if unknown. */
  total: number;
}

/** What a model takes, in bytes. */
export interface Needs {
  /** Absent if the model is not kept. */
  disk?: {
    /** How much the model is; 0 if its server does not say. */
    total: number;
    /** How much of it is stored already (perhaps not counted in full while files are still to be opened). */
    stored: number;
    /** How much more the browser would store for this site; -1 if unknown. */
    available: number;
  };
  /** Of the device that computes. */
  memory: {
    /** Before the first token. */
    empty: number;
    /** What each token of a conversation adds. */
    perToken: number;
    /** When the context is full. */
    total: number;
    /** Roughly what the machine has, if the browser says so. */
    device?: number;
  };
}

/** A model in the browser's storage. */
export interface StoredModel {
  /** Which {@link Demitasse.load} takes. */
  url: string;
  name: string;
  /** Known when the model is complete. */
  architecture?: string;
  /** That are stored. */
  bytes: number;
  /** Whether it loads without a network. */
  complete: boolean;
}

/** How a model's makers recommend to draw tokens, which holds where a request says nothing. */
export interface Sampling {
  temperature: number;
  topP: number;
  /** 0 keeps all tokens. */
  topK: number;
  minP: number;
  repetitionPenalty: number;
}

/** A loaded model. Of a server's model only the name is sure to be known; see {@link LoadOptions.baseURL}. */
export interface Model {
  name: string;
  architecture?: string;
  /** Their number. */
  parameters?: number;
  bytes?: number;
  /** In tokens. */
  contextLength?: number;
  /** Whether the model brings a chat template. */
  chatTemplate?: boolean;
  /** Whether its chat template knows tools. */
  tools?: boolean;
  /** Whether it reasons before it answers. */
  thinks?: boolean;
  sampling?: Sampling;
}

/** What computes, and why that was chosen. */
export interface Device {
  /** `remote` is a server: see {@link LoadOptions.baseURL}. */
  kind: 'webgpu' | 'cpu' | 'remote';
  /** Of the CPU; a GPU has none. */
  threads: number;
  reason: string;
  /** The server's name and port, if it is one. */
  host?: string;
}

export interface LoadOptions {
  /** The device that computes; `auto`, as if left out, takes the GPU where there is one that can run the model, else the CPU. */
  device?: 'auto' | 'webgpu' | 'cpu';
  /** Threads that compute; if left out, one for each processor, at most 8. Always one where the page isn't cross-origin isolated. */
  threads?: number;
  /**
   * Tokens that a conversation may have; if left out the model's own limit, or what 4 GiB of memory hold (on a GPU: 2 GiB of keys
   * and values).
   */
  contextLength?: number;
  /**
   * How keys and values are kept (default: `f16`); `q8_0` takes a little more than half the memory, and costs a little exactness.
   */
  kvType?: 'f16' | 'q8_0';
  /**
   * Memory for keys and values of conversations that wait, beside those of the one that goes on (default: 256 MiB). Of what doesn't
   * fit, the least recently used is dropped, and read again when it is needed.
   */
  prefixCacheBytes?: number;
  /** Whether the model is kept in the browser's storage, and read from there (default: true). */
  cache?: boolean;
  onProgress?: (progress: Progress) => void;
  /** Called when the model's header has been read, before its weights are. */
  onNeeds?: (needs: Needs) => void;
  /** Stops the load, which then rejects with the signal's reason (by default an `AbortError`). */
  signal?: AbortSignal;
  /**
   * An OpenAI-compatible server (`https://host/v1`), for a device that can't run the model. The model is loaded here first; only if
   * that can't be, and {@link LoadOptions.allowRemote} says yes, the same calls go there. Nothing is sent before.
   */
  baseURL?: string;
  /** Of that server, and sent to no other. */
  apiKey?: string;
  /** The model's name there; if left out, the server must have only one. */
  remoteModel?: string;
  /**
   * Asked, with the reason, before anything is sent to the server: here the person decides whose conversation it would be. Required
   * with {@link LoadOptions.baseURL}. Only `true` is a yes.
   */
  allowRemote?: (reason: string) => boolean | Promise<boolean>;
}

/** A loaded model. Calls that overlap wait for one another: first come, first served. */
export class Demitasse {
  private constructor();

  /**
   * Loads a model: a GGUF file, whole, in parts (`…-00001-of-0000N.gguf`) or in shards, or a folder as Hugging Face has it
   * (config.json, tokenizer.json, safetensors files). What comes from a URL is kept in the browser's storage, unless `cache` is
   * false: a load that was cut goes on where it was, and the next one needs no network.
   *
   * @param model a URL (relative to the page), or the GGUF file itself. Of a model in parts, any part's URL; of one in shards, their
   *   manifest's, which ends in `.json`; a folder's URL ends with a slash
   */
  static load(model: string | Blob, options?: LoadOptions): Promise<Demitasse>;

  /** Reads a model's header, and tells what the model needs; what is fetched for that is kept for the load. */
  static needs(model: string | Blob, options?: LoadOptions): Promise<Needs>;

  /** The models in the browser's storage. */
  static readonly models: {
    list(): Promise<StoredModel[]>;
    /** Deletes what is stored of a model. */
    delete(url: string): Promise<void>;
    /** A stored model's files: one, unless it came in parts. Their bytes are read from the storage, as long as the model is there. */
    export(url: string): Promise<File[]>;
    /**
     * Stores a model: a GGUF file, or all parts of a split one.
     *
     * @param url that it will have; if left out, `local:` and the (first) file's name
     * @returns the URL, which {@link Demitasse.load} takes
     */
    import(files: File | File[], url?: string): Promise<string>;
  };

  readonly model: Model;
  /** Changes if the GPU is lost. */
  readonly device: Device;
  /** Whether the engine was closed or its worker failed; it answers no more. */
  readonly closed: boolean;

  readonly chat: { readonly completions: ChatCompletions };
  readonly completions: Completions;
  readonly embeddings: Embeddings;

  /**
   * The ids of a text's tokens. The text of a special token stands for the token.
   *
   * @param input a text; or a request of chat completions, which stands for its prompt
   */
  tokenize(input: string | ChatCompletionCreateParams): Promise<number[]>;

  /** A conversation that keeps what the model has read of it, whatever others ask in between. */
  session(): Session;

  /** Opens a saved session; the model reads none of it again. */
  restoreSession(name: string): Promise<Session>;

  /** The saved sessions of this model. */
  readonly sessions: {
    list(): Promise<SavedSession[]>;
    delete(name: string): Promise<void>;
  };

  /** Ends the worker and frees its memory. Answers under way are rejected. */
  close(): void;
}

/** What the model has read of one conversation. */
export interface Session {
  readonly chat: { readonly completions: ChatCompletions };
  readonly completions: Completions;

  /** Keeps what the model has read in the browser's storage, under a name. */
  save(name: string): Promise<void>;

  /** Frees what it holds; it answers no more. */
  close(): Promise<void>;
}

export interface SavedSession {
  name: string;
  tokens: number;
  bytes: number;
  /** An ISO 8601 date. */
  saved: string;
}

/** A request that can't be answered. */
export class DemitasseError extends Error {
  name: 'DemitasseError';
  /** As HTTP's: 400 for a request that is wrong. */
  status: number;
  /** The field that is wrong. */
  param: string | null;
  code: string | null;
}

// Calls

export interface ChatCompletions {
  create(body: ChatCompletionCreateParamsNonStreaming, options?: RequestOptions): Promise<ChatCompletion>;
  create(body: ChatCompletionCreateParamsStreaming, options?: RequestOptions): Promise<Stream<ChatCompletionChunk>>;
  create(body: ChatCompletionCreateParams, options?: RequestOptions): Promise<ChatCompletion | Stream<ChatCompletionChunk>>;
}

export interface Completions {
  create(body: CompletionCreateParamsNonStreaming, options?: RequestOptions): Promise<Completion>;
  create(body: CompletionCreateParamsStreaming, options?: RequestOptions): Promise<Stream<Completion>>;
  create(body: CompletionCreateParams, options?: RequestOptions): Promise<Completion | Stream<Completion>>;
}

export interface Embeddings {
  create(body: EmbeddingCreateParams & { encoding_format: 'base64' }, options?: RequestOptions): Promise<Base64EmbeddingResponse>;
  create(body: EmbeddingCreateParams & { encoding_format?: 'float' }, options?: RequestOptions): Promise<CreateEmbeddingResponse>;
  create(body: EmbeddingCreateParams, options?: RequestOptions): Promise<CreateEmbeddingResponse | Base64EmbeddingResponse>;
}

export interface RequestOptions {
  /** Stops the answer: without `stream` the call rejects with the signal's reason, with it the stream ends. */
  signal?: AbortSignal;
  /** Called while the prompt is read. */
  onProgress?: (progress: Progress) => void;
}

/** Pieces of an answer, as they come. To leave the loop stops the model. */
export interface Stream<Item> extends AsyncIterable<Item> {
  /** Stops the answer. */
  readonly controller: AbortController;
}

/** Fields of chat completions and completions. What is left out is as the model's makers recommend. */
interface SamplingParams {
  /** Accepted, and means nothing: an engine has one model. */
  model?: string;
  /** 0 always takes the likeliest token. */
  temperature?: number | null;
  /** Keeps the likeliest tokens that together have this probability. */
  top_p?: number | null;
  /** Keeps this many of the likeliest tokens. */
  top_k?: number | null;
  /** Keeps tokens at least this probable, relative to the likeliest. */
  min_p?: number | null;
  /** Above 1 makes tokens that were there already less likely. */
  repetition_penalty?: number | null;
  /** From -2 to 2; taken from the logit of a token that was generated already. */
  presence_penalty?: number | null;
  /** From -2 to 2; taken from a token's logit as often as it was generated already. */
  frequency_penalty?: number | null;
  /** What is added to the logits of tokens, by their ids: from -100 to 100. */
  logit_bias?: Record<string, number> | null;
  /** Makes the answer repeatable. */
  seed?: number | null;
  /** Texts that end the answer; they are not part of it. */
  stop?: string | string[] | null;
  /** How many answers. */
  n?: number | null;
  /** The longest answer, in tokens. */
  max_tokens?: number | null;
  /** False turns prompt lookup off: guessing tokens from the text so far, which changes the speed and never the answer. */
  speculative?: boolean;
  /**
   * True lets the answer go on when the context is full: half of the tokens after the first {@link SamplingParams.n_keep} is forgotten, and
   * the rest read again. Without `max_tokens` it may go on for ever. Otherwise it ends there (`finish_reason: 'length'`).
   */
  context_shift?: boolean;
  /** With `context_shift`: how many of the first tokens stay (default: 4); at most half of the context. */
  n_keep?: number;
  stream_options?: StreamOptions | null;
  /** Accepted, and means nothing. */
  user?: string;
}

export interface StreamOptions {
  /** Whether a last chunk without choices tells the usage. */
  include_usage?: boolean;
}

// Chat completions

export interface ChatCompletionCreateParamsBase extends SamplingParams {
  /** The whole conversation; what it shares with what the model has read already is not read again. */
  messages: ChatCompletionMessageParam[];
  /** As `max_tokens`. */
  max_completion_tokens?: number | null;
  /** Whether the probabilities of tokens are told. */
  logprobs?: boolean | null;
  /** How many of the likeliest tokens at each place are told, too. */
  top_logprobs?: number | null;
  /** Functions that the model may ask for. */
  tools?: ChatCompletionTool[];
  tool_choice?: ChatCompletionToolChoiceOption;
  /** False lets the model ask for one call at a time. */
  parallel_tool_calls?: boolean;
  /** Holds the answer to JSON, or to a JSON schema. */
  response_format?: ResponseFormat;
  /** `none` turns reasoning off. */
  reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null;
  /** Variables of the model's chat template: `{ enable_thinking: false }`, say. */
  chat_template_kwargs?: Record<string, unknown>;
  /** The answer goes on from the last message, an assistant's, of which it then tells only the rest. */
  continue_final_message?: boolean;
  /** Accepted, and means nothing. */
  metadata?: Record<string, string> | null;
  /** Accepted, and means nothing. */
  store?: boolean | null;
  /** Accepted, and means nothing. */
  service_tier?: 'auto' | 'default' | 'flex' | 'scale' | 'priority' | 'fast' | null;
}

export interface ChatCompletionCreateParamsNonStreaming extends ChatCompletionCreateParamsBase {
  stream?: false | null;
}

export interface ChatCompletionCreateParamsStreaming extends ChatCompletionCreateParamsBase {
  stream: true;
}

export type ChatCompletionCreateParams = ChatCompletionCreateParamsNonStreaming | ChatCompletionCreateParamsStreaming;

export interface ChatCompletionContentPartText {
  type: 'text';
  text: string;
}

export interface ChatCompletionSystemMessageParam {
  role: 'system';
  content: string | ChatCompletionContentPartText[];
  name?: string;
}

/** The same as a system's. */
export interface ChatCompletionDeveloperMessageParam {
  role: 'developer';
  content: string | ChatCompletionContentPartText[];
  name?: string;
}

export interface ChatCompletionUserMessageParam {
  role: 'user';
  content: string | ChatCompletionContentPartText[];
  name?: string;
}

export interface ChatCompletionAssistantMessageParam {
  role: 'assistant';
  content?: string | ChatCompletionContentPartText[] | null;
  /** What the model thought. */
  reasoning_content?: string | null;
  tool_calls?: ChatCompletionMessageToolCall[];
  name?: string;
  refusal?: string | null;
}

export interface ChatCompletionToolMessageParam {
  role: 'tool';
  content: string | ChatCompletionContentPartText[];
  /** The call that it answers. */
  tool_call_id: string;
}

export type ChatCompletionMessageParam =
  | ChatCompletionSystemMessageParam
  | ChatCompletionDeveloperMessageParam
  | ChatCompletionUserMessageParam
  | ChatCompletionAssistantMessageParam
  | ChatCompletionToolMessageParam;

export interface ChatCompletionTool {
  type: 'function';
  function: {
    name: string;
    description?: string;
    /** A JSON schema of the arguments. */
    parameters?: Record<string, unknown>;
    /** Whether the arguments are held to the schema. */
    strict?: boolean | null;
  };
}

/** `required`: the model must ask for one; a name: for that one. */
export type ChatCompletionToolChoiceOption =
  'none' | 'auto' | 'required' | { type: 'function'; function: { name: string } };

export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | {
      type: 'json_schema';
      json_schema: { name: string; description?: string; schema?: Record<string, unknown>; strict?: boolean | null };
    };

export interface ChatCompletionMessageToolCall {
  id: string;
  type: 'function';
  function: {
    name: string;
    /** JSON text. */
    arguments: string;
  };
}

export interface ChatCompletionMessage {
  role: 'assistant';
  content: string | null;
  refusal: string | null;
  /** What the model thought before. */
  reasoning_content?: string;
  tool_calls?: ChatCompletionMessageToolCall[];
}

/** `content_filter` comes from servers only. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

export interface ChatCompletion {
  id: string;
  object: 'chat.completion';
  /** Seconds since 1970. */
  created: number;
  model: string;
  choices: ChatCompletionChoice[];
  usage?: CompletionUsage;
  timings?: Timings;
}

export interface ChatCompletionChoice {
  index: number;
  message: ChatCompletionMessage;
  logprobs: ChatCompletionLogprobs | null;
  finish_reason: FinishReason;
}

export interface ChatCompletionLogprobs {
  content: ChatCompletionTokenLogprob[] | null;
  refusal: ChatCompletionTokenLogprob[] | null;
}

export interface TopLogprob {
  token: string;
  /** The token's bytes, which need not be whole characters. */
  bytes: number[] | null;
  /** The natural logarithm of the probability. */
  logprob: number;
}

export interface ChatCompletionTokenLogprob extends TopLogprob {
  top_logprobs: TopLogprob[];
}

export interface ChatCompletionChunk {
  id: string;
  object: 'chat.completion.chunk';
  /** Seconds since 1970. */
  created: number;
  model: string;
  choices: ChatCompletionChunkChoice[];
  /** In the last chunk that has a finish reason, and in the one without choices that `stream_options.include_usage` asks for. */
  usage?: CompletionUsage | null;
  /** In the last chunk that has a finish reason. */
  timings?: Timings;
}

export interface ChatCompletionChunkChoice {
  index: number;
  delta: ChatCompletionDelta;
  logprobs?: ChatCompletionLogprobs | null;
  /** In the choice's last chunk. */
  finish_reason: FinishReason | null;
}

export interface ChatCompletionDelta {
  role?: 'assistant';
  content?: string | null;
  reasoning_content?: string;
  tool_calls?: ChatCompletionDeltaToolCall[];
}

/** A piece of a call: the first has id and name, the others continue the arguments. */
export interface ChatCompletionDeltaToolCall {
  index: number;
  id?: string;
  type?: 'function';
  function?: { name?: string; arguments?: string };
}

export interface CompletionUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details?: {
    /** That the model had read already. */
    cached_tokens?: number;
  };
}

/** What took how long; llama-server's names. */
export interface Timings {
  /** Prompt tokens that had been read already. */
  cache_n: number;
  /** Prompt tokens that were read. */
  prompt_n: number;
  prompt_ms: number;
  /** Tokens of the answer. */
  predicted_n: number;
  predicted_ms: number;
  /** Tokens that prompt lookup guessed. */
  draft_n: number;
  /** Guesses that were right. */
  draft_n_accepted: number;
}

// Completions

export interface CompletionCreateParamsBase extends SamplingParams {
  /** A text, or the ids of its tokens. */
  prompt: string | number[];
  /** Holds the text to JSON, or to a JSON schema. */
  response_format?: ResponseFormat;
  /** How many of the likeliest tokens at each place are told with their probabilities. */
  logprobs?: number | null;
}

export interface CompletionCreateParamsNonStreaming extends CompletionCreateParamsBase {
  stream?: false | null;
}

export interface CompletionCreateParamsStreaming extends CompletionCreateParamsBase {
  stream: true;
}

export type CompletionCreateParams = CompletionCreateParamsNonStreaming | CompletionCreateParamsStreaming;

/** A text that continues the prompt, or a piece of it. */
export interface Completion {
  id: string;
  object: 'text_completion';
  /** Seconds since 1970. */
  created: number;
  model: string;
  choices: CompletionChoice[];
  usage?: CompletionUsage;
  timings?: Timings;
}

export interface CompletionChoice {
  index: number;
  text: string;
  logprobs: CompletionLogprobs | null;
  /** In the pieces of a stream null, until the last. */
  finish_reason: 'stop' | 'length' | 'content_filter';
}

export interface CompletionLogprobs {
  tokens?: string[];
  token_logprobs?: number[];
  top_logprobs?: Record<string, number>[];
  text_offset?: number[];
}

// Embeddings

export interface EmbeddingCreateParams {
  /** Accepted, and means nothing: an engine has one model. */
  model?: string;
  /** Texts, or the ids of their tokens. */
  input: string | string[] | number[] | number[][];
  /** `base64` gives the bytes of 32-bit floats, little-endian. */
  encoding_format?: 'float' | 'base64';
  /** Accepted, and means nothing. */
  user?: string;
}

export interface Embedding<Vector = number[]> {
  object: 'embedding';
  index: number;
  embedding: Vector;
}

export interface CreateEmbeddingResponse<Vector = number[]> {
  object: 'list';
  model: string;
  data: Embedding<Vector>[];
  usage: { prompt_tokens: number; total_tokens: number };
}

export type Base64EmbeddingResponse = CreateEmbeddingResponse<string>;

// The `openai` package

/**
 * A `fetch` that is answered by an engine, for the `openai` package and others that talk to OpenAI's API.
 *
 * @example
 * const client = new OpenAI({
 *   apiKey: 'none',
 *   baseURL: 'https://demitasse.invalid/v1',
 *   fetch: openAiFetch(engine),
 *   dangerouslyAllowBrowser: true,
 * });
 */
export function openAiFetch(engine: Demitasse): typeof fetch;

// The Prompt API

export type Availability = 'unavailable' | 'downloadable' | 'downloading' | 'available';

export interface LanguageModelParams {
  readonly defaultTopK: number;
  readonly maxTopK: number;
  readonly defaultTemperature: number;
  readonly maxTemperature: number;
}

export type LanguageModelSamplingMode =
  'most-predictable' | 'predictable' | 'balanced' | 'creative' | 'most-creative';

/** What a session will be given, or give. Only text is supported, and with tools `tool-response` and `tool-call`. */
export interface LanguageModelExpected {
  type: 'text' | 'image' | 'audio' | 'tool-call' | 'tool-response';
  /** BCP 47 tags, which must be sound; what a model knows of languages isn't told. */
  languages?: string[];
}

export interface LanguageModelTool {
  name: string;
  description: string;
  /** A JSON schema of the arguments. */
  inputSchema: object;
  /** Called with one object, which the model wrote. */
  execute(input: any): string | Promise<string>;
}

export interface LanguageModelMessageContent {
  type: 'text';
  value: string;
}

export interface LanguageModelMessage {
  /** `system` only in the first message of a session. */
  role: 'system' | 'user' | 'assistant';
  content: string | LanguageModelMessageContent[];
  /** The answer goes on from here: only in the last message, an assistant's. */
  prefix?: boolean;
}

export type LanguageModelPrompt = string | LanguageModelMessage[];

export interface LanguageModelCreateCoreOptions {
  /** A model's URL, as {@link Demitasse.load} takes it, or an engine; if left out, that of {@link LanguageModel.use}. */
  model?: string | Blob | Demitasse;
  topK?: number;
  /** Cannot be given along with `samplingMode`; nor can `topK`. */
  temperature?: number;
  samplingMode?: LanguageModelSamplingMode;
  expectedInputs?: LanguageModelExpected[];
  expectedOutputs?: LanguageModelExpected[];
  tools?: LanguageModelTool[];
}

export interface LanguageModelCreateOptions extends LanguageModelCreateCoreOptions {
  /** Stops the creation, and later destroys the session. */
  signal?: AbortSignal;
  /** Called with what dispatches `downloadprogress` events; `loaded` goes from 0 to 1. */
  monitor?: (monitor: CreateMonitor) => void;
  /** Never removed from the session. */
  initialPrompts?: LanguageModelMessage[];
}

export interface CreateMonitor extends EventTarget {
  ondownloadprogress: ((event: ProgressEvent) => void) | null;
  addEventListener(
    type: 'downloadprogress',
    listener: ((event: ProgressEvent) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export interface LanguageModelPromptOptions {
  signal?: AbortSignal;
  /** A JSON schema that the answer is held to. */
  responseConstraint?: object;
  omitResponseConstraintInput?: boolean;
}

/**
 * A conversation in the shape of the web's Prompt API (https://webmachinelearning.github.io/prompt-api/): code that is written for
 * it runs here, on a model of one's own. All on a page that use the same model share one engine, which is freed when nobody does.
 *
 * @example
 * LanguageModel.use('models/SmolLM2-135M-Instruct.Q4_1.gguf');
 * const session = await LanguageModel.create();
 * const answer = await session.prompt('Write me a poem!');
 */
export class LanguageModel extends EventTarget {
  private constructor();

  /**
   * Sets the model of those who name none: a URL, loaded when it is needed, or an engine, whose owner closes it.
   */
  static use(model: string | Blob | Demitasse): void;

  /** Whether a session can be had, and needs a download. */
  static availability(options?: LanguageModelCreateCoreOptions): Promise<Availability>;

  /** What `topK` and `temperature` may be; null until the model of {@link LanguageModel.use} is loaded. */
  static params(): Promise<LanguageModelParams | null>;

  /** A new session; loads the model if it isn't yet. */
  static create(options?: LanguageModelCreateOptions): Promise<LanguageModel>;

  prompt(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<string>;
  promptStreaming(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): ReadableStream<string>;

  /** Adds messages without asking for an answer. */
  append(input: LanguageModelPrompt, options?: { signal?: AbortSignal }): Promise<undefined>;

  /** How many tokens a prompt would take. */
  measureContextUsage(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<number>;
  /** Tokens of the conversation so far. */
  readonly contextUsage: number;
  /** Tokens that a conversation may have. */
  readonly contextWindow: number;
  /** The oldest prompts and answers had to be removed. */
  oncontextoverflow: ((event: Event) => void) | null;

  /** The older name of `measureContextUsage`. */
  measureInputUsage(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<number>;
  /** The older name of `contextUsage`. */
  readonly inputUsage: number;
  /** The older name of `contextWindow`. */
  readonly inputQuota: number;
  /** The older name of `oncontextoverflow`. */
  onquotaoverflow: ((event: Event) => void) | null;

  readonly topK: number;
  readonly temperature: number;
  readonly samplingMode: LanguageModelSamplingMode;

  /** A session that goes on from here on its own. */
  clone(options?: { signal?: AbortSignal }): Promise<LanguageModel>;

  /** Ends the session; what is under way is rejected with an `AbortError`. */
  destroy(): void;
}
