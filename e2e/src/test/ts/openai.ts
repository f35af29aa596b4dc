// Checks that answers have the types of the `openai` package, and that requests are compatible. Compiled by TypesTest, not run.
import type * as Ours from 'demitasse';
import { openAiFetch } from 'demitasse';
import OpenAI from 'openai';

/** Compiles if the first type is assignable to the second. */
type Is<First extends Second, Second> = First;
type WithModel<Params> = Params & { model: string };

type Chat = typeof OpenAI.Chat.Completions.prototype;
type Theirs = OpenAI.ChatCompletionCreateParams;

export type Answers = [
  Is<Ours.ChatCompletion, OpenAI.ChatCompletion>,
  Is<Ours.ChatCompletionChunk, OpenAI.ChatCompletionChunk>,
  Is<Ours.ChatCompletionMessage, OpenAI.ChatCompletionMessage>,
  Is<Ours.ChatCompletionTokenLogprob, OpenAI.ChatCompletionTokenLogprob>,
  Is<Ours.Completion, OpenAI.Completion>,
  Is<Ours.CompletionUsage, OpenAI.CompletionUsage>,
  Is<Ours.CreateEmbeddingResponse, OpenAI.CreateEmbeddingResponse>,
  Is<Ours.ResponseOutputItem, OpenAI.Responses.ResponseOutputItem>,
  Is<Ours.ResponseUsage, Omit<OpenAI.Responses.ResponseUsage, 'input_tokens_details'>>,
  Is<OpenAI.CompletionUsage, Ours.CompletionUsage>,
  Is<OpenAI.CreateEmbeddingResponse, Ours.CreateEmbeddingResponse>,
  Is<OpenAI.ChatCompletionTokenLogprob, Ours.ChatCompletionTokenLogprob>,
];

export type Requests = [
  Is<WithModel<Ours.ChatCompletionCreateParamsNonStreaming>, OpenAI.ChatCompletionCreateParamsNonStreaming>,
  Is<WithModel<Ours.ChatCompletionCreateParamsStreaming>, OpenAI.ChatCompletionCreateParamsStreaming>,
  Is<WithModel<Ours.CompletionCreateParams>, OpenAI.CompletionCreateParams>,
  Is<WithModel<Ours.EmbeddingCreateParams>, OpenAI.EmbeddingCreateParams>,
  Is<Omit<WithModel<Ours.ResponseCreateParamsNonStreaming>, 'tools'>, OpenAI.Responses.ResponseCreateParamsNonStreaming>,
  Is<Ours.ResponseInputItem, OpenAI.Responses.ResponseInputItem>,
  Is<Ours.ChatCompletionMessageParam, OpenAI.ChatCompletionMessageParam>,
  Is<Ours.ChatCompletionTool, OpenAI.ChatCompletionTool>,
];

/** The types of `openai` that have only texts and functions. */
export type TheirRequests = [
  Is<OpenAI.ChatCompletionSystemMessageParam, Ours.ChatCompletionMessageParam>,
  Is<OpenAI.ChatCompletionDeveloperMessageParam, Ours.ChatCompletionMessageParam>,
  Is<OpenAI.ChatCompletionUserMessageParam & { content: string }, Ours.ChatCompletionMessageParam>,
  Is<OpenAI.ChatCompletionToolMessageParam, Ours.ChatCompletionMessageParam>,
  Is<
    OpenAI.ChatCompletionMessage & { tool_calls?: OpenAI.ChatCompletionMessageFunctionToolCall[] },
    Ours.ChatCompletionMessageParam
  >,
  Is<OpenAI.ChatCompletionFunctionTool, Ours.ChatCompletionTool>,
  Is<OpenAI.ChatCompletionNamedToolChoice, Ours.ChatCompletionToolChoiceOption>,
  Is<OpenAI.ChatCompletionAllowedToolChoice, Ours.ChatCompletionToolChoiceOption>,
  Is<OpenAI.Responses.FunctionTool, Ours.ResponseFunctionTool>,
  Is<OpenAI.Responses.ResponseFunctionToolCall, Ours.ResponseInputItem>,
  Is<NonNullable<Theirs['response_format']>, Ours.ResponseFormat>,
  Is<Theirs['reasoning_effort'], Ours.ChatCompletionCreateParams['reasoning_effort']>,
  Is<Theirs['stop'], Ours.ChatCompletionCreateParams['stop']>,
  Is<OpenAI.ChatCompletionStreamOptions, Ours.StreamOptions>,
];

export function client(engine: Ours.Demitasse): Chat {
  return new OpenAI({ apiKey: 'none', baseURL: 'https://demitasse.invalid/v1', fetch: openAiFetch(engine) }).chat.completions;
}
