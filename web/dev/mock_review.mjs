// The review API in memory: the contract of docs/reference/review-api.md, signatures and all,
// for developing the dashboard and for its tests. It is not a LetsPing server: nothing is
// stored, logged or sealed, and nothing of it is shipped.

import { createHash, createHmac, createPublicKey, randomBytes, verify } from "node:crypto";
import { jcs } from "./vectors.mjs";

const sha = (...parts) =>
  createHash("sha256")
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest("hex");
const soon = (ms) => new Date(Date.now() + ms).toISOString();

export class Refusal extends Error {
  constructor(status, reason, message = reason, extra = {}) {
    super(message);
    this.status = status;
    this.body = { error: message, message, code: `LETSPING_${status}`, reason, ...extra };
  }
}

export class Review {
  constructor({ token = randomBytes(16).toString("hex"), marks = ["demo"] } = {}) {
    this.token = token;
    this.tokenUsed = false;
    this.marks = marks;
    this.offerLifeMs = 120_000;
    this.logName = randomBytes(8).toString("hex");
    this.projects = [this.newProject("default"), this.newProject("payments")];
    this.requests = new Map();
    this.order = [];
    this.sessions = new Set();
    this.nonces = new Set();
    this.answers = new Map();
    this.setupTime = soon(0);
    this.changes = 1;
    this.logSize = 3;
    this.waiters = new Set();
    this.member = { id: `mem_${randomBytes(8).toString("hex")}`, name: "", roles: [] };
  }

  newProject(name) {
    const id = randomBytes(16).toString("hex");
    const origin = `${this.logName}/p/${id}`;
    return {
      id,
      name,
      origin,
      payloads: name === "default" ? "encrypted" : "server_sealed",
      issuer: [{ spki: randomBytes(91).toString("base64"), from: 0 }],
      log: [{ vkey: `${origin}+${randomBytes(4).toString("hex")}+AAAA`, from: 0 }],
    };
  }

  // Answers of setup.

  rosterTerms() {
    return {
      member: this.member.id,
      marks: this.marks,
      threshold: 1,
      time: this.setupTime,
      min: { human: "device", log: "logged" },
    };
  }

  publicProject({ id, name, origin, payloads, issuer, log }) {
    return { id, name, origin, payloads, issuer, log };
  }

  checkToken(token) {
    if (token !== this.token) throw new Refusal(401, "setup_token_invalid");
    if (this.tokenUsed) throw new Refusal(410, "setup_token_expired");
  }

  setupBegin({ token }) {
    this.checkToken(token);
    // "payments" stays unsigned, so that the page that signs it later has something to show.
    return { ...this.rosterTerms(), projects: [this.publicProject(this.projects[0])] };
  }

  setupFinish({ token, name, spki, rosters }) {
    this.checkToken(token);
    if (this.key) throw new Refusal(409, "already_set_up");
    this.checkRoster(this.projects[0], rosters[0], spki);
    this.tokenUsed = true;
    this.spki = spki;
    this.key = sha(Buffer.from(spki, "base64"));
    this.member = { ...this.member, name, roles: ["owner", "reviewer"] };
    this.projects[0].roster_sha256 = sha(rosters[0].head);
    return { member: { id: this.member.id, name }, key: this.key, cookie: this.newSession() };
  }

  checkRoster(project, { entry, head, signature }, spki) {
    const { salt } = JSON.parse(entry);
    const wantedEntry = jcs({
      salt,
      member: this.member.id,
      roles: ["owner", "reviewer"],
      groups: [],
      class: "device",
      spki,
      cosigned: [],
    });
    const { member: _, marks, ...terms } = this.rosterTerms();
    const wantedHead = jcs({
      v: 1,
      origin: project.origin,
      version: 1,
      owners: [spki],
      issuer: project.issuer,
      log: project.log,
      single_operator: true,
      ...(marks.length > 0 && { marks }),
      tree: { size: 1, root: sha("\0", entry) },
      ...terms,
    });
    const same = entry === wantedEntry && head === wantedHead;
    if (!same || !signed(spki, "lp-roster/1", head, signature)) {
      throw new Refusal(422, "roster_mismatch", `The roster of ${project.name} does not match.`);
    }
  }

  // Answers of sessions.

  newSession() {
    const cookie = randomBytes(32).toString("hex");
    this.sessions.add(cookie);
    return cookie;
  }

  session() {
    return {
      member: this.member,
      key: this.key,
      log_name: this.logName,
      version: "0.1.0-mock",
      assets_sha256: "00".repeat(32),
      projects: this.projects.map((project) => ({
        id: project.id,
        name: project.name,
        origin: project.origin,
        payloads: project.payloads,
        single_operator: true,
        marks: this.marks,
        decides: true,
        takes_part: false, // nobody talks here
        ...(project.roster_sha256 && { roster_sha256: project.roster_sha256, roster_version: 1 }),
        pending: [...this.requests.values()].filter(
          (request) => request.project === project.id && request.state === "pending",
        ).length,
      })),
    };
  }

  loginBegin() {
    const nonce = randomBytes(16).toString("base64");
    this.nonces.add(nonce);
    return { server_nonce: nonce };
  }

