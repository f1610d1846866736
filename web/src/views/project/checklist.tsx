// What is left to do before a project is relied on, as far as the server can see it.

import { CircleCheck, CircleDashed } from "lucide-react";
import type { Settings } from "../../api/settings";
import type { SessionProject } from "../../api/types";
import { Link } from "../../route";

interface Item {
  done: boolean;
  what: string;
  how: string; // while it is not done
  href?: string;
}

export function Checklist(props: {
  project: SessionProject;
  settings: Settings;
  reachable?: boolean;
}) {
  const items = itemsOf(props.project, props.settings, props.reachable ?? false);
  const done = items.filter((item) => item.done).length;
  return (
    <>
      <h3>
        Before you rely on it: {done} of {items.length}
      </h3>
      <ul className="checklist">
        {items.map((item) => (
          <li key={item.what} className={item.done ? "done" : "open"}>
            {item.done ? (
              <CircleCheck aria-label="Done" size={17} />
            ) : (
              <CircleDashed aria-label="Not done" size={17} />
            )}
            <span>
              {item.what}
              {!item.done && (
                <span className="muted">
                  . {item.how}
                  {item.href && (
                    <>
                      {" "}
                      <Link href={item.href}>Go there</Link>
                    </>
                  )}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
      <p className="muted">
        The server does not see whether its data is backed up and whether somebody watches its
        metrics and alarms.
      </p>
    </>
  );
}

export function itemsOf(project: SessionProject, settings: Settings, reachable: boolean): Item[] {
  const state = settings.projects.find((one) => one.id === project.id);
  const owners = state?.owners ?? 0;
  const encrypted = project.payloads === "encrypted";
  return [
    {
      done: isPublicName(settings.reached_at),
      what: "An HTTPS name of its own, to which passkeys are bound",
      how: `People reach it as ${settings.reached_at}: the operator sets server.public_url.`,
    },
    {
      done: owners > 1,
      what: "A second owner, who can sign when the first cannot",
      how: "There is one.",
      href: "/settings?page=people",
    },
    {
      done: (state?.reviewers ?? 0) > 1 && !project.single_operator,
      what: "A second reviewer: nobody approves their own agents at high",
      how: "Until then the project has a single operator, and each receipt says so.",
      href: "/settings?page=people",
    },
    ...(encrypted
      ? [
          {
            done: state?.sheet_checked ?? false,
            what: "A recovery sheet of the content key, typed back once",
            how: "Without it payloads are lost with the devices that hold the key.",
            href: "/settings",
          },
        ]
      : []),
    {
      done: reachable,
      what: "A channel that is known to reach somebody",
      how: "Nobody watches a page.",
      href: "/settings?page=notifications",
    },
    {
      done: settings.push,
      what: "Web Push to browsers and phones",
      how: "The operator sets push.subject.",
    },
    {
      done: state?.webhooks_work ?? false,
      what: "A webhook that takes decisions, where something of yours waits for them",
      how: "None is known to work.",
    },
    {
      done: settings.sign_on !== undefined,
      what: "Sign-in with your identity provider",
      how: "The operator sets auth.oidc; without it people sign in with their keys.",
    },
    {
      done: settings.witnessed,
      what: "Witnesses, who notice a log that was rolled back",
      how: "The operator sets witness.policy.",
    },
  ];
}

// What other devices reach over TLS: not this machine, and no bare address.
export function isPublicName(url: string): boolean {
  try {
    const { protocol, hostname } = new URL(url);
    const local = hostname === "localhost" || hostname.endsWith(".localhost");
    const address = hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
    return protocol === "https:" && !local && !address;
  } catch {
    return false;
  }
}
