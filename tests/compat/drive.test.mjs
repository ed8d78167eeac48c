// `spillway drive` against a server that is not ours.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { ForeignServer, kForeignModel, kItlMs, kTtftMs } from './foreign_server.mjs';

let server;
let root;

before(async () => { server = await ForeignServer.start(); });
after(() => server.stop());
beforeEach(async () => {
  server.fault = '';
  server.restarts = false;
  server.hasMetrics = true;
  server.requests = [];
  root = await mkdtemp(join(process.cwd(), 'drive-'));
});
afterEach(() => rm(root, { recursive: true }));

async function drive(...flags) {
  const child = spawn(
    process.env.SPILLWAY,
    ['drive', '--base-url', server.origin, '--results-root', root, '--run-id', 'run', '--kv-mode', 'off', '--calibrate', 'off',
      '--short-range', '64:64', '--warmup', '0', '--max-tokens', '4', ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text) => { said += text; });
  const [status] = await once(child, 'exit');
  const file = (name) => readFile(join(root, 'run', name), 'utf8');
  const rows = (await file('requests.jsonl')).trim().split('\n').map(JSON.parse);
  return { status, said, rows, summary: JSON.parse(await file('summary.json')), report: await file('report.md') };
}

test('a stream is timed by its text, and by its first event as the harness has it', async () => {
  const { status, said, rows, summary, report } = await drive('--stream', '--requests', '6', '--concurrency', '2');
  assert.equal(status, 0, said);
  assert.equal(summary.run_valid, true);
  assert.equal(summary.model_id, kForeignModel);
  const main = summary.phase_summaries[0];
  assert.equal(main.ok_requests, 6);
  assert.equal(main.served.ttft_ms.min >= kTtftMs - 1, true, `TTFT ${main.served.ttft_ms.min}`);
  assert.equal(main.ttfc_ms.p50 < main.served.ttft_ms.p50 - kTtftMs / 2, true, 'the first event has no text');
  assert.equal(main.served.itl_ms.p50 >= kItlMs - 2, true, `ITL ${main.served.itl_ms.p50}`);
  for (const row of rows) {
    assert.equal(row.token_offsets_ms.length, 4);
    assert.equal(row.stream_first_event_type, 'token');
    assert.equal(row.finish_reason, 'length');
    assert.equal(row.completion_tokens, null, 'nobody asked for usage');
  }
  assert.equal(server.requests.every((body) => body.stream_options === undefined), true);
  assert.match(report, /Run valid: `True`/);
});

test('usage is there when it was asked for', async () => {
  const { rows, summary } = await drive('--stream', '--requests', '2', '--include-usage', 'always');
  assert.equal(server.requests.every((body) => body.stream_options.include_usage), true);
  assert.deepEqual(rows.map((row) => [row.prompt_tokens, row.completion_tokens]), [[11, 4], [11, 4]]);
  assert.equal(summary.phase_summaries[0].served.answers_with_usage, 2);
});

test('whole answers have their usage and no time of a first text', async () => {
  const { status, rows, summary } = await drive('--requests', '3');
  assert.equal(status, 0);
  assert.deepEqual(rows.map((row) => row.completion_tokens), [4, 4, 4]);
  assert.deepEqual(summary.phase_summaries[0].served.ttft_ms, {});
  assert.equal(summary.phase_summaries[0].served.latency_ms.min >= kTtftMs - 1, true);
});

for (const flags of [['--stream'], []]) {
  test(`the server's own metrics are told by phase (${flags.join(' ')})`, async () => {
    const { status, said, summary, report } = await drive('--requests', '3', ...flags);
    assert.equal(status, 0, said);
    assert.equal(summary.usage_asked, false);
    for (const metrics of [summary.phase_summaries[0].server_metrics, summary.server_metrics]) {
      assert.equal(metrics.available, true, metrics.reason);
      const { figures, missing, counter_resets: resets } = metrics.stacks.vllm;
      assert.deepEqual(Object.keys(metrics.stacks), ['vllm']);
      assert.deepEqual([figures.device.query_tokens, figures.device.hit_tokens, figures.device.usage_ratio], [33, 12, 0.25]);
      assert.deepEqual([figures.server.prompt_tokens, figures.server.generated_tokens], [33, 12]);
      assert.equal(figures.host.usage_ratio, null);
      assert.equal(missing['host.usage_ratio'], 'not_on_page');
      assert.deepEqual(resets, []);
    }
    assert.match(report, /`overall`, vllm: .*device\.hit_tokens=12/);
  });
}

test('a server that starts anew is named', async () => {
  server.counters.generated = 1000;
  server.restarts = true;
  const { status, summary } = await drive('--requests', '2');
  assert.equal(status, 0);
  const { figures, counter_resets: resets } = summary.server_metrics.stacks.vllm;
  assert.equal(figures.server.generated_tokens, 1);
  assert.equal(resets.includes('server.generated_tokens'), true);
});

test('a server without metrics is no reason to fail', async () => {
  server.hasMetrics = false;
  const { status, summary, report } = await drive('--requests', '2');
  assert.equal(status, 0);
  assert.equal(summary.run_valid, true);
  assert.deepEqual(summary.server_metrics, { available: false, reason: 'snapshot_missing: HTTP 404', stacks: {} });
  assert.match(report, /`overall`: `NA`, snapshot_missing: HTTP 404/);
});

for (const [fault, flags, errorClass, status] of [
  ['status', ['--stream'], 'http_4xx', 403],
  ['status', [], 'http_429', 429],
  ['status', ['--stream'], 'http_5xx', 503],
  ['error-object', ['--stream'], 'error_object', 200],
  ['error-object', [], 'error_object', 200],
  ['malformed', ['--stream'], 'malformed', 200],
  ['malformed', [], 'malformed', 200],
  ['cut', ['--stream'], 'cut', 200],
  ['stall', ['--stream', '--stall-timeout-s', '0.3'], 'stall', 200],
  ['stall', ['--stream', '--timeout-s', '0.3'], 'timeout', 200],
  ['not-http', [], 'protocol', 0],
]) {
  test(`${fault} (${flags.join(' ')}) is reported as ${errorClass}, and is in no latency`, async () => {
    server.fault = fault;
    server.status = status;
    const { status: ended, said, rows, summary } = await drive('--requests', '2', ...flags);
    assert.equal(ended, 0, said);
    const { served, ok_requests: ok } = summary.phase_summaries[0];
    assert.equal(ok, 0);
    assert.deepEqual(served.failures, { [errorClass]: 2 });
    assert.deepEqual([served.latency_ms, served.ttft_ms, served.itl_ms], [{}, {}, {}]);
    for (const row of rows) {
      assert.equal(row.error_class, errorClass);
      assert.equal(row.http_status, status);
      assert.notEqual(row.error, null);
    }
  });
}
