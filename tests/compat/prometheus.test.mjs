// Prometheus scrapes all three ports of `spillway serve`, whose path is in SPILLWAY.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';

const directory = mkdtempSync(join(tmpdir(), 'spillway-prometheus-'));
const children = [];
let ports;
let prometheusPort;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  return port;
}

before(async () => {
  const server = spawn(process.env.SPILLWAY, [
    'serve', '--port', '0', '--system-port', '0', '--kvbm-port', '0', '--ports-file', join(directory, 'ports.json'),
    '--gpu-cache-gb', '1', '--cpu-cache-gb', '64MiB', '--disk-cache-gb', '64MiB'
  ], {stdio: ['ignore', 'pipe', 'inherit'], env: {...process.env, TMPDIR: directory}});
  children.push(server);
  await once(server.stdout, 'data');
  ports = JSON.parse(readFileSync(join(directory, 'ports.json'), 'utf8'));
  prometheusPort = await freePort();
  const targets = Object.values(ports).map((port) => `127.0.0.1:${port}`);
  writeFileSync(join(directory, 'prometheus.yml'), JSON.stringify({
    global: {scrape_interval: '1s', scrape_timeout: '1s'},
    scrape_configs: [{job_name: 'spillway', static_configs: [{targets}]}]
  }));
  children.push(spawn('prometheus', [
    `--config.file=${join(directory, 'prometheus.yml')}`, `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${prometheusPort}`
  ], {stdio: 'ignore'}));
});

after(async () => {
  for (const child of children) {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
  rmSync(directory, {recursive: true});
});

async function ask(query) {
  const url = `http://127.0.0.1:${prometheusPort}/api/v1/query?query=${encodeURIComponent(query)}`;
  try {
    return (await (await fetch(url)).json()).data?.result ?? [];
  } catch {
    return [];  // it is still starting
  }
}

test('scrapes the three ports', {timeout: 30000}, async () => {
  while ((await ask('up == 1')).length < 3) await pause(100);
  const [matched] = await ask('kvbm_matched_tokens');
  assert.equal(matched.metric.instance, `127.0.0.1:${ports.kvbm_port}`);
  assert.equal(matched.value[1], '0');
  assert.equal((await ask('dynamo_frontend_time_to_first_token_seconds_count')).length, 1);
  assert.ok((await ask('dynamo_component_total_blocks')).length >= 1);
});
