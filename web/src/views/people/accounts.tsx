// With which account of the identity provider a member signs in, and the link that brings it.

import { useState } from "react";
import { makeAccountLink, unlinkAccount } from "../../api/accounts";
import type { LinkedAccount } from "../../api/types";
import { CopyButton } from "../../ui/copy";
import { Clock } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { useAction } from "./use_action";

export function Accounts(props: {
  member: string;
  name: string;
  accounts: LinkedAccount[];
  provider: string | undefined;
  manages: boolean;
  self: boolean;
}) {
  const { member, name, accounts, provider, manages, self } = props;
  const action = useAction();
  const [link, setLink] = useState<{ url: string; expires_at: string }>();
  if (accounts.length === 0 && !(provider && manages)) return null;
  const label = accounts.length > 0 ? "Link another account" : "Link an account";
  const make = () =>
    void action.run(async (api, key) => setLink(await makeAccountLink(api, key, member)));
  const unlink = (id: string) =>
    void action.run(async (api, key) => {
      await unlinkAccount(api, key, id);
    });
  return (
    <div className="accounts">
      {accounts.map((account) => (
        <div key={account.id} className="account" data-account={account.id}>
          <span>
            Signs in as <VisibleText text={account.subject} /> at{" "}
            <VisibleText text={hostOf(account.issuer)} />
            {account.groups.length > 0 && (
              <span className="muted">
                , there in <VisibleText text={account.groups.join(", ")} />
              </span>
            )}
          </span>
          {(manages || self) && (
            <button
              type="button"
              className="button"
              disabled={!action.able}
              aria-label={`Unlink the account of ${name}`}
              onClick={() => unlink(account.id)}
            >
              Unlink
            </button>
          )}
        </div>
      ))}
      {provider && manages && !link && (
        <div>
          <button
            type="button"
            className="button"
            disabled={!action.able}
            aria-label={`${label} of ${provider} to ${name}`}
            onClick={make}
          >
            {label}
          </button>
        </div>
      )}
      {link && (
        <div className="account-link">
          <p className="muted">
            Send this to <VisibleText text={name} /> alone. It works once, until{" "}
            <Clock at={link.expires_at} />, and the account that is shown with it is theirs from
            then on.
          </p>
          <code className="mono">{link.url}</code>{" "}
          <CopyButton text={link.url} what="the link" label="Copy the link" />
        </div>
      )}
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
    </div>
  );
}

function hostOf(issuer: string): string {
  try {
    return new URL(issuer).host;
  } catch {
    return issuer;
  }
}
