// What shall be asked for: another person, other roles, or that somebody goes.

import { type FormEvent, type ReactNode, useState } from "react";
import type { Asked } from "../../api/rosters";
import { allRoles, type Person, type Place } from "./members";

const roleLines: Record<(typeof allRoles)[number], [string, string]> = {
  owner: ["Owner", "signs rosters, erasures and their like; manages people"],
  admin: ["Admin", "manages people: asks for changes, ends sessions"],
  policy_author: ["Policy author", "reads requests"],
  reviewer: ["Reviewer", "approves, edits and rejects"],
  auditor: ["Auditor", "reads requests, the log and receipts"],
  developer: ["Developer", "reads requests"],
};

interface FormProps {
  able: boolean;
  ask(asked: Asked): void;
  close(): void;
}

export function AddForm({ able, ask, close }: FormProps) {
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<string[]>(["reviewer"]);
  const submit = () => ask({ act: "add_member", name: name.trim(), roles, groups: [] });
  return (
    <PlaceForm
      title="Add somebody"
      may={able && name.trim() !== "" && roles.length > 0}
      submit={submit}
      close={close}
    >
      <label className="field">
        <span>Their name, as others see it</span>
        <input
          className="input"
          value={name}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <Roles chosen={roles} choose={setRoles} />
      <p className="muted">
        They can do nothing before an owner has signed for a device of theirs, too:{" "}
        <code>letsping login-link --member ID</code>, on the server, prints the link that brings
        it.
      </p>
    </PlaceForm>
  );
}

export function RolesForm(props: FormProps & { person: Person; place: Place }) {
  const { person, place, able, ask, close } = props;
  const [roles, setRoles] = useState(place.roles);
  const same = roles.length === place.roles.length && roles.every((r) => place.roles.includes(r));
  const submit = () =>
    ask({ act: "change_member", member: person.id, roles, groups: place.groups });
  return (
    <PlaceForm
      title={`Roles of ${person.name}`}
      may={able && roles.length > 0 && !(same && person.places.length === 1)}
      submit={submit}
      close={close}
      more={
        <button
          type="button"
          className="button danger"
          disabled={!able}
          onClick={() => ask({ act: "remove_member", member: person.id })}
        >
          Remove them
        </button>
      }
    >
      <Roles chosen={roles} choose={setRoles} />
      {person.places.length > 1 && (
        <p className="muted">The same roles and groups from then on, in all projects.</p>
      )}
    </PlaceForm>
  );
}

function PlaceForm(props: {
  title: string;
  may: boolean;
  submit(): void;
  close(): void;
  more?: ReactNode;
  children: ReactNode;
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (props.may) props.submit();
  };
  return (
    <form className="place-form" aria-label={props.title} onSubmit={submit}>
      {props.children}
      <div className="form-actions">
        <button type="submit" className="button primary" disabled={!props.may}>
          Ask an owner to sign
        </button>
        <button type="button" className="button" onClick={props.close}>
          Cancel
        </button>
        {props.more}
      </div>
    </form>
  );
}

function Roles(props: { chosen: string[]; choose(roles: string[]): void }) {
  const { chosen, choose } = props;
  const toggle = (role: string) =>
    choose(chosen.includes(role) ? chosen.filter((r) => r !== role) : [...chosen, role].sort());
  return (
    <fieldset className="roles">
      <legend>Roles</legend>
      {allRoles.map((role) => {
        const [name, may] = roleLines[role];
        return (
          <label key={role} className="switch plain">
            <input
              type="checkbox"
              checked={chosen.includes(role)}
              onChange={() => toggle(role)}
            />
            <span>
              <b>{name}</b> <span className="muted">{may}</span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
