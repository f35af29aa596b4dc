// Types of Demitasse's JavaScript API. Requests and answers have the format of OpenAI's API: code with the types of the
// `openai` package accepts these answers, and that package can send these requests.

// Loading

/** The progress of a load, of reading a prompt, or of a restart. */
export interface Progress {
  /**
   * `download`: the model is fetched, and the engine reads it as it arrives; `load`: the engine reads a model that is completely
   * stored; `prefill`: the engine reads a prompt, or a text to embed; `restart`: the engine has failed or stopped, and reads the model
   * again before the request goes on; `verify`: a stored model is checked.
   */
  phase: 'download' | 'load' | 'prefill' | 'restart' | 'verify';
  /** The number of bytes that are stored, bytes that are read, or prompt tokens that are read. */
  loaded: number;
  /** The total number of bytes or tokens; 0 if unknown. */
  total: number;
}

/** The storage and memory that a model needs, in bytes. */
export interface Needs {
  /** The browser's storage; absent if the model is not stored. */
  disk?: {
    /** The size of the model; 0 if its server does not report it. */
    total: number;
    /** The part of the model that is stored already; an estimate while files are still to be opened. */
    stored: number;
    /** The free storage of this site; -1 if unknown. */
    available: number;
  };
  /** The memory of the device that computes. */
  memory: {
    /** The memory before the first token. */
    empty: number;
    /** The additional memory of each token of a conversation. */
    perToken: number;
    /** The memory when the context is full. */
    total: number;
    /** The approximate memory of the machine, if the browser reports it. */
    device?: number;
  };
}

/** A model in the browser's storage. */
export interface StoredModel {
  /** The URL for {@link Demitasse.load}. */
  url: string;
  name: string;
  /** The architecture; absent until the model is complete. */
  architecture?: string;
  /** The number of bytes that are stored. */
  bytes: number;
  /** Whether the model loads without a network. */
  complete: boolean;
}

/** The result of checking a stored model. */
export interface Verification {
  /** The number of bytes that were read. */
  bytes: number;
  /** The chunks that were damaged or missing, such as `model.gguf, chunk 2 of 6`. */
  damaged: string[];
  /** Whether all of `damaged` were downloaded again. */
  repaired: boolean;
  /** Why not. */
  error?: string;
  /** The number of chunks that an earlier version had stored without hashes: nothing is known about them. They have hashes now. */
  unknown: number;
}

/** The sampling parameters that a model's developers recommend. They are the defaults of requests. */
export interface Sampling {
  temperature: number;
  topP: number;
  /** 0 keeps all tokens. */
  topK: number;
  minP: number;
  repetitionPenalty: number;
}

/** Describes a loaded model. For a server's model only the name is certain; see {@link LoadOptions.baseURL}. */
export interface Model {
  name: string;
  architecture?: string;
  /** The number of parameters. */
  parameters?: number;
  bytes?: number;
  /** The context length in tokens. */
  contextLength?: number;
  /** Whether the model has a chat template. */
  chatTemplate?: boolean;
  /** Whether the chat template supports tools. */
  tools?: boolean;
  /** Whether the model can reason before it answers. */
  thinks?: boolean;
  sampling?: Sampling;
}

/** The device that computes, and the reason for the choice. */
export interface Device {
  /** `remote` is a server: see {@link LoadOptions.baseURL}. */
  kind: 'webgpu' | 'cpu' | 'remote';
  /** The number of threads; only the CPU has threads. */
  threads: number;
  reason: string;
  /** The host name and port of a server. */
  host?: string;
}

/** Access to the Hugging Face Hub. */
export interface HubOptions {
  /** The URL of the Hub or of a mirror. Default: `https://huggingface.co`. */
  endpoint?: string;
  /** An access token for private and gated repositories. It is kept in memory, and sent to the endpoint only. */
  token?: string;
}

