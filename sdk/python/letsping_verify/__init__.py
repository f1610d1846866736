"""Judges receipts of LetsPing: whether an event stood in the log, and who decided it.

    from letsping_verify import Trust, verify
    report = verify(receipt_bytes, [Trust.parse(trust_bytes)])
    if not report.valid:
        raise SystemExit(f"{report.verdict}: {report.why}")
"""

from .faults import Fault
from .report import ERASED, EXIT, INDETERMINATE, INVALID, VALID, Report
from .trust import Trust
from .verifier import verify

__all__ = ["ERASED", "EXIT", "INDETERMINATE", "INVALID", "VALID", "Fault", "Report", "Trust",
           "verify"]
