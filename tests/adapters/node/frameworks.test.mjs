// The adapters against the real frameworks with scripted models: one server for all.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { after, before, beforeEach, test } from 'node:test';
import { query } from '@anthropic-ai/claude-agent-sdk';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { AIMessage } from '@langchain/core/messages';
import { Command, MemorySaver } from '@langchain/langgraph';
import { canUseTool } from '@letsping-open/sdk/claude-agent';
import { letsPingMiddleware, resume, waitingFor } from '@letsping-open/sdk/langchain';
import { guardTool, openKept, runWithApprovals } from '@letsping-open/sdk/openai-agents';
import { fail, fakeLetsPing } from '@letsping-open/sdk/testing';
import { answerApprovals, guardTools } from '@letsping-open/sdk/vercel';
import { ToolGate } from '@letsping-open/sdk';
import {
  Agent, RunState, Runner, setTracingDisabled, tool as openaiTool, Usage,
} from '@openai/agents-core';
import { generateText, stepCountIs, tool as vercelTool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { createAgent, tool as langchainTool } from 'langchain';
import { z } from 'zod';
import { open, Place } from './house.mjs';

let house;
let place;
before(async () => {
  setTracingDisabled(true);
  house = await open();
});
after(() => house.server.stop());
beforeEach(() => {
  place = new Place(house);
});
const broken = () => new ToolGate(fakeLetsPing(fail()).lp);

// ---- LangChain ----------------------------------------------------------------------------------

class Scripted extends FakeListChatModel {
  constructor(calls) {
    super({ responses: [''] });
    this.calls = calls;
  }
  bindTools() {
    return this;
  }
  async _generate(messages) {
    const last = messages.at(-1);
    const said = last.getType() === 'tool' ? new AIMessage('done') : new AIMessage({
      content: '',
      tool_calls: [...Array(this.calls).keys()].map((n) => (
        { name: 'pay', args: { amount: 100 + n }, id: `call_${n}`, type: 'tool_call' })),
    });
    return { generations: [{ text: said.text, message: said }] };
  }
}

function langchain(gate, { checkpointer, calls = 1, ...about } = {}) {
  const ran = [];
  const pay = langchainTool(({ amount }) => {
    ran.push(amount);
    return `paid ${amount}`;
  }, { name: 'pay', description: 'Pays', schema: z.object({ amount: z.number() }) });
  const middleware = [letsPingMiddleware(gate, about)];
  const agent = createAgent({ model: new Scripted(calls), tools: [pay], middleware, checkpointer });
  return { agent, ran };
}
const input = { messages: [{ role: 'user', content: 'pay' }] };
const config = { configurable: { thread_id: 't1' } };

test('LangChain: a paused thread runs the edit, asks once and says so to the model', async () => {
  const { agent, ran } = langchain(place.gate, { checkpointer: new MemorySaver() });
  await agent.invoke(input, config);
  const [request] = await place.pending();
  assert.deepEqual([...waitingFor(await agent.getState(config)).values()], [request]);
  assert.deepEqual(ran, []);
  await place.edit({ amount: 7 });
  const { values } = await resume(agent, config, place.gate);
  assert.deepEqual(ran, [7]);
  assert.match(values.messages.at(-2).text, /A person changed the arguments/);
});

test('LangChain: a forged resume runs nothing, and the reason reaches the model', async () => {
  const { agent, ran } = langchain(place.gate, { checkpointer: new MemorySaver() });
  await agent.invoke(input, config);
  const [said] = await Promise.all([
    agent.invoke(new Command({ resume: { decisions: [{ type: 'approve' }] } }), config),
    place.reject('not this account'),
  ]);
  assert.deepEqual(ran, []);
  assert.match(said.messages.at(-2).text, /not this account/);
});

test('LangChain: parallel calls pause together, and each has its own answer', async () => {
  const { agent, ran } = langchain(place.gate, { checkpointer: new MemorySaver(), calls: 2 });
  await agent.invoke(input, config);
  const asked = await place.pending(2);
  await place.server.decide('approve', asked[0]);
  await place.server.decide('reject', asked[1]);
  await resume(agent, config, place.gate);
  assert.equal(ran.length, 1);
});

test('LangChain: without a checkpointer it waits in place; errors deny', async () => {
  const { agent, ran } = langchain(place.gate);
  await Promise.all([agent.invoke(input), place.approve()]);
  assert.deepEqual(ran, [100]);
  const other = langchain(broken());
  assert.match((await other.agent.invoke(input)).messages.at(-2).text, /unreachable/);
  assert.deepEqual(other.ran, []);
  const free = langchain(broken(), { tools: ['other'] });
  await free.agent.invoke(input);
  assert.deepEqual(free.ran, [100]);
});

// ---- Vercel -------------------------------------------------------------------------------------

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
function scripted() {
  return new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => {
      const said = prompt.at(-1).role === 'tool' ? prompt.at(-1).content : undefined;
      return {
        content: said
          ? [{ type: 'text', text: JSON.stringify(said) }]
          : [{ type: 'tool-call', toolCallId: 'call_1', toolName: 'pay', input: '{"amount":100}' }],
        finishReason: { unified: said ? 'stop' : 'tool-calls' },
        usage,
        warnings: [],
      };
    },
  });
}
function vercel(more = {}) {
  const ran = [];
  const pay = vercelTool({
    description: 'Pays',
    inputSchema: z.object({ amount: z.number() }),
    execute: async ({ amount }) => {
      ran.push(amount);
      return `paid ${amount}`;
    },
    ...more,
  });
  const go = (tools, messages = [{ role: 'user', content: 'pay' }], more_ = {}) =>
    generateText({ model: scripted(), tools, messages, stopWhen: stepCountIs(3), ...more_ });
  return { ran, pay, go };
}

