// A real server with a story in its log, and the evidence that it hands out about it.

import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "../node/client.mjs";
import { CONTENT_KEY, Server } from "../node/harness.mjs";
import { readVkey } from "./trusted.mjs";

export const formats = ["json", "tlog-proof", "sigstore", "jws"];

export class House {
  static async start() {
    const house = new House();
    house.server = await Server.start();
    house.address = house.server.address;
    house.agentKey = house.server.key();
    house.auditorKey = house.server.key("default", "auditor");
    house.requests = await house.#story();
    house.trust = JSON.parse(house.server.run("trust", "export", "--project", "default"));
    house.log = house.trust.origin.split("/").at(-1);
    await house.settled();
    return house;
  }

  stop() {
    return this.server.stop();
  }

  // Until the root log has the newest checkpoint, about a second after the last event: from then on
  // a receipt is the same bytes each time.
  async settled() {
    const end = Date.now() + 20_000;
    while (Date.now() < end) {
      const size = this.size();
      const { anchor, tlog } = this.receipt(size - 1);
      if (anchor && tlog.proof.split("\n\n")[1].split("\n")[1] === String(size)) return;
      await sleep(100);
    }
    throw new Error("the root log does not anchor the newest checkpoint");
  }

  async ask(action) {
    const options = { apiKey: this.agentKey, baseUrl: `${this.address}/api` };
    const client = new Client({ ...options, encryptionKey: CONTENT_KEY });
    const payload = { amount: 5000, to: "acct_99" };
    return (await client.defer({ service: "stripe", action, payload })).id;
  }

  // The owner signs for another issuer key, or log key; the log grows beyond the entry, or size,
  // from which it signs, which is the answer.
  async rotate(key = "rotate-issuer") {
    const words = ["log", key, "--test-approver", "--json"];
    const { from } = JSON.parse(this.server.run(...words));
    while (this.size() < from + 3) await this.ask("refund");
    return from;
  }

  // One request of each end that people give it, and one that still waits.
  async #story() {
    const requests = {
      approved: await this.ask("refund"),
      rejected: await this.ask("payout"),
      modified: await this.ask("transfer"),
      pending: await this.ask("charge"),
    };
    await this.server.decide("approve", requests.approved);
    await this.server.decide("reject", requests.rejected, "--reason", "wrong account");
    await this.server.edit(requests.modified, { amount: 50, to: "acct_99" });
    return requests;
  }

  // What `letsping receipt` prints; a rendering that ends without a line feed gets one there.
  printed(what, format = "json") {
    return this.server.run("receipt", String(what), "--format", format, "--project", "default");
  }

  receipt(what) {
    return JSON.parse(this.printed(what));
  }

  async rendering(index, format) {
    const path = `/log/${this.log}/receipt/${index}?format=${format}`;
    return (await this.get(path, this.auditorKey)).text();
  }

  async get(path, key) {
    const headers = key ? { Authorization: `Bearer ${key}` } : {};
    const reply = await fetch(this.address + path, { headers });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return reply;
  }

  // As an agent does, by its API key.
  async asAgent(path, body) {
    if (body === undefined) return (await this.get(path, this.agentKey)).json();
    const headers = { "Content-Type": "application/json" };
    headers.Authorization = `Bearer ${this.agentKey}`;
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const reply = await fetch(this.address + path, init);
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  }

  // The history of a request that one agent handed to another, who then said how it ended.
  async handoff() {
    const { agent_id } = await this.asAgent("/api/agents/register", {});
    const handed = { request_id: this.requests.approved, downstream_agent_id: agent_id };
    const { delivery_id } = await this.asAgent("/api/agents/handoff", handed);
    const outcome = { delivery_id, outcome: "disputed", note: "came late" };
    await this.asAgent("/api/agents/handoff-outcome", outcome);
    await this.settled();
    return this.asAgent(`/api/agents/handoff-outcome?delivery_id=${delivery_id}`);
  }

  // Every event that is under the newest checkpoint.
  size() {
    const checkpoint = JSON.parse(this.server.run("log", "checkpoint", "--json"));
    return Number(checkpoint.checkpoint.split("\n")[1]);
  }

  vkey() {
    return readVkey(this.trust.log_vkeys[0]);
  }
}

export const statementOf = (receipt) => Buffer.from(receipt.statement, "base64");
export const indexOf = (receipt) => Number(/^index (\d+)$/m.exec(receipt.tlog.proof)[1]);
