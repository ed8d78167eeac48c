// The official OpenAI client against `spillway serve`, whose path is in SPILLWAY.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, beforeEach, test} from 'node:test';
import OpenAI from 'openai';

const directory = mkdtempSync(join(tmpdir(), 'spillway-compat-'));
const portsFile = join(directory, 'ports.json');
const model = 'llama3.1-8b';
let server;
let ports;
let client;

const url = (port, path) => `http://127.0.0.1:${port}${path}`;

before(async () => {
  server = spawn(process.env.SPILLWAY, [
    'serve', '--port', '0', '--system-port', '0', '--kvbm-port', '0', '--ports-file', portsFile,
    '--api-key', 'a-key', '--gpu-cache-gb', '1', '--cpu-cache-gb', '128MiB', '--disk-cache-gb', '256MiB',
    '--decode-step-ms', '5', '--prefill-tokens-per-s', '100000', '--drain-s', '1'
  ], {stdio: ['ignore', 'pipe', 'inherit'], env: {...process.env, TMPDIR: directory}});
  const [line] = await once(server.stdout, 'data');
  assert.match(String(line), /serves llama3\.1-8b/);
  ports = JSON.parse(readFileSync(portsFile, 'utf8'));
  client = new OpenAI({baseURL: url(ports.port, '/v1'), apiKey: 'a-key', maxRetries: 0});
});

after(async () => {
  server.kill('SIGTERM');
  const [status] = await once(server, 'exit');
  rmSync(directory, {recursive: true});
  assert.equal(status, 0);
});

const authorized = {authorization: 'Bearer a-key'};

async function setFaults(faults) {
  const answer = await fetch(url(ports.system_port, '/faults'),
                             {method: 'POST', headers: authorized, body: JSON.stringify({seed: 1, faults})});
  assert.equal(answer.status, 200, await answer.text());
}

beforeEach(() => setFaults([]));

async function metric(name) {
  const page = await (await fetch(url(ports.port, '/metrics'), {headers: authorized})).text();
  const line = page.split('\n').find((one) => one.startsWith(name));
  return line && Number(line.split(' ').at(-1));
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

test('lists its model', async () => {
  const list = await client.models.list();
  assert.deepEqual(list.data.map((one) => one.id), [model]);
  assert.equal((await client.models.retrieve(model)).object, 'model');
});

test('completes a prompt', async () => {
  const answer = await client.completions.create({model, prompt: 'one two three', max_tokens: 4});
  assert.equal(answer.object, 'text_completion');
  assert.equal(answer.choices[0].finish_reason, 'length');
  assert.deepEqual([answer.usage.prompt_tokens, answer.usage.completion_tokens], [3, 4]);
  assert.equal(answer.choices[0].text.trim().split(' ').length, 4);
});

test('takes tokens as a prompt', async () => {
  const answer = await client.completions.create({model, prompt: [1, 2, 3, 4, 5], max_tokens: 1});
  assert.equal(answer.usage.prompt_tokens, 5);
});

test('answers a chat, the same for the same seed', async () => {
  const ask = (seed) => client.chat.completions.create(
      {model, messages: [{role: 'user', content: 'Hi'}], max_completion_tokens: 6, seed});
  const [one, again, other] = await Promise.all([ask(1), ask(1), ask(2)]);
  assert.equal(one.choices[0].message.role, 'assistant');
  assert.equal(one.choices[0].message.content, again.choices[0].message.content);
  assert.notEqual(one.choices[0].message.content, other.choices[0].message.content);
});

test('streams a chat: role, text, reason, usage', async () => {
  const chunks = await collect(await client.chat.completions.create({
    model, messages: [{role: 'user', content: 'Hi'}], max_tokens: 3, stream: true,
    stream_options: {include_usage: true}
  }));
  assert.equal(chunks[0].choices[0].delta.role, 'assistant');
  assert.equal(chunks.filter((one) => one.choices[0]?.delta.content).length, 3);
  assert.equal(chunks.at(-2).choices[0].finish_reason, 'length');
  assert.deepEqual(chunks.at(-1).choices, []);
  assert.equal(chunks.at(-1).usage.completion_tokens, 3);
  assert.ok(chunks.slice(0, -1).every((one) => one.usage === null));
});

test('streams a completion', async () => {
  const chunks = await collect(
      await client.completions.create({model, prompt: 'a b', max_tokens: 3, stream: true}));
  assert.equal(chunks.map((one) => one.choices[0].text).join('').trim().split(' ').length, 3);
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'length');
});

