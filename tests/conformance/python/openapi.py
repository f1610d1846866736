"""spec/openapi.yaml as a judge: whether an exchange is one that the document tells of.

Reads the document as the JSON that it is, and as much of JSON Schema as it uses. Stricter than the
document in one thing: a reply may hold no member that its schema does not name.
"""

import json
import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "spec/openapi.yaml"
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


class Schemas:
    """Validates values; `problems` yields a sentence for each thing that is wrong."""

    def __init__(self, document):
        self.document = document

    def resolve(self, schema):
        while "$ref" in schema:
            found = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        return schema

    def members(self, schema):
        """The member names that a schema and what it refers to speak of."""
        schema = self.resolve(schema)
        names = set(schema.get("properties", {}))
        for part in schema.get("allOf", []):
            names |= self.members(part)
        return names

    def fits(self, schema, value):
        return next(self.problems(schema, value, "", closed=False), None) is None

    def problems(self, schema, value, where, closed=True):
        schema = self.resolve(schema)
        if "type" in schema and not self.is_a(schema["type"], value):
            yield f"{where} is no {schema['type']}: {value!r}"
            return
        if "const" in schema and value != schema["const"]:
            yield f"{where} is not {schema['const']!r}: {value!r}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{where} is none of {schema['enum']}: {value!r}"
        if isinstance(value, str):
            yield from self.text_problems(schema, value, where)
        if isinstance(value, int) and not isinstance(value, bool):
            if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
                yield f"{where} is out of range: {value}"
        if isinstance(value, list):
            for at, item in enumerate(value):
                yield from self.problems(schema.get("items", {}), item, f"{where}/{at}", closed)
        if isinstance(value, dict):
            yield from self.object_problems(schema, value, where, closed)
        yield from self.combined_problems(schema, value, where, closed)

    @staticmethod
    def is_a(kind, value):
        if kind == "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        return isinstance(value, TYPES[kind])

    @staticmethod
    def text_problems(schema, value, where):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{where} does not match {schema['pattern']}: {value!r}"
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield f"{where} has the wrong length: {len(value)}"

    def object_problems(self, schema, value, where, closed):
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where} has no {name}"
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield from self.problems(part, value[name], f"{where}/{name}", closed)
        if len(value) > schema.get("maxProperties", len(value)):
            yield f"{where} has members: {sorted(value)}"
        # What a union admits is judged by its parts.
        if closed and self.members(schema) and "not" not in schema:
            for name in sorted(set(value) - self.members(schema)):
                yield f"{where} has a member that nothing names: {name}"

    def combined_problems(self, schema, value, where, closed):
        for part in schema.get("allOf", []):
            yield from self.problems(part, value, where, closed=False)
        for kind, right in (("oneOf", lambda count: count == 1), ("anyOf", bool)):
            if kind in schema:
                count = sum(self.fits(part, value) for part in schema[kind])
                if not right(count):
                    yield f"{where} fits {count} of {kind}: {value!r}"
        if "not" in schema and self.fits(schema["not"], value):
            yield f"{where} is what it must not be: {value!r}"


class Judge:
    def __init__(self):
        self.document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
        self.schemas = Schemas(self.document)
        self.seen = set()
        self.operations = []  # (METHOD, pattern of the path, operation)
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                for name in [path, *operation.get("x-aliases", [])]:
                    parts = re.sub(r"\\{(\w+)\\}",
                                   lambda part: ".+" if part[1] == "tile" else "[^/]+",
                                   re.escape(name))
                    self.operations.append((method.upper(), re.compile(parts), operation))

    def operation(self, method, path):
        for known, pattern, operation in self.operations:
            if known == method and pattern.fullmatch(path):
                return operation
        raise AssertionError(f"the document does not tell of {method} {path}")

    def check_head(self, reply):
        """As `check`, for an answer without an end, of which nothing has been read."""
        operation = self.operation(reply.request.method, reply.request.url.path)
        self.seen.add(operation["operationId"])
        told = operation["responses"][str(reply.status_code)]
        assert reply.headers["content-type"] in told["content"], reply.headers

    def check(self, reply):
        """Raises unless this httpx response is one that the document tells of."""
        operation = self.operation(reply.request.method, reply.request.url.path)
        name, status = operation["operationId"], str(reply.status_code)
        self.seen.add(name)
        told = operation["responses"].get(status)
        assert told, f"{name} does not tell of {status}: {reply.text}"
        if "$ref" in told:
            reason = reply.json()["reason"]
            assert reason in told["description"].split(", "), f"{name} {status}: {reason}"
            schema = {"$ref": "#/components/schemas/Error"}
        else:
            kind = reply.headers["content-type"]
            assert kind in told["content"], f"{name} {status}: {kind}"
            one_value = "json" in kind and "ndjson" not in kind  # not one to a line
            schema = told["content"][kind]["schema"] if one_value else None
        if schema:
            found = list(self.schemas.problems(schema, reply.json(), name))
            assert not found, "\n".join(found)
        if status == "200" and reply.request.content.startswith(b"{"):
            self.check_request(operation, json.loads(reply.request.content))

    def check_request(self, operation, body):
        told = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if told:
            found = list(self.schemas.problems(told["schema"], body, operation["operationId"],
                                               closed=False))
            assert not found, "\n".join(found)

    def never_seen(self):
        return {operation["operationId"] for _, _, operation in self.operations} - self.seen
