// A double of the published Node client, written from the wire contract alone: the package is on no
// registry we may install from, so this sends the same bytes and reads replies as strictly.
//
// What looks clumsy here is on purpose: a slash at the end of the base is not trimmed, every reply
// is parsed as JSON, polling swallows 404, 429 and 5xx, and the echo of the payload is what the
// agent gets.

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const WEBHOOK_WINDOW_MS = 300_000;

const TAG_BYTES = 16;
const CODES = {
  401: 'LETSPING_401_AUTH',
  402: 'LETSPING_402_QUOTA',
  403: 'LETSPING_403_FORBIDDEN',
  404: 'LETSPING_404_NOT_FOUND',
  408: 'LETSPING_TIMEOUT',
  429: 'LETSPING_429_RATE_LIMIT',
};

export class LetsPingError extends Error {
  constructor(message, status, code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function sealBytes(key, text) {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64'), iv);
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return { iv, sealed: Buffer.concat([ciphertext, cipher.getAuthTag()]) };
}

export function openBytes(key, iv, sealed) {
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'base64'), iv);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  return Buffer.concat([plain, decipher.final()]).toString('utf8');
}

export function envelope(key, value) {
  const { iv, sealed } = sealBytes(key, JSON.stringify(value));
  return { _lp_enc: true, iv: iv.toString('base64'), ct: sealed.toString('base64') };
}

const isEnvelope = (value) =>
  value?._lp_enc === true && typeof value.iv === 'string' && typeof value.ct === 'string';

export function signAgentCall(agentId, secret, call) {
  const { project_id, service, action, payload } = call;
  const text = JSON.stringify({ project_id, service, action, payload });
  return {
    agent_id: agentId,
    agent_signature: createHmac('sha256', secret).update(text).digest('hex'),
  };
}

export class Client {
  constructor({ apiKey, baseUrl, encryptionKey, environment, attempts = 1, delayMs = 200 }) {
    Object.assign(this, { apiKey, baseUrl, encryptionKey, environment, attempts, delayMs });
  }

