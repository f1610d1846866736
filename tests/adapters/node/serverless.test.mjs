// The serverless example: killed after it asked, started again by the decision.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as soon } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CONTENT_KEY } from '../../conformance/node/harness.mjs';
import { open } from './house.mjs';

let house;
const directory = mkdtempSync(join(tmpdir(), 'letsping-serverless-'));
before(async () => {
  house = await open({ 'webhooks.allow': '127.0.0.1' });
});
after(async () => {
  await house.server.stop();
  rmSync(directory, { recursive: true });
});

async function host(port = 0) {
  const script = fileURLToPath(new URL('serverless.mjs', import.meta.url));
  const process_ = spawn(process.execPath, [script, directory, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      LETSPING_BASE_URL: house.server.address,
      LETSPING_API_KEY: house.environment.apiKey,
      LETSPING_ENCRYPTION_KEY: CONTENT_KEY,
      LETSPING_ORIGIN: house.environment.origin,
      LETSPING_WEBHOOK_SECRET: JSON.parse(house.server.run('webhook', 'secret', '--json')).secret,
    },
  });
  const url = await new Promise((resolve) => {
    process_.stdout.once('data', (line) => resolve(`${line}`.trim()));
  });
  const kill = () => new Promise((resolve) => {
    process_.once('exit', resolve);
    process_.kill('SIGKILL');
  });
  return { url, kill };
}

test('a function that was killed after it asked refunds once, what was approved', async () => {
  const first = await host();
  const post = (path, body, headers = {}) =>
    fetch(first.url + path, { method: 'POST', body: JSON.stringify(body), headers });
  const asked = await (await post('/refunds', { order: 'o1', amount_cents: 12_000 })).json();
  const again = await (await post('/refunds', { order: 'o1', amount_cents: 12_000 })).json();
  assert.equal(again.request, asked.request);
  const forged = { id: asked.request, data: { status: 'APPROVED', state: 'approved' } };
  assert.equal((await post('/decided', forged)).status, 401);
  await first.kill();

  const second = await host(new URL(first.url).port);
  await house.server.edit(asked.request, { order: 'o1', amount_cents: 500 });
  let paid = '';
  for (let tries = 0; paid === '' && tries < 400; tries += 1) {
    await soon(25);
    try {
      paid = readFileSync(join(directory, 'paid.jsonl'), 'utf8');
    } catch (error) {
      assert.equal(error.code, 'ENOENT'); // not yet
    }
  }
  await second.kill();
  assert.deepEqual(JSON.parse(paid), { order: 'o1', amount_cents: 500, key: asked.request });
});
