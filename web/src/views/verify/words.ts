// What the checks and verdicts mean, for somebody who is no cryptographer.

import type {
  CheckName,
  HumanClass,
  LogLevel,
  Verdict,
} from "../../../../sdk/typescript/src/verify/index.js";

interface Words {
  title: string;
  meaning: string;
}

// `absent`: what stands in the place of the rest when the receipt has nothing to check. A check
// that was not made must not read like one that holds. `erased`: when it holds, of people of whom
// nobody knows any more who they were.
export const checkWords: Record<CheckName, Words & { absent?: Words; erased?: Words }> = {
  parse: {
    title: "It is a receipt",
    meaning: "The file is complete, well-formed, and holds nothing that does not belong there.",
  },
  canonical: {
    title: "Written in the one allowed way",
    meaning:
      "There is exactly one way to write this content, so nothing can hide in the spelling.",
  },
  statement: {
    title: "The statement can be read",
    meaning: "What happened, when and by whom is stated in full, in the form that is laid down.",
  },
  erasure: {
    title: "The statement was erased, and owners signed that",
    meaning: "A receipt of the erasure names this entry of the log, and the owners signed it.",
  },
  marks: {
    title: "Not a test",
    meaning: "Neither the event nor the list of people is marked as made for a test.",
  },
  leaf: {
    title: "The log entry is of this statement",
    meaning:
      "The log keeps a fingerprint of each statement. This one is of exactly these " +
      "words: change a letter, and it is another.",
  },
  issuer_signature: {
    title: "The server signed it",
    meaning: "The issuer key of the server signed exactly this statement.",
    absent: {
      title: "No signature of the server",
      meaning: "The log alone vouches for an event of this kind: a look, a message, a delivery.",
    },
  },
  inclusion: {
    title: "The entry is in the log",
    meaning:
      "A chain of fingerprints leads from the entry to the summary of the whole log. It " +
      "fits only if the entry really stands at this place.",
  },
  checkpoint: {
    title: "The log signed that summary",
    meaning:
      "The summary (the checkpoint) is of the right log and carries the signature of " +
      "the log's key, in force at that size.",
  },
  roster: {
    title: "The list of people is genuine",
    meaning:
      "Who may decide stands in a list that the project's owners signed, version after " +
      "version, from the first one to the one in force.",
    absent: {
      title: "No list of people yet",
      meaning: "Nobody had signed a list when this happened.",
    },
  },
  issuer_range: {
    title: "The server's key was in force",
    meaning:
      "The owners' list names the issuer key for this place in the log, not before or after.",
    absent: {
      title: "No list that names the server's key",
      meaning: "Without it nothing says from where on the key counts.",
    },
  },
  human: {
    title: "Each person signed this very decision",
    meaning:
      "Their own key signed this request, this payload, under this rule and list, " +
      "within minutes. The key never was on the server.",
    absent: {
      title: "No signature of a person",
      meaning: "Nobody signed this event with a key of their own.",
    },
    erased: {
      title: "Each person signed this, and who one of them was has been erased",
      meaning:
        "Their own keys signed this very decision, and stood in the list of people. The name " +
        "behind a pseudonym has been erased, and owners signed that.",
    },
  },
  quorum: {
    title: "Enough of the right people said so",
    meaning:
      "The rule is met by different people with different keys, and they all decided " +
      "about the same payload.",
    absent: {
      title: "No rule that people have to meet",
      meaning: "This event is not a decision for which a rule asks people.",
    },
  },
  agent: {
    title: "The agent signed its request",
    meaning: "The request was signed with the agent's own key.",
    absent: {
      title: "No signature of the agent",
      meaning: "The receipt holds none by the agent's own key.",
    },
  },
  semantics: {
    title: "Everything agrees",
    meaning:
      "The request, the verdict, the people and the times fit together: no part is of " +
      "another story.",
  },
  anchor: {
    title: "Anchored in the root log",
    meaning: "The summary of this log was itself entered into the log of the whole installation.",
    absent: {
      title: "Not anchored in a root log",
      meaning: "The receipt holds no proof that the summary was entered into another log.",
    },
  },
  witnesses: {
    title: "Seen by witnesses",
    meaning:
      "Independent witnesses signed the summary when they saw it: it cannot have been " +
      "made up later.",
    absent: {
      title: "No witness",
      meaning: "The server could show others another log; no independent witness has looked.",
    },
  },
  time: {
    title: "Time-stamped by a third party",
    meaning: "A time-stamping service confirms when the summary existed.",
    absent: {
      title: "No time stamp of a third party",
      meaning: "The time is the one that the server states.",
    },
  },
  trust: {
    title: "The keys are the ones you trust",
    meaning: "You brought a trust file, and the keys are those that it names.",
  },
  requirement: {
    title: "As strong as you demand",
    meaning:
      "People proved themselves, and the log is secured, at least as your trust file demands.",
  },
};

