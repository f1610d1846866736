import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense } from "react";
import { readSession } from "./api/sign_in";
import type { Returned } from "./api/sign_on";
import type { Session } from "./api/types";
import { useApi, useKeys } from "./context";
import { useAddress } from "./route";
import type { OneTimeLink } from "./setup_link";
import { useSharedSignIn } from "./shared_sign_in";
import { Frame, type PageName } from "./views/frame";
import { InboxView } from "./views/inbox";
import { KeyWatch } from "./views/key_watch";
import { AutoLock, LockedView } from "./views/locked";
import { LoginView } from "./views/login";
import { RosterWatch } from "./views/roster_watch";
import { AccountLinkView, SignOnReturn } from "./views/sign_on";
import { Unreachable } from "./views/unreachable";

const SetupView = lazy(() => import("./views/setup").then((m) => ({ default: m.SetupView })));
const FirstRun = lazy(() =>
  import("./views/first_run/first_run").then((m) => ({ default: m.FirstRun })),
);
const LoginLinkView = lazy(() =>
  import("./views/login_link").then((m) => ({ default: m.LoginLinkView })),
);
const PairView = lazy(() => import("./views/keys/pair").then((m) => ({ default: m.PairView })));
const ProposalView = lazy(() =>
  import("./views/roster_proposal").then((m) => ({ default: m.ProposalView })),
);
const ErasureProposalView = lazy(() =>
  import("./views/erasure_proposal").then((m) => ({ default: m.ErasureProposalView })),
);
const RollbackView = lazy(() =>
  import("./views/rollback").then((m) => ({ default: m.RollbackView })),
);
const GoLiveView = lazy(() => import("./views/go_live").then((m) => ({ default: m.GoLiveView })));
const KeysView = lazy(() => import("./views/keys/keys").then((m) => ({ default: m.KeysView })));
const PeopleView = lazy(() =>
  import("./views/people/people").then((m) => ({ default: m.PeopleView })),
);
const AuditView = lazy(() =>
  import("./views/audit/audit").then((m) => ({ default: m.AuditView })),
);
const NotificationsView = lazy(() =>
  import("./views/notifications/notifications").then((m) => ({ default: m.NotificationsView })),
);
const AgentsView = lazy(() =>
  import("./views/agents/agents").then((m) => ({ default: m.AgentsView })),
);
const PoliciesView = lazy(() =>
  import("./views/policies/policies").then((m) => ({ default: m.PoliciesView })),
);
const ProjectView = lazy(() =>
  import("./views/project/project").then((m) => ({ default: m.ProjectView })),
);
const AboutView = lazy(() => import("./views/about").then((m) => ({ default: m.AboutView })));

export function App(props: { link: OneTimeLink; returned: Returned | undefined }) {
  const { link, returned } = props;
  const { path, query } = useAddress();
  const { lock } = useKeys().keyring;
  const step = query.get("step");
  if (path === "/setup" && (step === "key" || step === "agent")) {
    return (
      <SignedIn>
        {(session) => (
          <Suspense>
            <FirstRun session={session} step={step} />
          </Suspense>
        )}
      </SignedIn>
    );
  }
  if (path === "/setup") {
    return (
      <Suspense>
        <SetupView link={link} />
      </Suspense>
    );
  }
  if (path === "/login" && link.token) {
    return (
      <Suspense>
        <LoginLinkView token={link.token} contentKey={link.contentKey} />
      </Suspense>
    );
  }
  if (path === "/login/callback") return <SignOnReturn returned={returned} />;
  if (path === "/login" && link.account) return <AccountLinkView token={link.account} />;
  if (path === "/p") {
    return (
      <Suspense>
        <PairView code={link.pairingCode} />
      </Suspense>
    );
  }
  if (lock?.locked) return <LockedView />;
  const page = pageOf(path, query);
  return (
    <SignedIn>
      {(session) => (
        <Frame session={session} page={page}>
          <RosterWatch session={session} />
          <KeyWatch session={session} />
          <AutoLock />
          <Suspense>
            <Page session={session} page={page} />
          </Suspense>
        </Frame>
      )}
    </SignedIn>
  );
}

function SignedIn({ children }: { children(session: Session): ReactNode }) {
  const api = useApi();
  const session = useQuery({
    queryKey: ["session"],
    queryFn: () => readSession(api),
  });
  useSharedSignIn(session.data === undefined ? undefined : session.data !== null);
  if (session.data === null) return <LoginView />;
  if (session.data) return children(session.data);
  if (session.isError) return <Unreachable retry={() => void session.refetch()} />;
  return <main className="page" aria-busy="true" />;
}

function Page({ session, page }: { session: Session; page: PageName }) {
  if (page === "keys") return <KeysView session={session} />;
  if (page === "people") return <PeopleView session={session} />;
  if (page === "audit") return <AuditView session={session} />;
  if (page === "notifications") return <NotificationsView session={session} />;
  if (page === "agents") return <AgentsView />;
  if (page === "policies") return <PoliciesView />;
  if (page === "project") return <ProjectView session={session} />;
  if (page === "about") return <AboutView session={session} />;
  if (page === "rollback") return <RollbackView session={session} />;
  if (page === "go-live") return <GoLiveView session={session} />;
  if ("erasure" in page) return <ErasureProposalView id={page.erasure} session={session} />;
  if ("proposal" in page) return <ProposalView id={page.proposal} session={session} />;
  return <InboxView session={session} {...(page.request && { selected: page.request })} />;
}

// The paths that the server answers with this page; all others are its 404.
function pageOf(path: string, query: URLSearchParams): PageName {
  if (path === "/settings") {
    const named = query.get("page");
    const pages = ["about", "people", "notifications", "agents", "policies", "project"] as const;
    return pages.find((page) => page === named) ?? "keys";
  }
  if (path === "/audit") return "audit";
  if (path === "/settings/rollback") return "rollback";
  if (path === "/settings/go-live") return "go-live";
  const proposal = /^\/settings\/roster\/([a-z0-9_]+)$/.exec(path)?.[1];
  if (proposal !== undefined) return { proposal };
  const erasure = /^\/settings\/erasure\/([a-z0-9_]+)$/.exec(path)?.[1];
  if (erasure !== undefined) return { erasure };
  return { request: /^\/requests\/([A-Za-z0-9_-]+)$/.exec(path)?.[1] };
}