export interface LoadOptions {
  /** The device that computes. `auto`, the default, takes a GPU that can run the model, or else the CPU. */
  device?: 'auto' | 'webgpu' | 'cpu';
  /** The number of CPU threads. Default: one for each processor, at most 8. Always 1 if the page is not cross-origin isolated. */
  threads?: number;
  /**
   * The maximum number of tokens in a conversation. Default: the model's limit, or the number that fits into 4 GiB of memory (on a
   * GPU: 2 GiB of keys and values).
   */
  contextLength?: number;
  /**
   * The type of cached keys and values (default: `f16`). `q8_0` takes a little more than half the memory and is slightly less exact.
   */
  kvType?: 'f16' | 'q8_0';
  /**
   * The memory for keys and values of inactive conversations, besides those of the active one (default: 256 MiB). If they don't fit,
   * the least recently used are dropped and computed again when needed.
   */
  prefixCacheBytes?: number;
  /**
   * A chat template (Jinja) to use in place of the file's, for a model without one or with one that fails. Only messages need a
   * template; completions of plain text do not.
   */
  chatTemplate?: string;
  /** Whether the model is stored in the browser and read from there (default: true). */
  cache?: boolean;
  /** The Hugging Face Hub, for models named by a repository. */
  hub?: HubOptions;
  onProgress?: (progress: Progress) => void;
  /** Called when the model's header has been read, before the weights are read. */
  onNeeds?: (needs: Needs) => void;
  /** Aborts the load, which then rejects with the signal's reason (by default an `AbortError`). */
  signal?: AbortSignal;
  /**
   * The URL of an OpenAI-compatible server (`https://host/v1`) to use if the device can't run the model. The model is loaded on the
   * device first. Only if that fails and {@link LoadOptions.allowRemote} returns true do calls go to the server.
   */
  baseURL?: string;
  /** The key of that server. It is sent to no other server. */
  apiKey?: string;
  /** The model's name on the server; if left out, the server must have only one model. */
  remoteModel?: string;
  /**
   * Asks the user for permission, with the reason, before anything is sent to the server. Required with
   * {@link LoadOptions.baseURL}. Only `true` grants it.
   */
  allowRemote?: (reason: string) => boolean | Promise<boolean>;
}

/** A loaded model. Calls run one after another, in their order. */
export class Demitasse {
  private constructor();

  /**
   * Loads a model: a GGUF file, a split GGUF file (`…-00001-of-0000N.gguf`), shards, or a Hugging Face folder (config.json,
   * tokenizer.json, safetensors files). Stores downloads in the browser unless `cache` is false: an interrupted load resumes, and the
   * next load needs no network.
   *
   * @param model a model of the Hugging Face Hub (`owner/name`, `owner/name:Q4_K_M`, `hf:owner/name/file.gguf`); a URL, relative to the
   *   page; or the GGUF file itself. For a split file, the URL of any part; for shards, the URL of their manifest, which ends in
   *   `.json`; for a folder, its URL with a slash at the end
   */
  static load(model: string | Blob, options?: LoadOptions): Promise<Demitasse>;

  /** Reads a model's header and returns what the model needs. A later load reuses what was fetched. */
  static needs(model: string | Blob, options?: LoadOptions): Promise<Needs>;

  /** The models in the browser's storage. */
  static readonly models: {
    list(): Promise<StoredModel[]>;
    /** Deletes a stored model, complete or not. */
    delete(url: string): Promise<void>;
    /**
     * Reads and checks all bytes of a complete stored model, and downloads those again that are damaged or missing.
     *
     * @param options `onProgress` is called with the phase `verify`
     */
    verify(url: string, options?: { onProgress?: (progress: Progress) => void }): Promise<Verification>;
    /**
     * Returns the files of a stored model: one, or all parts of a split file. They are checked first; their bytes are read from the
     * storage when used.
     */
    export(url: string): Promise<File[]>;
    /**
     * Stores a model: a GGUF file, or all parts of a split one.
     *
     * @param url the model's URL; if left out, `local:` and the name of the first file
     * @returns the URL for {@link Demitasse.load}
     */
    import(files: File | File[], url?: string): Promise<string>;
  };

  readonly model: Model;
  /** Changes if the GPU is lost or the engine is started again; the reason says why. */
  readonly device: Device;
  /** Whether the engine was closed or its worker failed. */
  readonly closed: boolean;

  readonly chat: { readonly completions: ChatCompletions };
  readonly completions: Completions;
  readonly responses: Responses;
  readonly embeddings: Embeddings;