test('Vercel: guarded, it runs the edit; misfits, rejections and errors run nothing', async () => {
  const { ran, pay, go } = vercel();
  await Promise.all([go(guardTools({ pay }, place.gate)), place.edit({ amount: 5 })]);
  assert.deepEqual(ran, [5]);
  const [misfit] = await Promise.all([
    go(guardTools({ pay }, place.gate)), place.edit({ amount: 'all' })]);
  assert.match(misfit.text, /do not fit/);
  const [no] = await Promise.all([go(guardTools({ pay }, place.gate)), place.reject('too much')]);
  assert.match(no.text, /too much/);
  assert.match((await go(guardTools({ pay }, broken()))).text, /unreachable/);
  assert.deepEqual(ran, [5]);
  assert.throws(() => guardTools({ pay: { inputSchema: {} } }, place.gate), /no execute/);
});

test('Vercel: approvals that a run ended with are answered, once and after a crash', async () => {
  const { ran, pay, go } = vercel();
  const more = { toolApproval: { pay: 'user-approval' } };
  const first = await go({ pay }, undefined, more);
  const kept = JSON.parse(JSON.stringify(first.response.messages));
  await place.gate.ask('pay', { amount: 100 }, { runId: place.service, callId: 'call_1' });
  const [answer] = await Promise.all([
    answerApprovals(kept, place.newGate(), { runId: place.service }), place.approve()]);
  const messages = [{ role: 'user', content: 'pay' }, ...kept, answer];
  assert.match((await go({ pay }, messages, more)).text, /paid 100/);
  assert.deepEqual(ran, [100]);
  assert.deepEqual(place.requests(), []);
  const gate = place.newGate();
  const [edited] = await Promise.all([
    answerApprovals(kept, gate, { runId: 'another' }), place.edit({ amount: 5 })]);
  assert.equal(edited.content[0].approved, false);
  assert.match(edited.content[0].reason, /exactly these: {"amount":5}/);
  const denied = await answerApprovals(kept, broken(), { runId: 'x' });
  assert.equal(denied.content[0].approved, false);
});

// ---- OpenAI Agents ------------------------------------------------------------------------------

class Model {
  async getResponse({ input: given }) {
    const said = Array.isArray(given) && given.filter((one) => one.type === 'function_call_result');
    const output = said.length
      ? [{ type: 'message', role: 'assistant', status: 'completed',
        content: [{ type: 'output_text', text: JSON.stringify(said.map((one) => one.output)) }] }]
      : [{ type: 'function_call', name: 'pay', callId: 'call_1', status: 'completed',
        arguments: '{"amount":100}' }];
    return { output, usage: new Usage() };
  }
}
function openai(needsApproval, wrap = (made) => made) {
  const ran = [];
  const pay = openaiTool({
    name: 'pay',
    description: 'Pays',
    parameters: z.object({ amount: z.number() }),
    needsApproval,
    execute: ({ amount }) => {
      ran.push(amount);
      return `paid ${amount}`;
    },
  });
  const agent = new Agent({ name: 'payer', model: new Model(), tools: [wrap(pay)] });
  const runner = new Runner({ tracingDisabled: true });
  return { agent, ran, run: (who, given) => runner.run(who, given) };
}

test('OpenAI: approvals, rejections and edits of pending calls', async () => {
  const { agent, ran, run } = openai(true);
  const go = (runId) => runWithApprovals(run, agent, 'pay', place.gate, { runId });
  const [yes] = await Promise.all([go('1'), place.approve()]);
  assert.match(yes.finalOutput, /paid 100/);
  const [no] = await Promise.all([go('2'), place.reject('too much')]);
  assert.match(no.finalOutput, /too much/);
  const [edited] = await Promise.all([go('3'), place.edit({ amount: 5 })]);
  assert.match(edited.finalOutput, /exactly these/);
  const denied = await runWithApprovals(run, agent, 'pay', broken(), { runId: '4' });
  assert.match(denied.finalOutput, /unreachable/);
  assert.deepEqual(ran, [100]);
});

