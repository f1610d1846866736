"""OpenTelemetry spans `lp.ask` and `lp.wait`, where the package is installed. Never a payload.

The gen_ai names are not stable yet: they are set only where OTEL_SEMCONV_STABILITY_OPT_IN names
`gen_ai_latest_experimental`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

try:
    from opentelemetry import trace
except ImportError:
    trace = None  # type: ignore[assignment]

OPT_IN = "gen_ai_latest_experimental"


class _NoSpan:
    def set_attribute(self, _name: str, _value: Any) -> None:
        pass


@contextmanager
def span(name: str, tool: str, call_id: str | None = None, **attributes: Any) -> Iterator[Any]:
    if trace is None:
        yield _NoSpan()
        return
    told = {f"lp.{key}": value for key, value in attributes.items() if value is not None}
    if OPT_IN in os.environ.get("OTEL_SEMCONV_STABILITY_OPT_IN", "").split(","):
        told |= {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}
        if call_id:
            told["gen_ai.tool.call.id"] = call_id
    tracer = trace.get_tracer("letsping-open")
    # An exception's text may hold what a person wrote: only its kind is recorded.
    with tracer.start_as_current_span(name, attributes=told, record_exception=False,
                                      set_status_on_exception=False) as current:
        try:
            yield current
        except Exception as raised:
            current.set_attribute("error.type", getattr(raised, "code", type(raised).__name__))
            raise
