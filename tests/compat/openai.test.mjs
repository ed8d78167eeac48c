// The official openai package against `spillway serve`.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import OpenAI from 'openai';

import { kModel, Server, until } from './server.mjs';

const kMessages = [
  { role: 'system', content: 'You are brief.' },
  { role: 'user', content: 'What is a spillway?' },
];
const kPrompt = 'A spillway is what a dam has for the water that it cannot hold';  // 14 words

const clientOf = (server, options = {}) =>
  new OpenAI({ baseURL: `${server.origin}/v1`, apiKey: 'any', maxRetries: 0, logLevel: 'off', ...options });

async function chunksOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const tokensFrom = (first, count) => Array.from({ length: count }, (_, i) => first + i);

let server;
let client;
before(async () => {
  server = await Server.start('--decode-step-ms', '2', '--prefill-tokens-per-s', '100000');
  client = clientOf(server);
});
after(() => server.stop());
afterEach(() => server.setFaults());

const complete = (fields, options) =>
  client.completions.create({ model: kModel, prompt: kPrompt, max_tokens: 8, ...fields }, options);
const chat = (fields, options) =>
  client.chat.completions.create({ model: kModel, messages: kMessages, max_completion_tokens: 8, ...fields }, options);

describe('models', () => {
  test('are listed', async () => {
    const models = await chunksOf(client.models.list());
    assert.deepEqual(models.map((model) => model.id), [kModel]);
    assert.equal(models[0].object, 'model');
    assert.ok(Math.abs(models[0].created - Date.now() / 1000) < 60);
  });

  test('are found by name', async () => {
    assert.equal((await client.models.retrieve(kModel)).id, kModel);
    await assert.rejects(client.models.retrieve('gpt-0'), OpenAI.NotFoundError);
  });
});

describe('a completion', () => {
  test('has text, a reason and its usage', async () => {
    const answer = await complete();
    assert.equal(answer.object, 'text_completion');
    assert.equal(answer.model, kModel);
    assert.equal(answer.choices.length, 1);
    assert.equal(answer.choices[0].text.trim().split(/\s+/).length, 8);
    assert.equal(answer.choices[0].finish_reason, 'length');
    assert.equal(answer.usage.prompt_tokens, 14);
    assert.equal(answer.usage.completion_tokens, 8);
    assert.equal(answer.usage.total_tokens, 22);
  });

  test('has 16 tokens when nobody says how many', async () => {
    const answer = await complete({ max_tokens: undefined });
    assert.equal(answer.usage.completion_tokens, 16);
  });

  test('takes a prompt of tokens', async () => {
    const answer = await complete({ prompt: tokensFrom(1000, 40) });
    assert.equal(answer.usage.prompt_tokens, 40);
  });

  test('ends before a stop string', async () => {
    const whole = (await complete({ max_tokens: 12 })).choices[0].text;
    const word = whole.trim().split(/\s+/)[5];
    const answer = await complete({ max_tokens: 12, stop: [word] });
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.choices[0].text, whole.slice(0, whole.indexOf(word)));
    assert.ok(answer.usage.completion_tokens <= 6);
  });

  test('is the same for the same seed, and another for another', async () => {
    const texts = [];
    for (const seed of [7, 7, 8]) texts.push((await complete({ seed })).choices[0].text);
    assert.equal(texts[0], texts[1]);
    assert.notEqual(texts[0], texts[2]);
  });

  test('at temperature 0 does not depend on the seed', async () => {
    const one = await complete({ seed: 7, temperature: 0 });
    const other = await complete({ seed: 8, temperature: 0 });
    assert.equal(one.choices[0].text, other.choices[0].text);
  });

  test('streams the text that it has as a whole, a token a chunk', async () => {
    const whole = await complete({ seed: 3 });
    const chunks = await chunksOf(
      await complete({ seed: 3, stream: true, stream_options: { include_usage: true } }));
    const usage = chunks.pop();
    assert.deepEqual(usage.choices, []);
    assert.equal(usage.usage.prompt_tokens, 14);
    assert.equal(usage.usage.completion_tokens, 8);
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'length');
    assert.equal(chunks.length, 9);  // 8 tokens and the end
    assert.ok(chunks.slice(0, -1).every((chunk) => chunk.choices[0].finish_reason === null));
    assert.ok(chunks.every((chunk) => chunk.usage === null && chunk.id === usage.id));
    assert.equal(chunks.map((chunk) => chunk.choices[0].text).join(''), whole.choices[0].text);
  });
});

