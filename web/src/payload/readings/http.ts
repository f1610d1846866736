// HTTP requests: who is called, with what verb, and what in the address is easily misread.

import type { ParsedNode } from "../parse";
import {
  grave,
  itemsOf,
  memberOf,
  type Part,
  part,
  type Reading,
  textOf,
  type Weight,
} from "./reading";

const methods: Record<string, [Weight, string]> = {
  GET: ["calm", "fetches"],
  HEAD: ["calm", "asks about"],
  OPTIONS: ["calm", "asks about"],
  POST: ["change", "sends to"],
  PUT: ["change", "replaces"],
  PATCH: ["change", "changes"],
  DELETE: ["grave", "deletes"],
};

export function looksLikeHttp(node: ParsedNode): boolean {
  const url = textOf(memberOf(node, "url", "uri", "endpoint"));
  const method = memberOf(node, "method", "verb", "http_method");
  const more = memberOf(node, "headers", "body", "json");
  if (url === undefined || !/^\s*https?:/i.test(url)) return false;
  return method?.kind === "string" || more !== undefined;
}

export function readHttp(node: ParsedNode, pointer: string): Reading {
  const url = textOf(memberOf(node, "url", "uri", "endpoint")) ?? "";
  const method = textOf(memberOf(node, "method", "verb", "http_method"));
  const word = method?.trim().toUpperCase() ?? "";
  const known = Object.hasOwn(methods, word) ? methods[word] : undefined;
  const [weight, verb] = known ?? ["unknown", "calls"];
  const made = part(weight, verb, url);
  const unread: string[] = [];
  if (method === undefined)
    made.notes.push("No method is named; most clients take GET, or POST with a body.");
  else if (!known) made.notes.push(`This page does not know the method ${method}.`);
  address(made, url, unread);
  headers(made, memberOf(node, "headers"));
  if (word === "GET" && memberOf(node, "body", "json", "data")) {
    made.notes.push("A GET with a body: servers differ in what they make of it.");
  }
  return { language: "HTTP", pointer, parts: [made], ordered: true, unread };
}

function address(made: Part, text: string, unread: string[]): void {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    unread.push("The address cannot be read: programs differ in what they call.");
    return;
  }
  const host = url.hostname;
  made.facts.push(["host", host]);
  if (url.port !== "") made.facts.push(["port", url.port]);
  made.facts.push(["path", url.pathname]);
  for (const [name, value] of url.searchParams) made.facts.push([`query ${name}`, value]);
  if (url.hash !== "") made.facts.push(["fragment, not sent", url.hash]);
  if (url.protocol === "http:") made.notes.push("Not encrypted on its way.");
  if (url.username !== "" || url.password !== "") {
    grave(made, `What stands before the @ is a name and a password; the host is ${host}.`);
  }
  if (/\\|[\t\r\n]|^\s|\s$/.test(text)) {
    unread.push("The address holds backslashes or blanks, which programs treat differently.");
  }
  if (/(?:\/|%2f)(?:\.|%2e){2}(?:\/|%2f|$)/i.test(text)) {
    unread.push("The path climbs with “..”: programs differ in where it ends.");
  }
  hostNotes(made, host, text);
}

function hostNotes(made: Part, host: string, text: string): void {
  const written = /^\s*[a-z]+:\/*(?:[^/?#]*@)?([^/?#:]*)/i.exec(text)?.[1] ?? "";
  if (/(?:^|\.)xn--/.test(host)) {
    grave(made, "The host has letters beyond ASCII, which may look like those of another host.");
  } else if (written.toLowerCase() !== host && !host.startsWith("[")) {
    made.notes.push(`The host is spelt in another way than programs read it: ${host}.`);
  }
  if (/^169\.254\.|^\[fe80|^metadata\.google\.internal$|^\[fd00:ec2::254\]$/.test(host)) {
    grave(
      made,
      "Link-local: on cloud machines this address gives out the machine's own credentials.",
    );
  } else if (
    /^(?:localhost|127\.|0\.0\.0\.0|\[::1?\])/.test(host) ||
    host.endsWith(".localhost")
  ) {
    made.notes.push("The machine itself on which the request runs.");
  } else if (/^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[f[cd])/.test(host)) {
    made.notes.push("An address within a private network.");
  } else if (/^[\d.]+$|^\[/.test(host)) made.notes.push("A bare address instead of a name.");
}

const secret = /^(?:authorization|cookie|proxy-authorization|x-api-key|api-key|x-auth-token)$/i;

function headers(made: Part, node: ParsedNode | undefined): void {
  const pairs: [string, ParsedNode][] =
    node?.kind === "object"
      ? node.members.map(({ key, node: value }) => [key, value])
      : itemsOf(node).flatMap((item): [string, ParsedNode][] => {
          const [name, value] = item.kind === "array" ? item.items : [];
          const text = textOf(name);
          return text !== undefined && value ? [[text, value]] : [];
        });
  for (const [name, value] of pairs) {
    if (secret.test(name)) made.notes.push(`It carries credentials (${name}).`);
    if (/^x-http-method(?:-override)?$/i.test(name)) {
      grave(made, `The header ${name} replaces the method: ${textOf(value) ?? value.source}.`);
    }
    if (/^host$/i.test(name))
      grave(made, `The header Host names another server: ${textOf(value) ?? ""}.`);
  }
}
