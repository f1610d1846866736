// A person's own browsers, told by Web Push.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Reach } from "../../api/channels";
import { PushRefused, type PushState, pushState, subscribe, unsubscribe } from "../../api/push";
import { Ago } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { useAction } from "../people/use_action";
import { PlaceRow } from "./place_row";

const offers: Record<Exclude<PushState, "off" | "on">, string> = {
  unsupported:
    "This browser has no Web Push. On an iPhone or iPad it has once LetsPing is on the home " +
    "screen: Share, then Add to Home Screen, and open it there.",
  denied:
    "This browser was told to show no notifications of this address. Allow them in its settings " +
    "for this site, then load this page again.",
};

export function BrowsersCard({ reach }: { reach: Reach }) {
  return (
    <section className="card" aria-label="Your browsers">
      <h2>Your browsers</h2>
      <p className="muted">
        Only for you, from this server itself. A notification's buttons open the request; they
        decide nothing.
      </p>
      {reach.push_key === "" ? (
        <p>
          Web Push is off on this server: its operator sets <code>push.subject</code>, an address
          that push services may write to.
        </p>
      ) : (
        <ThisBrowser pushKey={reach.push_key} />
      )}
      {reach.browsers.length > 0 && (
        <ul className="session-list">
          {reach.browsers.map((browser) => (
            <PlaceRow
              key={browser.id}
              place={{ kind: "browsers", id: browser.id }}
              health={browser}
              name={<VisibleText text={browser.name} />}
              mayChange
            >
              Since <Ago at={browser.created_at} />
            </PlaceRow>
          ))}
        </ul>
      )}
    </section>
  );
}

function ThisBrowser({ pushKey }: { pushKey: string }) {
  const client = useQueryClient();
  const action = useAction();
  const state = useQuery({ queryKey: ["push"], queryFn: pushState });
  const [refused, setRefused] = useState(false);
  const switchOn = () =>
    action.run(async (api, key) => {
      setRefused(false);
      try {
        await subscribe(api, key, pushKey);
      } catch (error) {
        if (!(error instanceof PushRefused) && !(error instanceof DOMException)) throw error;
        setRefused(true);
      }
    });
  const switchOff = async () => {
    await unsubscribe();
    await client.invalidateQueries({ queryKey: ["push"] });
  };
  if (!state.data) return null;
  if (state.data === "unsupported" || state.data === "denied") return <p>{offers[state.data]}</p>;
  return (
    <>
      <div className="form-actions">
        {state.data === "off" ? (
          <button
            type="button"
            className="button primary"
            disabled={!action.able}
            onClick={() => void switchOn()}
          >
            Notify me in this browser
          </button>
        ) : (
          <button type="button" className="button" onClick={() => void switchOff()}>
            Stop in this browser
          </button>
        )}
      </div>
      {refused && (
        <p className="field-problem" role="alert">
          The browser did not subscribe: it was not allowed to, or its push service does not
          answer.
        </p>
      )}
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
    </>
  );
}