  login({ body, key, signature }, origin) {
    const claims = JSON.parse(body);
    const fresh = this.nonces.delete(claims.server_nonce);
    const known = key === this.key && claims.origin === origin && jcs(claims) === body;
    if (!fresh || !known || !signed(this.spki, "lp-login/1", body, signature)) {
      throw new Refusal(401, "login_refused", "This key is not known here.");
    }
    return { ...this.session(), cookie: this.newSession() };
  }

  rosterBegin({ project }) {
    return { project: this.publicProject(this.projectOf(project)), ...this.rosterTerms() };
  }

  rosterFinish(roster) {
    const project = this.projectOf(roster.project);
    this.checkRoster(project, roster, this.spki);
    project.roster_sha256 = sha(roster.head);
    this.bump();
    return { roster_sha256: project.roster_sha256, roster_version: 1 };
  }

  projectOf(id) {
    const project = this.projects.find((candidate) => candidate.id === id);
    if (!project) throw new Refusal(404, "not_found");
    return project;
  }

  // What agents do.

  ingest(
    text,
    { service, action, payload, priority = "medium", metadata = {} },
    project = this.projects[0],
  ) {
    const id = `req_${Date.now().toString(32)}${randomBytes(8).toString("hex")}`;
    const sealed = payload?._lp_enc === true;
    const kind = !sealed ? "plain" : payload.v === 2 ? "v2" : "v1";
    this.requests.set(id, {
      id,
      project: project.id,
      project_name: project.name,
      version: 1,
      state: "pending",
      level: priority,
      priority,
      service,
      action,
      agent: { id: "key_demo", name: "billing-bot", kind: "api_key", strength: "none" },
      ...(metadata.environment && { environment: metadata.environment }),
      ...(metadata.role && { role: metadata.role }),
      ...(metadata.trace_id && { trace_id: metadata.trace_id }),
      ...(metadata.parent_request_id && { parent_request_id: metadata.parent_request_id }),
      created_at: soon(0),
      decide_by: soon(metadata.decide_in_ms ?? 86_400_000),
      payload_kind: kind,
      marks: sealed ? [...this.marks, "unbound_payload"] : [...this.marks, "server_sealed"],
      waiting: { state: "never" },
      hidden: {
        payload: text,
        env_sha256: sealed ? sha("lp-env/1\0", jcs(payload)) : undefined,
        kid: payload?.kid,
        commit_key: randomBytes(32).toString("base64"),
        request_sha256: sha(id),
      },
    });
    this.order.unshift(id);
    this.bump();
    return id;
  }

  status(id) {
    const request = this.requests.get(id);
    if (!request) throw new Refusal(404, "not_found");
    const { decision } = request;
    if (decision && !request.delivered_at) {
      request.delivered_at = soon(0);
      this.bump();
    }
    const words = { pending: "PENDING", rejected: "REJECTED" };
    const word = words[request.state] ?? "APPROVED";
    const { edited } = request.hidden;
    return {
      id,
      status: word,
      payload: JSON.parse(request.hidden.payload),
      ...(edited && { patched_payload: JSON.parse(edited.payload) }),
      metadata: decision ? { resolved_at: decision.at, reason: decision.reason } : {},
    };
  }

  // What reviewers do.

  list(query) {
    const wanted = (request) =>
      ["project", "environment", "service"].every(
        (name) => !query.get(name) || request[name] === query.get(name),
      ) &&
      ((query.get("state") ?? "all") === "all" ||
        (query.get("state") === "pending") === (request.state === "pending"));
    const all = this.order.map((id) => this.requests.get(id)).filter(wanted);
    const start = query.get("before")
      ? all.findIndex((r) => r.id === query.get("before")) + 1
      : 0;
    const limit = Number(query.get("limit") ?? 50);
    const requests = all.slice(start, start + limit).map(summary);
    const more = all.length > start + limit;
    return { requests, ...(more && { next: requests.at(-1).id }) };
  }

  detail(id) {
    const request = this.requests.get(id);
    if (!request) throw new Refusal(404, "not_found", "There is no such request.");
    const { payload, env_sha256, kid, commit_key, request_sha256, commit } = request.hidden;
    const open = request.state === "pending" && Date.parse(request.decide_by) > Date.now();
    return {
      ...summary(request),
      ...(request.hidden.edited && { edited: request.hidden.edited }),
      payload,
      ...(env_sha256 ? { env_sha256 } : { commit_key, lossy: [] }),
      ...(kid && { kid }),
      ...(commit && { commit }),
      request_sha256,
      ...(request.decision && { decision: request.decision }),
      eligibility: {
        can_approve: open,
        can_reject: open,
        can_request_changes: false,
        // The mock has no passkeys: here every level takes the device key.
        needs: "device",
        why: open
          ? "You are the owner of this project; one approval is enough."
          : "It is closed.",
      },
      takes_changes: false,
      ...(open && { offer: this.offer(request) }),
    };
  }