test('OpenAI: a kept state goes on elsewhere, encrypted, and asks once', async () => {
  const first = openai(true);
  let kept;
  const about = { runId: place.service };
  const keep = (sealed) => {
    kept = sealed;
    throw new Error('killed');
  };
  await assert.rejects(
    runWithApprovals(first.run, first.agent, 'pay', place.gate, { ...about, keep }), /killed/);
  assert.doesNotMatch(kept, /amount/);
  await assert.rejects(openKept(kept, place.gate, 'another'), { code: 'does_not_open' });
  await place.gate.ask('pay', { amount: 100 }, { ...about, callId: 'call_1' });
  const { agent, ran, run } = openai(true);
  const gate = place.newGate();
  const state = await RunState.fromString(agent, await openKept(kept, gate, place.service));
  const [result] = await Promise.all([
    runWithApprovals(run, agent, state, gate, about), place.approve()]);
  assert.match(result.finalOutput, /paid 100/);
  assert.deepEqual([ran, first.ran, place.requests()], [[100], [], []]);
});

test('OpenAI: a guarded tool runs with the edit, and not when it cannot ask', async () => {
  const { agent, ran, run } = openai(false, (made) => guardTool(made, place.gate));
  await Promise.all([run(agent, 'pay'), place.edit({ amount: 5 })]);
  assert.deepEqual(ran, [5]);
  const other = openai(false, (made) => guardTool(made, broken()));
  assert.match((await other.run(other.agent, 'pay')).finalOutput, /unreachable/);
  assert.deepEqual(other.ran, []);
});

// ---- Claude Agent SDK ---------------------------------------------------------------------------

// In place of its command-line program: asks about a tool, and keeps the answer.
function program(told) {
  const [stdin, stdout, child] = [new PassThrough(), new PassThrough(), new EventEmitter()];
  const say = (message) => stdout.write(`${JSON.stringify(message)}\n`);
  const end = () => {
    if (child.exitCode !== null) return true;
    child.exitCode = 0;
    stdout.end();
    child.emit('exit', 0, null);
    return true;
  };
  let rest = '';
  stdin.on('data', (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop();
    for (const message of lines.filter(Boolean).map((line) => JSON.parse(line))) {
      if (message.type === 'control_response') {
        told.push(message.response.response);
        say({ type: 'result', subtype: 'success', is_error: false, result: '', session_id: 's' });
        end();
      }
      if (message.request?.subtype !== 'initialize') continue;
      const { request_id } = message;
      say({ type: 'control_response', response: { subtype: 'success', request_id, response: {} } });
      say({ type: 'control_request', request_id: 'r1', request: { subtype: 'can_use_tool',
        tool_name: 'Bash', input: { command: 'rm -r build' }, tool_use_id: 'toolu_1',
        permission_suggestions: [{ type: 'addRules', rules: [{ toolName: 'Bash' }],
          behavior: 'allow', destination: 'session' }] } });
    }
  });
  return Object.assign(child, { stdin, stdout, killed: false, exitCode: null, kill: end });
}
async function claude(gate) {
  const told = [];
  const options = {
    canUseTool: canUseTool(gate, { runId: 'run-1' }),
    pathToClaudeCodeExecutable: '/nowhere',
    spawnClaudeCodeProcess: () => program(told),
  };
  async function* prompt() {
    const message = { role: 'user', content: 'clean up' };
    yield { type: 'user', message, parent_tool_use_id: null };
    await new Promise((resolve) => setImmediate(resolve));
  }
  for await (const message of query({ prompt: prompt(), options })) {
    if (message.type === 'result') break;
  }
  return told[0];
}

test('Claude: the edit runs, no rule is added; a no has its reason; errors deny', async () => {
  const [edited] = await Promise.all([claude(place.gate), place.edit({ command: 'ls' })]);
  assert.equal(edited.behavior, 'allow');
  assert.deepEqual(edited.updatedInput, { command: 'ls' });
  assert.equal(edited.updatedPermissions, undefined);
  const other = new Place(house);
  const [no] = await Promise.all([claude(other.gate), other.reject('keep it')]);
  assert.equal(no.behavior, 'deny');
  assert.match(no.message, /keep it/);
  assert.equal((await claude(broken())).behavior, 'deny');
});

test('CommonJS programs have the same package', () => {
  const { LetsPing } = createRequire(import.meta.url)('@letsping-open/sdk');
  assert.throws(() => new LetsPing({ apiKey: 'k' }), { code: 'no_base_url' });
});