export const resultWords = {
  ok: "Holds",
  erased: "Holds, erased",
  failed: "Does not hold",
  absent: "Not in this receipt",
  "not run": "Not reached",
} as const;

export const verdictWords: Record<Verdict, { title: string; lead: string }> = {
  VALID: {
    title: "Valid",
    lead: "The server stated the following, and it stands in the log.",
  },
  ERASED: {
    title: "Erased",
    lead:
      "Something happened at this place in the log. What it was has been erased, and " +
      "owners of the project signed that.",
  },
  INDETERMINATE: {
    title: "Not confirmed",
    lead: "Nothing wrong was found, but something that is needed to call it valid is missing.",
  },
  INVALID: {
    title: "Invalid",
    lead: "Do not rely on this receipt: something in it does not hold.",
  },
};

export const humanWords: Record<HumanClass, string> = {
  A: "passkey (class A): a key that asked the person for finger, face or PIN",
  B: "device key (class B): a key that the person keeps on their device",
  C: "session (class C): somebody was logged in; only the server says so",
  none: "none",
};

export const logWords: Record<LogLevel, string> = {
  L0: "signed (L0): by the server, not shown to be in the log",
  L1: "logged (L1): it stands in the log",
  L2: "witnessed (L2): independent witnesses saw the log with it",
  L3: "time-stamped (L3): witnessed, and a third party confirms the time",
  none: "none",
};

export const markWords: Record<string, string> = {
  test: "made with a test set-up; no evidence",
  demo: "the server was set up as a demonstration and had not gone live",
  no_isolation: "agent and server ran under one account, so the approval was advisory",
  self_enrolled: "the agent signed itself up",
  server_sealed: "the payload reached the server unencrypted, which could read it",
  unbound_execution: "nothing ties what the agent then ran to this approval",
  unbound_payload: "whoever decided did not open the payload",
};

const events: Record<string, string> = {
  "decision.approved": "A request was approved",
  "decision.approved_with_modifications": "A request was approved with changes",
  "decision.rejected": "A request was rejected",
  "decision.expired": "A request ran out of time: nobody approved it",
  "decision.cancelled": "A request was withdrawn before a decision",
  "decision.denied": "A request was denied by policy",
  "review.approved": "One person approved a request",
  "review.edited": "One person changed a request and approved the change",
  "review.rejected": "One person rejected a request",
  "review.changes_requested": "One person asked for changes",
  "review.commented": "One person commented",
  "request.created": "An agent asked for approval",
  "request.revised": "An agent changed what it asks for",
  "request.viewed": "Somebody looked at a request",
  "roster.changed": "The list of people and keys was changed",
  "export.made": "Data was exported",
  "erasure.performed": "Statements were erased",
  "policy.changed": "The policy was changed",
};

export function eventWords(type: string): string {
  return events[type] ?? `An event of the type ${type}`;
}
