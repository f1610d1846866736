"""The Python SDK of LetsPing: ask a person before an agent acts, and run what was approved."""

from .client import AsyncLetsPing, LetsPing
from .decision import Decision, RequestId
from .errors import (ApprovalExpiredError, ApprovalRejectedError, ApprovalTimeoutError,
                     AuthenticationError, ConfigurationError, ConflictError, DecryptionError,
                     IntegrityError, LetsPingError, RateLimitError, SignatureError)
from .ledger import DirectoryLedger, MemoryLedger
from .number import Number
from .pins import DirectoryPins, MemoryPins
from .tool_gate import Allowed, Denied, ToolGate
from .webhooks import Event

__all__ = ["Allowed", "ApprovalExpiredError", "ApprovalRejectedError", "ApprovalTimeoutError",
           "AsyncLetsPing", "AuthenticationError", "ConfigurationError", "ConflictError",
           "Decision", "DecryptionError", "Denied", "DirectoryLedger", "DirectoryPins", "Event",
           "IntegrityError", "LetsPing", "LetsPingError", "MemoryLedger", "MemoryPins", "Number",
           "RateLimitError", "RequestId", "SignatureError", "ToolGate"]
