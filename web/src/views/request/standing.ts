// Whether a request as it is on screen may be approved by whoever reads it, and why not.

import { useEffect, useRef } from "react";
import type { Detail } from "../../api/types";
import { useApi } from "../../context";
import { belied } from "../../payload/claims";
import type { Opened } from "../../payload/open";
import { parse } from "../../payload/parse";
import { canSign } from "./passkey_state";

// Why what the policy ruled by cannot be relied on: its facts are not those of the payload.
export function ruledByALie(detail: Detail, opened: Opened | undefined): string | undefined {
  if (!detail.ruling || opened?.state !== "open" || !opened.parsed.ok) return undefined;
  const { sources } = detail.ruling;
  if (!sources) return "Approving is off: the policy that ruled on this does not read any more.";
  const stated = detail.facts === undefined ? undefined : parse(detail.facts);
  if (stated && !stated.ok) return "Approving is off: the facts it came with do not read.";
  const [first] = belied(sources, stated?.root, opened.parsed.root);
  if (first === undefined) return undefined;
  return `Approving is off: the policy ruled by ${first}, and the payload says something else.`;
}

export function mayApprove(detail: Detail, opened: Opened | undefined, pending: boolean) {
  const may =
    pending && detail.eligibility.can_approve && detail.offer !== undefined && canSign(detail);
  if (!may || opened?.state !== "open" || opened.disarmed.length > 0) return undefined;
  if (ruledByALie(detail, opened) !== undefined) return undefined;
  return opened;
}

// `attachments`: why they keep it from being approved, if they do.
export function whyNot(detail: Detail, opened: Opened, me: string, attachments?: string): string {
  if (!canSign(detail)) return "Approving takes a passkey that signs here.";
  if (detail.quorum?.approved_by.some(({ id }) => id === me)) {
    return "You have approved. It waits for somebody else.";
  }
  if (!detail.eligibility.can_approve) return "You cannot approve this request.";
  if (opened.state === "no_key" || opened.state === "wrong_key") {
    return "Approving needs the content key: nobody can approve what they cannot read.";
  }
  if (opened.state === "withheld") return "Only reviewers read this payload.";
  if (opened.state === "tampered")
    return "Approving is off: the payload is not what it should be.";
  if (opened.disarmed.length > 0) return "Approving is off: this payload has no single meaning.";
  return ruledByALie(detail, opened) ?? attachments ?? "The server offers no decision right now.";
}

// Tells the server once that this version is in front of somebody.
export function useViewed(detail: Detail, onScreen: boolean): void {
  const api = useApi();
  const told = useRef("");
  const { id, version, state } = detail;
  useEffect(() => {
    const subject = `${id} ${version}`;
    if (!onScreen || state !== "pending" || told.current === subject) return;
    told.current = subject;
    api.post(`/api/review/requests/${id}/viewed`, { version }).catch(() => undefined);
  }, [api, id, version, state, onScreen]);
}