describe('a chat', () => {
  test('has a message of the assistant, a reason and its usage', async () => {
    const answer = await chat();
    assert.equal(answer.object, 'chat.completion');
    assert.equal(answer.choices[0].message.role, 'assistant');
    assert.equal(answer.choices[0].message.content.trim().split(/\s+/).length, 8);
    assert.equal(answer.choices[0].finish_reason, 'length');
    assert.equal(answer.usage.completion_tokens, 8);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + 8);
  });

  test('takes max_tokens and content in parts as well', async () => {
    const parts = kMessages.map(({ role, content }) => ({ role, content: [{ type: 'text', text: content }] }));
    const answer = await chat({ messages: parts, max_completion_tokens: undefined, max_tokens: 5 });
    assert.equal(answer.usage.completion_tokens, 5);
    assert.equal(answer.usage.prompt_tokens, (await chat()).usage.prompt_tokens);
  });

  test('streams the role, then text, then the reason, then the usage', async () => {
    const whole = await chat();
    const [role, ...chunks] = await chunksOf(
      await chat({ stream: true, stream_options: { include_usage: true } }));
    const usage = chunks.pop();
    const end = chunks.pop();
    assert.deepEqual(role.choices[0].delta, { role: 'assistant', content: '' });
    assert.deepEqual(end.choices[0].delta, {});
    assert.equal(end.choices[0].finish_reason, 'length');
    assert.deepEqual(usage.choices, []);
    assert.equal(usage.usage.completion_tokens, 8);
    assert.equal(chunks.length, 8);
    assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content).join(''),
      whole.choices[0].message.content);
  });

  test('streams no usage to those who do not ask', async () => {
    const chunks = await chunksOf(await chat({ stream: true }));
    assert.ok(chunks.every((chunk) => chunk.choices.length === 1 && chunk.usage === undefined));
  });

  test("is put together by the client's own helper", async () => {
    const runner = client.chat.completions.stream({
      model: kModel, messages: kMessages, max_completion_tokens: 8,
      stream_options: { include_usage: true },
    });
    const answer = await runner.finalChatCompletion();
    assert.equal(answer.choices[0].message.content, (await chat()).choices[0].message.content);
    assert.equal((await runner.totalUsage()).completion_tokens, 8);
  });
});

describe('cached tokens', () => {
  // 100 tokens are 3 blocks of 32, and 4 tokens that no block holds.
  const ask = async () => (await complete({ prompt: tokensFrom(5000, 100) })).usage;

  test('are those of whole blocks, from where they lie', async () => {
    await server.resetPrefixCache('?reset_external=true');
    assert.equal((await ask()).prompt_tokens_details.cached_tokens, 0);
    const again = await ask();
    assert.equal(again.prompt_tokens_details.cached_tokens, 96);
    assert.deepEqual(again.cached_tokens_details, { device: 96, host: 0, disk: 0 });
  });

  test('come from host memory once the prefix cache is reset, and are loaded', async () => {
    await server.resetPrefixCache('?reset_external=true');
    await ask();
    await server.resetPrefixCache();
    const loaded = await server.metric('kvbm_onboard_blocks_h2d', server.ports.kvbm_port);
    assert.deepEqual((await ask()).cached_tokens_details, { device: 0, host: 96, disk: 0 });
    assert.equal(await server.metric('kvbm_onboard_blocks_h2d', server.ports.kvbm_port), loaded + 3);
  });

  test('are none once the tiers are emptied, too', async () => {
    await ask();
    await server.resetPrefixCache('?reset_external=true');
    assert.equal((await ask()).prompt_tokens_details.cached_tokens, 0);
  });
});

