// Debian's Prometheus against the three pages of `spillway serve`.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { kModel, Server, until } from './server.mjs';

// JSON is YAML, too.
const configOf = (ports) => JSON.stringify({
  global: { scrape_interval: '200ms', scrape_timeout: '200ms' },
  scrape_configs: Object.entries(ports).filter(([, port]) => Number.isInteger(port)).map(([name, port]) => ({
    job_name: name,
    static_configs: [{ targets: [`127.0.0.1:${port}`] }],
  })),
});

let server;
let prometheus;
let directory;
let api;

before(async () => {
  server = await Server.start('--decode-step-ms', '2');
  directory = await mkdtemp(join(process.cwd(), 'prometheus-'));
  const config = join(directory, 'prometheus.yml');
  await writeFile(config, configOf(server.ports));
  prometheus = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${join(directory, 'data')}`,
      '--web.listen-address=127.0.0.1:0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  process.on('exit', () => prometheus.kill('SIGKILL'));
  let said = '';
  for await (const line of createInterface({ input: prometheus.stderr })) {
    said += `${line}\n`;
    const address = /Listening on.*address=(\S+)/.exec(line);
    if (address) {
      api = `http://${address[1]}/api/v1`;
      break;
    }
  }
  assert.ok(api, `prometheus does not listen: ${said}`);
  prometheus.stderr.resume();
});

after(async () => {
  prometheus.kill('SIGTERM');
  await once(prometheus, 'exit');
  await rm(directory, { recursive: true });
  await server.stop();
});

// The samples of a query now; none while Prometheus is still getting ready.
async function query(text) {
  const answer = await fetch(`${api}/query?${new URLSearchParams({ query: text })}`);
  return answer.ok ? (await answer.json()).data.result : [];
}

test('scrapes all three ports', async () => {
  await until('three targets that are up', async () => {
    const up = (await query('up == 1')).map((sample) => sample.metric.job);
    return up.sort().join() === 'kvbm_port,port,system_port';
  });
});

test('sees what a request did, on each page', async () => {
  const prompt = Array.from({ length: 100 }, (_, i) => i);
  const answer = await fetch(`${server.origin}/v1/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: kModel, prompt, max_tokens: 5 }),
  });
  assert.equal(answer.status, 200, await answer.text());
  const kExpected = [
    ['dynamo_frontend_output_tokens_total', 'port', 5],
    ['dynamo_component_requests_total', 'system_port', 1],
    ['kvbm_offload_blocks_d2h', 'kvbm_port', 3],  // 100 tokens are 3 whole blocks of 32
  ];
  for (const [name, job, value] of kExpected) {
    await until(`${name} of ${value}`, async () => {
      const [sample] = await query(`${name}{job="${job}"}`);
      return Number(sample?.value[1]) === value;
    });
  }
});

// The block manager's counters lack the ending _total, so they say that they have no type.
test('knows the kind of metrics, and the help of each', async () => {
  const { data } = await (await fetch(`${api}/metadata`)).json();
  assert.equal(data.dynamo_frontend_output_tokens_total[0].type, 'counter');
  assert.equal(data.dynamo_frontend_inflight_requests[0].type, 'gauge');
  assert.equal(data.dynamo_frontend_request_duration_seconds[0].type, 'histogram');
  assert.equal(data.kvbm_offload_blocks_d2h[0].type, 'unknown');
  const ours = Object.entries(data).filter(([name]) => /^(dynamo|kvbm|spillway)_/.test(name));
  assert.ok(ours.length > 20, `${ours.length} metrics`);
  for (const [name, [{ help }]] of ours) assert.notEqual(help, '', name);
});
