// The sign of public/icon.svg, drawn here so that a page of one file needs no second one.
export function Brand() {
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" width={24} height={24} aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#17624a" />
        <path
          d="M9 16.5l4.6 4.6L23 11.4"
          fill="none"
          stroke="#fff"
          strokeWidth="3.4"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      <span>LetsPing</span>
    </span>
  );
}
