// What was erased, in the list: that it was there, when it went, and who signed that.

import type { Erased } from "../api/types";
import { Link } from "../route";
import { Ago } from "../ui/time";
import { VisibleText } from "../ui/visible_text";

export function ErasedRows(props: {
  erased: Erased[];
  search: string; // of the address
  selected: string | undefined;
}) {
  if (props.erased.length === 0) return null;
  return (
    <section className="group" aria-label="Erased">
      <header className="group-head">
        <h2>Erased</h2>
      </header>
      <ul>
        {props.erased.map((one) => (
          <li key={one.id} className="row erased">
            <Link
              href={`/requests/${one.id}${props.search}`}
              className="row-link"
              aria-current={one.id === props.selected ? "true" : undefined}
              data-request={one.id}
            >
              <span className="row-top">
                <span className="row-title">Erased request</span>
                <span className="row-age">
                  <Ago at={one.erased_at} />
                </span>
              </span>
              <span className="row-bottom">
                {one.by && (
                  <span>
                    signed by <VisibleText text={one.by.name ?? one.by.id} />
                  </span>
                )}
                {one.basis && (
                  <span className="row-agent">
                    <VisibleText text={one.basis} />
                  </span>
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
