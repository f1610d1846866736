// Several views of one thing, of which one is shown. The panel of `name` has the id `panel-name`.
export function Tabs<Name extends string>(props: {
  label: string;
  tabs: readonly (readonly [Name, string])[];
  chosen: NoInfer<Name>;
  choose(name: NoInfer<Name>): void;
}) {
  return (
    <div className="segments" role="tablist" aria-label={props.label}>
      {props.tabs.map(([name, word]) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={props.chosen === name}
          aria-controls={`panel-${name}`}
          onClick={() => props.choose(name)}
        >
          {word}
        </button>
      ))}
    </div>
  );
}
