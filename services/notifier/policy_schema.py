"""The JSON Schema of a policy document, for editors: ``python -m services.notifier.policy_schema``.

Committed beside this file; a test holds it against the model.
"""

import json
from pathlib import Path

from services.notifier.domain.policy import Policy

PATH = Path(__file__).with_name("policy.schema.json")


def policy_schema() -> str:
    """The schema as it is committed."""
    schema = Policy.model_json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(policy_schema(), encoding="utf-8")
