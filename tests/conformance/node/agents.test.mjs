// Signed calls, sign-up, limits: N7, N12 and N13 of the wire contract's checklist.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, createAgentWorkspace, signAgentCall } from './client.mjs';
import { Server } from './harness.mjs';

let server;
let client;
let agent;
let project_id;

before(async () => {
  server = await Server.start({ 'agents.self_signup': true });
  client = new Client({ apiKey: server.key('sealed'), baseUrl: `${server.address}/api` });
  agent = await client.request('POST', '/agents/register', { agent_handle: 'acme-bot' });
  project_id = server.projectId('sealed');
});
after(() => server.stop());

// The payloads about which serialisers disagree (vectors A1 to A7).
const payloads = {
  A1: { a: 1 },
  A2: {},
  A3: { note: 'café ☕ 😀', q: '"\\/\n\u007f' },
  A4: {
    amount: 1.0, big: 1e16, small: 1e-7, neg0: -0.0, f: 0.1, e21: 1e21, i: 12345678901234567890,
  },
  A5: { b: 1, 10: 'x', 2: 'y', a: { z: 1, 1: 2 } },
  A6: { x: undefined, y: null, d: new Date(0), arr: [1, undefined, 'x'] },
  A7: undefined,
};

for (const [name, payload] of Object.entries(payloads)) {
  test(`a call signed over payload ${name} is taken`, async () => {
    const call = { project_id, service: 'svc', action: 'act', payload };
    const signed = { ...call, ...signAgentCall(agent.agent_id, agent.agent_secret, call) };
    const made = await client.request('POST', '/ingest', signed);
    assert.match(made.id, /^req_/);
  });
}

test('a call that was changed after signing is refused', async () => {
  const call = { project_id, service: 'svc', action: 'act', payload: { amount: 1 } };
  const signed = { ...call, ...signAgentCall(agent.agent_id, agent.agent_secret, call) };
  signed.payload = { amount: 1000 };
  await assert.rejects(client.request('POST', '/ingest', signed), {
    status: 401,
    code: 'LETSPING_401_AUTH',
  });
});

test('a workspace is made in three calls', async () => {
  const made = await createAgentWorkspace(server.address);
  const named = ['org_id', 'project_id', 'api_key', 'ingest_url', 'agent_id', 'agent_secret'];
  for (const name of named) assert.ok(made[name], name);
});

test('the sixth workspace of an hour is refused', async () => {
  let refused;
  for (let i = 0; i < 6 && !refused; i += 1) {
    refused = await createAgentWorkspace(server.address).then(() => undefined, (error) => error);
  }
  assert.equal(refused.code, 'LETSPING_429_RATE_LIMIT');
});

test('sign-up is off by default', async () => {
  const closed = await Server.start();
  try {
    await assert.rejects(createAgentWorkspace(closed.address), { status: 503 });
  } finally {
    await closed.stop();
  }
});

test('a client that retries gets through a rate limit', async () => {
  const limits = { 'limits.requests_per_minute': 120, 'limits.requests_burst': 2 };
  const slow = await Server.start(limits);
  try {
    const options = { apiKey: slow.key('sealed'), baseUrl: `${slow.address}/api` };
    const ask = { service: 's', action: 'a', payload: { a: 1 } };
    const hasty = new Client(options);
    await hasty.defer(ask);
    await hasty.defer(ask);
    await assert.rejects(hasty.defer(ask), { code: 'LETSPING_429_RATE_LIMIT' });
    const patient = new Client({ ...options, attempts: 5, delayMs: 300 });
    assert.match((await patient.defer(ask)).id, /^req_/);
  } finally {
    await slow.stop();
  }
});

test('the server ends with status 0 when it is told to', async () => {
  const short = await Server.start();
  assert.equal(await short.stop(), 0);
});