  #headers() {
    return {
      Authorization: `Bearer ${this.apiKey}`,
      'Content-Type': 'application/json',
      'User-Agent': 'letsping-node/0.3.3',
    };
  }

  async request(method, path, body) {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(this.baseUrl + path, {
        method,
        headers: this.#headers(),
        body: body === undefined ? undefined : JSON.stringify(body),
        redirect: 'error',
      });
      const parsed = await response.json();
      if (response.ok) return parsed;
      const again = response.status === 429 || response.status >= 500;
      if (!again || attempt >= this.attempts) {
        const { status } = response;
        const other = status >= 500 ? 'LETSPING_NETWORK' : `LETSPING_${status}`;
        const derived = CODES[status] ?? other;
        const text = parsed.message ?? parsed.error ?? `API Error [${status}]`;
        throw new LetsPingError(text, status, parsed.code ?? derived);
      }
      await sleep(this.delayMs * 1.5 ** (attempt - 1));
    }
  }

  #open(value) {
    if (!this.encryptionKey || !isEnvelope(value)) return value;
    try {
      return JSON.parse(
        openBytes(this.encryptionKey, Buffer.from(value.iv, 'base64'),
          Buffer.from(value.ct, 'base64')));
    } catch {
      return value;
    }
  }

  async defer({ service, action, payload, priority = 'medium', schema, role, trace_id,
    parent_request_id, state_snapshot }) {
    const meta = {};
    if (trace_id) meta.trace_id = trace_id;
    if (parent_request_id) meta.parent_request_id = parent_request_id;
    if (this.environment) meta.environment = this.environment;
    const whole = { ...payload, _lp_meta: meta };
    const made = await this.request('POST', '/ingest', {
      service,
      action,
      payload: this.encryptionKey ? envelope(this.encryptionKey, whole) : whole,
      priority,
      schema,
      metadata: { role, sdk: 'node', ...meta },
    });
    if (state_snapshot && made.uploadUrl) await this.#upload(state_snapshot, made);
    return made;
  }

  // The URL carries the permission: no Authorization here.
  async #upload(snapshot, { uploadUrl, dek }) {
    let body = JSON.stringify(snapshot);
    let type = 'application/json';
    if (this.encryptionKey) {
      body = JSON.stringify(envelope(this.encryptionKey, snapshot));
    } else if (dek) {
      const { iv, sealed } = sealBytes(dek, body);
      body = Buffer.concat([iv, sealed]);
      type = 'application/octet-stream';
    }
    const put = await fetch(uploadUrl, { method: 'PUT', headers: { 'Content-Type': type }, body });
    if (!put.ok) throw new LetsPingError(await put.text(), put.status);
  }

  async getRequestStatus(id) {
    return this.request('GET', `/status/${id}`);
  }

  async waitForDecision(id, { original, timeoutMs = 86_400_000 } = {}) {
    const end = Date.now() + timeoutMs;
    let delay = 1000;
    while (Date.now() < end) {
      await sleep(delay + Math.random() * 200);
      delay = Math.min(delay * 1.5, 10_000);
      let status;
      try {
        status = await this.getRequestStatus(id);
      } catch (error) {
        const swallowed = !(error instanceof LetsPingError) || error.status === 404 ||
          error.status === 429 || error.status >= 500;
        if (swallowed) continue;
        throw error;
      }
      const decision = this.#decision(status, original);
      if (decision) return decision;
    }
    throw new LetsPingError('timed out', undefined, 'LETSPING_TIMEOUT');
  }

  #decision(reply, original) {
    if (reply.status !== 'APPROVED' && reply.status !== 'REJECTED') return undefined;
    const payload = this.#open(reply.payload) ?? original;
    const patched = reply.patched_payload ? this.#open(reply.patched_payload) : undefined;
    const modified = reply.status === 'APPROVED' && patched !== undefined;
    return {
      status: modified ? 'APPROVED_WITH_MODIFICATIONS' : reply.status,
      payload,
      patched_payload: patched,
      metadata: { resolved_at: reply.resolved_at, actor_id: reply.actor_id },
    };
  }

  async ask(options) {
    const { id } = await this.defer(options);
    return this.waitForDecision(id, { original: options.payload, timeoutMs: options.timeoutMs });
  }

  // Elements are neither trimmed nor all known; the state comes from the URL in the body.
  async webhookHandler(body, header, secret) {
    const elements = Object.fromEntries(header.split(',').map((part) => part.split('=')));
    const expected = createHmac('sha256', secret).update(body).digest('hex');
    const fresh = Math.abs(Date.now() - Number(elements.t)) <= WEBHOOK_WINDOW_MS;
    if (!fresh || elements.v1 !== expected) {
      throw new LetsPingError('invalid webhook', undefined, 'LETSPING_WEBHOOK_INVALID');
    }
    const { id, event, data } = JSON.parse(body);
    const url = data.state_download_url;
    return { id, event, data, state_snapshot: url ? await this.hydrate(url, data.dek) : null };
  }

  // What a webhook receiver does with `state_download_url` and `dek`.
  async hydrate(url, dek) {
    const response = await fetch(url, { headers: { 'User-Agent': 'letsping-node/0.3.3' } });
    if (!response.ok) return null;
    if (response.headers.get('content-type') === 'application/octet-stream') {
      const bytes = Buffer.from(await response.arrayBuffer());
      return JSON.parse(openBytes(dek, bytes.subarray(0, 12), bytes.subarray(12)));
    }
    return this.#open(await response.json());
  }
}

// Three calls, as in the helper of the published package.
export async function createAgentWorkspace(root) {
  const call = async (url, body, apiKey) => {
    const headers = { 'Content-Type': 'application/json' };
    if (apiKey) headers.Authorization = `Bearer ${apiKey}`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    const parsed = await response.json();
    if (!response.ok) throw new LetsPingError(parsed.message, response.status, parsed.code);
    return parsed;
  };
  const { token } = await call(`${root}/api/agent-signup/request-token`, {});
  const workspace = await call(`${root}/api/agent-signup`, { token });
  const agent = await call(workspace.agents_register_url, {}, workspace.api_key);
  return { ...workspace, ...agent };
}
