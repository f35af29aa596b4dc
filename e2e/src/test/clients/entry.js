// The clients of OpenAI's API that ClientLibrariesTest runs in a page, as one module.
export { generateText, Output, streamText, tool } from 'ai';
export { createOpenAI } from '@ai-sdk/openai';
export { createOpenAICompatible } from '@ai-sdk/openai-compatible';
export { HumanMessage } from '@langchain/core/messages';
export { tool as langChainTool } from '@langchain/core/tools';
export { ChatOpenAI, OpenAI as LangChainOpenAI, OpenAIEmbeddings } from '@langchain/openai';
export { default as OpenAI } from 'openai';
export { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
export { z } from 'zod';
