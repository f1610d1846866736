// Kubernetes objects, in JSON or as the outline of a YAML text: what they are, and what in them
// gives power over the cluster or opens it.

import type { ParsedNode } from "../parse";
import { at, byWeight, grave, itemsOf, type Part, part, type Reading, textOf } from "./reading";

export function looksLikeManifest(node: ParsedNode): boolean {
  const [version, kind] = [textOf(at(node, "apiVersion")), textOf(at(node, "kind"))];
  return version !== undefined && kind !== undefined && /^[\w.-]+(?:\/v\w+)?$/.test(version);
}

export function readManifest(node: ParsedNode, pointer: string): Reading {
  const kind = textOf(at(node, "kind")) ?? "";
  const items = /List$/.test(kind) ? itemsOf(at(node, "items")) : [node];
  const unread = items.every(looksLikeManifest)
    ? []
    : ["An item of this list is no Kubernetes object that this page can read."];
  const parts = items.filter(looksLikeManifest).map(objectPart);
  return { language: "Kubernetes", pointer, parts: byWeight(parts), ordered: false, unread };
}

function objectPart(node: ParsedNode): Part {
  const kind = textOf(at(node, "kind")) ?? "";
  const name =
    textOf(at(node, "metadata", "name")) ?? textOf(at(node, "metadata", "generateName"));
  const namespace = textOf(at(node, "metadata", "namespace"));
  const made = part("change", kind, name ?? "(no name)");
  if (namespace !== undefined) made.facts.push(["namespace", namespace]);
  if (namespace === "kube-system") grave(made, "In kube-system, where the cluster itself runs.");
  const replicas = at(node, "spec", "replicas");
  if (replicas) {
    made.facts.push(["replicas", replicas.source]);
    if (replicas.source === "0") grave(made, "No replicas: it stops everything that this runs.");
  }
  const pod = podOf(node, kind);
  if (pod) podNotes(made, pod);
  kindNotes(made, node, kind);
  return made;
}

function podOf(node: ParsedNode, kind: string): ParsedNode | undefined {
  if (kind === "Pod") return at(node, "spec");
  if (kind === "CronJob") return at(node, "spec", "jobTemplate", "spec", "template", "spec");
  return at(node, "spec", "template", "spec");
}

function podNotes(made: Part, pod: ParsedNode): void {
  for (const name of ["hostNetwork", "hostPID", "hostIPC"]) {
    if (at(pod, name)?.kind === "true") grave(made, `${name}: it shares this with the machine.`);
  }
  for (const volume of itemsOf(at(pod, "volumes"))) {
    const path = textOf(at(volume, "hostPath", "path"));
    if (path !== undefined) grave(made, `It mounts ${path} of the machine.`);
  }
  const account = textOf(at(pod, "serviceAccountName"));
  if (account !== undefined) made.facts.push(["service account", account]);
  const containers = ["initContainers", "containers"].flatMap((list) => itemsOf(at(pod, list)));
  for (const container of containers) containerNotes(made, container);
}

function containerNotes(made: Part, container: ParsedNode): void {
  const image = textOf(at(container, "image")) ?? "";
  made.facts.push([`image of ${textOf(at(container, "name")) ?? "a container"}`, image]);
  const tag = /:([^/:@]+)$/.exec(image.replace(/@sha256:.*$/, ""))?.[1];
  if (!image.includes("@sha256:") && (tag === undefined || tag === "latest")) {
    made.notes.push(`${image}: no fixed version; it may be another program tomorrow.`);
  }
  const context = at(container, "securityContext");
  if (at(context, "privileged")?.kind === "true") {
    grave(made, "A privileged container: it has power over the whole machine.");
  }
  if (at(context, "allowPrivilegeEscalation")?.kind === "true") {
    grave(made, "It may give itself more rights (allowPrivilegeEscalation).");
  }
  if (at(context, "runAsUser")?.source === "0") made.notes.push("It runs as root.");
  for (const added of itemsOf(at(context, "capabilities", "add"))) {
    grave(made, `It gets the capability ${textOf(added) ?? added.source}.`);
  }
}