  /**
   * Returns the ids of a text's tokens. The text of a special token becomes that token.
   *
   * @param input a text; or a chat completions request, whose prompt is tokenized
   */
  tokenize(input: string | ChatCompletionCreateParams): Promise<number[]>;

  /** Creates a session, which keeps what the model has read of its conversation while others use the engine. */
  session(): Session;

  /** Restores a saved session, without reading its conversation again. */
  restoreSession(name: string): Promise<Session>;

  /** The saved sessions of this model. */
  readonly sessions: {
    list(): Promise<SavedSession[]>;
    delete(name: string): Promise<void>;
  };

  /** Terminates the worker and frees its memory. Rejects pending calls. */
  close(): void;
}

/** A conversation with its own keys and values. */
export interface Session {
  readonly chat: { readonly completions: ChatCompletions };
  readonly completions: Completions;
  readonly responses: Responses;

  /** Stores the session in the browser under a name. */
  save(name: string): Promise<void>;

  /** Closes the session and frees its memory. */
  close(): Promise<void>;
}

export interface SavedSession {
  name: string;
  tokens: number;
  bytes: number;
  /** The time as an ISO 8601 date. */
  saved: string;
}

/**
 * A request that can't be answered. The code `device_unfit` means that this device or browser can't run the model; `engine_stopped` means
 * that the engine has failed or stopped, and could not go on after it was started again.
 */
