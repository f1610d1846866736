// Where the decisions of a project are sent, and whether they arrive.

import { type FormEvent, useState } from "react";
import { addWebhook, removeWebhook, type Webhook, type WebhookProject } from "../../api/settings";
import { Confirm } from "../../ui/confirm";
import { Field } from "../../ui/fields";
import { SecretOnce } from "../../ui/secret_once";
import { Day } from "../../ui/time";
import { VisibleText } from "../../ui/visible_text";
import { HealthLine } from "../notifications/place_row";
import { useAction } from "../people/use_action";

export function Webhooks({ project, all }: { project: string; all?: WebhookProject[] }) {
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const own = all?.find((one) => one.id === project);
  if (!own) return null; // of somebody who does not manage it
  return (
    <>
      <h3>Webhooks</h3>
      <p className="muted">
        Each decision is sent to them, signed: which request, and how it ended. No payload.
      </p>
      <ul className="session-list">
        {own.webhooks.map((webhook) => (
          <WebhookRow key={webhook.id} webhook={webhook} />
        ))}
      </ul>
      {secret !== undefined && (
        <SecretOnce
          title="The webhook's secret, shown this once"
          secret={secret}
          done={() => setSecret(undefined)}
        />
      )}
      {adding ? (
        <WebhookForm
          project={project}
          made={(told) => {
            setAdding(false);
            setSecret(told);
          }}
          close={() => setAdding(false)}
        />
      ) : (
        <div className="form-actions">
          <button type="button" className="button" onClick={() => setAdding(true)}>
            Add a webhook
          </button>
        </div>
      )}
    </>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const action = useAction();
  return (
    <li data-webhook={webhook.id}>
      <span className="session-words">
        <b>
          <VisibleText text={webhook.to} />
        </b>
        <span className="muted">
          Added on <Day at={webhook.created_at} />
        </span>
        <HealthLine health={webhook} untried="Nothing was sent to it yet" />
        {action.problem && (
          <span className="field-problem" role="alert">
            {action.problem}
          </span>
        )}
      </span>
      <Confirm
        label="Remove"
        really="Really remove"
        name={`Remove the webhook ${webhook.to}`}
        able={action.able}
        run={() =>
          void action.run(async (api, key) => {
            await removeWebhook(api, key, webhook.id);
          })
        }
      />
    </li>
  );
}

function WebhookForm(props: { project: string; made(secret: string): void; close(): void }) {
  const action = useAction();
  const [url, setUrl] = useState("");
  const may = action.able && url.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!may) return;
    void action.run(async (api, key) => {
      const { secret } = await addWebhook(api, key, props.project, url.trim());
      props.made(secret);
    });
  };
  return (
    <form className="place-form" aria-label="Add a webhook" onSubmit={submit}>
      <Field
        label="URL"
        value={url}
        max={2000}
        example="https://hooks.example.org/letsping"
        change={setUrl}
      />
      <p className="muted">
        The server reads it, and shows only its host again. Addresses that are not public need a
        line in <code>webhooks.allow</code>.
      </p>
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
      <div className="form-actions">
        <button type="submit" className="button primary" disabled={!may}>
          Add
        </button>
        <button type="button" className="button" onClick={props.close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