  offer(request) {
    const { env_sha256, kid, commit, request_sha256 } = request.hidden;
    return {
      nonce: randomBytes(38).toString("base64"),
      time: soon(0),
      expires_at: soon(this.offerLifeMs),
      aud: this.projectOf(request.project).origin,
      request_id: request.id,
      version: request.version,
      request_sha256,
      level: request.level,
      policy_sha256: sha("policy"),
      roster_sha256: this.projectOf(request.project).roster_sha256,
      rule_sha256: sha("rule"),
      approver: this.member.id,
      key: this.key,
      payload: {
        kind: request.payload_kind,
        ...(env_sha256 && { env_sha256 }),
        ...(commit && { commit }),
        ...(kid && { kid }),
      },
    };
  }

  decide(id, { core, signature, reason, edit }) {
    if (this.answers.has(core)) return this.answers.get(core);
    const request = this.requests.get(id);
    if (!request) throw new Refusal(404, "not_found");
    const { decision } = request;
    if (decision) throw new Refusal(409, "already_decided", "Somebody was first.", { decision });
    if (Date.parse(request.decide_by) <= Date.now()) throw new Refusal(409, "past_deadline");
    const said = JSON.parse(core);
    if (jcs(said) !== core) throw new Refusal(422, "bad_core");
    if (!signed(this.spki, "lp-decision-device/1", core, signature)) {
      throw new Refusal(422, "bad_signature");
    }
    this.compare(request, said, edit);
    if (said.verdict === "approve" && !said.payload.commit)
      throw new Refusal(422, "commit_missing");
    this.close(request, said, reason, edit);
    this.answers.set(core, this.detail(id));
    return this.answers.get(core);
  }

  // Rebuilds what the server knows; any other byte is stale.
  compare(request, said, edit) {
    const { nonce: _, time: ___, expires_at: __, payload, ...rows } = this.offer(request);
    if (said.issued_at > soon(0)) throw this.stale(request);
    const base = edit ? said.base : said.payload;
    const wanted = { ...said, ...rows };
    wanted[edit ? "base" : "payload"] = { ...payload, commit: base?.commit };
    if (edit) wanted.payload = this.editReference(request, edit, said.payload.commit);
    const late = Date.parse(said.expires_at) < Date.now();
    if (late || jcs(JSON.parse(JSON.stringify(wanted))) !== jcs(said)) {
      throw this.stale(request);
    }
  }

  editReference(request, edit, commit) {
    const body = JSON.parse(edit);
    const sealed = body._lp_enc === true;
    const kind = !sealed ? "plain" : body.v === 2 ? "v2" : "v1";
    if (kind !== request.payload_kind) throw new Refusal(422, "edit_not_allowed");
    if (!sealed) return { kind, commit };
    const kid = body.kid && { kid: body.kid };
    return { kind, env_sha256: sha("lp-env/1\0", jcs(body)), commit, ...kid };
  }

  stale(request, reason = "stale") {
    return new Refusal(409, reason, "Something changed.", { offer: this.offer(request) });
  }

  close(request, said, reason, edit) {
    const approved = edit ? "approved_with_modifications" : "approved";
    request.state = said.verdict === "approve" ? approved : "rejected";
    request.decided_at = soon(0);
    request.hidden.commit = (edit ? said.base : said.payload).commit;
    if (edit) {
      const { kind, ...reference } = said.payload;
      request.hidden.edited = { payload: edit, payload_kind: kind, ...reference };
    }
    request.marks = request.marks.filter((mark) => mark !== "unbound_payload");
    const { origin } = this.projectOf(request.project);
    const root = randomBytes(32).toString("base64");
    const signature = randomBytes(68).toString("base64");
    const index = this.logSize;
    this.logSize += 1;
    request.decision = {
      verdict: said.verdict,
      state: request.state,
      by: { id: this.member.id, name: this.member.name, kind: "member" },
      method: "device_key",
      class: "device",
      ...(reason && { reason }),
      at: request.decided_at,
      log: {
        index,
        origin,
        statement_sha256: sha(jcs(said)),
        checkpoint: `${origin}\n${this.logSize}\n${root}\n\n— ${origin} ${signature}\n`,
      },
    };
    this.bump();
  }

  // Long polls.

  bump() {
    this.changes += 1;
    for (const wake of this.waiters) wake();
  }

  // Until `done` answers something or `ms` have passed.
  async wait(done, ms, signal) {
    const until = Date.now() + ms;
    while (!done() && Date.now() < until && !signal?.aborted) {
      await new Promise((resolve) => {
        const wake = () => {
          this.waiters.delete(wake);
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(wake, until - Date.now());
        this.waiters.add(wake);
        signal?.addEventListener("abort", wake, { once: true });
      });
    }
  }
}

function summary({ hidden: _, decision: __, ...rest }) {
  return rest;
}

function signed(spki, tag, text, signature) {
  const key = createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" });
  return verify("sha256", Buffer.from(`${tag}\0${text}`), key, Buffer.from(signature, "base64"));
}

// For tests: what the commitment of a plaintext payload must be.
export function plainCommit(commitKey, text) {
  return createHmac("sha256", Buffer.from(commitKey, "base64"))
    .update(`lp-commit/1\0base\0${text}`)
    .digest("hex");
}
