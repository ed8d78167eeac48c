// A small OpenAI-compatible server that shares nothing with ours but the API: it sends what real ones send
// before the first text, counts usage only when asked, and names its metrics as vLLM does.
// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:http';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

export const kForeignModel = 'foreign/model-1';
export const kTtftMs = 40;
export const kItlMs = 10;
const kTokensPerPrompt = 11;

export class ForeignServer {
  // What the next answers do: '', 'status', 'error-object', 'malformed', 'cut', 'stall', 'not-http'.
  fault = '';
  status = 500;
  requests = [];
  hasMetrics = true;
  restarts = false;  // its counters begin anew before the next page after a request
  counters = { prompt: 0, generated: 0, queries: 0, hits: 0, success: 0 };

  static async start() {
    const server = new ForeignServer();
    server.http = createServer((request, response) => server.answer(request, response));
    server.http.listen(0, '127.0.0.1');
    await once(server.http, 'listening');
    server.origin = `http://127.0.0.1:${server.http.address().port}`;
    return server;
  }

  stop() {
    this.http.closeAllConnections();
    this.http.close();
  }

  async answer(request, response) {
    let text = '';
    for await (const piece of request) text += piece;
    if (request.url === '/v1/models') {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: [{ id: kForeignModel, object: 'model' }] }));
    } else if (request.url === '/metrics' && this.hasMetrics) {
      response.setHeader('Content-Type', 'text/plain; version=0.0.4');
      response.end(this.metrics());
    } else if (request.url === '/v1/completions') {
      const body = JSON.parse(text);
      this.requests.push(body);
      await this.complete(body, response);
    } else {
      response.statusCode = 404;
      response.end();
    }
  }

  async complete(body, response) {
    if (this.fault === 'not-http') return void response.socket.end('HELO there\r\n\r\n');
    if (this.fault === 'status') {
      response.statusCode = this.status;
      response.setHeader('Content-Type', 'application/json');
      return void response.end(JSON.stringify({ error: { message: 'on purpose', code: this.status } }));
    }
    this.counters.queries += kTokensPerPrompt;
    this.counters.prompt += kTokensPerPrompt;
    await (body.stream ? this.stream(body, response) : this.whole(body, response));
  }

  async whole(body, response) {
    await pause(kTtftMs);
    response.setHeader('Content-Type', 'application/json');
    if (this.fault === 'malformed') return void response.end('{"choices": [');
    if (this.fault === 'error-object') return void response.end(JSON.stringify({ error: { message: 'no memory' } }));
    this.count(body.max_tokens);
    response.end(JSON.stringify({
      id: 'cmpl-7',
      object: 'text_completion',
      model: kForeignModel,
      choices: [{ index: 0, text: ' mot'.repeat(body.max_tokens), finish_reason: 'length' }],
      usage: this.usage(body),
    }));
  }

  async stream(body, response) {
    response.setHeader('Content-Type', 'text/event-stream');
    const send = (event) => response.write(`data: ${event}\n\n`);
    const chunk = (text, more = {}) => send(JSON.stringify({
      id: 'cmpl-7', object: 'text_completion', created: 1, model: kForeignModel,
      choices: [{ index: 0, text, finish_reason: null, ...more }],
    }));
    response.write(': a comment to keep the line open\n\n');
    chunk('');  // as servers announce an answer before its first token
    await pause(kTtftMs);
    for (let i = 0; i < body.max_tokens; i += 1) {
      if (i > 0) await pause(kItlMs);
      chunk(' mot');
      if (i === 1 && this.fault === 'cut') return void response.socket.destroy();
      if (i === 1 && this.fault === 'malformed') send('{"choices": [');
      if (i === 1 && this.fault === 'error-object') send(JSON.stringify({ error: { message: 'no memory' } }));
      if (i === 1 && this.fault === 'stall') return;  // and never anything again
    }
    chunk('', { finish_reason: 'length' });
    if (body.stream_options?.include_usage) {
      send(JSON.stringify({ id: 'cmpl-7', choices: [], usage: this.usage(body) }));
    }
    this.count(body.max_tokens);
    response.end('data: [DONE]\n\n');
  }

  usage(body) {
    return { prompt_tokens: kTokensPerPrompt, completion_tokens: body.max_tokens, total_tokens: kTokensPerPrompt + body.max_tokens };
  }

  count(tokens) {
    this.counters.generated += tokens;
    this.counters.success += 1;
    this.counters.hits += 4;
  }

  metrics() {
    if (this.restarts && this.requests.length > 0) {
      this.counters = { prompt: 0, generated: 1, queries: 0, hits: 0, success: 0 };
    }
    const labels = `{engine="0",model_name="${kForeignModel}"}`;
    return [
      '# TYPE vllm:num_requests_running gauge',
      `vllm:num_requests_running${labels} 0.0`,
      '# TYPE vllm:prompt_tokens_total counter',
      `vllm:prompt_tokens_total${labels} ${this.counters.prompt}.0`,
      '# TYPE vllm:generation_tokens_total counter',
      `vllm:generation_tokens_total${labels} ${this.counters.generated}.0`,
      '# TYPE vllm:prefix_cache_queries_total counter',
      `vllm:prefix_cache_queries_total${labels} ${this.counters.queries}.0`,
      '# TYPE vllm:prefix_cache_hits_total counter',
      `vllm:prefix_cache_hits_total${labels} ${this.counters.hits}.0`,
      '# TYPE vllm:kv_cache_usage_perc gauge',
      `vllm:kv_cache_usage_perc${labels} 0.25`,
      '# TYPE vllm:request_success_total counter',
      `vllm:request_success_total{engine="0",finished_reason="length",model_name="${kForeignModel}"} ${this.counters.success}.0`,
      '',
    ].join('\n');
  }
}