export class DemitasseError extends Error {
  name: 'DemitasseError';
  /** An HTTP status: 400 for an invalid request. */
  status: number;
  /** The name of the invalid field. */
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

export interface Responses {
  create(body: ResponseCreateParamsNonStreaming, options?: RequestOptions): Promise<Response>;
  create(body: ResponseCreateParamsStreaming, options?: RequestOptions): Promise<Stream<ResponseStreamEvent>>;
  create(body: ResponseCreateParams, options?: RequestOptions): Promise<Response | Stream<ResponseStreamEvent>>;
}

export interface Embeddings {
  create(body: EmbeddingCreateParams & { encoding_format: 'base64' }, options?: RequestOptions): Promise<Base64EmbeddingResponse>;
  create(body: EmbeddingCreateParams & { encoding_format?: 'float' }, options?: RequestOptions): Promise<CreateEmbeddingResponse>;
  create(body: EmbeddingCreateParams, options?: RequestOptions): Promise<CreateEmbeddingResponse | Base64EmbeddingResponse>;
}

export interface RequestOptions {
  /** Aborts the answer. Without `stream` the call rejects with the signal's reason; with `stream` the iteration ends. */
  signal?: AbortSignal;
  /** Called while the prompt is read. */
  onProgress?: (progress: Progress) => void;
}

/** A streamed answer. Leaving the loop early aborts it. */
export interface Stream<Item> extends AsyncIterable<Item> {
  /** Aborts the answer. */
  readonly controller: AbortController;
}

/** Fields of chat completions and completions. The defaults are those that the model's developers recommend. */
interface SamplingParams {
  /** Ignored: an engine has one model. */
  model?: string;
  /** 0 always picks the most probable token. */
  temperature?: number | null;
  /** Keeps the most probable tokens whose probabilities add up to this value. */
  top_p?: number | null;
  /** Keeps this number of the most probable tokens. */
  top_k?: number | null;
  /** Keeps tokens that are at least this probable, relative to the most probable one. */
  min_p?: number | null;
  /** Values above 1 make tokens less probable that occur in the text already. */
  repetition_penalty?: number | null;
  /** Subtracted from the logit of each token that was generated already; from -2 to 2. */
  presence_penalty?: number | null;
  /** Subtracted from a token's logit once for each time that it was generated already; from -2 to 2. */
  frequency_penalty?: number | null;
  /** Added to the logits of tokens, by token id; from -100 to 100. */
  logit_bias?: Record<string, number> | null;
  /** The seed of random sampling, which makes the answer reproducible. */
  seed?: number | null;
  /** Texts that end the answer. They are not part of it. */
  stop?: string | string[] | null;
  /** The number of answers. */
  n?: number | null;
  /** The maximum length of the answer in tokens. */
  max_tokens?: number | null;
  /** False turns off prompt lookup, which predicts tokens from the text so far. It changes the speed, never the answer. */
  speculative?: boolean;
  /**
   * True lets the answer continue when the context is full: half of the tokens after the first {@link SamplingParams.n_keep} are
   * dropped, and the rest is read again. Without `max_tokens` the answer may be endless. False ends the answer when the context is
   * full (`finish_reason: 'length'`).
   */
  context_shift?: boolean;
  /** With `context_shift`: the number of first tokens to keep (default: 4); at most half of the context. */
  n_keep?: number;
  stream_options?: StreamOptions | null;
  /** True makes an unknown field an error, which names it. Otherwise unknown fields are ignored, as clients send their own. */
  strict?: boolean;
  /** Ignored. */
  user?: string;
}

export interface StreamOptions {
  /** Whether a last chunk without choices contains the usage. */
  include_usage?: boolean;
}

// Chat completions

export interface ChatCompletionCreateParamsBase extends SamplingParams {
  /** The whole conversation. Its beginning is not read again if the model has read it already. */
  messages: ChatCompletionMessageParam[];
  /** The same as `max_tokens`. */
  max_completion_tokens?: number | null;
  /** Whether the answer contains the log probabilities of its tokens. */
  logprobs?: boolean | null;
  /** The number of most probable tokens to report at each position. */
  top_logprobs?: number | null;
  /** The functions that the model may call. */
  tools?: ChatCompletionTool[];
  tool_choice?: ChatCompletionToolChoiceOption;
  /** False limits an answer to one call. */
  parallel_tool_calls?: boolean;
  /** Constrains the answer to JSON, or to a JSON schema. */
  response_format?: ResponseFormat;
  /** `none` turns reasoning off. */
  reasoning_effort?: ReasoningEffort | null;
  /** Variables of the model's chat template, such as `{ enable_thinking: false }`. */
  chat_template_kwargs?: Record<string, unknown>;
  /**
   * Whether the answer continues the last message, which must be the assistant's. The answer contains only the continuation;
   * `response_format` holds for both together.
   */
  continue_final_message?: boolean;
  /**
   * Whether the text of a special token, such as `<|im_end|>`, becomes the token wherever it stands. By default only the chat
   * template's own special tokens are tokens; in messages and tools they are text.
   */
  allow_special?: boolean;
  /** Only text can be asked for. */
  modalities?: 'text'[] | null;
  /** Accepted, without effect. */
  prediction?: { type: 'content'; content: string | ChatCompletionContentPartText[] } | null;
  /** Ignored: nothing is searched. */
  web_search_options?: object;
  /** Ignored. */
  metadata?: Record<string, string> | null;
  /** Ignored. */
  store?: boolean | null;
  /** Ignored. */
  service_tier?: 'auto' | 'default' | 'flex' | 'scale' | 'priority' | 'fast' | null;
}

export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

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

/** What the model refused with; it reads it as text. */
export interface ChatCompletionContentPartRefusal {
  type: 'refusal';
  refusal: string;
}

export interface ChatCompletionSystemMessageParam {
  role: 'system';
  content: string | ChatCompletionContentPartText[];
  name?: string;
}

/** The same as a system message. */
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
  content?: string | (ChatCompletionContentPartText | ChatCompletionContentPartRefusal)[] | null;
  /** The reasoning of the model. */
  reasoning_content?: string | null;
  tool_calls?: ChatCompletionMessageToolCall[];
  name?: string;
  /** Takes the place of a content that is null. */
  refusal?: string | null;
}

export interface ChatCompletionToolMessageParam {
  role: 'tool';
  content: string | ChatCompletionContentPartText[];
  /** The id of the call that this message answers. */
  tool_call_id: string;
  /** The name of the function, for chat templates that read it. */
  name?: string;
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
    /** Whether the arguments are constrained to the schema. */
    strict?: boolean | null;
  };
}

/**
 * `required`: the model must call a function; a name: it must call that function; `allowed_tools`: only these functions are offered to
 * it.
 */
