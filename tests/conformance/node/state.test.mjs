// Snapshots and checkpoints: N5 and N14 of the wire contract's checklist.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from './client.mjs';
import { CONTENT_KEY, Server } from './harness.mjs';

const snapshot = { thread_id: 't1', input: { step: 'START', note: 'é' } };
const ask = { service: 's', action: 'a', payload: { a: 1 }, state_snapshot: snapshot };
let server;
let encrypted;
let sealed;

before(async () => {
  server = await Server.start();
  const baseUrl = `${server.address}/api`;
  encrypted = new Client({ apiKey: server.key(), baseUrl, encryptionKey: CONTENT_KEY });
  sealed = new Client({ apiKey: server.key('sealed'), baseUrl });
});
after(() => server.stop());

test('a snapshot under the content key comes back as its envelope', async () => {
  const { id } = await encrypted.defer(ask);
  const url = server.downloadUrl(id);
  const stored = await (await fetch(url)).json();
  assert.equal(stored._lp_enc, true);
  assert.deepEqual(await encrypted.hydrate(url), snapshot);
});

test('a snapshot under the dek comes back as it was sent', async () => {
  const { id, dek } = await sealed.defer(ask);
  const url = server.downloadUrl(id);
  const stored = await fetch(url);
  assert.equal(stored.headers.get('content-type'), 'application/octet-stream');
  assert.deepEqual(await sealed.hydrate(url, dek), snapshot);
});

test('a snapshot in plain JSON comes back as it was written', async () => {
  const { id, uploadUrl } = await sealed.defer({ ...ask, state_snapshot: undefined });
  const text = '{ "n" : 1.0, "big":12345678901234567890 }';
  const put = await fetch(uploadUrl, {
    method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: text,
  });
  assert.deepEqual([put.status, await put.json()], [200, {}]);
  const stored = await fetch(server.downloadUrl(id));
  assert.equal(stored.headers.get('content-type'), 'application/json');
  assert.equal(await stored.text(), text);
});

test('a snapshot of more than a mebibyte comes back whole', async () => {
  const large = { text: 'x'.repeat(2_000_000) };
  const { id, dek } = await sealed.defer({ ...ask, state_snapshot: large });
  assert.deepEqual(await sealed.hydrate(server.downloadUrl(id), dek), large);
});

test('an upload URL neither downloads nor serves another request', async () => {
  const first = await encrypted.defer({ ...ask, state_snapshot: undefined });
  const second = await encrypted.defer({ ...ask, state_snapshot: undefined });
  assert.equal((await fetch(first.uploadUrl)).status, 403);
  const swapped = first.uploadUrl.replace(first.id, second.id);
  assert.equal((await fetch(swapped, { method: 'PUT', body: '{}' })).status, 403);
});

test('checkpoints are kept, found and deleted, each answer in JSON', async () => {
  const path = '/langgraph/checkpoints';
  const checkpoint = { v: 1, channel_values: { messages: ['hé'] } };
  await sealed.request('POST', path, {
    thread_id: 't 1', checkpoint_id: 'c1', checkpoint, metadata: { step: 1 },
  });
  const latest = `${path}?thread_id=${encodeURIComponent('t 1')}&latest=1`;
  assert.deepEqual(await sealed.request('GET', latest), { checkpoint, metadata: { step: 1 } });
  assert.deepEqual(await sealed.request('DELETE', `${path}?thread_id=t%201`), {});
  await assert.rejects(sealed.request('GET', latest), { code: 'LETSPING_404_NOT_FOUND' });
});