describe('a bad request', () => {
  const refused = (type, param) => (error) => {
    assert.ok(error instanceof type, `${error}`);
    assert.equal(error.param, param);
    assert.equal(error.type, 'invalid_request_error');
    return true;
  };

  test('for an unknown model gets 404', async () => {
    await assert.rejects(complete({ model: 'gpt-0' }), (error) => {
      assert.equal(error.code, 'model_not_found');
      return refused(OpenAI.NotFoundError, 'model')(error);
    });
  });

  test('with a value out of range gets 400 and says which', async () => {
    await assert.rejects(complete({ max_tokens: 0 }), refused(OpenAI.BadRequestError, 'max_tokens'));
    await assert.rejects(chat({ temperature: 3 }), refused(OpenAI.BadRequestError, 'temperature'));
    await assert.rejects(chat({ n: 2 }), refused(OpenAI.BadRequestError, 'n'));
    await assert.rejects(chat({ messages: [] }), refused(OpenAI.BadRequestError, 'messages'));
  });

  test('with a prompt above the limit gets 400 before any event', async () => {
    const request = complete({ prompt: tokensFrom(0, 8193), stream: true });
    await assert.rejects(request, (error) => {
      assert.equal(error.code, 'context_length_exceeded');
      return refused(OpenAI.BadRequestError, 'prompt')(error);
    });
  });

  test('with a field that the API does not know is answered', async () => {
    assert.equal((await complete({ session_id: 's-1', no_such_field: 1 })).usage.completion_tokens, 8);
  });
});

describe('under --api-key and --strict-fields', () => {
  let strict;
  before(async () => {
    strict = await Server.start('--api-key', 'open-sesame', '--strict-fields', '--served-model-name', 'dam');
  });
  after(() => strict.stop());
  const ask = (apiKey, fields) =>
    clientOf(strict, { apiKey }).completions.create({ model: 'dam', prompt: 'Hi', max_tokens: 1, ...fields });

  test('another key gets 401', async () => {
    await assert.rejects(ask('open-barley'), (error) => {
      assert.ok(error instanceof OpenAI.AuthenticationError, `${error}`);
      assert.equal(error.code, 'invalid_api_key');
      return true;
    });
  });

  test('the key opens, and the model has the name that it was given', async () => {
    assert.equal((await ask('open-sesame')).model, 'dam');
  });

  test('a field that the API does not know gets 400', async () => {
    await assert.rejects(ask('open-sesame', { session_id: 's-1' }), OpenAI.BadRequestError);
  });
});

describe('a fault', () => {
  test('of status 429 is a RateLimitError with its headers', async () => {
    await server.setFaults({ kind: 'status', status: 429, retry_after_s: 3 });
    await assert.rejects(complete(), (error) => {
      assert.ok(error instanceof OpenAI.RateLimitError, `${error}`);
      assert.equal(error.headers.get('retry-after'), '3');
      return true;
    });
  });

  test('of status 503 is an InternalServerError, for streams too', async () => {
    await server.setFaults({ kind: 'status', status: 503 });
    const is503 = (error) => error instanceof OpenAI.InternalServerError && error.status === 503;
    await assert.rejects(complete(), is503);
    await assert.rejects(chat({ stream: true }), is503);
  });

  test('that passes is not seen by a client that tries again', async () => {
    await server.setFaults({ kind: 'status', status: 503, next: 1, retry_after_s: 0 });
    const answer = await complete({}, { maxRetries: 1 });
    assert.equal(answer.usage.completion_tokens, 8);
  });

  test('within a status of 200 has an error where the choices are', async () => {
    await server.setFaults({ kind: 'error_in_200' });
    const answer = await chat();
    assert.equal(answer.choices, undefined);
    assert.equal(answer.error.code, 'injected_fault');
  });

  test('of a stream is an event that is not JSON', async () => {
    await server.setFaults({ kind: 'malformed_sse', next: 1 });
    const stream = await chat({ stream: true });
    await assert.rejects(chunksOf(stream), SyntaxError);
    await server.idle();
    assert.ok((await chunksOf(await chat({ stream: true }))).length > 1);
  });

  test('that cuts the connection fails the answer, whole or streamed', async () => {
    await server.setFaults({ kind: 'cut', after_bytes: 100 });
    await assert.rejects(complete(), TypeError);  // of the client's fetch
    const stream = await complete({ stream: true });
    await assert.rejects(chunksOf(stream), TypeError);
  });

  test('that takes the models away lists none', async () => {
    await server.setFaults({ kind: 'models_empty', next: 1 });
    assert.deepEqual(await chunksOf(client.models.list()), []);
    assert.equal((await chunksOf(client.models.list())).length, 1);
  });

  test('of the metrics is that they are not there', async () => {
    await server.setFaults({ kind: 'metrics_missing', page: 'kvbm' });
    assert.equal((await fetch(`http://127.0.0.1:${server.ports.kvbm_port}/metrics`)).status, 404);
  });
});