export type ChatCompletionToolChoiceOption =
  | 'none'
  | 'auto'
  | 'required'
  | { type: 'function'; function: { name: string } }
  | { type: 'allowed_tools'; allowed_tools: { mode: 'auto' | 'required'; tools: Record<string, unknown>[] } };

export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json_object'; schema?: Record<string, unknown> }
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
  /** The reasoning before the answer. */
  reasoning_content?: string;
  tool_calls?: ChatCompletionMessageToolCall[];
}

/** `content_filter` occurs only with servers. */
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
  /** What the request asks for but has no effect, such as a keyword of a schema that is not known. */
  warnings?: string[];
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
  /** Present in the last chunk with a finish reason, and in the chunk without choices of `stream_options.include_usage`. */
  usage?: CompletionUsage | null;
  /** Present in the last chunk with a finish reason. */
  timings?: Timings;
  /** What the request asks for but has no effect, such as a keyword of a schema that is not known. */
  warnings?: string[];
}

export interface ChatCompletionChunkChoice {
  index: number;
  delta: ChatCompletionDelta;
  logprobs?: ChatCompletionLogprobs | null;
  /** Not null in the choice's last chunk. */
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
    /** The number of prompt tokens that the model had read already. */
    cached_tokens?: number;
  };
}

/** Token counts and times. The names are those of llama-server. */
export interface Timings {
  /** The number of prompt tokens that had been read already. */
  cache_n: number;
  /** The number of prompt tokens that were read. */
  prompt_n: number;
  prompt_ms: number;
  /** The number of tokens in the answer. */
  predicted_n: number;
  predicted_ms: number;
  /** The number of tokens that prompt lookup predicted. */
  draft_n: number;
  /** The number of predictions that were accepted. */
  draft_n_accepted: number;
}

// Completions

export interface CompletionCreateParamsBase extends SamplingParams {
  /** Texts, or the ids of their tokens. Each is continued; the choices of the first come first. */
  prompt: string | string[] | number[] | number[][];
  /** Whether each choice begins with its prompt. */
  echo?: boolean | null;
  /** The number of candidates of each prompt, of which the `n` most probable ones are returned. */
  best_of?: number | null;
  /** Constrains the text to JSON, or to a JSON schema. */
  response_format?: ResponseFormat;
  /** The number of most probable tokens to report at each position, with their log probabilities. */
  logprobs?: number | null;
}

export interface CompletionCreateParamsNonStreaming extends CompletionCreateParamsBase {
  stream?: false | null;
}

export interface CompletionCreateParamsStreaming extends CompletionCreateParamsBase {
  stream: true;
}

export type CompletionCreateParams = CompletionCreateParamsNonStreaming | CompletionCreateParamsStreaming;

/** A continuation of the prompt, or a piece of it. */
export interface Completion {
  id: string;
  object: 'text_completion';
  /** Seconds since 1970. */
  created: number;
  model: string;
  choices: CompletionChoice[];
  usage?: CompletionUsage;
  timings?: Timings;
  /** What the request asks for but has no effect, such as a keyword of a schema that is not known. */
  warnings?: string[];
}

