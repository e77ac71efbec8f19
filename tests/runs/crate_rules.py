"""Holds a crate against RO-Crate 1.3 and the Process Run Crate profile, with the community's own validator.

It runs in an environment of its own: the validator wants an older `rich` than the program. It prints a line for each
finding. The words of RO-Crate, which the validator would fetch, come from the `rocrate` package.

    python crate_rules.py FOLDER
"""

import importlib.resources
import io
import sys
from pathlib import Path
from typing import Any

import requests
from rocrate_validator import models, services
from urllib3 import HTTPResponse

WORDS = "https://w3id.org/ro/crate/1.3/context"
# The validator knows Process Run Crate 0.5: its own rules are those of 0.6. RO-Crate 1.1 below it is not asked.
PROFILES = {"ro-crate-1.3": True, "process-run-crate": False}


def answer(adapter: Any, request: requests.PreparedRequest, **options: Any) -> requests.Response:
    """What stands at an address, without a network: the words, and nothing elsewhere."""
    known = request.url == WORDS
    words = (importlib.resources.files("rocrate") / "data" / "ro-crate.jsonld").read_bytes() if known else b""
    told = requests.Response()
    told.request, told.url, told.status_code = request, request.url or "", 200 if known else 404
    told.headers["Content-Type"] = "application/ld+json"
    told.raw = HTTPResponse(io.BytesIO(words), status=told.status_code, preload_content=False)
    return told


def main(folder: Path) -> None:
    """Prints severity and text of each finding, of what is required and of what is recommended."""
    requests.adapters.HTTPAdapter.send = answer
    for profile, inherits in PROFILES.items():
        asked = services.ValidationSettings(
            rocrate_uri=str(folder), profile_identifier=profile, enable_profile_inheritance=inherits,
            requirement_severity=models.Severity.RECOMMENDED,
        )  # fmt: skip
        for found in services.validate(asked).get_issues():
            print(f"{found.severity.name}: {found.message}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
