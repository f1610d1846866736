// Another channel: of which kind, to where, for whom, and which rung of the ladder it is.

import { type FormEvent, useState } from "react";
import { addChannel, type ChannelKind, type ReachProject, sendTest } from "../../api/channels";
import type { Session } from "../../api/types";
import { Choice, Field } from "../../ui/fields";
import { useAction } from "../people/use_action";

export const kindNames: Record<ChannelKind, string> = {
  mail: "Mail",
  slack: "Slack",
  teams: "Teams",
  webhook: "Webhook",
  ntfy: "ntfy",
};

const places: Record<ChannelKind, [label: string, example: string]> = {
  mail: ["Mail address", "on-call@example.org"],
  slack: ["Incoming webhook URL of Slack", "https://hooks.slack.com/services/…"],
  teams: ["URL of a Teams workflow", "https://….logic.azure.com/…"],
  webhook: ["URL", "https://alerts.example.org/letsping"],
  ntfy: ["URL of the topic", "https://ntfy.example.org/topic"],
};

const afters: [number, string][] = [
  [0, "at once"],
  [60, "after 1 min"],
  [300, "after 5 min"],
  [900, "after 15 min"],
  [3600, "after 1 h"],
];
const repeats: [number, string][] = [
  [0, "once"],
  [300, "and every 5 min while it waits"],
  [900, "and every 15 min while it waits"],
  [3600, "and every hour while it waits"],
];

export function ChannelForm(props: {
  project: ReachProject;
  kinds: ChannelKind[];
  session: Session;
  added(secret: string | undefined): void;
  close(): void;
}) {
  const { project, kinds, session } = props;
  const action = useAction();
  const own = `member:${session.member.id}`;
  const [kind, setKind] = useState<ChannelKind>(kinds[0] ?? "webhook");
  const [name, setName] = useState("");
  const [to, setTo] = useState("");
  const [token, setToken] = useState("");
  const [audience, setAudience] = useState(project.manages ? "" : own);
  const [after, setAfter] = useState(0);
  const [repeat, setRepeat] = useState(0);
  const [label, example] = places[kind];
  const may = action.able && to.trim() !== "" && name.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!may) return;
    void action.run(async (api, key) => {
      const made = await addChannel(api, key, {
        project: project.id,
        kind,
        name: name.trim(),
        to: to.trim(),
        ...(kind === "ntfy" && token !== "" && { token }),
        audience,
        after_s: after,
        repeat_s: repeat,
      });
      props.added(made.secret);
      // Whether it works is known from its first message on, so that one goes at once.
      await sendTest(api, key, { kind: "channels", id: made.channel.id });
    });
  };
  return (
    <form className="place-form" aria-label="Add a channel" onSubmit={submit}>
      <Choice
        label="Kind"
        value={kind}
        options={kinds.map((one) => [one, kindNames[one]])}
        choose={(value) => setKind(value as ChannelKind)}
      />
      {!kinds.includes("mail") && (
        <p className="muted">
          Mail needs a mail server: the operator sets <code>mail.server</code>.
        </p>
      )}
      <Field label="Name, as people call it" value={name} max={80} change={setName} />
      <Field label={label} value={to} max={2000} example={example} change={setTo} />
      {kind === "ntfy" && (
        <Field
          label="Access token, if the topic needs one"
          value={token}
          max={500}
          change={setToken}
        />
      )}
      <Choice
        label="Who is told"
        value={audience}
        options={[
          ...(project.manages ? ([["", "everybody"]] as [string, string][]) : []),
          ...(project.manages
            ? project.groups.map((group): [string, string] => [
                `group:${group}`,
                `the group ${group}`,
              ])
            : []),
          [own, "only me"],
        ]}
        choose={setAudience}
      />
      <Choice
        label="When"
        value={String(after)}
        options={afters.map(([seconds, words]) => [String(seconds), words])}
        choose={(value) => setAfter(Number(value))}
      />
      <Choice
        label="How often"
        value={String(repeat)}
        options={repeats.map(([seconds, words]) => [String(seconds), words])}
        choose={(value) => setRepeat(Number(value))}
      />
      <p className="muted">
        The server reads these, and keeps addresses and tokens sealed. It shows them to nobody
        again.
      </p>
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
      <div className="form-actions">
        <button type="submit" className="button primary" disabled={!may}>
          Add and send a test
        </button>
        <button type="button" className="button" onClick={props.close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