export interface CompletionChoice {
  index: number;
  text: string;
  logprobs: CompletionLogprobs | null;
  /** Null in the pieces of a stream except the last. */
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
  /** Ignored: an engine has one model. */
  model?: string;
  /** Texts, or the ids of their tokens. */
  input: string | string[] | number[] | number[][];
  /** `base64` encodes 32-bit floats, little-endian. */
  encoding_format?: 'float' | 'base64';
  /** The number of first elements of a vector to return. They are scaled to the length of the whole vector. */
  dimensions?: number;
  /** Ignored. */
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

// Responses

/** A request of OpenAI's Responses API. Nothing is stored: `input` contains the whole conversation. */
export interface ResponseCreateParamsBase
  extends Omit<SamplingParams, 'n' | 'max_tokens' | 'stream_options'> {
  /** A text, or the items of a conversation: messages, calls of functions, their results, and reasoning. */
  input: string | ResponseInputItem[];
  /** A system message before the input. */
  instructions?: string | null;
  /**
   * Whether the text of a special token, such as `<|im_end|>`, becomes the token wherever it stands. By default only the chat
   * template's own special tokens are tokens; in messages and tools they are text.
   */
  allow_special?: boolean;
  /** The maximum length of the answer in tokens, its reasoning included. */
  max_output_tokens?: number | null;
  tools?: ResponseFunctionTool[];
  tool_choice?:
    | 'none'
    | 'auto'
    | 'required'
    | { type: 'function'; name: string }
    | { type: 'allowed_tools'; mode: 'auto' | 'required'; tools: Record<string, unknown>[] };
  /** False limits an answer to one call. */
  parallel_tool_calls?: boolean | null;
  /** Constrains the text to JSON, or to a JSON schema. */
  text?: { format?: ResponseTextFormat };
  /** The effort `none` turns reasoning off. */
  reasoning?: { effort?: ReasoningEffort | null } | null;
  /** `message.output_text.logprobs` adds the log probabilities of the text's tokens. Other values are ignored. */
  include?: ('message.output_text.logprobs' | 'reasoning.encrypted_content')[] | null;
  /** The number of most probable tokens to report at each position. */
  top_logprobs?: number | null;
  /** Variables of the model's chat template. */
  chat_template_kwargs?: Record<string, unknown>;
  metadata?: Record<string, string> | null;
  /** Ignored: nothing is stored. */
  store?: boolean | null;
}

export interface ResponseCreateParamsNonStreaming extends ResponseCreateParamsBase {
  stream?: false | null;
}

export interface ResponseCreateParamsStreaming extends ResponseCreateParamsBase {
  stream: true;
}

export type ResponseCreateParams = ResponseCreateParamsNonStreaming | ResponseCreateParamsStreaming;

export interface ResponseFunctionTool {
  type: 'function';
  name: string;
  description?: string | null;
  /** A JSON schema of the arguments. */
  parameters?: Record<string, unknown> | null;
  strict?: boolean | null;
}

export type ResponseTextFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; name: string; schema: Record<string, unknown>; description?: string; strict?: boolean | null };

export type ResponseInputItem =
  | {
      type?: 'message';
      role: 'user' | 'assistant' | 'system' | 'developer';
      content: string | { type: 'input_text'; text: string }[];
    }
  | ResponseOutputMessage
  | { type: 'function_call'; call_id: string; name: string; arguments: string; id?: string }
  | { type: 'function_call_output'; call_id: string; output: string | { type: 'input_text'; text: string }[] }
  | ResponseReasoningItem;

export interface ResponseReasoningItem {
  id: string;
  type: 'reasoning';
  summary: [];
  content?: { type: 'reasoning_text'; text: string }[];
  status?: 'in_progress' | 'completed' | 'incomplete';
}

export interface ResponseOutputMessage {
  id: string;
  type: 'message';
  role: 'assistant';
  status: 'in_progress' | 'completed' | 'incomplete';
  content: ResponseOutputText[];
}

export interface ResponseOutputText {
  type: 'output_text';
  text: string;
  annotations: [];
  logprobs: ResponseLogprob[];
}

export interface ResponseLogprob extends ResponseTopLogprob {
  top_logprobs: ResponseTopLogprob[];
}

export interface ResponseTopLogprob {
  token: string;
  /** The token's bytes, which need not be whole characters. */
  bytes: number[];
  /** The natural logarithm of the probability. */
  logprob: number;
}

export interface ResponseFunctionToolCall {
  id: string;
  type: 'function_call';
  call_id: string;
  name: string;
  /** JSON text. */
  arguments: string;
  status: 'in_progress' | 'completed' | 'incomplete';
}

export type ResponseOutputItem = ResponseReasoningItem | ResponseOutputMessage | ResponseFunctionToolCall;

/** An answer. Other fields repeat the request. */
export interface Response {
  id: string;
  object: 'response';
  /** Seconds since 1970. */
  created_at: number;
  status: 'completed' | 'incomplete' | 'in_progress' | 'cancelled';
  error: null;
  incomplete_details: { reason: 'max_output_tokens' } | null;
  model: string;
  output: ResponseOutputItem[];
  usage: ResponseUsage | null;
  timings?: Timings;
  /** What the request asks for but has no effect, such as a keyword of a schema that is not known. */
  warnings?: string[];
}