describe('a client that gives up', () => {
  // 4,000 tokens at 2 ms a step: 8 s, so whoever waits for the end does not pass for having given up.
  const kLong = { max_tokens: 4000 };
  const cancelled = () => server.metric('dynamo_component_cancellation_total', server.ports.system_port);

  test('on a stream frees the engine', async () => {
    const before = await cancelled();
    const stream = await complete({ ...kLong, stream: true });
    let chunks = 0;
    for await (const chunk of stream) {
      assert.equal(chunk.choices[0].finish_reason, null);
      if (++chunks === 3) stream.controller.abort();
    }
    assert.ok(chunks < 4000, `${chunks} chunks`);
    await server.idle();
    assert.equal(await cancelled(), before + 1);
  });

  test('by its signal on a whole answer frees the engine', async () => {
    const before = await cancelled();
    const controller = new AbortController();
    const answer = complete(kLong, { signal: controller.signal });
    const refusal = assert.rejects(answer, OpenAI.APIUserAbortError);
    await until('a request under way', async () => (await server.inflight()) === 1);
    controller.abort();
    await refusal;
    await server.idle();
    assert.equal(await cancelled(), before + 1);
  });

  test('by its timeout frees the engine', async () => {
    const before = await cancelled();
    await assert.rejects(complete(kLong, { timeout: 200 }), OpenAI.APIConnectionTimeoutError);
    await server.idle();
    assert.equal(await cancelled(), before + 1);
  });

  // The package's timeout ends with the head, so a stream that stalls needs a clock of one's own.
  test('on a stream that stalls after its head gets away', async () => {
    await server.setFaults({ kind: 'stall_after_headers' });
    const stream = await chat({ stream: true }, { timeout: 200, signal: AbortSignal.timeout(600) });
    const began = performance.now();
    assert.deepEqual(await chunksOf(stream), []);
    assert.ok(performance.now() - began > 200, 'the stall is longer than the timeout');
    await server.setFaults();
    assert.equal((await complete()).usage.completion_tokens, 8);
  });

  test('on a stall that ends sees that the connection is closed', async () => {
    await server.setFaults({ kind: 'stall_after_headers', for_s: 0.1 });
    const stream = await chat({ stream: true });
    await assert.rejects(chunksOf(stream), TypeError);
  });
});

test('sixty-four streams side by side have each their own text', async () => {
  const alone = [];
  for (let seed = 0; seed < 4; ++seed) alone.push((await chat({ seed })).choices[0].message.content);
  const streams = await Promise.all(tokensFrom(0, 64).map(async (i) => {
    const chunks = await chunksOf(await chat({ seed: i % 4, stream: true }));
    return chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join('');
  }));
  streams.forEach((text, i) => assert.equal(text, alone[i % 4]));
});
