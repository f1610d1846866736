import { useQueryClient } from "@tanstack/react-query";
import { Inbox, Keyboard, LogOut, ScrollText, Settings } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { type Connection, steadyNow } from "../api/live";
import { onOpened } from "../api/push";
import type { Session } from "../api/types";
import { ConnectionContext, useApi, useConnection } from "../context";
import { useDraftGuard, useDrafts } from "../drafts";
import { useHeldApprovals } from "../held";
import { Link, navigate } from "../route";
import { ShortcutSheet } from "../ui/shortcut_sheet";
import { useShortcuts } from "../ui/shortcuts";
import { ThemeButton } from "../ui/theme_button";
import { useServerNow } from "../ui/time";
import { VisibleText } from "../ui/visible_text";
import { HeldBar } from "./held_bar";
import {
  type PageName,
  RailLink,
  SettingsLinks,
  SettingsNav,
  settingsPage,
} from "./settings_links";

export type { PageName } from "./settings_links";

// The roles that spec/authorization.csv lets read the log of a project.
const readsLogs = (role: string) => ["owner", "admin", "reviewer", "auditor"].includes(role);

// What surrounds every page of somebody who is signed in.
export function Frame(props: { session: Session; page: PageName; children: ReactNode }) {
  const { session, page } = props;
  const connection = useConnection();
  const [sheet, setSheet] = useState(false);
  useDraftGuard();
  useShortcuts({ "?": () => setSheet(true) });
  useEffect(() => onOpened(navigate), []);
  const pending = session.projects.reduce((sum, project) => sum + project.pending, 0);
  const inbox = typeof page === "object" && "request" in page;
  const reading = inbox && page.request !== undefined;
  const settings = settingsPage(page);
  // What took another's place speaks for itself; the one before keeps its mark in its receipts.
  const open = session.projects.filter(({ successor }) => !successor);
  const marks = new Set(open.flatMap((project) => project.marks));
  return (
    <div className={reading ? "frame at-request" : "frame"}>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <nav className="rail" aria-label="Main">
        <Link href="/" className="brand" aria-label="LetsPing, inbox">
          <img src="/icon.svg" alt="" width={24} height={24} />
          <span>LetsPing</span>
        </Link>
        <RailLink href="/" current={inbox} icon={<Inbox aria-hidden size={17} />}>
          Inbox
          {pending > 0 && <span className="count">{pending}</span>}
        </RailLink>
        {session.member.roles.some(readsLogs) && (
          <RailLink
            href="/audit"
            current={page === "audit"}
            icon={<ScrollText aria-hidden size={17} />}
          >
            Audit
          </RailLink>
        )}
        <SettingsLinks chosen={settings} />
        <RailLink
          href="/settings"
          current={settings !== undefined}
          icon={<Settings aria-hidden size={17} />}
          only="phone"
        >
          Settings
        </RailLink>
        <div className="rail-end">
          <ConnectionPill connection={connection} />
          <button type="button" className="rail-link" onClick={() => setSheet(true)}>
            <Keyboard aria-hidden size={17} />
            <span className="rail-word">Keyboard</span>
          </button>
          <ThemeButton />
          <SignOut name={session.member.name} />
        </div>
      </nav>
      {sheet && <ShortcutSheet close={() => setSheet(false)} />}
      <div className="content" id="content">
        {marks.has("test") && (
          <div className="banner test">
            Test data: this server was made with a test approver. Its receipts are not evidence.
          </div>
        )}
        {marks.has("demo") && <DemoMark />}
        <SilenceBanner session={session} />
        <ConnectionBanner connection={connection} />
        <HeldBar at={inbox ? page.request : undefined} />
        {settings && <SettingsNav chosen={settings} />}
        <ConnectionContext.Provider value={connection}>
          {props.children}
        </ConnectionContext.Provider>
      </div>
    </div>
  );
}

// Steady and quiet: nothing is wrong, and nobody shall take it for the real thing.
function DemoMark() {
  return (
    <p className="demo-mark">
      <b>Demo</b> Set up for one machine only: every receipt says so until this server{" "}
      <Link href="/settings/go-live">goes live</Link>.
    </p>
  );
}

// Nobody watches a page: where nothing is known to reach anybody, every page says so.
function SilenceBanner({ session }: { session: Session }) {
  const silent = session.projects.filter((project) => project.reachable === false);
  if (silent.length === 0) return null;
  return (
    <p className="banner problem silence">
      Nobody is told when a request waits in{" "}
      {silent.map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && ", "}
          <b>
            <VisibleText text={name} />
          </b>
        </span>
      ))}
      : no channel is known to work.{" "}
      <Link href="/settings?page=notifications">Set up notifications</Link>
    </p>
  );
}

const connectionWords: Record<Connection["state"], string> = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  offline: "Offline",
  signed_out: "Signed out",
};

// A screen reader hears the word when it changes, and not each second that passes.
function ConnectionPill({ connection }: { connection: Connection }) {
  return (
    <span className={`connection ${connection.state}`}>
      <span aria-hidden className="dot" />
      <span className="rail-word">
        <span role="status">{connectionWords[connection.state]}</span>
        {connection.state === "reconnecting" && (
          <span aria-hidden>
            <Seconds until={connection.retryAt} />
          </span>
        )}
      </span>
    </span>
  );
}

function Seconds({ until }: { until: number }) {
  useServerNow();
  const seconds = Math.max(0, Math.ceil((until - steadyNow()) / 1000));
  return seconds > 0 ? `${seconds} s` : "now";
}

function ConnectionBanner({ connection }: { connection: Connection }) {
  const { state } = connection;
  if (state !== "reconnecting" && state !== "offline") return null;
  const offline = state === "offline";
  return (
    <div className="banner warning" role="status">
      {offline ? "This device is offline." : "The server does not answer."} What you see may be
      old, and nothing can be decided until {offline ? "it is online again" : "it is back"}. This
      page goes on by itself then.
      {!offline && (
        <span aria-hidden>
          {" "}
          Next try: <Seconds until={connection.retryAt} />.
        </span>
      )}
    </div>
  );
}

function SignOut({ name }: { name: string }) {
  const api = useApi();
  const client = useQueryClient();
  const drafts = useDrafts();
  const held = useHeldApprovals();
  const signOut = async () => {
    drafts.clear();
    held.clear();
    await api.post("/api/logout", {}).catch(() => undefined);
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    await client.invalidateQueries({ queryKey: ["session"] });
  };
  return (
    <div className="signed-in">
      <span className="rail-word who" title="Signed in as">
        <VisibleText text={name} />
      </span>
      <button
        type="button"
        className="icon-button"
        onClick={() => void signOut()}
        aria-label="Sign out"
      >
        <LogOut aria-hidden size={16} />
      </button>
    </div>
  );
}
