// The executor against the real server: approved bytes run once, and an edit is what runs.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LetsPing } from '@letsping-open/sdk';
import { Executor } from '@letsping-open/sdk/executor';
import { DirectoryLedger } from '@letsping-open/sdk/ledger';
import { open } from './house.mjs';

const refund = { service: 'billing', action: 'refund' };
const directory = mkdtempSync(join(tmpdir(), 'letsping-executor-'));
let house;
let executor;

before(async () => {
  house = await open();
  const { server, environment } = house;
  const [made] = server.rows('executor', 'add', 'payments');
  executor = new Executor({
    trust: server.run('trust', 'export', '--project', 'default'),
    executorId: made.id,
    ledger: new DirectoryLedger(directory),
    baseUrl: environment.baseUrl,
    apiKey: made.key,
    encryptionKey: environment.encryptionKey,
    allowTest: true,
  });
});
after(async () => {
  rmSync(directory, { recursive: true });
  await house.server.stop();
});

// The id of the permit of what `decide` has approved, as the agent is told it.
async function permitOf(payload, decide) {
  const { apiKey, baseUrl } = house.environment;
  const headers = { Authorization: `Bearer ${apiKey}` };
  const sealed = await new LetsPing(house.environment).sealer.seal(
    JSON.stringify(payload), refund.service, refund.action);
  const body = JSON.stringify({ ...refund, payload: sealed, capabilities: ['permit'] });
  const asked = await fetch(`${baseUrl}/api/ingest`, { method: 'POST', headers, body });
  const { id } = await asked.json();
  await decide(id);
  return (await (await fetch(`${baseUrl}/api/status/${id}`, { headers })).json()).permit.id;
}

const approve = (id) => house.server.decide('approve', id);

test('what was approved runs once, and an edit in place of what was asked', async () => {
  const ran = [];
  const run = (permit) => executor.run(permit, (payload) => ran.push(payload), refund);
  const permit = await permitOf({ amount: 12 }, approve);
  await run(permit);
  await assert.rejects(run(permit), { name: 'PermitError', code: 'permit_used' });
  await run(await permitOf({ amount: 9000 }, (id) => house.server.edit(id, { amount: 5 })));
  assert.deepEqual(ran, [{ amount: 12 }, { amount: 5 }]);
});

test('a permit that was revoked, or is for another tool, runs nothing', async () => {
  const permit = await permitOf({ amount: 13 }, approve);
  const never = () => assert.fail('it ran');
  const other = { ...refund, action: 'payout' };
  await assert.rejects(executor.run(permit, never, other), { code: 'other_tool' });
  house.server.run('stop', 'permits');
  await assert.rejects(executor.run(permit, never, refund), { code: 'permit_revoked' });
});