function kindNotes(made: Part, node: ParsedNode, kind: string): void {
  if (/^(?:Cluster)?RoleBinding$/.test(kind)) bindingNotes(made, node);
  if (/^(?:Cluster)?Role$/.test(kind)) roleNotes(made, node);
  if (kind === "Service") {
    const type = textOf(at(node, "spec", "type"));
    if (type === "LoadBalancer" || type === "NodePort") {
      grave(made, `${type}: it can be reached from outside the cluster.`);
    }
  }
  if (kind === "Ingress") made.notes.push("It can be reached from outside the cluster.");
  if (kind === "Secret") made.notes.push("Its values are base64, which hides them from nobody.");
  if (kind === "Namespace") made.notes.push("Deleting a namespace deletes everything in it.");
  if (/WebhookConfiguration$/.test(kind)) {
    grave(made, "It lets a program see and change what is created in the cluster.");
  }
  if (kind === "CustomResourceDefinition") {
    made.notes.push("Deleting a definition deletes every object of its kind.");
  }
  const finalizers = at(node, "metadata", "finalizers");
  if (finalizers?.kind === "array" && finalizers.items.length === 0) {
    made.notes.push("No finalizers: nothing is cleaned up before it goes.");
  }
}

function bindingNotes(made: Part, node: ParsedNode): void {
  const role = textOf(at(node, "roleRef", "name")) ?? "";
  made.facts.push(["role", role]);
  grave(
    made,
    role === "cluster-admin" ? "Every right over the whole cluster." : "It gives rights.",
  );
  for (const subject of itemsOf(at(node, "subjects"))) {
    const who = textOf(at(subject, "name")) ?? "";
    made.facts.push([textOf(at(subject, "kind")) ?? "subject", who]);
    if (/^system:(?:anonymous|unauthenticated|authenticated)$/.test(who)) {
      grave(made, `${who}: these rights are everybody's.`);
    }
  }
}

function roleNotes(made: Part, node: ParsedNode): void {
  for (const rule of itemsOf(at(node, "rules"))) {
    const list = (name: string) =>
      itemsOf(at(rule, name)).map((item) => textOf(item) ?? item.source);
    const [verbs, resources] = [list("verbs"), list("resources")];
    made.facts.push([verbs.join(" "), resources.join(" ")]);
    if (verbs.includes("*") || resources.includes("*")) grave(made, "A rule with *: everything.");
    if (resources.includes("secrets")) grave(made, "It reaches secrets.");
    if (verbs.some((verb) => ["escalate", "bind", "impersonate"].includes(verb))) {
      grave(made, "Who has it can take the rights of others.");
    }
    if (resources.includes("pods/exec")) grave(made, "Who has it can run commands in every pod.");
  }
}

export function looksLikeYamlManifest(text: string): boolean {
  return /^apiVersion:\s*\S/m.test(text) && /^kind:\s*\S/m.test(text);
}

// YAML has many ways to say one thing, and this page has no reader of it: the outline is of texts
// in the plain form that tools write, and of nothing else.
export function outlineYaml(text: string, pointer: string): Reading {
  const unread = [
    "This is YAML, of which this page reads only the kind and the name of each object.",
  ];
  if (/^[^\n#]*(?:[:\-,[{]\s)[&*][^\s,\]}]|<<\s*:|^%|^\t|^ *!/m.test(text)) {
    unread.push(
      "It has references, tags or tabs: an object may be another than its text suggests.",
    );
  }
  const documents = text
    .split(/^---(?:\s.*)?$/m)
    .filter((document) => /^[ \t]*[^#\s]/m.test(document));
  const parts = documents.map((document) => {
    const tops = [...document.matchAll(/^([A-Za-z][\w-]*):/gm)].map(([, key]) => key);
    const kind = /^kind:\s*["']?([\w.]+)/m.exec(document)?.[1];
    const metadata = /^metadata:[ \t]*\n((?:[ \t]+.*\n?|[ \t]*\n)*)/m.exec(document)?.[1] ?? "";
    const indent = /^([ \t]+)\S/.exec(metadata)?.[1] ?? "  ";
    const of = (name: string) =>
      new RegExp(`^${indent}${name}:\\s*["']?([^\\s"'#]+)`, "m").exec(metadata)?.[1];
    const made = part(
      kind === undefined ? "unknown" : "change",
      kind ?? "unknown",
      of("name") ?? "",
    );
    const namespace = of("namespace");
    if (namespace !== undefined) made.facts.push(["namespace", namespace]);
    if (new Set(tops).size < tops.length) {
      grave(made, "A name stands twice at the top: tools differ in which one they take.");
    }
    if (/^[ \t-]*privileged:[ \t]*true\b/m.test(document)) grave(made, "A privileged container.");
    if (/Role|Binding|Webhook/.test(kind ?? "")) grave(made, "It gives rights.");
    return made;
  });
  return { language: "Kubernetes", pointer, parts: byWeight(parts), ordered: false, unread };
}
