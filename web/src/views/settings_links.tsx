// Where the pages of the dashboard are: each in the rail of a desk; on a phone the settings share
// one place, and name each other at their top.

import { Bell, Bot, FolderCog, Info, KeyRound, Scale, Users } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "../route";

export type PageName =
  | "audit"
  | "keys"
  | "people"
  | "notifications"
  | "agents"
  | "policies"
  | "project"
  | "about"
  | "rollback"
  | "go-live"
  | { proposal: string }
  | { erasure: string }
  | { request: string | undefined };

const settings = [
  { page: "keys", href: "/settings", word: "Keys", Icon: KeyRound },
  { page: "people", href: "/settings?page=people", word: "People", Icon: Users },
  {
    page: "notifications",
    href: "/settings?page=notifications",
    word: "Notify",
    Icon: Bell,
  },
  { page: "agents", href: "/settings?page=agents", word: "Agents", Icon: Bot },
  { page: "policies", href: "/settings?page=policies", word: "Policies", Icon: Scale },
  { page: "project", href: "/settings?page=project", word: "Project", Icon: FolderCog },
  { page: "about", href: "/settings?page=about", word: "About", Icon: Info },
] as const;

export type SettingsPage = (typeof settings)[number]["page"];

// Under which of them a page stands; none for the others.
export function settingsPage(page: PageName): SettingsPage | undefined {
  const named = settings.find((one) => one.page === page);
  if (named) return named.page;
  // What owners sign is about keys.
  const signed = page === "rollback" || page === "go-live";
  if (signed || (typeof page === "object" && !("request" in page))) return "keys";
  return undefined;
}

export function SettingsLinks({ chosen }: { chosen: SettingsPage | undefined }) {
  return settings.map(({ page, href, word, Icon }) => (
    <RailLink
      key={page}
      href={href}
      current={page === chosen}
      icon={<Icon aria-hidden size={17} />}
      only="desk"
    >
      {word}
    </RailLink>
  ));
}

export function SettingsNav({ chosen }: { chosen: SettingsPage }) {
  return (
    <nav className="settings-nav segments" aria-label="Settings">
      {settings.map(({ page, href, word }) => (
        <Link key={page} href={href} aria-current={page === chosen ? "page" : undefined}>
          {word}
        </Link>
      ))}
    </nav>
  );
}

export function RailLink(props: {
  href: string;
  current: boolean;
  icon: ReactNode;
  only?: "desk" | "phone"; // where it stands; everywhere when absent
  children: ReactNode;
}) {
  return (
    <Link
      href={props.href}
      className={props.only ? `rail-link on-${props.only}` : "rail-link"}
      aria-current={props.current ? "page" : undefined}
    >
      {props.icon}
      <span className="rail-word">{props.children}</span>
    </Link>
  );
}