export interface ResponseUsage {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
}

/** An event of a stream, in the order of OpenAI's API. */
export type ResponseStreamEvent =
  | {
      type: 'response.created' | 'response.in_progress' | 'response.completed' | 'response.incomplete';
      sequence_number: number;
      response: Response;
    }
  | {
      type: 'response.output_item.added' | 'response.output_item.done';
      sequence_number: number;
      output_index: number;
      item: ResponseOutputItem;
    }
  | {
      type: 'response.content_part.added' | 'response.content_part.done';
      sequence_number: number;
      item_id: string;
      output_index: number;
      content_index: number;
      part: { type: 'output_text' | 'reasoning_text'; text: string };
    }
  | {
      type: 'response.output_text.delta' | 'response.reasoning_text.delta';
      sequence_number: number;
      item_id: string;
      output_index: number;
      content_index: number;
      delta: string;
    }
  | {
      type: 'response.output_text.done' | 'response.reasoning_text.done';
      sequence_number: number;
      item_id: string;
      output_index: number;
      content_index: number;
      text: string;
    }
  | {
      type: 'response.function_call_arguments.delta';
      sequence_number: number;
      item_id: string;
      output_index: number;
      delta: string;
    }
  | {
      type: 'response.function_call_arguments.done';
      sequence_number: number;
      item_id: string;
      output_index: number;
      name: string;
      arguments: string;
    };

// The `openai` package

/**
 * Returns a `fetch` that an engine answers, for the `openai` package and other clients of OpenAI's API.
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
  | 'most-predictable'
  | 'predictable'
  | 'slightly-predictable'
  | 'balanced'
  | 'slightly-creative'
  | 'creative'
  | 'most-creative';

/** The type of an input or output. Images and audio are not supported. */
export interface LanguageModelExpected {
  type: 'text' | 'image' | 'audio' | 'tool-call' | 'tool-response';
  /** BCP 47 tags of languages that have a name: the languages of a model are unknown. */
  languages?: string[];
}

export interface LanguageModelTool {
  name: string;
  description: string;
  /** A JSON schema of the arguments, with the type `object`. */
  inputSchema: object;
  /**
   * Runs the tool. The model has written the input. If it is left out, the answer contains the calls of the tool, and the page sends
   * their results with the next prompt; `expectedOutputs` must then contain `tool-call`.
   */
  execute?(input: any): unknown;
}

/** The ID of a call and the name of its tool. The earlier draft named the ID `callID`. */
export type LanguageModelCallIdentity = { name: string } & ({ callId: string } | { callID: string });

/** A call of a tool. */
export class LanguageModelToolCall {
  constructor(call: LanguageModelCallIdentity & { arguments?: object });
  readonly callId: string;
  /** The older name of `callId`. */
  readonly callID: string;
  readonly name: string;
  readonly arguments: any;
}

/** The result of a tool. */
export class LanguageModelToolSuccess {
  constructor(success: LanguageModelCallIdentity & { result: LanguageModelToolResult[] });
  readonly callId: string;
  /** The older name of `callId`. */
  readonly callID: string;
  readonly name: string;
  readonly result: LanguageModelToolResult[];
}

/** The failure of a tool. */
export class LanguageModelToolError {
  constructor(failure: LanguageModelCallIdentity & { errorMessage: string });
  readonly callId: string;
  /** The older name of `callId`. */
  readonly callID: string;
  readonly name: string;
  readonly errorMessage: string;
}

/** A part of a result: text, or data that can be written as JSON. */
export interface LanguageModelToolResult {
  type: 'text' | 'object';
  value: unknown;
}

/** A part of a message. Calls and results must be among the `expectedInputs` of the session. */
export type LanguageModelMessageContent =
  | { type: 'text'; value: string }
  | { type: 'tool-call'; value: LanguageModelToolCall }
  | { type: 'tool-response'; value: LanguageModelToolSuccess | LanguageModelToolError };

/** A part of an answer. */
export type LanguageModelAnswerContent =
  { type: 'text'; value: string } | { type: 'tool-call'; value: LanguageModelToolCall };

