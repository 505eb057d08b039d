// The vendors' own clients, and Vercel's. Each is used as its guide says; nothing is set but the base URL and a key.

import assert from "node:assert/strict";

import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { ApiError, GoogleGenAI } from "@google/genai";
import { APICallError, embedMany, generateText, Output, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";

import { ABOUT_TOOL, Forecast, PARAMETERS, REPORTS, WEATHER } from "./words.js";

const FUNCTION = { name: "get_weather", description: ABOUT_TOOL, parameters: PARAMETERS };
const ROOM = 2048;

const user = (content) => ({ role: "user", content });
const report = (city) => REPORTS[city];

/** The exception of an SDK by Stainless for a status. */
function classOf(sdk, status) {
  const names = {
    400: "BadRequestError",
    401: "AuthenticationError",
    404: "NotFoundError",
    429: "RateLimitError",
  };
  return sdk[names[status] ?? "InternalServerError"];
}

class Chat {
  static title = "openai (Node)";
  static package = "openai";

  constructor(url, key = "any") {
    this.client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  }

  failed = (error, status) => error instanceof classOf(OpenAI, status);
  broken = (error) => error instanceof OpenAI.APIError;

  async say(model, words) {
    const answer = await this.client.chat.completions.create({ model, messages: [user(words)] });
    return answer.choices[0].message.content;
  }

  async *pieces(model, words) {
    let ended = null;
    const asked = { model, messages: [user(words)], stream: true };
    for await (const chunk of await this.client.chat.completions.create(asked)) {
      for (const choice of chunk.choices) {
        ended = choice.finish_reason ?? ended;
        if (choice.delta.content) yield choice.delta.content;
      }
    }
    assert.equal(ended, "stop");
  }

  async message(model, messages, stream) {
    const asked = { model, messages, tools: [{ type: "function", function: FUNCTION }] };
    const answer = stream
      ? await this.client.chat.completions.stream(asked).finalChatCompletion()
      : await this.client.chat.completions.create(asked);
    return answer.choices[0].message;
  }

  async weather(model, stream) {
    const messages = [user(WEATHER)];
    const asked = await this.message(model, messages, stream);
    messages.push(asked);
    for (const { id, function: called } of asked.tool_calls) {
      const content = report(JSON.parse(called.arguments).city);
      messages.push({ role: "tool", tool_call_id: id, content });
    }
    return (await this.message(model, messages, stream)).content;
  }

  async forecast(model, words) {
    const response_format = zodResponseFormat(Forecast, "forecast");
    const answer = await this.client.chat.completions.parse({ model, messages: [user(words)], response_format });
    return answer.choices[0].message.parsed;
  }

  async vectors(model, input) {
    // It asks for base64 by itself.
    return (await this.client.embeddings.create({ model, input })).data.map((one) => one.embedding);
  }

  async models() {
    return (await Array.fromAsync(this.client.models.list())).map((model) => model.id);
  }
}

class Responses {
  static title = "openai, Responses (Node)";
  static package = "openai";

  constructor(url, key = "any") {
    this.client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  }

  failed = (error, status) => error instanceof classOf(OpenAI, status);
  broken = (error) => error instanceof OpenAI.APIError;

  async say(model, words) {
    const response = await this.client.responses.create({ model, input: words });
    assert.equal((await this.client.responses.retrieve(response.id)).output_text, response.output_text);
    return response.output_text;
  }

  async *pieces(model, words) {
    let ended = null;
    for await (const event of await this.client.responses.create({ model, input: words, stream: true })) {
      ended = event.type;
      if (event.type === "response.output_text.delta") yield event.delta;
    }
    assert.equal(ended, "response.completed");
  }

  respond(stream, more) {
    const asked = { tools: [{ type: "function", strict: true, ...FUNCTION }], ...more };
    return stream ? this.client.responses.stream(asked).finalResponse() : this.client.responses.create(asked);
  }

  async weather(model, stream) {
    const question = user(WEATHER);
    const first = await this.respond(stream, { model, input: [question], store: stream });
    const results = first.output
      .filter((item) => item.type === "function_call")
      .map(({ call_id, arguments: given }) => {
        return { type: "function_call_output", call_id, output: report(JSON.parse(given).city) };
      });
    const more = stream
      ? { input: results, previous_response_id: first.id }
      : { input: [question, ...first.output, ...results], store: false };
    return (await this.respond(stream, { model, ...more })).output_text;
  }

  async forecast(model, words) {
    const text = { format: zodTextFormat(Forecast, "forecast") };
    return (await this.client.responses.parse({ model, input: words, text })).output_parsed;
  }
}

class Messages {
  static title = "@anthropic-ai/sdk (Node)";
  static package = "@anthropic-ai/sdk";

  constructor(url, key = "any") {
    this.client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
  }

  failed = (error, status) => error instanceof classOf(Anthropic, status);
  broken = (error) => error instanceof Anthropic.APIError;

  async say(model, words) {
    return textOf(await this.message(model, [user(words)], false));
  }

  async *pieces(model, words) {
    let ended = null;
    const asked = { model, max_tokens: ROOM, messages: [user(words)], stream: true };
    for await (const event of await this.client.messages.create(asked)) {
      ended = event.type;
      if (event.delta?.type === "text_delta") yield event.delta.text;
    }
    assert.equal(ended, "message_stop");
  }

  message(model, messages, stream, more = {}) {
    const asked = { model, max_tokens: ROOM, messages, ...more };
    return stream ? this.client.messages.stream(asked).finalMessage() : this.client.messages.create(asked);
  }

  async weather(model, stream) {
    const tools = [{ name: "get_weather", description: ABOUT_TOOL, input_schema: PARAMETERS }];
    const messages = [user(WEATHER)];
    const asked = await this.message(model, messages, stream, { tools });
    assert.equal(asked.stop_reason, "tool_use");
    const results = asked.content
      .filter((block) => block.type === "tool_use")
      .map(({ id, input }) => ({ type: "tool_result", tool_use_id: id, content: report(input.city) }));
    messages.push({ role: "assistant", content: asked.content }, user(results));
    return textOf(await this.message(model, messages, stream, { tools }));
  }

  async forecast(model, words) {
    const output_config = { format: zodOutputFormat(Forecast) };
    const asked = { model, max_tokens: ROOM, messages: [user(words)], output_config };
    return (await this.client.messages.parse(asked)).parsed_output;
  }

  async count(model, words) {
    return (await this.client.messages.countTokens({ model, messages: [user(words)] })).input_tokens;
  }

  async models() {
    return (await Array.fromAsync(this.client.models.list())).map((model) => model.id);
  }
}

const textOf = (message) => message.content.map((block) => block.text ?? "").join("");

class Gemini {
  static title = "@google/genai (Node)";
  static package = "@google/genai";

  constructor(url, key = "any") {
    this.client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
  }

  failed = (error, status) => error instanceof ApiError && error.status === status;
  // What comes within a stream it throws as an error of no class of its own.
  broken = (error) => error instanceof Error && error.message.includes("broke off");

  async say(model, contents) {
    return (await this.client.models.generateContent({ model, contents })).text;
  }

  async *pieces(model, contents) {
    let ended = null;
    for await (const piece of await this.client.models.generateContentStream({ model, contents })) {
      ended = piece.candidates[0].finishReason ?? ended;
      if (piece.text) yield piece.text;
    }
    assert.equal(ended, "STOP");
  }

  async parts(model, contents, stream) {
    const declared = { name: "get_weather", description: ABOUT_TOOL, parametersJsonSchema: PARAMETERS };
    const asked = { model, contents, config: { tools: [{ functionDeclarations: [declared] }] } };
    const answers = stream
      ? await Array.fromAsync(await this.client.models.generateContentStream(asked))
      : [await this.client.models.generateContent(asked)];
    return answers.flatMap((answer) => answer.candidates[0].content.parts ?? []);
  }

  async weather(model, stream) {
    const contents = [{ role: "user", parts: [{ text: WEATHER }] }];
    const asked = await this.parts(model, contents, stream);
    const results = asked
      .filter((part) => part.functionCall)
      .map(({ functionCall: { name, args } }) => {
        return { functionResponse: { name, response: { result: report(args.city) } } };
      });
    contents.push({ role: "model", parts: asked }, { role: "user", parts: results });
    return (await this.parts(model, contents, stream)).map((part) => part.text ?? "").join("");
  }

  async forecast(model, contents) {
    const config = { responseMimeType: "application/json", responseJsonSchema: z.toJSONSchema(Forecast) };
    return JSON.parse((await this.client.models.generateContent({ model, contents, config })).text);
  }

  async vectors(model, contents) {
    return (await this.client.models.embedContent({ model, contents })).embeddings.map((one) => one.values);
  }

  async count(model, contents) {
    return (await this.client.models.countTokens({ model, contents })).totalTokens;
  }

  async models() {
    return (await Array.fromAsync(await this.client.models.list())).map((model) => model.name);
  }
}

/** What is the same for all of Vercel's providers. */
class Vercel {
  failed = (error, status) => APICallError.isInstance(error) && error.statusCode === status;
  // An error event is passed on as it came, by some of its providers as no `Error`.
  broken = (error) => `${error?.message ?? JSON.stringify(error)}`.includes("broke off");

  asked = (model, more) => ({ model: this.model(model), maxRetries: 0, ...more });

  async say(model, prompt) {
    return (await generateText(this.asked(model, { prompt }))).text;
  }

  async *pieces(model, prompt, more = {}) {
    let failure = null;
    const onError = ({ error }) => {
      failure ??= { error };
    };
    // It gives text until it ends, and tells of errors at the side.
    for await (const piece of streamText(this.asked(model, { prompt, onError, ...more })).textStream) yield piece;
    if (failure) throw failure.error;
  }

  async weather(model, stream) {
    const execute = async ({ city }) => report(city);
    const inputSchema = z.object({ city: z.string() });
    const get_weather = tool({ description: ABOUT_TOOL, inputSchema, execute });
    const more = { tools: { get_weather }, stopWhen: stepCountIs(3) };
    if (stream) return (await Array.fromAsync(this.pieces(model, WEATHER, more))).join("");
    return (await generateText(this.asked(model, { prompt: WEATHER, ...more }))).text;
  }

  async forecast(model, prompt) {
    const output = Output.object({ schema: Forecast });
    return (await generateText(this.asked(model, { prompt, output }))).output;
  }

  async vectors(model, values) {
    return (await embedMany({ model: this.embedder(model), values, maxRetries: 0 })).embeddings;
  }
}

class VercelOpenAi extends Vercel {
  static title = "ai + @ai-sdk/openai, Responses";
  static package = "@ai-sdk/openai";

  constructor(url, key = "any") {
    super();
    this.provider = createOpenAI({ baseURL: `${url}/v1`, apiKey: key });
  }

  model = (name) => this.provider(name);
  embedder = (name) => this.provider.embedding(name);
}

class VercelChat extends VercelOpenAi {
  static title = "ai + @ai-sdk/openai, Chat";
  static package = "@ai-sdk/openai";

  model = (name) => this.provider.chat(name);
}

class VercelCompatible extends Vercel {
  static title = "ai + @ai-sdk/openai-compatible";
  static package = "@ai-sdk/openai-compatible";

  constructor(url, key = "any") {
    super();
    const options = { name: "aigw", baseURL: `${url}/v1`, apiKey: key, supportsStructuredOutputs: true };
    this.provider = createOpenAICompatible(options);
  }

  model = (name) => this.provider(name);
  embedder = (name) => this.provider.embeddingModel(name);
}

export const DRIVERS = [Chat, Responses, Messages, Gemini, VercelOpenAi, VercelChat, VercelCompatible];
