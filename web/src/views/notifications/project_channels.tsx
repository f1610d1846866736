// The channels of a project: what everybody, a group or one person is told through, and when.

import { useState } from "react";
import type { Channel, ChannelKind, ReachProject } from "../../api/channels";
import type { Session } from "../../api/types";
import { Notice } from "../../ui/notice";
import { SecretOnce } from "../../ui/secret_once";
import { VisibleText } from "../../ui/visible_text";
import { ChannelForm, kindNames } from "./channel_form";
import { PlaceRow } from "./place_row";

export function ProjectChannels(props: {
  project: ReachProject;
  kinds: ChannelKind[];
  session: Session;
}) {
  const { project, kinds, session } = props;
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const ladder = [...project.channels].sort((a, b) => a.after_s - b.after_s);
  return (
    <section className="card" aria-label={`Channels of ${project.name}`}>
      <h2>
        Project <VisibleText text={project.name} />
      </h2>
      {!project.reachable && (
        <Notice kind="problem" title="Nobody is told when a request waits here">
          No channel and no reviewer's browser has been seen to work. Add one and send a test.
        </Notice>
      )}
      {ladder.length > 0 && (
        <ul className="session-list">
          {ladder.map((channel) => (
            <PlaceRow
              key={channel.id}
              place={{ kind: "channels", id: channel.id }}
              health={channel}
              name={
                <>
                  <b>
                    <VisibleText text={channel.name} />
                  </b>{" "}
                  <span className="badge">{kindNames[channel.kind]}</span>
                </>
              }
              mayChange={channel.may_change}
            >
              <VisibleText text={channel.to} />, {audienceOf(channel, session)},{" "}
              {timesOf(channel)}
            </PlaceRow>
          ))}
        </ul>
      )}
      {secret && (
        <SecretOnce
          title="The webhook's secret, shown this once"
          secret={secret}
          done={() => setSecret(undefined)}
        />
      )}
      {adding ? (
        <ChannelForm
          project={project}
          kinds={kinds}
          session={session}
          added={(told) => {
            setAdding(false);
            setSecret(told);
          }}
          close={() => setAdding(false)}
        />
      ) : (
        <div className="form-actions">
          <button type="button" className="button" onClick={() => setAdding(true)}>
            Add a channel
          </button>
        </div>
      )}
    </section>
  );
}

function audienceOf({ audience, own }: Channel, session: Session): string {
  if (audience === "") return "for everybody";
  if (own || audience === `member:${session.member.id}`) return "for you";
  return audience.startsWith("group:") ? `for the group ${audience.slice(6)}` : "for one person";
}

export function timesOf({ after_s, repeat_s }: { after_s: number; repeat_s: number }): string {
  const first = after_s === 0 ? "at once" : `after ${duration(after_s)}`;
  return repeat_s === 0 ? first : `${first}, again every ${duration(repeat_s)}`;
}

export function duration(seconds: number): string {
  if (seconds % 86_400 === 0 && seconds >= 172_800) return `${seconds / 86_400} days`;
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