test('ends before a stop string', async () => {
  const ask = (stop) => client.completions.create({model, prompt: 'x y z', max_tokens: 8, stop});
  const words = (await ask()).choices[0].text.trim().split(' ');
  const cut = await ask(words[3]);
  assert.equal(cut.choices[0].finish_reason, 'stop');
  assert.equal(cut.choices[0].text.trim(), words.slice(0, 3).join(' '));
});

test('tells what was cached, and forgets it', async () => {
  const prompt = Array.from({length: 100}, (_, i) => `cached${i}`).join(' ');
  const ask = async () => (await client.completions.create({model, prompt, max_tokens: 1}))
                              .usage.prompt_tokens_details.cached_tokens;
  assert.equal(await ask(), 0);
  assert.equal(await ask(), 96);
  const reset = await fetch(url(ports.port, '/reset_prefix_cache?reset_external=true'),
                            {method: 'POST', headers: authorized});
  assert.equal(reset.status, 200);
  assert.equal(await ask(), 0);
});

test('errors have their classes', async () => {
  await assert.rejects(client.completions.create({model: 'none', prompt: 'x'}), OpenAI.NotFoundError);
  await assert.rejects(client.completions.create({model, prompt: 'x', temperature: 9}),
                       (error) => error instanceof OpenAI.BadRequestError && error.param === 'temperature');
  await assert.rejects(client.completions.create({model, prompt: Array(9000).fill(1)}),
                       (error) => error.code === 'context_length_exceeded');
  const stranger = new OpenAI({baseURL: url(ports.port, '/v1'), apiKey: 'no', maxRetries: 0});
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
});

test('faults arrive as what they are', async () => {
  const ask = (more) => client.completions.create({model, prompt: 'x', max_tokens: 4, ...more});
  await setFaults([{kind: 'status', status: 429}]);
  await assert.rejects(ask(), OpenAI.RateLimitError);
  await setFaults([{kind: 'status', status: 503}]);
  await assert.rejects(ask(), OpenAI.InternalServerError);
  await setFaults([{kind: 'error_in_200'}]);
  assert.equal((await ask()).choices, undefined);
  await setFaults([{kind: 'malformed_sse'}]);
  await assert.rejects(async () => collect(await ask({stream: true})));
  await setFaults([{kind: 'cut', after_bytes: 300}]);
  await assert.rejects(async () => collect(await ask({stream: true})));
  await setFaults([{kind: 'models_empty', next: 1}]);
  assert.equal((await client.models.list()).data.length, 0);
  assert.equal((await client.models.list()).data.length, 1);
});

test('a client that gives up leaves nothing running', async () => {
  const stream = await client.completions.create(
      {model, prompt: 'long', max_tokens: 5000, stream: true});
  for await (const chunk of stream) {
    assert.ok(chunk);
    break;
  }
  stream.controller.abort();
  const before = Date.now();
  while (await metric('dynamo_frontend_inflight_requests') > 0) assert.ok(Date.now() - before < 5000);
});

test('a stalled stream runs into the timeout', async () => {
  await setFaults([{kind: 'stall_after_headers', for_s: 20, next: 1}]);
  const controller = new AbortController();
  const stalled = client.completions.create({model, prompt: 'x', stream: true}, {signal: controller.signal});
  const stream = await stalled;
  const ended = collect(stream);
  controller.abort();
  assert.deepEqual(await ended, []);
  await setFaults([]);
  await assert.rejects(
      client.completions.create({model, prompt: 'x', max_tokens: 2000}, {timeout: 200}),
      OpenAI.APIConnectionTimeoutError);
});