export interface LanguageModelMessage {
  /** `system` only in the first message of a session. */
  role: 'system' | 'user' | 'assistant';
  content: string | LanguageModelMessageContent[];
  /** Whether the answer continues this message: only in the last message, with the role `assistant`. */
  prefix?: boolean;
}

export type LanguageModelPrompt = string | LanguageModelMessage[];

export interface LanguageModelCreateCoreOptions {
  /** A model for {@link Demitasse.load}, or an engine. Default: the model of {@link LanguageModel.use}. */
  model?: string | Blob | Demitasse;
  topK?: number;
  /** Excludes `samplingMode`, as does `topK`. */
  temperature?: number;
  samplingMode?: LanguageModelSamplingMode;
  expectedInputs?: LanguageModelExpected[];
  expectedOutputs?: LanguageModelExpected[];
  tools?: LanguageModelTool[];
}

export interface LanguageModelCreateOptions extends LanguageModelCreateCoreOptions {
  /** Aborts the creation, or later destroys the session. */
  signal?: AbortSignal;
  /** Called with an event target of `downloadprogress` events, whose `loaded` increases from 0 to 1. */
  monitor?: (monitor: CreateMonitor) => void;
  /** The first messages, which are never removed from the session. */
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
  /** A JSON schema of the answer, or a regular expression that matches the whole answer. */
  responseConstraint?: object | RegExp;
  /** True to leave the constraint out of the prompt. It holds anyway. */
  omitResponseConstraintInput?: boolean;
}

/**
 * A conversation with the interface of the web's Prompt API (https://webmachinelearning.github.io/prompt-api/): code for that API runs
 * here with any model. All conversations of a page that use the same model share one engine, which is closed with the last of them.
 *
 * @example
 * LanguageModel.use('models/SmolLM2-135M-Instruct.Q4_1.gguf');
 * const session = await LanguageModel.create();
 * const answer = await session.prompt('Write me a poem!');
 */
export class LanguageModel extends EventTarget {
  private constructor();

  /**
   * Sets the default model: a URL, loaded when it is needed, or an engine, which its owner closes.
   */
  static use(model: string | Blob | Demitasse): void;

  /** Returns whether a session can be created, and whether it needs a download. */
  static availability(options?: LanguageModelCreateCoreOptions): Promise<Availability>;

  /** Returns the ranges and defaults of `topK` and `temperature`; null until the model of {@link LanguageModel.use} is loaded. */
  static params(): Promise<LanguageModelParams | null>;

  /** Creates a session. Loads the model if it isn't loaded yet. */
  static create(options?: LanguageModelCreateOptions): Promise<LanguageModel>;

  /** Returns the answer: its text, or its parts if it calls tools, which only sessions do whose `expectedOutputs` contain `tool-call`. */
  prompt<Answer extends string | LanguageModelAnswerContent[] = string>(
    input: LanguageModelPrompt,
    options?: LanguageModelPromptOptions,
  ): Promise<Answer>;
  /** Returns the pieces of the answer: strings, then the tool calls if the session's `expectedOutputs` contain `tool-call`. */
  promptStreaming<Chunk extends string | LanguageModelAnswerContent = string>(
    input: LanguageModelPrompt,
    options?: LanguageModelPromptOptions,
  ): ReadableStream<Chunk>;

  /** Adds messages, which the model reads without an answer. */
  append(input: LanguageModelPrompt, options?: { signal?: AbortSignal }): Promise<undefined>;

  /** Returns the number of tokens that a prompt would take. */
  measureContextUsage(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<number>;
  /** The number of tokens in the conversation. */
  readonly contextUsage: number;
  /** The maximum number of tokens in a conversation. */
  readonly contextWindow: number;
  /** Called when the oldest prompts and answers were removed to make room. */
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
  /** Null if the session was created with `topK` or `temperature`. */
  readonly samplingMode: LanguageModelSamplingMode | null;

  /** Returns an independent session with the same conversation. */
  clone(options?: { signal?: AbortSignal }): Promise<LanguageModel>;

  /** Ends the session. Rejects its pending calls with an `AbortError`. */
  destroy(): void;
}
