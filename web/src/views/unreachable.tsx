import { Notice } from "../ui/notice";

export function Unreachable({ retry }: { retry: () => void }) {
  return (
    <main className="page narrow">
      <Notice
        kind="warning"
        title="The server does not answer"
        alert
        actions={
          <button type="button" className="button" onClick={retry}>
            Try again
          </button>
        }
      >
        Nothing is lost: requests wait on the server, and decisions need its clock and its log.
        Check that `letsping serve` runs and that this device reaches it.
      </Notice>
    </main>
  );
}
